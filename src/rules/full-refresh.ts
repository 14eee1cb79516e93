import type { JsonObject } from '../dbt/manifest.ts'
import { canonicalJson } from '../graph/canonical.ts'
import type { ColumnFacts } from '../graph/column-facts.ts'
import type { ColumnRule } from './column-rule.ts'
import { evolves, type IncrementalChange, incrementalChange } from './incremental.ts'
import { refusal } from './incremental-schema.ts'
import { called, definition } from './resource.ts'

/** A change of an incremental model that an incremental run does not bring to the rows, or to the table, that are there. */
export const fullRefresh: ColumnRule = {
  id: 'full-refresh',
  severity: 'warning',
  description: 'A change of an incremental model needs a full refresh to reach what is there.',
  *check({ base, head, ids }) {
    if (base === null) return
    for (const unique_id of ids) {
      const change = incrementalChange(base, head, unique_id)
      if (change === null || refusal(change, evolves(change, head)) !== null) continue
      const reasons = [...kept(base, change), ...ofColumns(change, evolves(change, head)), ...ofRows(change)]
      if (reasons.length === 0) continue
      const message = `${called(head.project, unique_id)} needs a full refresh: ${reasons.join('; ')}. Run it once with --full-refresh, or leave what is there as it is`
      yield { unique_id, location: definition(head.project, unique_id), message }
    }
  },
}

/** What a table keeps until it is created again; clustering and properties are altered by dbt-databricks. */
const ofTable = ['partition_by', 'file_format', 'location_root', 'clustered_by', 'buckets', 'options']

function kept(base: ColumnFacts, { model }: IncrementalChange): string[] {
  const before: JsonObject = base.project.manifest.nodes.get(model.unique_id)?.config ?? {}
  const differing = ofTable.filter(
    (key) => canonicalJson(before[key] ?? null) !== canonicalJson(model.config[key] ?? null),
  )
  return differing.length === 0 ? [] : [`the table keeps its ${differing.join(', ')}`]
}

function ofColumns({ added, removed, onSchemaChange, model }: IncrementalChange, mayEvolve: boolean): string[] {
  const reasons: string[] = []
  if (added.length > 0 && onSchemaChange === 'ignore' && !mayEvolve)
    reasons.push(`with on_schema_change: ignore, ${list(added)} ${is(added)} not loaded`)
  else if (added.length > 0) reasons.push(`${list(added)} ${is(added)} empty in the rows that are there`)
  const mapped = /"delta\.columnMapping\.mode":"(?!none)/i.test(JSON.stringify(model.config.tblproperties ?? null))
  if (removed.length > 0 && onSchemaChange !== 'sync_all_columns')
    reasons.push(`${list(removed)} ${removed.length > 1 ? 'stay' : 'stays'} in the table, empty in new rows`)
  else if (removed.length > 0 && !mapped)
    reasons.push(`Delta drops ${list(removed)} only from a table with column mapping (delta.columnMapping.mode)`)
  return reasons
}

function ofRows({ computed, rows, strategy, model, added, removed }: IncrementalChange): string[] {
  // Without partitions, all rows are replaced by every run.
  if (strategy === 'insert_overwrite' && (model.config.partition_by ?? null) === null) return []
  const named = (computed ?? []).filter((name) => !added.includes(name) && !removed.includes(name))
  return [
    ...(named.length > 0 ? [`rows that are there keep the values of ${list(named)}`] : []),
    ...(rows !== null && rows.length > 0 ? [`rows that are there were chosen otherwise (${rows.join(', ')})`] : []),
  ]
}

function list(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}

function is(names: readonly string[]): string {
  return names.length > 1 ? 'are' : 'is'
}
