import type { ConfigKind } from './config-kind.ts'
import { configFields, docs } from './config-shapes.ts'
import { isObject } from './data.ts'
import { MOVED } from './moved.ts'
import { type PropertyEntry, type PropertyKey, placeOf } from './properties.ts'
import {
  COLUMN_SEMANTICS,
  columnGrain,
  LATEST_METRIC,
  MODEL_SEMANTICS,
  OLD_METRIC,
  SAVED_QUERY,
  SEMANTIC_MODEL,
} from './semantic-shapes.ts'
import {
  anything,
  bool,
  both,
  checkFields,
  kindOf,
  listOf,
  mapping,
  nullable,
  oneOf,
  type Shape,
  scalar,
  type Tell,
  text,
  textOr,
  unknownFields,
} from './shape.ts'
import type { Sink } from './sink.ts'
import { UNIT_TEST } from './unit-test-shapes.ts'
import { checkVersions, date, version } from './version-shapes.ts'

type Fields = Readonly<Record<string, Shape>>

const configOf = (kind: ConfigKind): Shape => mapping(configFields(kind))
const config = configOf('model')
const constraint = mapping({ type: oneOf('check', 'not_null', 'unique', 'primary_key', 'foreign_key', 'custom') }, [
  'type',
])
const described: Fields = { description: text, meta: mapping(), docs, config }
const columnFields = mapping(
  {
    ...described,
    name: text,
    data_type: nullable(text),
    quote: nullable(bool),
    tags: listOf(text),
    constraints: listOf(constraint),
    ...COLUMN_SEMANTICS,
  },
  ['name'],
)
const column = both(columnFields, columnGrain)
const quoting = mapping({ database: nullable(bool), schema: nullable(bool), identifier: nullable(bool) })
const time = nullable(mapping({ count: nullable(countOrTemplate), period: nullable(oneOf('minute', 'hour', 'day')) }))
const freshness = nullable(mapping({ warn_after: time, error_after: time, filter: nullable(text) }))
const loadedAt = nullable(filled)
const sourceConfig = mapping({ enabled: bool, freshness })
const table: Fields = {
  ...described,
  name: text,
  identifier: nullable(text),
  loaded_at_field: loadedAt,
  loaded_at_query: nullable(text),
  loader: nullable(text),
  config: sourceConfig,
  quoting,
  freshness,
  external: nullable(mapping({ location: nullable(text), partitions: nullable(listOf(anything)) })),
  tags: listOf(text),
  columns: listOf(column),
}
const owned: Fields = {
  name: text,
  description: text,
  owner: ownerShape,
  config: mapping({ enabled: bool, meta: mapping() }),
}

const returns = mapping({ data_type: text, description: nullable(text) }, ['data_type'])
const signature: Fields = {
  arguments: listOf(mapping({ name: text, data_type: text, description: nullable(text) }, ['name', 'data_type'])),
}

const SHAPES: Readonly<Partial<Record<PropertyKey, Fields>>> = {
  models: {
    ...described,
    columns: listOf(column),
    constraints: listOf(constraint),
    access: nullable(oneOf('private', 'protected', 'public')),
    group: nullable(text),
    versions: listOf(version(column, config)),
    latest_version: nullable(scalar),
    deprecation_date: nullable(date),
    ...MODEL_SEMANTICS,
  },
  metrics: OLD_METRIC,
  semantic_models: SEMANTIC_MODEL,
  saved_queries: SAVED_QUERY,
  seeds: { ...described, columns: listOf(column) },
  snapshots: { ...described, config: configOf('snapshot'), columns: listOf(column) },
  analyses: { ...described, columns: listOf(column) },
  sources: {
    name: text,
    description: text,
    meta: mapping(),
    config: sourceConfig,
    overrides: text,
    unrendered_database: anything,
    unrendered_schema: anything,
    loaded_at_field_present: anything,
    database: nullable(text),
    schema: nullable(text),
    // What an adapter calls them.
    catalog: nullable(text),
    dataset: nullable(text),
    project: nullable(text),
    data_space: nullable(text),
    loader: nullable(text),
    loaded_at_field: loadedAt,
    loaded_at_query: nullable(text),
    quoting,
    freshness,
    tags: listOf(text),
    tables: listOf(mapping(table, ['name'])),
  },
  macros: {
    description: text,
    meta: mapping(),
    docs,
    config: mapping({ meta: mapping(), docs }),
    arguments: listOf(mapping({ name: text, type: nullable(text), description: text }, ['name'])),
  },
  functions: {
    ...described,
    ...signature,
    config: configOf('function'),
    returns,
    overloads: listOf(
      mapping({ ...signature, defined_in: text, returns: nullable(returns), description: nullable(text) }, [
        'defined_in',
      ]),
    ),
  },
  exposures: {
    ...owned,
    type: oneOf('dashboard', 'notebook', 'analysis', 'ml', 'application'),
    maturity: nullable(oneOf('low', 'medium', 'high')),
    url: nullable(text),
    label: nullable(text),
    depends_on: listOf(text),
    meta: mapping(),
    tags: listOf(text),
  },
  groups: { ...owned, description: nullable(text) },
  unit_tests: UNIT_TEST,
}
const REQUIRED: Readonly<Partial<Record<PropertyKey, readonly string[]>>> = {
  exposures: ['type', 'owner'],
  groups: ['owner'],
  functions: ['returns'],
  semantic_models: ['model'],
  saved_queries: ['query_params'],
  unit_tests: ['model', 'given', 'expect'],
}

/** Tells values that dbt refuses in an entry of a property file, each where it stands. */
export function checkEntry(entry: PropertyEntry, sink: Sink): void {
  const { key, name, raw, data } = entry
  const tell: Tell = (holder, at, message) =>
    sink.add('invalid-properties', 'error', placeOf(entry, holder, at), `${called(key)} '${name}': ${message}`)
  const own = (message: string): void =>
    sink.add('invalid-properties', 'error', entry.place, `${called(key)} '${name}' ${message}`)
  for (const field of REQUIRED[key] ?? []) if (!Object.hasOwn(data, field)) own(`needs '${field}'; add it: ${field}: …`)
  if (key === 'metrics' && 'calculation_method' in data) {
    own('is in the form of the package dbt_metrics, which dbt reads no more; write it for the semantic layer')
    return
  }
  const fields = key === 'metrics' && !('type_params' in data) ? LATEST_METRIC : SHAPES[key]
  if (fields) checkFields(fields, data, raw, tell)
  if (fields && EXACT.has(key))
    for (const field of unknownFields(fields, data)) tell(raw, field, `'${field}' is no key of it; remove it`)
  if (key === 'metrics') checkMetric(entry, own)
  if (MOVING.has(key)) checkMoved(entry, tell)
  if (key === 'models') checkVersions(entry.data, own)
  if (key === 'models') checkTimeSpine(entry.data, own)
  if (key === 'functions') checkDefaults(entry, own)
}

/** What has no other keys than dbt's. */
const EXACT: ReadonlySet<PropertyKey> = new Set([
  'metrics',
  'semantic_models',
  'saved_queries',
  'unit_tests',
  'exposures',
  'groups',
  'sources',
])

function checkMetric({ name, data }: PropertyEntry, own: (message: string) => void): void {
  if (!/^[A-Za-z]\w*$/u.test(name) || name.length > 250)
    own('has a name that is no name of a metric: a letter, then letters, digits and underscores, 250 at most')
  if ('type_params' in data) return
  if (!('type' in data)) own("needs 'type'; add it: type: …")
  else if (data.type === 'simple')
    own('is a simple metric, which stands under metrics: in the entry of the model that it is made of')
}

const MOVING: ReadonlySet<PropertyKey> = new Set([
  'models',
  'seeds',
  'snapshots',
  'analyses',
  'data_tests',
  'functions',
])

/** What dbt moves under `config` must not be there already. */
function checkMoved({ raw }: PropertyEntry, tell: Tell): void {
  if (!isObject(raw.config)) return
  for (const field of MOVED)
    if (field in raw && field in raw.config) tell(raw, field, `'${field}' is here and under config too; keep it there`)
}

/** What a function's caller may leave out comes last. */
function checkDefaults({ data }: PropertyEntry, own: (message: string) => void): void {
  const list = Array.isArray(data.arguments) ? data.arguments.filter(isObject) : []
  const isOptional = ({ default_value }: (typeof list)[number]): boolean => (default_value ?? null) !== null
  const first = list.findIndex(isOptional)
  const after = first < 0 ? undefined : list.slice(first).find((argument) => !isOptional(argument))
  if (after) own(`has the argument '${String(after.name)}' without a default after one with a default; put it first`)
}

/** https://docs.getdbt.com/docs/build/metricflow-time-spine */
function checkTimeSpine(data: PropertyEntry['data'], own: (message: string) => void): void {
  const { time_spine: spine, columns } = data
  if (!isObject(spine)) return
  const list = Array.isArray(columns) ? columns.filter(isObject) : []
  const standard = list.find(({ name }) => name === spine.standard_granularity_column)
  const custom = Array.isArray(spine.custom_granularities) ? spine.custom_granularities.filter(isObject) : []
  const missing = custom
    .map(({ name, column_name }) => column_name || name)
    .find((name) => !list.some((column) => column.name === name))
  if (!standard)
    own(`has a time spine on the column '${String(spine.standard_granularity_column)}', which is none of its columns`)
  else if ((standard.granularity ?? '') === '')
    own(`has a time spine on the column '${String(standard.name)}', which needs a granularity`)
  if (missing !== undefined) own(`has a time spine with the column '${String(missing)}', which is none of its columns`)
}

function called(key: PropertyKey): string {
  const one = key === 'analyses' ? 'analysis' : key === 'saved_queries' ? 'saved query' : key.slice(0, -1)
  return `the ${one.replace('_', ' ')}`
}

function countOrTemplate(...[data, , { holder, key, name, tell }]: Parameters<Shape>): void {
  if (typeof data !== 'number' && !(typeof data === 'string' && /^\d+$/.test(data)))
    tell(holder, key, `'${name}' is a whole number, not ${kindOf(data)}`)
}

function filled(...[data, raw, at]: Parameters<Shape>): void {
  text(data, raw, at)
  if (data === '') at.tell(at.holder, at.key, `'${at.name}' is empty; name a column, or remove it`)
}

function ownerShape(...[data, raw, at]: Parameters<Shape>): void {
  mapping({ name: nullable(text), email: nullable(textOr(listOf(text))) })(data, raw, at)
  if (isObject(data) && data.name === undefined && data.email === undefined)
    at.tell(at.holder, at.key, `'${at.name}' needs a name or an email`)
}
