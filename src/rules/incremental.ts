import type { Json, Model } from '../dbt/manifest.ts'
import type { ColumnFacts } from '../graph/column-facts.ts'
import { isHandedOnAsBefore } from './column-use.ts'
import { typeWord } from './types.ts'

/** How the columns of an incremental model differ, which stands in the warehouse as base built it. */
export interface IncrementalChange {
  readonly model: Model
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Written in another case than before: one column for Spark, two for dbt. */
  readonly recased: readonly { readonly from: string; readonly to: string }[]
  /** Types that are known for certain on both sides, as one word each. */
  readonly retyped: readonly { readonly name: string; readonly from: string; readonly to: string }[]
  /** Holding other values than before, of those that both sides have; null where that is not known. */
  readonly computed: readonly string[] | null
  /** What decides the rows otherwise, in words; null where that is not known. */
  readonly rows: readonly string[] | null
  readonly onSchemaChange: 'ignore' | 'fail' | 'append_new_columns' | 'sync_all_columns'
  readonly strategy: string
}

/** A model that is incremental on both sides, and how it differs; null for any other, and for one that is built anew whatever happens. */
export function incrementalChange(base: ColumnFacts, head: ColumnFacts, unique_id: string): IncrementalChange | null {
  const [old, now] = [base, head].map((facts) => facts.project.manifest.nodes.get(unique_id))
  if (old?.resource_type !== 'model' || now?.resource_type !== 'model') return null
  if (![old, now].every(({ config }) => config.materialized === 'incremental')) return null
  if (now.config.full_refresh === true || old.relation_name !== now.relation_name) return null
  const [before, after] = [base.given(unique_id), head.given(unique_id)]
  const [ours, theirs] = [before ?? [], after ?? []].map(
    (columns) => new Map(columns.map((column) => [column.name.toLowerCase(), column])),
  )
  const known = before !== null && after !== null && ours !== undefined && theirs !== undefined
  // What fails for want of a column changes nothing yet.
  if (head.missing(unique_id).length > 0) return null
  const difference = head.difference(base, unique_id)
  const onlyRenamed = (name: string): boolean => {
    const [was, is] = [ours, theirs].map((columns) => columns?.get(name.toLowerCase()))
    return was !== undefined && is !== undefined && isHandedOnAsBefore(base, head, was, is)
  }
  return {
    model: now,
    added: known ? [...theirs].flatMap(([key, { name }]) => (ours.has(key) ? [] : [name])) : [],
    removed: known ? [...ours].flatMap(([key, { name }]) => (theirs.has(key) ? [] : [name])) : [],
    recased: known
      ? [...theirs].flatMap(([key, { name }]) => {
          const from = ours.get(key)?.name
          return from === undefined || from === name ? [] : [{ from, to: name }]
        })
      : [],
    retyped: known
      ? [...theirs].flatMap(([key, column]) => {
          const was = ours.get(key)
          const [from, to] = [was && typeWord(base.typeOf(was)), typeWord(head.typeOf(column))]
          return from && to && from !== to ? [{ name: column.name, from, to }] : []
        })
      : [],
    computed: difference?.all === null ? difference.changed.filter((name) => !onlyRenamed(name)) : null,
    rows: difference?.rows ?? null,
    onSchemaChange: policyOf(now),
    strategy: typeof now.config.incremental_strategy === 'string' ? now.config.incremental_strategy : 'merge',
  }
}

/** https://docs.getdbt.com/docs/build/incremental-models#what-if-the-columns-of-my-incremental-model-change; what is misspelt is `ignore`. */
function policyOf({ config }: Model): IncrementalChange['onSchemaChange'] {
  const policy = config.on_schema_change
  return policy === 'fail' || policy === 'append_new_columns' || policy === 'sync_all_columns' ? policy : 'ignore'
}

/** Whether the table itself may take other columns while rows are merged into it: a setting of dbt-databricks, or of a session. */
export function evolves({ model }: IncrementalChange, head: ColumnFacts): boolean {
  const { config } = model
  const { nodes } = head.project.manifest
  const operations = [...nodes.values()].filter(({ resource_type }) => resource_type === 'operation')
  const said = [config['pre-hook'], config.pre_hook, config.sql_header].map((each) => JSON.stringify(each ?? null))
  return (
    isTrue(config.merge_with_schema_evolution) ||
    [...said, ...operations.map(({ raw_code }) => raw_code)].some((text) => /automerge|alter\s+table/i.test(text))
  )
}

/** Whether rows that match nothing are inserted with all their columns, or matched ones updated with all of them. */
export function mergesAll({ model: { config } }: IncrementalChange): boolean {
  const updatesAll =
    !isTrue(config.skip_matched_step) && isUnset(config.merge_update_columns) && isUnset(config.merge_exclude_columns)
  return updatesAll || !isTrue(config.skip_not_matched_step)
}

/** A config that dbt-databricks reads as true. */
export function isTrue(value: Json | undefined): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}

function isUnset(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}
