import { analyseQuery } from './analyse.ts'
import type { QueryAnalysis, Relation, Relations } from './analysis.ts'

/** A text's analysis, and the relations that it looked up: the same text over the same relations does the same. */
interface Kept {
  readonly looked: readonly Looked[]
  readonly analysis: QueryAnalysis
}

interface Looked {
  readonly isApart: boolean
  readonly name: string
  readonly key: string
}

/** So many texts are kept at most: those of the models around a change, not those of a project. */
const MOST = 2000

const kept = new Map<string, Kept>()
const keys = new WeakMap<Relation['columns'], string>()

/**
 * `analyseQuery`, once for what both sides of a comparison, and every look at them, have in common: that is nearly every model
 * that a changed one reads. Over a relation that holds other values than before nothing is kept.
 */
export function analyseOnce(sql: string, relations: Relations, apart: Relations): QueryAnalysis {
  const known = kept.get(sql)
  const stands = ({ isApart, name, key }: Looked): boolean => keyOf((isApart ? apart : relations)(name)) === key
  if (known?.looked.every(stands)) return known.analysis
  const looked = new Map<string, Looked | null>()
  const noted =
    (isApart: boolean, of: Relations): Relations =>
    (name) => {
      const relation = of(name)
      const key = keyOf(relation)
      looked.set(`${isApart} ${name}`, key === null ? null : { isApart, name, key })
      return relation === null || key === null ? relation : asBefore(relation)
    }
  const analysis = analyseQuery(sql, noted(false, relations), noted(true, apart))
  const all = [...looked.values()].filter((each) => each !== null)
  if (all.length === looked.size) {
    if (kept.size >= MOST) kept.clear()
    kept.set(sql, { looked: all, analysis })
  }
  return analysis
}

/** A relation without the versions, which are those of one look at it. */
function asBefore({ id, columns, complete }: Relation): Relation {
  return { id, columns, complete }
}

/** All that a query sees of a relation that is as before; null for one that holds other values. */
function keyOf(relation: Relation | null): string | null {
  if (relation === null) return ''
  const { id, columns, complete, version, rowsVersion = '' } = relation
  if (rowsVersion !== '' || (version?.(null) ?? '') !== '') return null
  const own = keys.get(columns) ?? JSON.stringify(columns.map(({ name, type }) => [name, type]))
  keys.set(columns, own)
  return `${id} ${complete} ${own}`
}
