import type { Json, JsonObject } from '../dbt/manifest.ts'
import { canonicalJson, isObject } from './canonical.ts'
import type { ChangeClass } from './change.ts'

/** What a change of a node's configuration does. */
export interface ConfigEffect {
  readonly classes: readonly ChangeClass[]
  readonly columns: readonly string[]
  /** What to know besides the settings themselves. */
  readonly words: readonly string[]
}

/** What decides which rows a run writes: https://docs.getdbt.com/reference/resource-configs/unique_key and its like, and a snapshot's. */
const ofRows =
  /^(unique_key|incremental_.*|merge_.*|matched_.*|not_matched_.*|skip_.*matched.*|strategy|check_cols|updated_at|hard_deletes|invalidate_hard_deletes|dbt_valid_to_current|snapshot_meta_column_names|event_time|batch_size|begin|lookback|replace_on|replace_using|target_alias|source_alias|delimiter)$/

/** Statements of the project's own, which may do anything. */
const ofAnything = /^(pre_hook|post_hook|sql_header|macros)$/

/** What an existing relation keeps until it is built anew. */
const ofRelation =
  /^(materialized|file_format|table_format|location_root|use_uniform|partition_by|buckets|clustered_by|liquid_clustered_by|cluster_by|auto_liquid_cluster|options)$/

/** The classes of what differs between two configurations, most of which shape the relation and not its data. */
export function configEffect(before: JsonObject, after: JsonObject): ConfigEffect {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => canonicalJson(before[key] ?? null) !== canonicalJson(after[key] ?? null),
  )
  const classes = new Set<ChangeClass>()
  const columns: string[] = []
  const words: string[] = []
  for (const key of keys) {
    if (ofAnything.test(key)) {
      classes.add('unknown')
      words.push('what its statements do is not analysed')
    } else if (ofRows.test(key)) classes.add('rows')
    else if (key === 'contract' || key === 'column_types') {
      const differing = columnsOf(key, before[key], after[key])
      classes.add(differing === null ? 'config' : 'column')
      columns.push(...(differing ?? []))
    } else classes.add('config')
  }
  const kept = keys.filter((key) => ofRelation.test(key))
  const stays = [before, after].every(({ materialized }) => materialized === 'incremental')
  if (stays && kept.length > 0) words.push(`an incremental run leaves ${kept.join(', ')} as it is: full refresh needed`)
  return { classes: [...classes], columns: columns.sort(), words }
}

/** The columns whose type differs, or all where they come or go; null when only their constraints do. */
function columnsOf(key: string, before: Json | undefined, after: Json | undefined): string[] | null {
  const [old, now] = [before, after].map((value) => types(key, value))
  if (old === undefined || now === undefined) return []
  if (isObject(before) && isObject(after) && canonicalJson(before.order ?? null) !== canonicalJson(after.order ?? null))
    return differing(old, now)
  const names = differing(old, now)
  return names.length > 0 ? names : null
}

function differing(old: JsonObject, now: JsonObject): string[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  return names.filter((name) => canonicalJson(old[name] ?? null) !== canonicalJson(now[name] ?? null))
}

function types(key: string, value: Json | undefined): JsonObject {
  const bag = isObject(value) ? (key === 'contract' ? value.columns : value) : {}
  if (!isObject(bag)) return {}
  return Object.fromEntries(
    Object.entries(bag).map(([name, column]) => [name, isObject(column) ? (column.data_type ?? null) : column]),
  )
}
