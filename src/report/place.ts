/** Where a report is shown: what links, the order of runs and the regions still to come are made from. */
export interface Place {
  /** Address of the repository, `https://github.com/owner/name`; null off GitHub, where nothing is linked. */
  readonly repository: string | null
  /** The pull request's head commit (not the merge commit that was checked out): links go there. */
  readonly head: string | null
  /** `GITHUB_RUN_ID`, `GITHUB_RUN_ATTEMPT` and the time in seconds since 1970: which of two reports on the same head is the later one. */
  readonly run: { readonly id: number; readonly attempt: number; readonly at: number }
  /** Tells the comments of two configurations in one repository apart: the configuration's path, or `default`. */
  readonly id: string
  /** The artifact of that run that is `lineage.html`; left out when there is none. */
  readonly lineage?: number
  /** Every configured region, also those that another job checks. */
  readonly regions: readonly string[]
}
