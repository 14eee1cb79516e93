import { thrift } from '@databricks/sql'
import type { Cell, Row } from '../../run/warehouse.ts'

const { TTypeId } = thrift.TCLIService_types

/** A result's columns, as the driver describes them. */
export interface ResultSchema {
  readonly columns?: readonly {
    readonly columnName: string
    readonly typeDesc: { readonly types: readonly { readonly primitiveEntry?: { readonly type: number } }[] }
  }[]
}

/** A result's rows as the warehouse port wants them, whether they came as Arrow or as columns of Thrift's. */
export function rowsOf(rows: readonly object[], schema: ResultSchema | null): Row[] {
  const types = new Map(schema?.columns?.map((it) => [it.columnName, it.typeDesc.types[0]?.primitiveEntry?.type]))
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [column, cell(value, types.get(column))])),
  )
}

function cell(value: unknown, type: number | undefined): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (value instanceof Date) return type === TTypeId.DATE_TYPE ? value.toISOString().slice(0, 10) : timestamp(value)
  if (typeof value === 'number') return type === TTypeId.DECIMAL_TYPE ? String(value) : value
  if (typeof value === 'bigint') return integer(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? integer(part) : part))
}

function integer(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
}

function timestamp(value: Date): string {
  return value
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.000)?Z$/, '')
}
