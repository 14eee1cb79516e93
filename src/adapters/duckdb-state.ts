import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DuckDBConnection } from '@duckdb/duckdb-wasm/blocking'
import { ConfigurationError } from '../errors.ts'
import { rowsOf } from './duckdb-cells.ts'
import type { MemoryFiles } from './duckdb-files.ts'

/** What is in a DuckDB. `create` is DuckDB's own statement, `rows` the table as CSV. */
interface State {
  readonly version: 1
  readonly schemas: readonly Schema[]
  readonly tables: readonly Table[]
  readonly views: readonly View[]
}

interface Schema {
  readonly catalog: string
  readonly name: string
}

interface Table {
  readonly catalog: string
  readonly schema: string
  readonly name: string
  readonly create: string
  readonly rows: string
}

interface View {
  readonly catalog: string
  readonly create: string
}

// Every value is quoted and NULL is not, so that an empty text stays one. `EXPORT DATABASE` does not make the difference.
const csv = `format csv, header false, delimiter ',', quote '"', escape '"', nullstr '\\N'`

/** Keeps a DuckDB in a file between processes. */
export class StateFile {
  readonly #connection: DuckDBConnection
  readonly #files: MemoryFiles
  readonly #file: string
  #last: State

  private constructor(connection: DuckDBConnection, files: MemoryFiles, file: string, last: State) {
    this.#connection = connection
    this.#files = files
    this.#file = file
    this.#last = last
  }

  /** Reads the file's state into a DuckDB that has nothing in it; a file that is not there is an empty state. */
  static async restore(connection: DuckDBConnection, files: MemoryFiles, file: string): Promise<StateFile> {
    const state = await readState(file)
    restore(connection, files, state)
    return new StateFile(connection, files, file, state)
  }

  /**
   * Writes everything into the file after a statement. The file is replaced as a whole, so that a process that is killed
   * leaves the earlier one.
   */
  async save(statement: string): Promise<void> {
    this.#last = stateOf(this.#connection, this.#files, this.#last, statement)
    await mkdir(dirname(this.#file), { recursive: true })
    const unfinished = `${this.#file}.${process.pid}.tmp`
    await writeFile(unfinished, JSON.stringify(this.#last))
    await rename(unfinished, this.#file)
  }
}

function restore(connection: DuckDBConnection, files: MemoryFiles, state: State): void {
  const [path] = texts(connection, `select current_setting('search_path')`)
  for (const { catalog, name } of state.schemas) {
    connection.query(`attach if not exists ':memory:' as ${identifier(catalog)}`)
    connection.query(`create schema if not exists ${identifier(catalog)}.${identifier(name)}`)
  }
  for (const table of state.tables) {
    connection.query(`use ${identifier(table.catalog)}`)
    connection.query(table.create)
    if (table.rows === '') continue
    const file = files.newName()
    files.write(file, new TextEncoder().encode(table.rows))
    const options = `${csv}, auto_detect false, allow_quoted_nulls false`
    connection.query(`copy ${identifier(table.schema)}.${identifier(table.name)} from '${file}' (${options})`)
    files.delete(file)
  }
  createViews(connection, state.views)
  connection.query(`set search_path = '${path}'`)
}

/** A view may read another that comes later in the list: those that fail wait for the others. */
function createViews(connection: DuckDBConnection, views: readonly View[]): void {
  let failure: unknown
  const waiting = views.filter((view) => {
    try {
      connection.query(`use ${identifier(view.catalog)}`)
      connection.query(view.create)
      return false
    } catch (error) {
      failure = error
      return true
    }
  })
  if (waiting.length > 0 && waiting.length === views.length) {
    throw new Error('the embedded engine could not create its views again', { cause: failure })
  }
  if (waiting.length > 0) createViews(connection, waiting)
}

const contents = `
  select 'schema' as kind, database_name, schema_name, null as name, null as sql, schema_name as place
  from duckdb_schemas() where not internal
  union all
  select 'table', database_name, schema_name, table_name, sql, lpad(table_oid::varchar, 9, '0')
  from duckdb_tables() where not internal
  union all
  select 'view', database_name, schema_name, view_name, sql, lpad(view_oid::varchar, 9, '0')
  from duckdb_views() where not internal
  order by kind, database_name, place`

/** A statement changes no table that it does not name, so the rows of the others are those of the last state. */
function stateOf(connection: DuckDBConnection, files: MemoryFiles, last: State, statement: string): State {
  const known = new Map(last.tables.map((it) => [`${it.catalog}.${it.schema}.${it.name}`, it]))
  const text = statement.toLowerCase()
  const state = { schemas: [] as Schema[], tables: [] as Table[], views: [] as View[] }
  for (const row of rowsOf(connection.query(contents))) {
    const [catalog, schema, name, create] = [row.database_name, row.schema_name, row.name, row.sql].map(String) as [
      string,
      string,
      string,
      string,
    ]
    if (catalog === 'memory') continue
    if (row.kind === 'schema') state.schemas.push({ catalog, name: schema })
    if (row.kind === 'view') state.views.push({ catalog, create })
    if (row.kind !== 'table') continue
    const before = known.get(`${catalog}.${schema}.${name}`)
    const same = before !== undefined && before.create === create && !text.includes(name.toLowerCase())
    const rows = same ? before.rows : exported(connection, files, [catalog, schema, name].map(identifier).join('.'))
    state.tables.push({ catalog, schema, name, create, rows })
  }
  return { version: 1, ...state }
}

function exported(connection: DuckDBConnection, files: MemoryFiles, table: string): string {
  const file = files.newName()
  connection.query(`copy ${table} to '${file}' (${csv}, force_quote *, use_tmp_file false)`)
  const rows = new TextDecoder().decode(files.read(file))
  files.delete(file)
  return rows
}

async function readState(file: string): Promise<State> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { version: 1, schemas: [], tables: [], views: [] }
    throw error
  }
  const state = stateIn(text)
  if (state === null)
    throw new ConfigurationError(`${file} is damaged, or of another version of dbt-regions: delete it to start anew`)
  return state
}

function stateIn(text: string): State | null {
  try {
    const state: State = JSON.parse(text)
    return state?.version === 1 ? state : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function texts(connection: DuckDBConnection, sql: string): string[] {
  return rowsOf(connection.query(sql)).flatMap((row) => Object.values(row).map(String))
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
