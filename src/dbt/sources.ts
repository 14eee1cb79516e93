import { columnInfo } from './columns.ts'
import { NO_FRESHNESS } from './config-kind.ts'
import {
  copy,
  type Data,
  type DataObject,
  isJsonObject,
  isList,
  isObject,
  plain,
  plainObject,
  textOr,
  texts,
} from './data.ts'
import type { SourceDraft } from './draft.ts'
import type { TestRequest } from './generic-tests.ts'
import type { ColumnInfo, Json, JsonObject } from './manifest.ts'
import { objectOr, objects, type PropertyEntry, placeOf } from './properties.ts'
import type { Session } from './session.ts'
import type { Place } from './sink.ts'
import { folders } from './sql-nodes.ts'
import { testTarget } from './test-builder.ts'
import { requestsOf } from './test-requests.ts'

/** A table of a source while it is parsed. */
export interface SourceWork {
  readonly draft: SourceDraft
  readonly place: Place
  readonly entry: PropertyEntry
  /** Its columns with their Jinja rendered, and as they are written. */
  readonly columns: readonly DataObject[]
  readonly rawColumns: readonly Data[]
  readonly tests: readonly TestRequest[]
}

/** The tables of a source's entry: https://docs.getdbt.com/reference/source-properties */
export function sourceTables(
  session: Session,
  entry: PropertyEntry,
  overrides: readonly PropertyEntry[],
): SourceWork[] {
  const aliases = session.packages.target.adapter.aliases
  const override = overrides.find((other) => other.name === entry.name && other.data.overrides === entry.package.name)
  const data = translate(entry.data, aliases)
  const raw = translate(entry.raw, aliases)
  const list = isList(data.tables) ? data.tables : []
  const rawList = isList(raw.tables) ? raw.tables : []
  return list.flatMap((table, index) => {
    const rawTable = rawList[index]
    if (isObject(table) && saysBoth(table))
      session.sink.add(
        'invalid-properties',
        'error',
        placeOf(entry, rawList, index),
        'a table has a loaded_at_field or a loaded_at_query, not both',
      )
    if (!isObject(table) || !isObject(rawTable) || typeof table.name !== 'string') {
      session.sink.add(
        'invalid-properties',
        'error',
        isList(rawList) ? placeOf(entry, rawList, index) : entry.place,
        `a table of the source '${entry.name}' has no name`,
      )
      return []
    }
    return [
      makeTable(
        session,
        entry,
        patched(data, override?.data, ['name', 'overrides', 'tables']),
        raw,
        patched(table, tableOverride(override, table.name), ['name']),
        rawTable,
        override,
      ),
    ]
  })
}

function saysBoth(table: DataObject): boolean {
  const config = objectOr(table.config)
  return Boolean((table.loaded_at_field ?? config.loaded_at_field) && (table.loaded_at_query ?? config.loaded_at_query))
}

function translate(data: DataObject, aliases: Readonly<Record<string, string>>): DataObject {
  let result: Record<string, Data> | undefined
  for (const [alias, name] of Object.entries(aliases)) {
    if (!Object.hasOwn(data, alias)) continue
    result ??= copy(data)
    result[name] = data[alias] as Data
    delete result[alias]
  }
  return result ?? data
}

function tableOverride(override: PropertyEntry | undefined, name: string): DataObject | undefined {
  return override && objects(override.data.tables).find((table) => table.name === name)
}

function patched(data: DataObject, patch: DataObject | undefined, without: readonly string[]): DataObject {
  if (!patch) return data
  return { ...data, ...Object.fromEntries(Object.entries(patch).filter(([key]) => !without.includes(key))) }
}

function makeTable(
  session: Session,
  entry: PropertyEntry,
  source: DataObject,
  rawSource: DataObject,
  table: DataObject,
  rawTable: DataObject,
  override: PropertyEntry | undefined,
): SourceWork {
  const { target } = session.packages
  const { configs, runtime } = session
  const name = textOr(table.name, '')
  const fqn = [entry.package.name, ...folders(entry.source.relative), entry.name, name]
  const patch = configOf(source, table)
  const own = { kind: 'source' as const, package: entry.package, fqn, patch }
  const config = configs.rendered(own)
  const columns = new Map<string, ColumnInfo>()
  const rawColumns = isList(rawTable.columns) ? rawTable.columns : []
  const described = objects(table.columns)
  described.forEach((column, index) => {
    const written = rawColumns[index]
    if (typeof column.name !== 'string' || !isObject(written)) return
    columns.set(column.name, columnInfo(written, column))
  })
  const quoting = { ...NO_QUOTING, ...plainObject(source.quoting), ...withoutNulls(plainObject(table.quoting)) }
  const draft: SourceDraft = {
    resource_type: 'source',
    name,
    package_name: entry.package.name,
    path: entry.source.original,
    original_file_path: entry.source.original,
    unique_id: `source.${entry.package.name}.${entry.name}.${name}`,
    fqn,
    source_name: entry.name,
    source_description: textOr(rawSource.description, ''),
    loader: textOr(source.loader, ''),
    identifier: textOr(table.identifier, name),
    database: textOr(source.database, '') || target.database,
    schema: textOr(source.schema, '') || entry.name,
    relation_name: '',
    config,
    tags: texts(config.tags === undefined ? [] : plainData(config.tags)),
    meta: isJsonObject(config.meta) ? config.meta : {},
    source_meta: { ...plainObject(source.meta), ...plainObject(objectOr(source.config).meta) },
    description: textOr(rawTable.description, ''),
    columns,
    freshness: isJsonObject(config.freshness) ? config.freshness : null,
    loaded_at_field: typeof config.loaded_at_field === 'string' ? config.loaded_at_field : null,
    loaded_at_query: typeof config.loaded_at_query === 'string' ? config.loaded_at_query : null,
    quoting,
    external: table.external === undefined ? null : plain(table.external),
    patch_path: override ? `${override.package.name}://${override.source.original}` : null,
    unrendered_config: configs.unrendered(own),
    unrendered_database: textOr(rawSource.database, null),
    unrendered_schema: textOr(rawSource.schema, null),
    doc_blocks: [],
  }
  draft.relation_name = runtime.relations
    .of({ database: draft.database, schema: draft.schema, identifier: draft.identifier }, quoting)
    .render()
  const tags = [...texts(source.tags), ...texts(table.tags)]
  const tests = requestsOf(
    session,
    entry,
    testTarget('sources', entry.name, name, null),
    rawTable,
    { quote_columns: isJsonObject(quoting) ? (quoting.column ?? null) : null },
    () => true,
    tags,
  )
  return { draft, place: placeOf(entry, rawTable), entry, columns: described, rawColumns, tests }
}

const NO_QUOTING = { database: null, schema: null, identifier: null, column: null }

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
}

function plainData(value: Json): Data {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : null
}

/** What a source and its table say of the table's config: the table wins, meta is merged, tags add. */
function configOf(source: DataObject, table: DataObject): DataObject {
  const [sourceConfig, tableConfig] = [objectOr(source.config), objectOr(table.config)]
  const config = copy(sourceConfig, tableConfig)
  const freshness = mergeFreshness([source.freshness, sourceConfig.freshness, table.freshness, tableConfig.freshness])
  if (freshness === undefined) delete config.freshness
  else config.freshness = freshness
  const tableField = table.loaded_at_field ?? tableConfig.loaded_at_field ?? null
  const hasField = 'loaded_at_field' in table || tableField !== null
  config.loaded_at_field = hasField ? tableField : (source.loaded_at_field ?? sourceConfig.loaded_at_field ?? null)
  const tableQuery = table.loaded_at_query ?? tableConfig.loaded_at_query ?? null
  config.loaded_at_query =
    tableQuery ?? ('loaded_at_field' in table ? null : (source.loaded_at_query ?? sourceConfig.loaded_at_query ?? null))
  config.meta = {
    ...objectOr(source.meta),
    ...objectOr(sourceConfig.meta),
    ...objectOr(table.meta),
    ...objectOr(tableConfig.meta),
  }
  config.tags = [
    ...new Set([...texts(source.tags), ...texts(sourceConfig.tags), ...texts(table.tags), ...texts(tableConfig.tags)]),
  ].sort()
  return config
}

type Freshness = { readonly warn_after: Json; readonly error_after: Json; readonly filter: Json }

/**
 * Freshness from the outside in: an explicit null switches it off, a threshold that is not said again is kept. `undefined` when
 * nothing is said, so that dbt_project.yml may say it.
 */
function mergeFreshness(levels: readonly (Data | undefined)[]): Data | undefined {
  let merged = threshold(levels[0])
  for (const level of levels.slice(1)) {
    const next = threshold(level)
    if (merged !== null && next !== null)
      merged = {
        warn_after: mergeTime(merged.warn_after, next.warn_after),
        error_after: mergeTime(merged.error_after, next.error_after),
        filter: next.filter ?? merged.filter,
      }
    else if (merged === null && next !== null && says(next)) merged = next
    else merged = null
  }
  if (merged === null) return null
  return says(merged) ? dataOf(merged) : undefined
}

function dataOf(freshness: Freshness): Data {
  const time = (value: Json): Data =>
    isJsonObject(value) ? { count: scalar(value.count), period: scalar(value.period) } : null
  return {
    warn_after: time(freshness.warn_after),
    error_after: time(freshness.error_after),
    filter: scalar(freshness.filter),
  }
}

function scalar(value: Json | undefined): Data {
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

function threshold(level: Data | undefined): Freshness | null {
  if (level === null) return null
  const given = plainObject(level)
  const time = (value: Json | undefined): Json =>
    value === null
      ? null
      : isJsonObject(value)
        ? { count: value.count ?? null, period: value.period ?? null }
        : { count: null, period: null }
  return {
    ...NO_FRESHNESS,
    warn_after: time(given.warn_after),
    error_after: time(given.error_after),
    filter: given.filter ?? null,
  }
}

function isTime(value: Json): boolean {
  return isJsonObject(value) && value.count !== null && value.period !== null
}

function says(freshness: Freshness): boolean {
  return isTime(freshness.warn_after) || isTime(freshness.error_after)
}

function mergeTime(base: Json, update: Json): Json {
  if (isTime(base) && isTime(update)) return update
  if (update === null) return null
  return isTime(update) ? update : base
}
