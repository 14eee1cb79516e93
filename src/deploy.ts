import type { Project } from './dbt/project.ts'
import { type Fingerprinted, type Fingerprints, fingerprintVersion, isDeployed } from './graph/fingerprint.ts'
import { graphOf } from './graph/graph.ts'
import { descendants } from './graph/order.ts'
import { type Impacts, partsOf } from './graph/outputs.ts'
import type { Affected } from './graph/spread.ts'
import type { PlanStep } from './report/report.ts'
import type { LedgerEvent, LedgerState, NodeState } from './run/ledger.ts'
import { type LeftBehind, list, type Plan, recordedNode, short } from './run/plan.ts'
import { selectNodes } from './run/select-nodes.ts'
import type { Along, Reread } from './run/standing.ts'

/** How a commit of the ledger stands to the commit that is to be deployed. `gone`: the repository does not have it. */
export type CommitRelation = 'same' | 'older' | 'newer' | 'diverged' | 'gone'

export interface DeployInput {
  readonly region: string
  /** The names of the other regions that are configured. */
  readonly otherRegions: readonly string[]
  readonly project: Project
  readonly fingerprints: Fingerprints
  /** The commit to deploy. */
  readonly commit: string
  readonly ledger: LedgerState
  /** For every commit of `commitsOf(ledger)`; one that is not there counts as gone. */
  readonly history: ReadonlyMap<string, CommitRelation>
  /** Asked for every commit of `commitsToReread(ledger)`. */
  readonly reread?: Reread
  /** The nodes that can differ from what the ledger says; left out, all. */
  readonly among?: ReadonlySet<string>
  /** Left out, everything downstream of what differs is planned, and not only what uses something of that. */
  readonly along?: Along
}

/** The plan that makes a region equal to the given project: what differs, what an earlier run left undone, and whom that affects. */
export function deploy(input: DeployInput): Plan {
  const { region, project, fingerprints, ledger, among, along } = input
  const { manifest } = project
  const selection = selectNodes({ manifest, fingerprints, ledger, reread: input.reread ?? (() => null), among, along })
  const refused = foreignLedger(input) ?? (selection.nodes.length === 0 ? null : refusal(input))
  return {
    region,
    nodes: refused === null ? selection.nodes : [],
    unaffected: selection.unaffected,
    leftBehind: leftBehind(project, fingerprints, ledger),
    restated: refused === null ? selection.restated : [],
    refused,
    notes: [...unaffectedNote(selection.unaffected), ...historyNotes(input)],
    recordedUntil:
      [...ledger.values()]
        .map((state) => state.last.time)
        .sort()
        .at(-1) ?? null,
  }
}

/** The commits that the ledger's newest events were made from, sorted: the shell says how each stands to the head. */
export function commitsOf(ledger: LedgerState): string[] {
  return [...new Set([...ledger.values()].map((state) => state.last.commit))].sort()
}

/** The commits whose project must be read again, because another version of this program recorded them. */
export function commitsToReread(ledger: LedgerState): string[] {
  const old = [...ledger.values()].filter(
    ({ last }) => last.status === 'success' && last.fingerprint_version !== fingerprintVersion,
  )
  return [...new Set(old.map(({ last }) => last.commit))].sort()
}

/** A plan as the report shows it. */
export function planSteps(plan: Plan): PlanStep[] {
  return [...plan.nodes, ...plan.leftBehind].map(({ unique_id, action, because }) => ({ unique_id, action, because }))
}

/** What a merge would deploy in a region that stands exactly as the base says: the plan of a pull request, for which no ledger is read. */
export function planPreview(
  region: string,
  base: Fingerprinted | null,
  head: Fingerprinted,
  { changes, impacts }: Affected,
): PlanStep[] {
  const among = reachable(base, head)
  const ledger = base === null ? new Map() : ledgerOf(region, base, among)
  const plan = deploy({
    region,
    otherRegions: [],
    ...head,
    commit: 'head',
    ledger,
    history: new Map([['base', 'older']]),
    among,
    ...(base !== null && { along: alongImpacts(base, impacts) }),
  })
  const reasons = new Map(changes.map((change) => [change.unique_id, change.reason]))
  return planSteps(plan).map((step) => {
    const own =
      step.because === changedSinceBase || step.because === newInRegion ? reasons.get(step.unique_id) : undefined
    return own === undefined ? step : { ...step, because: own }
  })
}
const changedSinceBase = 'it changed since base'
const newInRegion = 'it is new in this region'

/** What base gives is known wherever it is asked for, and whom the changes affect has been worked out. */
function alongImpacts({ fingerprints }: Fingerprinted, impacts: Impacts): Along {
  return {
    recorded: ({ unique_id }) => {
      const fingerprint = fingerprints.get(unique_id)
      return fingerprint === undefined ? null : { parts: partsOf(fingerprint), queries: null }
    },
    isMadeAnew: () => false,
    over: () => (unique_id) => impacts.get(unique_id) ?? null,
  }
}

/** What differs between base and head or comes after it, on either side: nothing else can be planned or left behind. */
function reachable(base: Fingerprinted | null, head: Fingerprinted): ReadonlySet<string> {
  const sides = base === null ? [head] : [base, head]
  const ids = new Set(sides.flatMap(({ fingerprints }) => [...fingerprints.keys()]))
  const differing = [...ids].filter((id) => base?.fingerprints.get(id)?.hash !== head.fingerprints.get(id)?.hash)
  const after = sides.flatMap(({ project }) => [...descendants(graphOf(project.manifest), differing)])
  return new Set([...differing, ...after])
}

function ledgerOf(region: string, { project, fingerprints }: Fingerprinted, among: ReadonlySet<string>): LedgerState {
  const nodes = [...project.manifest.nodes.values()].filter((node) => isDeployed(node) && among.has(node.unique_id))
  return new Map(
    nodes.map(({ unique_id }): [string, NodeState] => {
      const event: LedgerEvent = {
        ...recordedNode(project.manifest, fingerprints, unique_id),
        region,
        status: 'success',
        fingerprint_version: fingerprintVersion,
        commit: 'base',
        run_id: 'base',
        time: '',
        sequence: 0,
        message: null,
      }
      return [
        unique_id,
        {
          last: event,
          deployed: event,
          lastSuccess: event,
          lastBuilt: event,
          contested: false,
          possible: [event],
          fingerprints: [event.fingerprint],
          relations: event.relation === null ? [] : [event.relation],
        },
      ]
    }),
  )
}

/** Swapped secrets lead to another region's workspace: its ledger says so. */
function foreignLedger({ region, otherRegions, ledger }: DeployInput): string | null {
  const foreign = [...ledger.values()].find(({ last }) => otherRegions.includes(last.region))
  if (foreign === undefined) return null
  return (
    `The ledger that stands there is that of the region ${foreign.last.region}, not of ${region}: nothing was run. ` +
    `Look whether the credentials of ${region} lead to the workspace of ${foreign.last.region}, and give every region a schema of its own.`
  )
}

function refusal({ region, commit, ledger, history }: DeployInput): string | null {
  const newer = commitsOf(ledger).filter((each) => history.get(each) === 'newer')
  if (newer.length === 0) return null
  return (
    `The region ${region} has already been given ${newer.map(short).join(', ')}, which is newer than ${short(commit)}: ` +
    'deploying the older commit would put old code over new. Run the deploy of the newest commit instead. ' +
    'To go back on purpose, revert the change on the default branch and deploy that.'
  )
}

function unaffectedNote(unaffected: readonly string[]): string[] {
  if (unaffected.length === 0) return []
  const [them, give] = unaffected.length === 1 ? ['1 node', 'gives'] : [`${unaffected.length} nodes`, 'give']
  return [
    `${them} that changed or read what changed ${give} what was there before, and stay as they are: ${list(unaffected)}.`,
  ]
}

function historyNotes({ commit, ledger, history }: DeployInput): string[] {
  return commitsOf(ledger).flatMap((each) => {
    const relation = history.get(each) ?? 'gone'
    const about = {
      diverged: 'is not in the history of',
      gone: 'is no longer in the repository, so it is not known to be older than',
    }
    if (relation !== 'diverged' && relation !== 'gone') return []
    return [`The region's ledger names ${short(each)}, which ${about[relation]} ${short(commit)}.`]
  })
}

/** The relations that the ledger knows and that no node of the project builds: of removed nodes, and the old places of moved ones. */
function leftBehind({ manifest }: Project, fingerprints: Fingerprints, ledger: LedgerState): LeftBehind[] {
  const built = new Set([...fingerprints.values()].map((each) => each.place))
  return [...ledger].flatMap(([unique_id, { relations }]): LeftBehind[] => {
    if (unique_id.startsWith('test.')) return []
    const place = manifest.nodes.has(unique_id) ? (fingerprints.get(unique_id)?.place ?? null) : undefined
    const moved = place === null ? 'has no relation any more' : `moved to ${place}`
    const why = place === undefined ? 'is no longer in the project' : moved
    const left = relations.filter((relation) => !built.has(relation))
    return left.map((relation) => {
      const because = `${list([unique_id])} ${why}; ${relation} stays until someone drops it`
      return { unique_id, action: 'drop-review', because, relation }
    })
  })
}
