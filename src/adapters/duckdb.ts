import type { DuckDBConnection } from '@duckdb/duckdb-wasm/blocking'
import { type Cell, type Row, type Warehouse, WarehouseError } from '../run/warehouse.ts'
import { databricksType, rowsOf } from './duckdb-cells.ts'
import { MemoryFiles } from './duckdb-files.ts'
import { connect } from './duckdb-instance.ts'
import { StateFile } from './duckdb-state.ts'

export interface DuckdbOptions {
  /** One Databricks statement for DuckDB, with the names of `$1`, `$2`, …; what it throws is told as the statement's error. */
  readonly translate: (sql: string) => { readonly sql: string; readonly parameters: readonly string[] }
  /** DuckDB statements that `translate` needs to have been run. */
  readonly setup: readonly string[]
  /** The catalogs that statements may name. */
  readonly catalogs: Iterable<string>
  /** Where everything is kept between processes; without, it ends with the warehouse. */
  readonly stateFile?: string
}

/** Where Databricks looks for a name without a catalog. */
const defaultCatalog = 'hive_metastore'

const reads = new Set(['select', 'with', 'values', 'describe', 'show', 'explain'])
const writes = new Set(['create', 'drop', 'alter', 'insert', 'update', 'delete', 'merge', 'truncate', 'comment'])

/**
 * An embedded DuckDB that is spoken to in Databricks SQL. It sees neither disk nor network: its state is read from the
 * state file at the start and written, all or nothing, after every statement that may have changed it.
 */
export async function openDuckdb(options: DuckdbOptions): Promise<Warehouse> {
  const files = new MemoryFiles()
  const { connection, release } = await connect(files)
  for (const statement of options.setup) connection.query(statement)
  const catalogs = [...new Set([defaultCatalog, ...options.catalogs])].sort()
  for (const catalog of catalogs) connection.query(`attach ':memory:' as ${quoted(catalog)}`)
  connection.query(`set search_path = '${defaultCatalog}.main,memory.main'`)
  const { stateFile } = options
  const state = stateFile === undefined ? null : await StateFile.restore(connection, files, stateFile)

  return {
    async query(sql, parameters = {}) {
      const { run, mayWrite } = prepare(options.translate, connection, sql, parameters)
      const rows = run()
      if (mayWrite) await state?.save(sql)
      return rows
    },
    async columns(relation) {
      const place = [relation.database ?? defaultCatalog, relation.schema, relation.identifier]
      const name = place.map(quoted).join('.').replaceAll("'", "''")
      try {
        const found = run(connection, `select name, type from pragma_table_info('${name}')`, [])
        return found.map((it) => ({ name: String(it.name), data_type: databricksType(String(it.type)) }))
      } catch (error) {
        if (error instanceof WarehouseError && /^(Catalog Error|Binder Error: Catalog )/.test(error.message))
          return null
        throw error
      }
    },
    async close() {
      release()
    },
  }
}

function prepare(
  translate: DuckdbOptions['translate'],
  connection: DuckDBConnection,
  sql: string,
  given: Readonly<Record<string, Cell>>,
): { run: () => Row[]; mayWrite: boolean } {
  const translated = orWarehouseError(() => translate(sql))
  const word = /^[\s(]*([a-z]+)/i.exec(translated.sql)?.[1]?.toLowerCase() ?? ''
  if (!reads.has(word) && !writes.has(word)) {
    throw new WarehouseError(`The embedded engine runs no ${word.toUpperCase() || 'empty'} statements`)
  }
  const values = translated.parameters.map((name) => {
    const value = given[name]
    if (value === undefined) throw new WarehouseError(`The statement's parameter :${name} was not given`)
    return value
  })
  return { run: () => run(connection, translated.sql, values), mayWrite: writes.has(word) }
}

function run(connection: DuckDBConnection, sql: string, values: readonly Cell[]): Row[] {
  return orWarehouseError(() => {
    if (values.length === 0) return rowsOf(connection.query(sql))
    const statement = connection.prepare(sql)
    try {
      return rowsOf(statement.query(...values))
    } finally {
      statement.close()
    }
  })
}

function orWarehouseError<T>(action: () => T): T {
  try {
    return action()
  } catch (cause) {
    const message = withoutData(cause instanceof Error ? cause.message : String(cause))
    throw new WarehouseError(message, { cause, condition: conditionOf(message) })
  }
}

/** Databricks' name for what is wrong, as far as anyone asks for it. */
function conditionOf(message: string): string | null {
  const absent = /^Catalog Error: (Table|View|Schema) with name .* does not exist/.exec(message)?.[1]
  if (absent === undefined) return null
  return absent === 'Schema' ? 'SCHEMA_NOT_FOUND' : 'TABLE_OR_VIEW_NOT_FOUND'
}

/** Errors about values hold the values: `Could not convert string 'ann@example.com' to INT32`. */
function withoutData(message: string): string {
  const first = message.split(/\n\s*\n/)[0]?.trim() ?? ''
  if (!/^(Conversion|Constraint|Invalid Input|Out of Range)( Error)?:/.test(first)) return message.trim()
  return first
    .replaceAll(/'[^']*'/g, "'…'")
    .replaceAll(/"([\w ]+): [^"]*"/g, '"$1: …"')
    .replaceAll(/\b\d[\d.:-]*\b/g, '…')
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
