import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readProjectFiles } from '../../src/adapters/files.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import type { Project, ProjectFiles } from '../../src/dbt/project.ts'
import { createSampleSources } from '../../src/run/sample.ts'
import type { Row, Warehouse } from '../../src/run/warehouse.ts'
import { embedded } from '../adapters/embedded.ts'
import { build, told } from './native.ts'

/** A version of a customer or an order as it arrives; an order without a customer is one that was deleted by its key. */
type Arrival =
  | readonly ['customer', id: number, deleted?: 'deleted']
  | readonly ['order', id: number, customer: number | null, date?: string, amount?: string]

interface Case {
  readonly name: string
  readonly arrivals: readonly Arrival[]
  /** The customers that then differ from what the first load gave; null is one that is gone. */
  readonly changes: Readonly<Record<number, readonly (string | number | null)[] | null>>
}

const firstLoad: readonly Arrival[] = [
  ['customer', 1],
  ['customer', 2],
  ['customer', 3],
  ['order', 10, 1, '2025-01-10', '6000.00'],
  ['order', 11, 1, '2025-02-10', '4000.00'],
  ['order', 12, 2, '2025-03-10', '5000.00'],
]

/** customer -> orders, lifetime value, first and last order, cohort, segment. */
const loaded = {
  1: [2, '10000.00', '2025-01-10', '2025-02-10', '2025-01-01', 'Medium Value'],
  2: [1, '5000.00', '2025-03-10', '2025-03-10', '2025-03-01', 'Medium Value'],
  3: [0, '0.00', null, null, null, 'Low Value'],
}

const cases: readonly Case[] = [
  { name: 'nothing arrives', arrivals: [], changes: {} },
  {
    name: 'an order of long ago arrives late',
    arrivals: [['order', 13, 1, '2023-12-31', '0.01']],
    changes: { 1: [3, '10000.01', '2023-12-31', '2025-02-10', '2023-12-01', 'High Value'] },
  },
  {
    name: 'an order is corrected',
    arrivals: [['order', 12, 2, '2025-04-01', '4999.99']],
    changes: { 2: [1, '4999.99', '2025-04-01', '2025-04-01', '2025-04-01', 'Low Value'] },
  },
  {
    name: 'an order moves to another customer',
    arrivals: [['order', 10, 3, '2025-01-10', '6000.00']],
    changes: {
      1: [1, '4000.00', '2025-02-10', '2025-02-10', '2025-02-01', 'Low Value'],
      3: [1, '6000.00', '2025-01-10', '2025-01-10', '2025-01-01', 'Medium Value'],
    },
  },
  {
    name: 'an order is deleted',
    arrivals: [['order', 11, null]],
    changes: { 1: [1, '6000.00', '2025-01-10', '2025-01-10', '2025-01-01', 'Medium Value'] },
  },
  {
    name: 'the only order is deleted',
    arrivals: [['order', 12, null]],
    changes: { 2: [0, '0.00', null, null, null, 'Low Value'] },
  },
  {
    name: 'a customer is new, with an order',
    arrivals: [
      ['customer', 4],
      ['order', 14, 4, '2025-06-01', '10000.01'],
    ],
    changes: { 4: [1, '10000.01', '2025-06-01', '2025-06-01', '2025-06-01', 'High Value'] },
  },
  { name: 'a customer is deleted', arrivals: [['customer', 1, 'deleted']], changes: { 1: null } },
  {
    name: 'an order is corrected twice in one batch',
    arrivals: [
      ['order', 12, 2, '2025-03-10', '1.00'],
      ['order', 12, 2, '2025-03-10', '20000.00'],
    ],
    changes: { 2: [1, '20000.00', '2025-03-10', '2025-03-10', '2025-03-01', 'High Value'] },
  },
]

describe.each(['eu', 'us'])('customer_metrics and customer_cohorts of %s', (region) => {
  let warehouse: Warehouse
  let shop: { project: Project; files: ProjectFiles }
  let sequence = 0

  beforeEach(async () => {
    const root = join(import.meta.dirname, `../../dbt_projects/${region}_analytics_dbt`)
    const files = new Map([...(await readProjectFiles(root))].filter(([path]) => !path.startsWith('demo/')))
    shop = { files, project: parseProject({ files, root: '', env: new Map() }) }
    warehouse = await embedded([`${region}_prod`])
    await createSampleSources(warehouse, shop.project.manifest, files)
    await arrive(firstLoad, '2025-06-01 05:00:00')
  })
  afterEach(() => warehouse.close())

  async function arrive(arrivals: readonly Arrival[], at: string): Promise<void> {
    for (const arrival of arrivals) {
      const end = `timestamp '${at}', ${++sequence}`
      const [kind, id] = arrival
      const [table, columns, values] =
        kind === 'customer'
          ? ['raw_customer_data', 'customer_id, is_deleted', `${id}, ${arrival[2] === 'deleted'}`]
          : ['raw_sales_orders', 'order_id, customer_id, order_date, amount, is_deleted', orderValues(arrival)]
      await warehouse.query(
        `insert into ${region}_prod.bronze.${table}_${region} (${columns}, _ingested_at, _sequence) values (${values}, ${end})`,
      )
    }
  }

  async function found(): Promise<Record<string, unknown[]>> {
    const rows: readonly Row[] = await warehouse.query(
      `select m.customer_id, m.total_orders, m.lifetime_value, m.first_order_date, m.last_order_date, c.cohort_month, c.segment
       from ${region}_prod.silver.customer_metrics as m
       full join ${region}_prod.gold.customer_cohorts as c on m.customer_id = c.customer_id`,
    )
    return Object.fromEntries(rows.map(({ customer_id, ...rest }) => [customer_id, Object.values(rest)]))
  }

  async function buildModels(fullRefresh = false): Promise<void> {
    const models = [...shop.project.manifest.nodes.keys()].filter((it) => it.startsWith('model.'))
    const results = told(await build(warehouse, shop, models, fullRefresh))
    expect(results).toEqual(['customer_metrics: success', 'customer_cohorts: success'])
  }

  test.each(cases)('$name', async ({ arrivals, changes }) => {
    await buildModels()
    expect(await found()).toEqual(loaded)
    await arrive(arrivals, '2025-06-02 05:00:00')
    const results = told(await build(warehouse, shop))
    expect(results.filter((it) => !it.endsWith(': success'))).toEqual([])
    const expected = Object.entries({ ...loaded, ...changes }).filter(([, row]) => row !== null)
    expect(await found()).toEqual(Object.fromEntries(expected))
    await buildModels(true)
    expect(await found()).toEqual(Object.fromEntries(expected))
  })
})

function orderValues([, id, customer, date, amount]: readonly [
  'order',
  number,
  number | null,
  string?,
  string?,
]): string {
  if (customer === null) return `${id}, null, null, null, true`
  return `${id}, ${customer}, date '${date}', ${amount}, false`
}
