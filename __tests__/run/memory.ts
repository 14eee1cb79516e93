import type { Cell, RelationName, Row, Warehouse } from '../../src/run/warehouse.ts'
import { WarehouseError } from '../../src/run/warehouse.ts'

/**
 * A warehouse in memory that knows the three statements of the ledger: CREATE TABLE IF NOT EXISTS, INSERT … VALUES of
 * parameters, numbers and NULL, and SELECT of named columns. It does not prove that a real warehouse takes them.
 */
export function memoryWarehouse(): Warehouse & { readonly statements: string[]; readonly tables: Map<string, Row[]> } {
  const tables = new Map<string, Row[]>()
  const statements: string[] = []
  const rowsOf = (name: string): Row[] => {
    const rows = tables.get(name)
    if (rows === undefined) throw new WarehouseError(name, { condition: 'TABLE_OR_VIEW_NOT_FOUND' })
    return rows
  }
  const run = (sql: string, parameters: Readonly<Record<string, Cell>>): Row[] => {
    const created = /^CREATE TABLE IF NOT EXISTS (\S+) \(.*\)$/.exec(sql)
    if (created?.[1] !== undefined) {
      if (!tables.has(created[1])) tables.set(created[1], [])
      return []
    }
    const inserted = /^INSERT INTO (\S+) \(([^)]*)\) VALUES (.*)$/.exec(sql)
    if (inserted !== null) {
      const columns = (inserted[2] ?? '').split(', ')
      const rows = (inserted[3] ?? '').slice(1, -1).split('), (')
      rowsOf(inserted[1] ?? '').push(...rows.map((row) => rowOf(columns, row.split(', '), parameters)))
      return []
    }
    const added = /^ALTER TABLE (\S+) ADD COLUMN \S+ STRING$/.exec(sql)
    if (added !== null) {
      rowsOf(added[1] ?? '')
      return []
    }
    const selected = /^SELECT (.*) FROM (\S+)$/.exec(sql)
    if (selected === null) throw new WarehouseError(`[PARSE_SYNTAX_ERROR] ${sql}`)
    const columns = (selected[1] ?? '').split(', ')
    // A table gives its rows in any order.
    return rowsOf(selected[2] ?? '')
      .map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? null])))
      .reverse()
  }
  return {
    statements,
    tables,
    query: async (sql, parameters = {}) => {
      statements.push(sql)
      return run(sql, parameters)
    },
    columns: async (relation) => (tables.has(nameOf(relation)) ? [] : null),
    close: async () => {},
  }
}

function nameOf({ database, schema, identifier }: RelationName): string {
  return [database, schema, identifier].flatMap((part) => (part === null ? [] : [`\`${part}\``])).join('.')
}

function rowOf(columns: readonly string[], values: readonly string[], parameters: Readonly<Record<string, Cell>>): Row {
  const cell = (text: string): Cell => {
    if (text === 'NULL') return null
    if (!text.startsWith(':')) return Number(text)
    const value = parameters[text.slice(1)]
    if (value === undefined) throw new WarehouseError(`[UNBOUND_SQL_PARAMETER] ${text}`)
    return value
  }
  return Object.fromEntries(columns.map((column, index) => [column, cell(values[index] ?? 'NULL')]))
}
