import { literal, quoted, quotedRelation } from './relation.ts'
import type { RelationName, Warehouse } from './warehouse.ts'

export interface TypedColumn {
  readonly name: string
  readonly data_type: string
}

/** Rows as a CSV holds them; an empty field is null. */
export interface CsvRows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

const rowsPerStatement = 500

/** Puts a table of these rows in the place of whatever table is there. */
export async function createTable(
  warehouse: Warehouse,
  relation: RelationName,
  columns: readonly TypedColumn[],
  rows: CsvRows,
): Promise<void> {
  const definitions = columns.map((it) => `${quoted(it.name)} ${it.data_type}`).join(', ')
  await warehouse.query(`create or replace table ${quotedRelation(relation)} (${definitions})`)
  await insertRows(warehouse, relation, columns, rows)
}

/** Appends rows; a column that the rows do not have is null. */
export async function insertRows(
  warehouse: Warehouse,
  relation: RelationName,
  columns: readonly TypedColumn[],
  { columns: names, rows }: CsvRows,
): Promise<void> {
  const given = columns.filter((it) => names.includes(it.name))
  const places = given.map((it) => names.indexOf(it.name))
  const into = `insert into ${quotedRelation(relation)} (${given.map((it) => quoted(it.name)).join(', ')})`
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    const values = rows.slice(start, start + rowsPerStatement).map((row) => {
      const cells = given.map((column, index) => cell(row[places[index] ?? -1] ?? null, column.data_type))
      return `(${cells.join(', ')})`
    })
    await warehouse.query(`${into} values ${values.join(', ')}`)
  }
}

function cell(text: string | null, type: string): string {
  if (text === null) return 'null'
  return type.toLowerCase() === 'string' ? literal(text) : `cast(${literal(text)} as ${type})`
}

/** Reads CSV (RFC 4180) whose first line is the header. Throws an Error when a row has more or fewer fields than that. */
export function parseCsv(text: string, delimiter = ','): CsvRows {
  const [header = [], ...rows] = records(text.replace(/^\uFEFF/, ''), delimiter)
  const wrong = rows.findIndex((row) => row.length !== header.length)
  if (wrong !== -1) throw new Error(`row ${wrong + 1} has ${rows[wrong]?.length} fields, the header ${header.length}`)
  return { columns: header.map((it) => (it ?? '').trim()), rows }
}

function records(text: string, delimiter: string): (string | null)[][] {
  const found: (string | null)[][] = []
  let row: (string | null)[] = []
  const mark = delimiter.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&')
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|((?:(?!${mark}|[\\r\\n])[^])*))(${mark}|\\r\\n|\\n|\\r|$)`, 'g')
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    const [, quotedText, bare = '', end] = match
    row.push((quotedText?.replaceAll('""', '"') ?? bare) || null)
    if (end === delimiter) continue
    if (row.length > 1 || row[0] !== null) found.push(row)
    row = []
    if (end === '') break
  }
  return found
}
