import { describedAsJson } from './describe-json.ts'
import { type Rows, StatementError } from './hive.ts'
import { columnsOf } from './information-schema.ts'
import { literal, nameParts } from './sql-text.ts'
import { NOT_NULL_CHECK, type Place, type UnityCatalog } from './unity-catalog.ts'
import { parseUnity, type UnityStatement } from './unity-statement.ts'

const NOTHING = 'SELECT 1 AS nothing WHERE false'

/** What Spark is given in place of the statement, and what to keep once that has succeeded. */
export interface Bridged {
  readonly sql: string
  readonly keep?: () => void | Promise<void>
}

/** A client's session as the catalog asks it; statements go to Spark as they are. */
export interface Session {
  readonly catalog: string
  readonly query: (sql: string) => Promise<Rows>
}

/** Answers Unity Catalog's part of a statement, from the catalog and from what Spark says of the table. */
export async function bridgeUnity(sql: string, session: Session, unity: UnityCatalog): Promise<Bridged> {
  const statement = parseUnity(sql)
  if (!statement) return { sql }
  if (statement.kind === 'dropped-schema') return { sql, keep: () => unity.droppedSchema(statement.schema) }
  const place = await placeOf(statement.table, session)
  if (!place) return { sql }
  if (statement.kind === 'dropped') return { sql, keep: () => unity.dropped(place) }
  if (statement.kind === 'replaced') {
    return { sql, keep: async () => unity.replaced(place, await columnNames(statement.table, session)) }
  }
  if (statement.kind === 'renamed') {
    const [table = '', schema = place.schema] = nameParts(statement.to).reverse()
    // Spark takes no catalog here.
    const renaming = `${sql.slice(0, sql.lastIndexOf(statement.to))}\`${schema}\`.\`${table}\``
    return { sql: renaming, keep: () => unity.renamed(place, { schema, table }) }
  }
  try {
    return await withTable(statement, sql, place, session, unity)
  } catch (error) {
    // Spark's own refusal is the answer: the client gets it by asking the same.
    if (error instanceof StatementError) return { sql: `DESCRIBE TABLE ${statement.table}` }
    throw error
  }
}

type AfterSpark = 'dropped-schema' | 'dropped' | 'replaced' | 'renamed'
type OnTable = Exclude<UnityStatement, { readonly kind: AfterSpark }>

async function withTable(
  statement: OnTable,
  written: string,
  place: Place,
  session: Session,
  unity: UnityCatalog,
): Promise<Bridged> {
  const { table } = statement
  const described = await session.query(`DESCRIBE TABLE EXTENDED ${table}`)
  const columns = columnsOf(described).map(({ name }) => name.toLowerCase())
  const unknown = columnsUsed(statement).find((column) => !columns.includes(column))
  if (unknown !== undefined) return refusal(`[UNRESOLVED_COLUMN] ${table} has no column ${unknown}.`)
  const kept = unity.of(place)
  switch (statement.kind) {
    case 'set-tags':
      return { sql: NOTHING, keep: () => unity.setTags(place, statement.column, statement.tags) }
    case 'unset-tags':
      return { sql: NOTHING, keep: () => unity.unsetTags(place, statement.column, statement.tags) }
    case 'set-not-null':
      return {
        sql: notNullCheck(table, statement.column, kept.notNull),
        keep: () => void kept.notNull.add(statement.column),
      }
    case 'drop-not-null': {
      if (!kept.notNull.has(statement.column)) return { sql: written }
      const check = `${NOT_NULL_CHECK}${statement.column}`
      const sql = `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${check}`
      return { sql, keep: () => void kept.notNull.delete(statement.column) }
    }
    case 'add-key':
      return addKey(statement.key, place, session, unity)
    case 'drop-constraint': {
      const key = kept.keys.get(statement.name)
      if (key) return { sql: NOTHING, keep: () => void kept.keys.delete(statement.name) }
      const exists = statement.ifExists ? 'IF EXISTS ' : ''
      return { sql: `ALTER TABLE ${table} DROP CONSTRAINT ${exists}\`${statement.name}\`` }
    }
    case 'show-properties':
      return { sql: await properties(table, session) }
    case 'describe-json': {
      const json = describedAsJson(described, { catalog: session.catalog, ...place })
      return { sql: `SELECT ${literal(json)} AS json_metadata` }
    }
  }
}

function columnsUsed(statement: OnTable): readonly string[] {
  if (statement.kind === 'add-key') return statement.key.columns
  return 'column' in statement && statement.column !== undefined ? [statement.column] : []
}

function notNullCheck(table: string, column: string, already: ReadonlySet<string>): string {
  if (already.has(column)) return NOTHING
  return `ALTER TABLE ${table} ADD CONSTRAINT ${NOT_NULL_CHECK}${column} CHECK (\`${column}\` IS NOT NULL)`
}

async function addKey(
  key: Extract<OnTable, { kind: 'add-key' }>['key'],
  place: Place,
  session: Session,
  unity: UnityCatalog,
): Promise<Bridged> {
  const kept = unity.of(place)
  if (kept.keys.has(key.name)) return refusal(`[CONSTRAINT_ALREADY_EXISTS] Constraint ${key.name} already exists.`)
  const nullable = key.references ? undefined : key.columns.find((column) => !kept.notNull.has(column))
  if (nullable !== undefined) {
    return refusal(`[PRIMARY_KEY_COLUMN_NULLABLE] Cannot create the primary key ${key.name}: ${nullable} is nullable.`)
  }
  const target = key.references && (await placeOf(key.references.table, session))
  const references = key.references && target && { ...key.references, table: `${target.schema}.${target.table}` }
  return { sql: NOTHING, keep: () => void kept.keys.set(key.name, { ...key, references }) }
}

/** Spark raises the error itself, so that it takes the path of every other one. */
function refusal(message: string): Bridged {
  return { sql: raise(message) }
}

export function raise(message: string): string {
  return `SELECT raise_error(${literal(message)})`
}

async function properties(table: string, session: Session): Promise<string> {
  const { rows } = await session.query(`SHOW TBLPROPERTIES ${table}`)
  const shown = rows.filter(([key]) => !key?.startsWith(`delta.constraints.${NOT_NULL_CHECK}`))
  const values = shown.map(([key = null, value = null]) => `(${literal(key)}, ${literal(value)})`)
  if (values.length === 0) return `SELECT '' AS key, '' AS value WHERE false`
  return `SELECT * FROM VALUES ${values.join(', ')} AS properties(key, value)`
}

async function columnNames(table: string, session: Session): Promise<string[]> {
  return columnsOf(await session.query(`DESCRIBE TABLE ${table}`)).map(({ name }) => name.toLowerCase())
}

/** Where a name leads in this session; undefined for another catalog's, about which Spark has the word. */
async function placeOf(name: string, session: Session): Promise<Place | undefined> {
  const [table = '', schema, catalog] = nameParts(name).reverse()
  if (catalog !== undefined && catalog !== session.catalog) return undefined
  return { table, schema: schema ?? (await session.query('SELECT current_schema()')).rows[0]?.[0] ?? 'default' }
}
