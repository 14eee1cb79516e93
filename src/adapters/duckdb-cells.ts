import type { DuckDBConnection } from '@duckdb/duckdb-wasm/blocking'
import type { Cell, Row } from '../run/warehouse.ts'

type Table = ReturnType<DuckDBConnection['query']>
type Field = Table['schema']['fields'][number]

/** Arrow's numbers for its types: https://github.com/apache/arrow/blob/main/js/src/enum.ts */
const arrow = { decimal: 7, date: 8, time: 9, timestamp: 10 } as const

/** A result's rows as the warehouse port wants them. */
export function rowsOf(table: Table): Row[] {
  const { fields } = table.schema
  const rows: Row[] = []
  for (let row = 0; row < table.numRows; row++) {
    rows.push(Object.fromEntries(fields.map((it, column) => [it.name, cell(table.getChildAt(column)?.get(row), it)])))
  }
  return rows
}

function cell(value: unknown, field: Field): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'string') return value
  switch (field.typeId) {
    case arrow.decimal:
      return decimal(value, field.type)
    case arrow.date:
      return new Date(Number(value)).toISOString().slice(0, 10)
    case arrow.timestamp:
      return timestamp(Number(value))
    case arrow.time:
      return timestamp(Number(value) / 1000).slice(11)
  }
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return integer(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? integer(part) : part))
}

/** A decimal in Arrow's four words; a sum of bigints, a bigint on Databricks, is a decimal(38,0) here. */
function decimal(value: unknown, type: Field['type']): Cell {
  if (!(value instanceof Uint32Array)) return String(value)
  const unscaled = BigInt.asIntN(
    128,
    value.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n),
  )
  const scale = 'scale' in type ? Number(type.scale) : 0
  if (scale === 0 && 'precision' in type && type.precision === 38) return integer(unscaled)
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  return `${unscaled < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`
}

function integer(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
}

/** From milliseconds whose fraction holds the microseconds. */
function timestamp(milliseconds: number): string {
  const whole = Math.floor(milliseconds)
  const microseconds = Math.round((milliseconds - whole) * 1000)
  const text = new Date(whole).toISOString().replace('T', ' ').replace('Z', '')
  return `${text}${microseconds === 0 ? '' : String(microseconds).padStart(3, '0')}`.replace(/\.000$/, '')
}

const names: ReadonlyMap<string, string> = new Map([
  ['BIGINT', 'bigint'],
  ['BLOB', 'binary'],
  ['BOOLEAN', 'boolean'],
  ['DATE', 'date'],
  ['DOUBLE', 'double'],
  ['FLOAT', 'float'],
  // The sum of bigints, which is a bigint on Databricks.
  ['HUGEINT', 'bigint'],
  ['INTEGER', 'int'],
  ['SMALLINT', 'smallint'],
  ['TIMESTAMP', 'timestamp'],
  ['TINYINT', 'tinyint'],
  ['VARCHAR', 'string'],
])

/** Databricks' name of a DuckDB type: `decimal(10,2)`, `array<string>`, `struct<a:int>`; one it does not know, in lower case. */
export function databricksType(type: string): string {
  if (type.endsWith('[]')) return `array<${databricksType(type.slice(0, -2))}>`
  const nested = /^(STRUCT|MAP)\((.*)\)$/s.exec(type)
  if (nested === null) return names.get(type) ?? type.toLowerCase()
  const parts = topLevel(nested[2] ?? '')
  if (nested[1] === 'MAP') return `map<${parts.map(databricksType).join(',')}>`
  return `struct<${parts.map(structField).join(',')}>`
}

function structField(part: string): string {
  const [, name = '', type = ''] = /^("(?:[^"]|"")*"|\S+) (.*)$/s.exec(part) ?? []
  return `${name.replaceAll('"', '')}:${databricksType(type)}`
}

function topLevel(list: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (const [index, character] of [...list].entries()) {
    if (character === '(') depth++
    if (character === ')') depth--
    if (character === ',' && depth === 0) {
      parts.push(list.slice(start, index).trim())
      start = index + 1
    }
  }
  return [...parts, list.slice(start).trim()]
}
