import { isRegionPayload } from './decode.ts'
import type { Deployment } from './deployment.ts'
import type { LeftPending } from './report.ts'
import { isTest, nameOf, withoutTests } from './section.ts'

/** What a deploy leaves of a region on GitHub, so that the next pull request can show it. The ledger stays what counts. */
export interface RegionState {
  readonly region: string
  readonly commit: string
  /** How many planned nodes were built. */
  readonly deployed: number
  /** The unique_ids that the next deploy has to run, in the plan's order. */
  readonly pending: readonly string[]
}

/** One deployment of an environment, as GitHub has it: any of its texts may come from somebody else. */
export interface DeploymentRecord {
  readonly sha: string
  readonly payload: unknown
  /** The newest first. */
  readonly statuses: readonly {
    readonly state: string
    readonly description: string
    /** The run that its log is of. */
    readonly run: number | null
    /** Whether it says that the deployment is over. */
    readonly ended: boolean
  }[]
}

/** GitHub's limit: https://docs.github.com/rest/deployments/statuses#create-a-deployment-status */
const LONGEST_DESCRIPTION = 140
const MOST_IDS = 500
const MOST_NAMES = 50
const NAME = /^[\p{L}\p{M}\p{N}_.-]{1,120}$/u

/** What is said on GitHub's deployment: a status, and what the deployment carries if it has to be created for it. */
export interface RegionNews {
  readonly state: 'in_progress' | 'success' | 'failure' | 'error'
  /** `eu at a1b2c3d: 3 deployed, 2 pending: customer_metrics, customer_cohorts`, at most 140 characters. */
  readonly description: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** A deploy begins, whose plan is to run the nodes that are pending. */
export function beginning(state: RegionState): RegionNews {
  const nodes = withoutTests(state.pending)
  const said = nodes.length === 0 ? idle(state) : withNames(`${prefix(state)}${nodes.length} to deploy`, nodes)
  return { state: 'in_progress', description: said, payload: payloadOf(state) }
}

/** A deploy has ended; `cancelled` when somebody wanted it to. */
export function ending(deployment: Deployment, cancelled: boolean): RegionNews {
  const { region, commit, planned, pending, refused, conclusion } = deployment
  if (refused !== null && pending.length === 0) return unplanned({ region, commit }, cancelled)
  const left = new Set(pending)
  const built = planned.filter(({ unique_id }) => !left.has(unique_id) && !isTest({ unique_id }))
  const state = { region, commit, deployed: built.length, pending }
  return { state: cancelled ? 'error' : conclusion, description: ended(state), payload: payloadOf(state) }
}

/** A deploy was stopped, and how far it came is not known here: what was pending before, or what it began with, may still be. */
export function unplanned(of: Pick<RegionState, 'region' | 'commit'>, cancelled: boolean): RegionNews {
  const description = `${prefix(of)}stopped, see the log`
  return {
    state: cancelled ? 'error' : 'failure',
    description,
    payload: { dbt_regions: 1, region: of.region, commit: of.commit },
  }
}

function ended(state: RegionState): string {
  const nodes = withoutTests(state.pending)
  if (state.deployed + nodes.length === 0) return idle(state)
  return withNames(`${prefix(state)}${state.deployed} deployed, ${nodes.length || 'nothing'} pending`, nodes)
}

function payloadOf({ region, commit, pending }: RegionState): Record<string, unknown> {
  return { dbt_regions: 1, region, commit, pending: pending.slice(0, MOST_IDS) }
}

/**
 * What a deployment says about the nodes that a region's deploy left behind: `{ left: null }` when it left none, null when it has not
 * ended or says nothing of this region. A deploy that was cut short left what it had begun with, or less.
 */
export function leftBy(region: string, deployment: DeploymentRecord): { readonly left: LeftPending | null } | null {
  const { statuses, sha, payload } = deployment
  if (!statuses.some((it) => it.ended)) return null
  for (const { state, description, run } of statuses) {
    const read = parsed(region, description)
    if (read === null) continue
    // One that was to deploy nothing and did not say how it ended was refused: what was pending still is.
    if (read.count === 0) return state === 'in_progress' ? null : { left: null }
    const commit = sha.startsWith(read.commit) && /^[0-9a-f]{40}$/.test(sha) ? sha : read.commit
    const about = { commit, run, count: read.count }
    if (read.begins) return { left: { ...about, deploy: 'cut short', names: namesIn(payload, region) ?? read.names } }
    return { left: { ...about, deploy: state === 'error' ? 'cancelled' : 'failed', names: read.names } }
  }
  return null
}

function prefix({ region, commit }: Pick<RegionState, 'region' | 'commit'>): string {
  return `${region} at ${commit.slice(0, 7)}: `
}

function idle(state: RegionState): string {
  return `${prefix(state)}nothing to deploy`
}

/** As many names as there is room for. */
function withNames(text: string, ids: readonly string[]): string {
  const names = ids.map(nameOf).filter((name) => NAME.test(name))
  for (let shown = names.length; shown > 0; shown--) {
    const more = ids.length - shown
    const whole = `${text}: ${names.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    if (whole.length <= LONGEST_DESCRIPTION) return whole
  }
  return text
}

const DESCRIPTION =
  /^(?<commit>[0-9a-f]{7}): (?:nothing to deploy|(?:(?<begins>\d{1,6}) to deploy|\d{1,6} deployed, (?:nothing|(?<left>\d{1,6})) pending)(?:: (?<names>[^ ]+(?:, [^ ]+)*)(?: and (?<more>\d{1,6}) more)?)?)$/u

interface Parsed {
  readonly commit: string
  readonly begins: boolean
  readonly count: number
  readonly names: readonly string[]
}

/** A description as it is written above; null for any other text, also for one that contradicts itself. */
function parsed(region: string, description: string): Parsed | null {
  const start = `${region} at `
  if (description.length > LONGEST_DESCRIPTION || !description.startsWith(start)) return null
  const groups = DESCRIPTION.exec(description.slice(start.length))?.groups
  if (groups?.commit === undefined) return null
  const count = Number(groups.begins ?? groups.left ?? 0)
  const names = groups.names?.split(', ') ?? []
  const all = names.length === 0 || names.length + Number(groups.more ?? 0) === count
  if (!all || !names.every((name) => NAME.test(name))) return null
  return { commit: groups.commit, begins: groups.begins !== undefined, count, names }
}

function namesIn(payload: unknown, region: string): readonly string[] | null {
  if (!isRegionPayload(payload) || payload.region !== region || payload.pending.length > MOST_IDS) return null
  const names = withoutTests(payload.pending).map(nameOf)
  return names.every((name) => NAME.test(name)) ? names.slice(0, MOST_NAMES) : null
}
