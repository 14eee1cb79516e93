import type { QueryAnalysis } from '../sql/analysis.ts'
import { compareOutputs, type Difference, isSame } from '../sql/compare.ts'
import type { ChangeClass } from './change.ts'
import type { NodeAnalysis, ProjectColumns } from './columns.ts'
import { few } from './words.ts'

/** What a change of a node's code does to what it gives. */
export interface Effect {
  readonly classes: readonly ChangeClass[]
  /** Columns that hold other values, come or go; sorted. */
  readonly columns: readonly string[]
  readonly words: readonly string[]
  /** Whether other columns than these may differ, or their order. */
  readonly whole: boolean
}

export type Effects = ReadonlyMap<string, Effect>

/** What changes of code do, for the given nodes, which both sides have. */
export function effectsOf(base: ProjectColumns, head: ProjectColumns, ids: readonly string[]): Map<string, Effect> {
  return new Map(ids.map((id) => [id, effectOf(base.node(id), head.node(id))]))
}

function effectOf(before: NodeAnalysis, after: NodeAnalysis): Effect {
  if ('unknown' in before && 'unknown' in after && before.code !== undefined && before.code === after.code)
    return { classes: ['none'], columns: [], words: ['gives the same rows and columns'], whole: false }
  if ('unknown' in after) return unknown(after.unknown)
  if ('unknown' in before) return unknown(`at base, ${before.unknown}`)
  const count = Math.max(before.queries.length, after.queries.length)
  const at = (queries: readonly QueryAnalysis[], index: number) => queries[index] ?? queries[0]
  const effects = Array.from({ length: count }, (_, index): Effect => {
    const [old, now] = [at(before.queries, index), at(after.queries, index)]
    if (old === undefined || now === undefined) return unknown('there is nothing to compare')
    return effectOfDifference(compareOutputs(old.output, now.output))
  })
  const [full, later] = effects
  if (full === undefined) return unknown('there is nothing to compare')
  return later === undefined ? full : bothWays(full, later)
}

/** The two ways of building an incremental model, said once where they differ alike. */
function bothWays(full: Effect, later: Effect): Effect {
  if (isNone(later)) return full
  const own = later.words.filter((each) => !full.words.includes(each)).map((each) => `in incremental runs: ${each}`)
  if (isNone(full)) return { ...later, words: own }
  return {
    classes: [...new Set([...full.classes, ...later.classes])],
    columns: [...new Set([...full.columns, ...later.columns])].sort(),
    words: [...full.words, ...own],
    whole: full.whole || later.whole,
  }
}

function isNone({ classes }: Effect): boolean {
  return classes.every((each) => each === 'none')
}

function unknown(why: string): Effect {
  return {
    classes: ['unknown'],
    columns: [],
    words: [`its effect on columns and rows is not known: ${why}`],
    whole: true,
  }
}

function effectOfDifference(difference: Difference): Effect {
  if (isSame(difference))
    return { classes: ['none'], columns: [], words: ['gives the same rows and columns'], whole: false }
  const { rows, changed, added, removed, shown, all } = difference
  const classes: ChangeClass[] = []
  if (rows.length > 0) classes.push('rows')
  if (changed.length + removed.length + shown.length > 0 || all !== null) classes.push('column')
  if (added.length > 0) classes.push('additive')
  const words = [
    ...rows,
    ...(changed.length > 0 ? [`${few(changed, ', ')} computed otherwise`] : []),
    ...(removed.length > 0 ? [`${few(removed, ', ')} removed`] : []),
    ...shown,
    ...(all === null ? [] : [all]),
    ...(added.length > 0 ? [`${few(added, ', ')} added`] : []),
  ]
  const columns = [...new Set([...changed, ...added, ...removed])].sort()
  return { classes, columns, words, whole: shown.length > 0 || all !== null || columns.includes('(unnamed)') }
}
