/** What differs between dbt's adapters, as far as a manifest shows it: https://docs.getdbt.com/docs/supported-data-platforms */
export interface AdapterType {
  readonly name: string
  /** Where macros are looked for, nearest first: `databricks__x`, `spark__x`, `default__x`. */
  readonly prefixes: readonly string[]
  readonly quote: string
  readonly quoting: { readonly database: boolean; readonly schema: boolean; readonly identifier: boolean }
  readonly includesDatabase: boolean
  /** Relation names are written in lower case. */
  readonly lowercases: boolean
  /** Names of credentials and configs that stand for another. */
  readonly aliases: Readonly<Record<string, string>>
  /** Configs of the adapter whose values merge, key by key. */
  readonly merged: readonly string[]
  readonly defaultDatabase: string | null
}

const QUOTED = { database: true, schema: true, identifier: true }
const UNQUOTED = { database: false, schema: false, identifier: false }
const BASE = {
  quote: '"',
  quoting: QUOTED,
  includesDatabase: true,
  lowercases: false,
  aliases: {},
  merged: [],
  defaultDatabase: null,
}
const POSTGRES_ALIASES = { dbname: 'database', pass: 'password' }

const TYPES: Readonly<Record<string, Partial<AdapterType>>> = {
  databricks: {
    prefixes: ['databricks', 'spark'],
    quote: '`',
    lowercases: true,
    aliases: { catalog: 'database', target_catalog: 'target_database' },
    merged: ['databricks_tags'],
    defaultDatabase: 'hive_metastore',
  },
  spark: { quote: '`', quoting: UNQUOTED, includesDatabase: false },
  snowflake: { quoting: UNQUOTED },
  bigquery: {
    quote: '`',
    aliases: {
      project: 'database',
      dataset: 'schema',
      target_project: 'target_database',
      target_dataset: 'target_schema',
    },
  },
  postgres: { aliases: POSTGRES_ALIASES },
  redshift: { prefixes: ['redshift', 'postgres'], aliases: POSTGRES_ALIASES },
  trino: { aliases: { catalog: 'database' } },
  duckdb: { defaultDatabase: 'memory' },
}

/** What is known of an adapter; one that is not known quotes with `"`. */
export function adapterType(name: string): AdapterType {
  const own = (Object.hasOwn(TYPES, name) ? TYPES[name] : undefined) ?? {}
  return { ...BASE, ...own, name, prefixes: [...(own.prefixes ?? [name]), 'default'] }
}
