import { type Connection, connect } from '../workspace/driver.ts'
import type { Workspaces } from '../workspace/workspaces.ts'
import { arrive, type Batch, createBronze, type Region } from './bronze.ts'

export const first: Batch = {
  at: '2025-06-01 05:00:00',
  customers: [1, 2, 3, 4, 5, 6, 7, 8].map((customer_id) => ({ customer_id, name: 'A', email: 'a@b.c', country: 'IE' })),
  orders: [
    { order_id: 11, customer_id: 1, order_date: '2025-03-01', amount: 100 },
    { order_id: 21, customer_id: 2, order_date: '2025-03-02', amount: 6000 },
    { order_id: 31, customer_id: 3, order_date: '2025-03-03', amount: 500 },
    { order_id: 32, customer_id: 3, order_date: '2025-04-03', amount: 200 },
    { order_id: 51, customer_id: 5, order_date: '2025-03-05', amount: 9000 },
    { order_id: 52, customer_id: 5, order_date: '2025-04-05', amount: 2000 },
    { order_id: 61, customer_id: 6, order_date: '2025-03-06', amount: 100 },
    { order_id: 71, customer_id: 7, order_date: '2025-03-07', amount: 5000 },
    { order_id: 91, customer_id: 9, order_date: '2025-03-09', amount: 10000.01 },
  ],
}

export const second: Batch = {
  at: '2025-06-02 05:00:00',
  customers: [
    { customer_id: 6, is_deleted: true },
    { customer_id: 9, name: 'A', email: 'a@b.c', country: 'IE' },
  ],
  orders: [
    { order_id: 12, customer_id: 1, order_date: '2024-01-15', amount: 10000 }, // late: older than all before
    { order_id: 21, customer_id: 2, order_date: '2025-03-02', amount: 4000 }, // corrected
    { order_id: 31, customer_id: 4, order_date: '2025-03-03', amount: 500 }, // moved to another customer
    { order_id: 51, is_deleted: true }, // deleted
  ],
}

/** Customer, orders, value, first and last order, month and segment: what silver and gold say after the batches. */
export const afterFirst = lines(`
  1 1      100 2025-03-01 2025-03-01 2025-03-01 Low Value
  2 1     6000 2025-03-02 2025-03-02 2025-03-01 Medium Value
  3 2      700 2025-03-03 2025-04-03 2025-03-01 Low Value
  4 0        0 null       null       null       Low Value
  5 2    11000 2025-03-05 2025-04-05 2025-03-01 High Value
  6 1      100 2025-03-06 2025-03-06 2025-03-01 Low Value
  7 1     5000 2025-03-07 2025-03-07 2025-03-01 Medium Value
  8 0        0 null       null       null       Low Value`)
export const afterSecond = lines(`
  1 2    10100 2024-01-15 2025-03-01 2024-01-01 High Value
  2 1     4000 2025-03-02 2025-03-02 2025-03-01 Low Value
  3 1      200 2025-04-03 2025-04-03 2025-04-01 Low Value
  4 1      500 2025-03-03 2025-03-03 2025-03-01 Low Value
  5 1     2000 2025-04-05 2025-04-05 2025-04-01 Low Value
  7 1     5000 2025-03-07 2025-03-07 2025-03-01 Medium Value
  8 0        0 null       null       null       Low Value
  9 1 10000.01 2025-03-09 2025-03-09 2025-03-01 High Value`)

/** Makes the bronze tables of these regions with the first batch in them, and gives what to ask each region with. */
export async function withFirstBatch(workspaces: Workspaces<Region>, of: readonly Region[]) {
  const connections = new Map<Region, Connection>()
  for (const region of of) {
    const connection = await connect(workspaces, region)
    connections.set(region, connection)
    await createBronze(connection, region)
    await arrive(connection, region, first, 1)
  }
  const at = (region: Region): Connection => {
    const found = connections.get(region)
    if (found === undefined) throw new Error(`the region ${region} was not asked for`)
    return found
  }
  return {
    at,
    async close() {
      for (const connection of connections.values()) await connection.close()
    },
  }
}

/** Silver and gold joined, a line for a customer. */
export async function tables(connection: Connection, region: Region): Promise<string[]> {
  const rows = await connection.query(`
    select customer_id, m.total_orders, m.lifetime_value, m.first_order_date, m.last_order_date, c.cohort_month, c.segment
    from ${region}_prod.silver.customer_metrics m full join ${region}_prod.gold.customer_cohorts c using (customer_id)
    where c.lifetime_value = m.lifetime_value and c.total_orders = m.total_orders
    order by customer_id`)
  return rows.map((row) => Object.values(row).map(String).join(' '))
}

function lines(table: string): string[] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.trim().replaceAll(/ +/g, ' '))
}
