import type { Manifest } from '../dbt/manifest.ts'
import { type Fingerprints, fingerprintVersion, isDeployed } from '../graph/fingerprint.ts'
import { graphOf } from '../graph/graph.ts'
import { buildGraph, topologicalOrder } from '../graph/order.ts'
import { isBuiltSince, type LedgerEvent, type LedgerState } from './ledger.ts'
import { list, type PlannedNode, type RecordedNode, type RestatedNode, recordedNode, short } from './plan.ts'
import { type Along, type Reread, rereadEvent, Standings } from './standing.ts'

export interface SelectionInput {
  readonly manifest: Manifest
  readonly fingerprints: Fingerprints
  readonly ledger: LedgerState
  readonly reread: Reread
  /** The nodes that can differ; left out, all. */
  readonly among?: ReadonlySet<string> | undefined
  /** Left out, everything downstream of what differs is selected. */
  readonly along?: Along | undefined
}

export interface Selection {
  readonly nodes: readonly PlannedNode[]
  readonly restated: readonly RestatedNode[]
  readonly unaffected: readonly string[]
}

/** Which nodes of a project differ from what the ledger says stands in the region, in the order of `dbt build`, and why. */
export function selectNodes(input: SelectionInput): Selection {
  const { manifest, fingerprints, among } = input
  const deployed = [...manifest.nodes.values()]
    .filter((node) => isDeployed(node) && (among?.has(node.unique_id) ?? true))
    .map((node) => node.unique_id)
  const selector = new Selector(input)
  for (const id of topologicalOrder(buildGraph(graphOf(manifest)), deployed)) {
    selector.take(recordedNode(manifest, fingerprints, id))
  }
  return selector.selection()
}

class Selector {
  readonly #ledger: LedgerState
  readonly #reread: Reread
  readonly #standings: Standings | null
  readonly #planned = new Map<string, PlannedNode>()
  readonly #restated: RestatedNode[] = []
  readonly #unaffected = new Set<string>()

  constructor({ fingerprints, ledger, reread, along }: SelectionInput) {
    this.#ledger = ledger
    this.#reread = reread
    this.#standings = along === undefined ? null : new Standings(fingerprints, ledger, reread, along)
  }

  take(head: RecordedNode): void {
    const verdict = judge(head, this.#ledger, this.#reread)
    const because =
      this.#standings === null ? this.#whole(head, verdict) : this.#because(head, verdict, this.#standings)
    if (because !== null) {
      this.#planned.set(head.unique_id, { ...head, action: 'run', because })
      return
    }
    // Also where a parent is built as it was: that its child knows of it must be recorded.
    const others = verdict.parents !== null || this.#builtAgain(head) !== null
    const restated = verdict.changed !== null ? meansTheSame : others ? usesNothing : verdict.restated
    if (restated !== null) this.#restated.push({ ...head, because: restated })
    const above = Object.keys(head.parents).some((id) => this.#planned.has(id) || this.#unaffected.has(id))
    if (!isTest(head) && (above || verdict.changed !== null)) this.#unaffected.add(head.unique_id)
  }

  selection(): Selection {
    return { nodes: [...this.#planned.values()], restated: this.#restated, unaffected: [...this.#unaffected].sort() }
  }

  /** Why it is run when everything downstream of what differs is. */
  #whole(head: RecordedNode, { must, changed, parents }: Verdict): string | null {
    return must ?? changed ?? this.#builtAgain(head) ?? parents
  }

  #because(head: RecordedNode, { must, changed }: Verdict, standings: Standings): string | null {
    const last = this.#ledger.get(head.unique_id)?.last
    const strangers = last === undefined ? [] : standings.strangers(head, last)
    const stranger = strangers.length === 0 ? null : otherVersion(strangers)
    if (isTest(head)) return must ?? changed ?? this.#builtAgain(head) ?? stranger
    const { run } = standings.of(head, must !== null)
    if (!run) return must
    const below = standings.differing(Object.keys(head.parents))
    return must ?? changed ?? (below.length > 0 ? downstreamOf(below) : stranger) ?? 'what stands there is not certain'
  }

  #builtAgain(head: RecordedNode): string | null {
    const parents = Object.keys(head.parents).filter((id) => this.#planned.has(id))
    if (parents.length === 0) return null
    return isTest(head) ? `it tests ${list(parents)}` : downstreamOf(parents)
  }
}

const meansTheSame = 'means the same, not built'
const usesNothing = 'uses nothing of what changed, not built'
const byNewerVersion = 'recorded anew by a newer version, not built'

interface Verdict {
  /** Why it must run whatever it is and reads. */
  readonly must: string | null
  /** That it is not what its last success was, in words. */
  readonly changed: string | null
  /** That its parents are not what they were then, in words. */
  readonly parents: string | null
  readonly restated: string | null
}

function judge(head: RecordedNode, ledger: LedgerState, reread: Reread): Verdict {
  const plan = (must: string): Verdict => ({ must, changed: null, parents: null, restated: null })
  const state = ledger.get(head.unique_id)
  if (state === undefined) return plan('it is new in this region')
  const { last } = state
  if (state.contested) return plan(`the run of ${short(last.commit)} and another one built it at the same time`)
  if (last.status !== 'success') return plan(unfinished(last))
  if (last.fingerprint_version === fingerprintVersion)
    return { must: null, ...comparedWith(head, last, ledger), restated: null }
  if (reread(last.commit) === null) {
    return plan(
      `it was recorded by another version of dbt-regions at ${short(last.commit)}, a commit that is no longer there to compare with`,
    )
  }
  const then = { ...last, ...rereadEvent(last, reread) }
  return { must: null, ...comparedWith(head, then, ledger), restated: byNewerVersion }
}

function comparedWith(
  head: RecordedNode,
  then: LedgerEvent,
  ledger: LedgerState,
): Pick<Verdict, 'changed' | 'parents'> {
  const changed = head.fingerprint === then.fingerprint ? null : `it changed since ${short(then.commit)}`
  const ids = [...new Set([...Object.keys(head.parents), ...Object.keys(then.parents)])].sort()
  const others = ids.filter((id) => head.parents[id] !== then.parents[id] || isBuiltSince(ledger.get(id), then))
  return { changed, parents: others.length === 0 ? null : otherVersion(others) }
}

function unfinished(last: LedgerEvent): string {
  const said = last.message === null ? '' : `: ${last.message}`
  const run = `the run of ${short(last.commit)}`
  if (last.status === 'pending') return `${run} planned it and ended before it was done`
  if (last.status === 'started') return `${run} was interrupted while it was being built`
  return last.status === 'failed' ? `it failed in ${run}${said}` : `it was skipped in ${run}${said}`
}

function otherVersion(parents: readonly string[]): string {
  return `it was built from another version of ${list(parents)}`
}

function downstreamOf(parents: readonly string[]): string {
  return `it is downstream of ${list(parents)}`
}

function isTest({ unique_id }: RecordedNode): boolean {
  return unique_id.startsWith('test.')
}
