import { literal, quoted, quotedRelation } from './relation.ts'
import type { RelationName, Warehouse } from './warehouse.ts'

export interface TypedColumn {
  readonly name: string
  readonly data_type: string
}

/** Rows as a CSV holds them: a field that is empty and not quoted is null. */
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

/**
 * Reads CSV as RFC 4180 has it, the first line being the header. Throws an Error that names the line of a row that is
 * longer or shorter than the header, or of a quote that is never closed.
 */
export function parseCsv(text: string, delimiter = ','): CsvRows {
  const [header, ...rows] = records(text.replace(/^\uFEFF/, ''), delimiter)
  const columns = (header?.fields ?? []).map((it) => (it ?? '').trim())
  for (const { line, fields } of rows) {
    if (fields.length !== columns.length) {
      throw new Error(`line ${line} has ${fields.length} fields, the header ${columns.length}`)
    }
  }
  return { columns, rows: rows.map((it) => it.fields) }
}

interface CsvRecord {
  readonly line: number
  readonly fields: readonly (string | null)[]
}

function records(text: string, delimiter: string): CsvRecord[] {
  const found: CsvRecord[] = []
  let fields: (string | null)[] = []
  let line = 1
  let start = 1
  let at = 0
  while (at < text.length) {
    const { value, end } = field(text, at, delimiter, start)
    fields.push(value)
    line += text.slice(at, end).split('\n').length - 1
    at = end
    if (text[at] === delimiter) {
      at++
      if (at === text.length) fields.push(null)
      else continue
    }
    at += text.startsWith('\r\n', at) ? 2 : 1
    line++
    if (fields.length > 1 || fields[0] !== null) found.push({ line: start, fields })
    fields = []
    start = line
  }
  return found
}

function field(text: string, at: number, delimiter: string, line: number): { value: string | null; end: number } {
  if (text[at] !== '"') {
    let end = at
    while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && !text.startsWith('\r\n', end)) end++
    return { value: end === at ? null : text.slice(at, end), end }
  }
  let end = at + 1
  for (; ; end += 2) {
    end = text.indexOf('"', end)
    if (end === -1) throw new Error(`the quote of line ${line} is never closed`)
    if (text[end + 1] !== '"') break
  }
  return { value: text.slice(at + 1, end).replaceAll('""', '"'), end: end + 1 }
}
