import { compareOutputs, type Difference } from '../sql/compare.ts'
import type { NodeChange } from './change.ts'
import type { ProjectColumns, Versions } from './columns.ts'
import type { Effects } from './effects.ts'
import type { Fingerprinted } from './fingerprint.ts'
import { type Graph, graphOf } from './graph.ts'
import { descendants, topologicalOrder } from './order.ts'

/** How what a relation holds differs from before; columns in lower case. */
interface Impact {
  readonly rows: boolean
  readonly columns: ReadonlySet<string> | 'all'
}

const anything: Impact = { rows: true, columns: 'all' }

/** Both sides of a comparison with their columns; head's under the versions of what is known to differ so far. */
export interface ComparedColumns {
  readonly from: Fingerprinted
  readonly to: Fingerprinted
  readonly effects: Effects
  readonly base: ProjectColumns
  head(versions: Versions): ProjectColumns
}

/**
 * The changes with `affects` and `exposures` as they are along columns: without what is downstream and uses nothing of what
 * changed. What uses anything of it, or may do so, stays.
 */
export function alongColumns(changes: readonly NodeChange[], compared: ComparedColumns): NodeChange[] {
  const starts = new Map(changes.flatMap((change) => startOf(change, compared) ?? []))
  if ([...starts.values()].every((impact) => impact === anything)) return [...changes]
  const graph = graphOf(compared.to.project.manifest)
  const affected = affectedNodes(graph, starts, compared)
  return changes.map((change) => {
    // What is removed has no children at head.
    if (change.affects.length === 0 || change.state === 'removed') return change
    const reached = reachedThrough(graph, change.unique_id, affected)
    const left = ({ unique_id }: { readonly unique_id: string }) => reached.has(unique_id)
    return {
      ...change,
      affects: change.affects.filter((id) => reached.has(id)),
      exposures: change.exposures.filter(left),
    }
  })
}

/** What is downstream of some nodes and gives other results because of them, tests left out. */
function affectedNodes(
  graph: Graph,
  starts: ReadonlyMap<string, Impact>,
  { base, head }: ComparedColumns,
): Set<string> {
  const impacts = new Map(starts)
  const columns = head(versionsOf(impacts))
  const affected = new Set<string>()
  for (const id of topologicalOrder(graph, descendants(graph, starts.keys()))) {
    if (/^(test|unit_test|analysis)\./.test(id)) continue
    if (!(graph.parents.get(id) ?? []).some((parent) => impacts.has(parent))) continue
    const impact = impactOn(id, base, columns)
    if (impact === null) continue
    affected.add(id)
    impacts.set(id, joined(impacts.get(id), impact))
  }
  return affected
}

function reachedThrough({ children }: Graph, start: string, affected: ReadonlySet<string>): Set<string> {
  const reached = new Set<string>()
  const open = [start]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const child of children.get(id) ?? []) {
      if (reached.has(child) || !affected.has(child)) continue
      reached.add(child)
      open.push(child)
    }
  }
  return reached
}

/** What of a change reaches further than the node itself: certain columns where only its SQL differs and its rows are the same. */
function startOf(change: NodeChange, { from, to, effects }: ComparedColumns): [[string, Impact]] | null {
  const { unique_id, all } = change
  if (change.change === 'none' || change.change === 'governance') return null
  const effect = effects.get(unique_id)
  const [old, now] = [from.fingerprints.get(unique_id)?.parts, to.fingerprints.get(unique_id)?.parts]
  const codeOnly = old !== undefined && old.config === now?.config && old.place === now.place
  const byColumns = codeOnly && all.every((each) => ['column', 'additive', 'governance'].includes(each))
  if (effect === undefined || effect.whole || !byColumns) return [[unique_id, anything]]
  return [[unique_id, { rows: false, columns: lowered(effect.columns) }]]
}

function versionsOf(impacts: ReadonlyMap<string, Impact>): Versions {
  const differs = (id: string, column: string | null): boolean => {
    const impact = impacts.get(id)
    if (impact === undefined) return false
    if (impact.columns === 'all') return true
    return column === null ? impact.columns.size > 0 : impact.columns.has(column)
  }
  return {
    column: (id, column) => (differs(id, column) ? 'other' : ''),
    rows: (id) => (impacts.get(id)?.rows ? 'other' : ''),
  }
}

/** What the node gives otherwise; null when nothing. */
function impactOn(id: string, base: ProjectColumns, head: ProjectColumns): Impact | null {
  if (!/^(model|snapshot)\./.test(id) || !base.has(id) || !head.has(id)) return anything
  const [before, after] = [base.node(id), head.node(id)]
  if ('unknown' in before || 'unknown' in after || before.queries.length !== after.queries.length) return anything
  let impact: Impact | null = null
  for (const [index, query] of after.queries.entries()) {
    const old = before.queries[index]
    const own = old === undefined ? anything : impactOf(compareOutputs(old.output, query.output))
    if (own !== null) impact = joined(impact ?? undefined, own)
  }
  return impact
}

function impactOf({ rows, changed, added, removed, shown, all }: Difference): Impact | null {
  const columns = [...changed, ...added, ...removed]
  if (rows.length + columns.length + shown.length === 0 && all === null) return null
  const whole = shown.length > 0 || all !== null || columns.includes('(unnamed)')
  return { rows: rows.length > 0, columns: whole ? 'all' : lowered(columns) }
}

function joined(one: Impact | undefined, other: Impact): Impact {
  if (one === undefined) return other
  const columns = one.columns === 'all' || other.columns === 'all' ? 'all' : new Set([...one.columns, ...other.columns])
  return { rows: one.rows || other.rows, columns }
}

function lowered(columns: readonly string[]): Set<string> {
  return new Set(columns.map((name) => name.toLowerCase()))
}
