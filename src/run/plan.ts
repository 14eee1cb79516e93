import type { Manifest } from '../dbt/manifest.ts'
import { type Fingerprint, type Fingerprints, fingerprintVersion, isDeployed } from '../graph/fingerprint.ts'
import { graphOf } from '../graph/graph.ts'
import { buildGraph, topologicalOrder } from '../graph/order.ts'
import type { LedgerEvent, LedgerState } from './ledger.ts'

/** A node as the ledger records it. */
export interface RecordedNode {
  readonly unique_id: string
  readonly fingerprint: string
  /** unique_id -> fingerprint of what it is built from. */
  readonly parents: Readonly<Record<string, string>>
  readonly relation: string | null
  /** Of a test, the nodes that its failure counts against: the one that it is defined on, else all that it reads. */
  readonly guards: readonly string[]
}

export interface PlannedNode extends RecordedNode {
  readonly action: 'run'
  readonly because: string
}

/** A relation that nothing in the project builds any more. It is shown, never dropped. */
export interface LeftBehind {
  readonly unique_id: string
  readonly action: 'drop-review'
  readonly because: string
  readonly relation: string
}

/** What a deploy will do in one region, in order. */
export interface Plan {
  readonly region: string
  readonly nodes: readonly PlannedNode[]
  readonly leftBehind: readonly LeftBehind[]
  /** Nodes that are deployed as they are, but were recorded by another version of this program: recorded anew, not run. */
  readonly restated: readonly RecordedNode[]
  /** Why nothing may be deployed, in words; then `nodes` is empty. */
  readonly refused: string | null
  /** What whoever deploys should know, in words. */
  readonly notes: readonly string[]
  /** Time of the newest event that the plan knows of. */
  readonly recordedUntil: string | null
}

/** The fingerprints of the project as it was at a commit, computed by this version; null when the commit is gone. */
export type Reread = (commit: string) => Fingerprints | null

export interface Selection {
  readonly nodes: readonly PlannedNode[]
  readonly restated: readonly RecordedNode[]
}

/**
 * Which nodes of a project differ from what the ledger says stands in the region, in the order of `dbt build`, and why. `among` are those
 * that can; left out, all.
 */
export function selectNodes(
  manifest: Manifest,
  fingerprints: Fingerprints,
  ledger: LedgerState,
  reread: Reread,
  among?: ReadonlySet<string>,
): Selection {
  const graph = buildGraph(graphOf(manifest))
  const deployed = [...manifest.nodes.values()]
    .filter((node) => isDeployed(node) && (among?.has(node.unique_id) ?? true))
    .map((node) => node.unique_id)
  const planned = new Map<string, PlannedNode>()
  const restated: RecordedNode[] = []
  for (const id of topologicalOrder(graph, deployed)) {
    const head = recordedNode(manifest, fingerprints, id)
    const verdict = judge(head, ledger, reread)
    const because = verdict.because ?? builtAgain(head, planned) ?? verdict.parents
    if (because !== null) planned.set(id, { ...head, action: 'run', because })
    else if (verdict.restate) restated.push(head)
  }
  return { nodes: [...planned.values()], restated }
}

/** What the ledger will hold about a node once the given project is deployed. */
export function recordedNode(manifest: Manifest, fingerprints: Fingerprints, unique_id: string): RecordedNode {
  const own = fingerprintOf(fingerprints, unique_id)
  const parents = deployedParents(manifest, unique_id).map((id) => [id, fingerprintOf(fingerprints, id).hash] as const)
  const guards = guardedBy(manifest, unique_id)
  return { unique_id, fingerprint: own.hash, parents: Object.fromEntries(parents), relation: own.place, guards }
}

function guardedBy(manifest: Manifest, unique_id: string): readonly string[] {
  const node = manifest.nodes.get(unique_id)
  if (node?.resource_type !== 'test') return []
  const attached = node.attached_node === null ? undefined : manifest.nodes.get(node.attached_node)
  return attached !== undefined && isDeployed(attached) ? [attached.unique_id] : deployedParents(manifest, unique_id)
}

/** The nodes that a node is built from, seen through ephemeral models, sorted. */
export function deployedParents(manifest: Manifest, unique_id: string): string[] {
  const found = new Set<string>()
  const seen = new Set<string>()
  const open = [...(manifest.parent_map.get(unique_id) ?? [])]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = manifest.nodes.get(id)
    if (node === undefined || seen.has(id)) continue
    seen.add(id)
    if (isDeployed(node)) found.add(id)
    else open.push(...(manifest.parent_map.get(id) ?? []))
  }
  return [...found].sort()
}

interface Verdict {
  /** Why it must run whatever its parents do. */
  readonly because: string | null
  /** Why it must run when no parent runs. */
  readonly parents: string | null
  readonly restate: boolean
}

function judge(head: RecordedNode, ledger: LedgerState, reread: Reread): Verdict {
  const plan = (because: string): Verdict => ({ because, parents: null, restate: false })
  const state = ledger.get(head.unique_id)
  if (state === undefined) return plan('it is new in this region')
  const { last } = state
  if (state.contested) return plan(`the run of ${short(last.commit)} and another one built it at the same time`)
  if (last.status !== 'success') return plan(unfinished(last))
  if (last.fingerprint_version === fingerprintVersion) return { ...compareWith(head, last), restate: false }
  const then = reread(last.commit)
  if (then === null) {
    return plan(
      `it was recorded by another version of dbt-regions at ${short(last.commit)}, a commit that is no longer there to compare with`,
    )
  }
  const missing = { hash: '' }
  const known = (id: string): string => (then.get(id) ?? missing).hash
  const parents = Object.keys(last.parents).map((id) => [id, known(id)] as const)
  const as = { fingerprint: known(head.unique_id), parents: Object.fromEntries(parents), commit: last.commit }
  return { ...compareWith(head, as), restate: true }
}

function compareWith(
  head: RecordedNode,
  then: Pick<LedgerEvent, 'fingerprint' | 'parents' | 'commit'>,
): Pick<Verdict, 'because' | 'parents'> {
  const because = head.fingerprint === then.fingerprint ? null : `it changed since ${short(then.commit)}`
  const ids = [...new Set([...Object.keys(head.parents), ...Object.keys(then.parents)])].sort()
  const other = ids.filter((id) => head.parents[id] !== then.parents[id])
  return { because, parents: other.length === 0 ? null : `it was built from another version of ${list(other)}` }
}

function unfinished(last: LedgerEvent): string {
  const said = last.message === null ? '' : `: ${last.message}`
  const run = `the run of ${short(last.commit)}`
  if (last.status === 'pending') return `${run} planned it and ended before it was done`
  if (last.status === 'started') return `${run} was interrupted while it was being built`
  return last.status === 'failed' ? `it failed in ${run}${said}` : `it was skipped in ${run}${said}`
}

function builtAgain(head: RecordedNode, planned: ReadonlyMap<string, PlannedNode>): string | null {
  const parents = Object.keys(head.parents).filter((id) => planned.has(id))
  if (parents.length === 0) return null
  return head.unique_id.startsWith('test.') ? `it tests ${list(parents)}` : `it is downstream of ${list(parents)}`
}

function fingerprintOf(fingerprints: Fingerprints, unique_id: string): Fingerprint {
  const found = fingerprints.get(unique_id)
  if (found === undefined) throw new Error(`No fingerprint was computed for ${unique_id}.`)
  return found
}

/** The names of a few nodes, as people say them. */
export function list(ids: readonly string[]): string {
  const shown = ids.slice(0, 3).map((id) => id.split('.').slice(2).join('.'))
  return ids.length > 3 ? `${shown.join(', ')} and ${ids.length - 3} more` : shown.join(', ')
}

/** A commit id as people write it. */
export function short(commit: string): string {
  return /^[0-9a-f]{12,}$/.test(commit) ? commit.slice(0, 7) : commit
}
