import {
  askDeployments,
  type DeploymentPlace,
  deploymentStatuses,
  type GitHubAccess,
  type GitHubRepository,
} from '../adapters/github.ts'
import type { Deployment } from '../report/deployment.ts'
import { withLeftPending } from '../report/left-pending.ts'
import { beginning, ending, leftBy, unplanned } from '../report/region-state.ts'
import type { Report } from '../report/report.ts'

/** What GitHub is told while a region is deployed. Nothing of it throws when GitHub does not let it be told. */
export interface DeployNews {
  /** With the unique_ids of the plan, before anything is run. */
  begins(planned: readonly string[]): Promise<void>
  /** Null when it was thrown out of: then what the ledger says is not known here. */
  ends(deployment: Deployment | null, cancelled: boolean): Promise<void>
}

/** Tells GitHub's deployment of this job how the deploy of a region's commit goes; what cannot be told goes to `notice`. */
export function deployNews(
  access: GitHubAccess,
  place: DeploymentPlace,
  { region, commit }: { readonly region: string; readonly commit: string },
  notice: (message: string) => void,
): DeployNews {
  const tell = deploymentStatuses(access, place, notice)
  return {
    begins: (pending) => tell(beginning({ region, commit, deployed: 0, pending })),
    ends: (deployment, cancelled) =>
      tell(deployment === null ? unplanned({ region, commit }, cancelled) : ending(deployment, cancelled)),
  }
}

/** The report with what the last deploy of each region has left behind. Where GitHub does not tell, `info` is told why, once. */
export async function withEarlierDeploys(
  report: Report,
  access: GitHubAccess,
  repository: GitHubRepository,
  info: (message: string) => void,
): Promise<Report> {
  const answers = await Promise.all(
    report.regions.map(async ({ name, environment }) => {
      const answer = await askDeployments(access, { ...repository, environment }, (it) => leftBy(name, it))
      return { name, answer }
    }),
  )
  const reasons = answers.flatMap(({ answer }) => (answer.kind === 'not answered' ? [answer.reason] : []))
  for (const reason of new Set(reasons)) info(`What earlier deploys left behind is not known: ${reason}`)
  const left = answers.map(
    ({ name, answer }) => [name, answer.kind === 'answered' ? (answer.value?.left ?? null) : null] as const,
  )
  return withLeftPending(report, new Map(left))
}
