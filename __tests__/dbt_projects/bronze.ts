import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import type { Connection } from '../workspace/driver.ts'

export type Region = 'us' | 'eu'
export const regions: readonly Region[] = ['eu', 'us']
export const projectOf = (region: Region): string => `${region}_analytics_dbt`

/** A row of a feed as ingestion would append it; what it leaves out is null. Its `_sequence` is its place in all batches. */
export type FeedRow = Readonly<Record<string, string | number | boolean>>

/** What arrives together. */
export interface Batch {
  readonly at: string
  readonly customers: readonly FeedRow[]
  readonly orders: readonly FeedRow[]
}

interface SourceTable {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly data_type: string }[]
}

/** Makes the bronze tables with the columns that the project declares for them. */
export async function createBronze(connection: Connection, region: Region): Promise<void> {
  const file = join(import.meta.dirname, '../../dbt_projects', projectOf(region), 'models/bronze/sources.yml')
  const { sources } = load(readFileSync(file, 'utf8')) as { sources: { tables: SourceTable[] }[] }
  await connection.query(`create schema ${region}_prod.bronze`)
  for (const { name, columns } of sources.flatMap(({ tables }) => tables)) {
    const list = columns.map((column) => `${column.name} ${column.data_type}`)
    await connection.query(`create table ${region}_prod.bronze.${name} (${list.join(', ')})`)
  }
}

/** Appends a batch to both feeds of a region. */
export async function arrive(connection: Connection, region: Region, batch: Batch, sequence: number): Promise<void> {
  const feeds = [
    [`raw_customer_data_${region}`, batch.customers],
    [`raw_sales_orders_${region}`, batch.orders],
  ] as const
  for (const [feed, rows] of feeds) {
    for (const [index, row] of rows.entries()) {
      const full = { is_deleted: false, ...row, _ingested_at: batch.at, _sequence: sequence + index }
      const values = Object.values(full).map((value) => (typeof value === 'string' ? `'${value}'` : String(value)))
      const columns = Object.keys(full).join(', ')
      await connection.query(`insert into ${region}_prod.bronze.${feed} (${columns}) values (${values.join(', ')})`)
    }
  }
}
