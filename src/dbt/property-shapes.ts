import type { ConfigKind } from './config-kind.ts'
import { isObject } from './data.ts'
import { MOVED } from './moved.ts'
import { type PropertyEntry, type PropertyKey, placeOf } from './properties.ts'
import {
  anything,
  bool,
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
} from './shape.ts'
import type { Sink } from './sink.ts'

type Fields = Readonly<Record<string, Shape>>

/** dbt merges some of these, so they are mappings wherever they are set. */
const CONFIG_FIELDS: Fields = {
  meta: mapping(),
  quoting: mapping(),
  column_types: mapping(),
  grants: mapping(),
  docs: mapping({ show: bool }),
  contract: mapping({ enforced: bool }),
  persist_docs: mapping(),
  enabled: bool,
  full_refresh: nullable(bool),
  quote_columns: nullable(bool),
  access: nullable(oneOf('private', 'protected', 'public')),
  on_configuration_change: oneOf('apply', 'continue', 'fail'),
}
/** https://docs.getdbt.com/reference/function-configs */
const FUNCTION_CONFIG_FIELDS: Fields = {
  ...CONFIG_FIELDS,
  type: oneOf('scalar', 'aggregate', 'table'),
  volatility: nullable(oneOf('deterministic', 'stable', 'non-deterministic')),
  runtime_version: nullable(scalar),
  entry_point: nullable(text),
  snowflake: mapping({ quote_args: bool }),
}
/** What dbt checks in the config of a kind of resource, wherever it is set. */
export function configFields(kind: ConfigKind): Fields {
  return kind === 'function' ? FUNCTION_CONFIG_FIELDS : CONFIG_FIELDS
}
const config = mapping(CONFIG_FIELDS)
const constraint = mapping({ type: oneOf('check', 'not_null', 'unique', 'primary_key', 'foreign_key', 'custom') }, [
  'type',
])
const described: Fields = { description: text, meta: mapping(), docs: mapping(), config }
const column = mapping(
  {
    ...described,
    name: text,
    data_type: nullable(text),
    quote: nullable(bool),
    tags: listOf(text),
    constraints: listOf(constraint),
  },
  ['name'],
)
const quoting = mapping({ database: nullable(bool), schema: nullable(bool), identifier: nullable(bool) })
const time = nullable(mapping({ count: nullable(countOrTemplate), period: nullable(oneOf('minute', 'hour', 'day')) }))
const freshness = nullable(mapping({ warn_after: time, error_after: time, filter: nullable(text) }))
const table: Fields = {
  ...described,
  name: text,
  identifier: nullable(text),
  loaded_at_field: nullable(text),
  loaded_at_query: nullable(text),
  loader: nullable(text),
  quoting,
  freshness,
  tags: listOf(text),
  columns: listOf(column),
}
const version = mapping({ ...described, v: scalar, columns: listOf(anything), access: nullable(text) }, ['v'])
const owned: Fields = { description: text, owner: ownerShape, config }
const fixture: Fields = { format: oneOf('csv', 'dict', 'sql'), fixture: nullable(text) }

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
    versions: listOf(version),
    latest_version: nullable(scalar),
    deprecation_date: nullable(text),
    time_spine: nullable(mapping()),
  },
  seeds: { ...described, columns: listOf(column) },
  snapshots: { ...described, columns: listOf(column) },
  analyses: { ...described, columns: listOf(column) },
  sources: {
    ...described,
    database: nullable(text),
    schema: nullable(text),
    loader: nullable(text),
    loaded_at_field: nullable(text),
    loaded_at_query: nullable(text),
    quoting,
    freshness,
    tags: listOf(text),
    tables: listOf(mapping(table, ['name'])),
  },
  macros: {
    ...described,
    arguments: listOf(mapping({ name: text, type: nullable(text), description: text }, ['name'])),
  },
  functions: {
    ...described,
    ...signature,
    config: mapping(FUNCTION_CONFIG_FIELDS),
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
  groups: owned,
  unit_tests: {
    description: text,
    config,
    model: text,
    given: listOf(mapping({ ...fixture, input: text }, ['input'])),
    expect: mapping(fixture),
    overrides: nullable(mapping()),
  },
}
const REQUIRED: Readonly<Partial<Record<PropertyKey, readonly string[]>>> = {
  exposures: ['type', 'owner'],
  groups: ['owner'],
  functions: ['returns'],
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
  const fields = SHAPES[key]
  if (fields) checkFields(fields, data, raw, tell)
  if (MOVING.has(key)) checkMoved(entry, tell)
  if (key === 'models') checkVersions(entry, own)
  if (key === 'functions') checkDefaults(entry, own)
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

function checkVersions({ data }: PropertyEntry, own: (message: string) => void): void {
  const listed = Array.isArray(data.versions) ? data.versions.filter(isObject).map(({ v }) => String(v)) : []
  const twice = listed.find((v, index) => listed.indexOf(v) !== index)
  if (twice !== undefined) own(`has the version ${twice} twice`)
  const latest = data.latest_version
  if (listed.length === 0 || latest === undefined || latest === null || listed.includes(String(latest))) return
  own(`says latest_version: ${String(latest)}, which is none of its versions: ${listed.join(', ')}`)
}

/** What a function's caller may leave out comes last. */
function checkDefaults({ data }: PropertyEntry, own: (message: string) => void): void {
  const list = Array.isArray(data.arguments) ? data.arguments.filter(isObject) : []
  const isOptional = ({ default_value }: (typeof list)[number]): boolean => (default_value ?? null) !== null
  const first = list.findIndex(isOptional)
  const after = first < 0 ? undefined : list.slice(first).find((argument) => !isOptional(argument))
  if (after) own(`has the argument '${String(after.name)}' without a default after one with a default; put it first`)
}

function called(key: PropertyKey): string {
  const one = key === 'analyses' ? 'analysis' : key === 'saved_queries' ? 'saved query' : key.slice(0, -1)
  return `the ${one.replace('_', ' ')}`
}

function countOrTemplate(...[data, , { holder, key, name, tell }]: Parameters<Shape>): void {
  if (typeof data !== 'number' && !(typeof data === 'string' && /^\d+$/.test(data)))
    tell(holder, key, `'${name}' is a whole number, not ${kindOf(data)}`)
}

function ownerShape(...[data, raw, at]: Parameters<Shape>): void {
  mapping()(data, raw, at)
  if (isObject(data) && data.name === undefined && data.email === undefined)
    at.tell(at.holder, at.key, `'${at.name}' needs a name or an email`)
}
