import type { QueryAnalysis } from '../sql/analysis.ts'
import { compareOutputs, type Difference } from '../sql/compare.ts'
import type { NodeChange } from './change.ts'
import type { ProjectColumns, Versions } from './columns.ts'
import type { Effects } from './effects.ts'
import type { Fingerprinted } from './fingerprint.ts'
import { type Graph, graphOf } from './graph.ts'
import { descendants, topologicalOrder } from './order.ts'
import { anything, type Impact, type Impacts, joined } from './outputs.ts'
import { readByQuery } from './reach.ts'
import { type Affected, spread, startsOf } from './spread.ts'

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
export function alongColumns(changes: readonly NodeChange[], compared: ComparedColumns): Affected {
  const { from, to, effects } = compared
  const starts = startsOf(changes, from, to, effects)
  if ([...starts.values()].every((impact) => impact === anything)) return { changes, impacts: spread(to, starts) }
  const graph = graphOf(to.project.manifest)
  const impacts = impactsFrom(graph, starts, compared)
  const affected = new Set(impacts.keys())
  const along = changes.map((change) => {
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
  return { changes: along, impacts }
}

/** How what some nodes and those downstream of them give differs, tests left out. */
function impactsFrom(graph: Graph, starts: Impacts, { base, head, to }: ComparedColumns): Impacts {
  const impacts = new Map(starts)
  const columns = head(versionsOf(impacts))
  for (const id of starts.keys()) if (columns.isMadeAnew(id)) impacts.set(id, anything)
  for (const id of topologicalOrder(graph, descendants(graph, starts.keys()))) {
    if (/^(test|unit_test|analysis)\./.test(id)) continue
    const above = (graph.parents.get(id) ?? []).filter((parent) => impacts.has(parent))
    if (above.length === 0) continue
    const blind = above.some((parent) => impacts.get(parent) === anything)
    const read = readByQuery(to.project.manifest, id).filter((parent) => impacts.has(parent))
    const impact = blind ? anything : impactOn(id, read, base, columns)
    if (impact !== null) impacts.set(id, columns.isMadeAnew(id) ? anything : joined(impacts.get(id), impact))
  }
  return impacts
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

/** The versions of what nodes hold that differs. The impacts of a node's parents must be there before its columns are asked for. */
export function versionsOf(impacts: Impacts): Versions {
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

/** What the node gives otherwise; null when nothing. `read` is what of its parents differs. */
function impactOn(id: string, read: readonly string[], base: ProjectColumns, head: ProjectColumns): Impact | null {
  if (!/^(model|snapshot)\./.test(id) || !base.has(id) || !head.has(id)) return anything
  const [before, after] = [base.node(id), head.node(id)]
  if ('unknown' in before || 'unknown' in after || before.queries.length !== after.queries.length) return anything
  if (!readsAll(after.queries, read)) return anything
  let impact: Impact | null = null
  for (const [index, query] of after.queries.entries()) {
    const old = before.queries[index]
    const own = old === undefined ? anything : impactOf(compareOutputs(old.output, query.output))
    if (own !== null) impact = joined(impact ?? undefined, own)
  }
  return impact
}

/** What a node depends on without reading it as a relation, such as a function, may do anything to it. */
export function readsAll(queries: readonly QueryAnalysis[], parents: readonly string[]): boolean {
  const read = new Set(queries.flatMap(({ relations }) => relations))
  return parents.every((parent) => read.has(parent))
}

function impactOf({ rows, changed, added, removed, shown, all }: Difference): Impact | null {
  const columns = [...changed, ...added, ...removed]
  if (rows.length + columns.length + shown.length === 0 && all === null) return null
  const whole = shown.length > 0 || all !== null || columns.includes('(unnamed)')
  return { rows: rows.length > 0, columns: whole ? 'all' : lowered(columns) }
}

function lowered(columns: readonly string[]): Set<string> {
  return new Set(columns.map((name) => name.toLowerCase()))
}
