import type { ColumnRule } from './column-rule.ts'
import { evolves, type IncrementalChange, incrementalChange, mergesAll } from './incremental.ts'
import { called, definition } from './resource.ts'

/** An incremental model whose columns change in a way that its on_schema_change, or the table, refuses: its next run fails. */
export const incrementalSchema: ColumnRule = {
  id: 'incremental-schema',
  severity: 'error',
  description: 'An incremental model changes its columns in a way that makes its next run fail.',
  *check({ base, head, ids }) {
    if (base === null) return
    for (const unique_id of ids) {
      const change = incrementalChange(base, head, unique_id)
      const because = change === null ? null : refusal(change, evolves(change, head))
      if (because === null) continue
      const message = `the next incremental run of ${called(head.project, unique_id)} fails: ${because}; run it once with --full-refresh, or set on_schema_change to what the change needs`
      yield { unique_id, location: definition(head.project, unique_id), message }
    }
  },
}

/** Why the next run fails for certain, in words; null when it may not. */
export function refusal(change: IncrementalChange, mayEvolve: boolean): string | null {
  const { added, removed, recased, retyped, onSchemaChange, strategy } = change
  if (onSchemaChange === 'fail') {
    const changes = [
      ...added.map((name) => `'${name}' is new`),
      ...removed.map((name) => `'${name}' is gone`),
      ...recased.map(({ from, to }) => `'${from}' is written '${to}'`),
      ...retyped.map(({ name, from, to }) => `'${name}' was ${from} and is ${to}`),
    ]
    return changes.length === 0 ? null : `${changes.join(', ')}, and on_schema_change is fail`
  }
  const [again] = recased
  if (again !== undefined && onSchemaChange !== 'ignore')
    return `dbt takes '${again.to}' for a new column, which its table has as '${again.from}', and on_schema_change is ${onSchemaChange}`
  if (removed.length === 0 || mayEvolve) return null
  const gone = `its SQL no longer gives ${removed.map((name) => `'${name}'`).join(', ')}, which its table has`
  if (strategy === 'merge' && onSchemaChange === 'ignore' && mergesAll(change))
    return `${gone}, and on_schema_change is ignore`
  const keepsAll = onSchemaChange === 'ignore' || onSchemaChange === 'append_new_columns'
  return strategy === 'delete+insert' && keepsAll ? `${gone}, and delete+insert writes all of them` : null
}
