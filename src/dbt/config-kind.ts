import type { Json, JsonObject } from './manifest.ts'

/** What a config is of: it says which fields there are, and how values from several places come together. */
export type ConfigKind =
  | 'model'
  | 'seed'
  | 'snapshot'
  | 'test'
  | 'analysis'
  | 'operation'
  | 'function'
  | 'source'
  | 'exposure'
  | 'unit_test'
  | 'metric'
  | 'semantic_model'
  | 'saved_query'
  | 'group'

/** `append`: lists are joined; `update`: objects are merged key by key; `grants`: like `update`, `+key` extends a list; else the later wins. */
export type Merge = 'append' | 'update' | 'grants'

/** dbt's defaults, in dbt's order: https://docs.getdbt.com/reference/configs-and-properties */
export function configDefaults(kind: ConfigKind): JsonObject {
  return DEFAULTS[kind]
}

export function configMerge(kind: ConfigKind, key: string): Merge | undefined {
  const own = MERGES[kind]
  return own === undefined ? NODE_MERGES.get(key) : own.get(key)
}

const HEAD: JsonObject = {
  enabled: true,
  alias: null,
  schema: null,
  database: null,
  tags: [],
  meta: {},
  group: null,
  static_analysis: null,
}

const NODE: JsonObject = {
  ...HEAD,
  materialized: 'view',
  incremental_strategy: null,
  batch_size: null,
  lookback: 1,
  begin: null,
  persist_docs: {},
  'post-hook': [],
  'pre-hook': [],
  quoting: {},
  column_types: {},
  full_refresh: null,
  unique_key: null,
  on_schema_change: 'ignore',
  on_configuration_change: 'apply',
  grants: {},
  packages: [],
  docs: { show: true, node_color: null },
  contract: { enforced: false, alias_types: true },
  event_time: null,
  concurrent_batches: null,
}

const NO_TIME: Json = { count: null, period: null }
/** A freshness that says nothing. */
export const NO_FRESHNESS: JsonObject = { warn_after: NO_TIME, error_after: NO_TIME, filter: null }

const DEFAULTS: Readonly<Record<ConfigKind, JsonObject>> = {
  model: {
    ...NODE,
    access: 'protected',
    freshness: null,
    on_error: null,
    latest_version_pointer: { enabled: null, alias: null },
  },
  seed: { ...NODE, materialized: 'seed', delimiter: ',', quote_columns: null },
  snapshot: {
    ...NODE,
    materialized: 'snapshot',
    strategy: null,
    target_schema: null,
    target_database: null,
    updated_at: null,
    check_cols: null,
    snapshot_meta_column_names: {
      dbt_valid_to: null,
      dbt_valid_from: null,
      dbt_scd_id: null,
      dbt_updated_at: null,
      dbt_is_deleted: null,
    },
    dbt_valid_to_current: null,
  },
  test: {
    ...HEAD,
    schema: 'dbt_test__audit',
    materialized: 'test',
    severity: 'ERROR',
    store_failures: null,
    store_failures_as: null,
    sql_header: null,
    where: null,
    limit: null,
    fail_calc: 'count(*)',
    warn_if: '!= 0',
    error_if: '!= 0',
  },
  function: {
    ...NODE,
    materialized: 'function',
    type: 'scalar',
    volatility: null,
    runtime_version: null,
    entry_point: null,
    snowflake: { quote_args: true },
  },
  analysis: NODE,
  operation: NODE,
  source: {
    enabled: true,
    event_time: null,
    freshness: NO_FRESHNESS,
    loaded_at_field: null,
    loaded_at_query: null,
    meta: {},
    tags: [],
    static_analysis: null,
  },
  exposure: { enabled: true, tags: [], meta: {} },
  unit_test: { tags: [], meta: {}, enabled: true, static_analysis: null },
  group: { meta: {} },
  metric: { enabled: true, group: null, meta: {} },
  semantic_model: { enabled: true, group: null, meta: {} },
  saved_query: { enabled: true, group: null, meta: {}, export_as: null, schema: null, cache: { enabled: false } },
}

const NODE_MERGES = new Map<string, Merge>([
  ['tags', 'append'],
  ['post-hook', 'append'],
  ['pre-hook', 'append'],
  ['packages', 'append'],
  ['meta', 'update'],
  ['quoting', 'update'],
  ['column_types', 'update'],
  ['docs', 'update'],
  ['contract', 'update'],
  ['latest_version_pointer', 'update'],
  ['snapshot_meta_column_names', 'update'],
  ['grants', 'grants'],
])
const META: ReadonlyMap<string, Merge> = new Map([['meta', 'update']])
const MERGES: Readonly<Partial<Record<ConfigKind, ReadonlyMap<string, Merge>>>> = {
  test: new Map<string, Merge>([
    ['tags', 'append'],
    ['meta', 'update'],
  ]),
  source: META,
  exposure: new Map(),
  unit_test: new Map<string, Merge>([
    ['tags', 'append'],
    ['meta', 'update'],
  ]),
  metric: META,
  group: META,
  semantic_model: META,
  saved_query: META,
}
