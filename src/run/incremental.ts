import type { Model } from '../dbt/manifest.ts'
import { BuildError } from './build-error.ts'
import { quoted, quotedRelation } from './relation.ts'
import type { TypedColumn } from './rows.ts'
import type { RelationName } from './warehouse.ts'

/** What an incremental model asks for, read from its config: https://docs.getdbt.com/docs/build/incremental-strategy */
interface Incremental {
  readonly strategy: 'append' | 'merge'
  readonly uniqueKey: readonly string[]
  readonly onSchemaChange: string
  readonly updated: readonly string[] | null
  readonly notUpdated: readonly string[]
  readonly predicates: readonly string[]
}

/**
 * The statements that bring the new rows of an incremental model, which stand in `source`, into `target`. Throws a
 * `BuildError` for what the model asks for and native execution does not do.
 */
export function incrementalStatements(
  model: Model,
  target: RelationName,
  source: RelationName,
  existing: readonly TypedColumn[],
  incoming: readonly TypedColumn[],
): string[] {
  const wanted = readConfig(model)
  const { statements, columns } = schemaChange(wanted.onSchemaChange, target, existing, incoming)
  return [...statements, rowsInto(wanted, target, source, columns)]
}

function readConfig({ config }: Model): Incremental {
  const strategy = config.incremental_strategy ?? 'merge'
  if (strategy !== 'merge' && strategy !== 'append') {
    throw new BuildError(
      `incremental_strategy ${JSON.stringify(strategy)} is not run by this engine, which knows merge and append: deploy with another engine, or change the strategy`,
    )
  }
  const updated = texts(config.merge_update_columns)
  return {
    strategy,
    uniqueKey: texts(config.unique_key),
    onSchemaChange: typeof config.on_schema_change === 'string' ? config.on_schema_change : 'ignore',
    updated: updated.length === 0 ? null : updated,
    notUpdated: texts(config.merge_exclude_columns),
    predicates: texts(config.incremental_predicates ?? config.predicates),
  }
}

/** https://docs.getdbt.com/docs/build/incremental-models#what-if-the-columns-of-my-incremental-model-change */
function schemaChange(
  policy: string,
  target: RelationName,
  existing: readonly TypedColumn[],
  incoming: readonly TypedColumn[],
): { statements: string[]; columns: string[] } {
  const added = without(incoming, existing)
  const removed = without(existing, incoming)
  const common = existing.filter((it) => !removed.includes(it)).map((it) => it.name)
  const alter = `alter table ${quotedRelation(target)}`
  const add = added.map((it) => `${alter} add column ${quoted(it.name)} ${it.data_type}`)
  const drop = removed.map((it) => `${alter} drop column ${quoted(it.name)}`)
  switch (policy) {
    case 'append_new_columns':
      return { statements: add, columns: [...common, ...added.map((it) => it.name)] }
    case 'sync_all_columns':
      return { statements: [...drop, ...add], columns: [...common, ...added.map((it) => it.name)] }
    case 'fail':
      if (added.length + removed.length === 0) return { statements: [], columns: common }
      throw new BuildError(
        `its columns changed (${changes(added, removed)}) and on_schema_change is fail: build it anew with a full refresh, or choose append_new_columns or sync_all_columns`,
      )
    case 'ignore':
      if (removed.length === 0) return { statements: [], columns: common }
      throw new BuildError(
        `its SQL no longer gives ${names(removed)} and on_schema_change is ignore: build it anew with a full refresh, or choose append_new_columns or sync_all_columns`,
      )
    default:
      throw new BuildError(
        `on_schema_change ${JSON.stringify(policy)} is none of ignore, append_new_columns, sync_all_columns and fail`,
      )
  }
}

function rowsInto(wanted: Incremental, target: RelationName, source: RelationName, columns: readonly string[]): string {
  const list = columns.map(quoted).join(', ')
  const [into, from] = [quotedRelation(target), quotedRelation(source)]
  if (wanted.strategy === 'append' || wanted.uniqueKey.length === 0) {
    return `insert into ${into} (${list}) select ${list} from ${from}`
  }
  const lower = (names: readonly string[]) => names.map((it) => it.toLowerCase())
  const kept = new Set(lower(wanted.notUpdated))
  const updated = columns.filter((it) =>
    wanted.updated === null ? !kept.has(it.toLowerCase()) : lower(wanted.updated).includes(it.toLowerCase()),
  )
  const key = wanted.uniqueKey.map((it) => `DBT_INTERNAL_SOURCE.${quoted(it)} <=> DBT_INTERNAL_DEST.${quoted(it)}`)
  const set = updated.map((it) => `${quoted(it)} = DBT_INTERNAL_SOURCE.${quoted(it)}`).join(', ')
  const values = columns.map((it) => `DBT_INTERNAL_SOURCE.${quoted(it)}`).join(', ')
  return [
    `merge into ${into} as DBT_INTERNAL_DEST using ${from} as DBT_INTERNAL_SOURCE`,
    `on ${[...wanted.predicates.map((it) => `(${it})`), ...key].join(' and ')}`,
    ...(updated.length === 0 ? [] : [`when matched then update set ${set}`]),
    `when not matched then insert (${list}) values (${values})`,
  ].join(' ')
}

function without(columns: readonly TypedColumn[], others: readonly TypedColumn[]): TypedColumn[] {
  const known = new Set(others.map((it) => it.name.toLowerCase()))
  return columns.filter((it) => !known.has(it.name.toLowerCase()))
}

function changes(added: readonly TypedColumn[], removed: readonly TypedColumn[]): string {
  const parts = [
    ...(added.length === 0 ? [] : [`new: ${names(added)}`]),
    ...(removed.length === 0 ? [] : [`gone: ${names(removed)}`]),
  ]
  return parts.join('; ')
}

function names(columns: readonly TypedColumn[]): string {
  return columns.map((it) => it.name).join(', ')
}

/** A config that is a text or a list of texts. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  return Array.isArray(value) ? value.filter((it): it is string => typeof it === 'string') : []
}
