import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DbtProject, type DbtRun, type DbtVersion } from '../tools/dbt.ts'
import { describeWith } from '../tools/optional.ts'
import { type Connection, connect } from '../workspace/driver.ts'
import { startWorkspaces, type Workspaces } from '../workspace/workspaces.ts'
import { arrive, type Batch, createBronze, projectOf, type Region, regions } from './bronze.ts'

const BUILD_MS = 10 * 60_000
/** Another test file may have the workspaces first. */
const LEASE_MS = 30 * 60_000

const first: Batch = {
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

const second: Batch = {
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
const afterFirst = `
  1 1      100 2025-03-01 2025-03-01 2025-03-01 Low Value
  2 1     6000 2025-03-02 2025-03-02 2025-03-01 Medium Value
  3 2      700 2025-03-03 2025-04-03 2025-03-01 Low Value
  4 0        0 null       null       null       Low Value
  5 2    11000 2025-03-05 2025-04-05 2025-03-01 High Value
  6 1      100 2025-03-06 2025-03-06 2025-03-01 Low Value
  7 1     5000 2025-03-07 2025-03-07 2025-03-01 Medium Value
  8 0        0 null       null       null       Low Value`
const afterSecond = `
  1 2    10100 2024-01-15 2025-03-01 2024-01-01 High Value
  2 1     4000 2025-03-02 2025-03-02 2025-03-01 Low Value
  3 1      200 2025-04-03 2025-04-03 2025-04-01 Low Value
  4 1      500 2025-03-03 2025-03-03 2025-03-01 Low Value
  5 1     2000 2025-04-05 2025-04-05 2025-04-01 Low Value
  7 1     5000 2025-03-07 2025-03-07 2025-03-01 Medium Value
  8 0        0 null       null       null       Low Value
  9 1 10000.01 2025-03-09 2025-03-09 2025-03-01 High Value`

const versions: readonly DbtVersion[] = ['dbt112', 'dbt111']

describeWith(['java', 'python'], 'dbt build of both projects', () => {
  let workspaces: Workspaces<Region>
  beforeAll(async () => {
    workspaces = await startWorkspaces(regions)
  }, LEASE_MS)
  afterAll(() => workspaces?.stop())

  describe.each(versions)('with %s', (version) => {
    const project = { us: new DbtProject(version, projectOf('us')), eu: new DbtProject(version, projectOf('eu')) }
    const connection = new Map<Region, Connection>()
    /** Does the same in both regions, side by side. */
    const both = async <T>(work: (region: Region, at: Connection) => Promise<T>): Promise<T[]> =>
      await Promise.all([...connection].map(([region, at]) => work(region, at)))
    const dbt = async (...args: string[]) =>
      await both(async (region) => expectSuccess(await project[region].run(args, workspaces.environment(region))))

    beforeAll(async () => {
      for (const region of regions) {
        await workspaces.reset(region)
        connection.set(region, await connect(workspaces, region))
      }
      await both(async (region, at) => {
        await createBronze(at, region)
        await arrive(at, region, first, 1)
      })
    }, BUILD_MS)
    afterAll(async () => {
      await both(async (region, at) => {
        await at.close()
        project[region].remove()
      })
    })

    test('compiles to SQL of its own region', { timeout: BUILD_MS }, async () => {
      await dbt('compile')
      for (const region of regions) {
        const folder = join(project[region].target, 'compiled', projectOf(region), 'models')
        for (const model of ['silver/customer_metrics.sql', 'gold/customer_cohorts.sql']) {
          const catalogs = readFileSync(join(folder, model), 'utf8').match(/\b\w+_prod\b/g)
          expect(new Set(catalogs)).toEqual(new Set([`${region}_prod`]))
        }
      }
    })

    test('the first build makes every table, and its tests pass', { timeout: BUILD_MS }, async () => {
      await dbt('build')
      expect(await both(async (region, at) => await tables(at, region))).toEqual([lines(afterFirst), lines(afterFirst)])
    })

    test('late, corrected, moved and deleted orders come right in the next one', { timeout: BUILD_MS }, async () => {
      await both(async (region, at) => await arrive(at, region, second, 101))
      await dbt('build', '--exclude-resource-type', 'unit_test')
      expect(await both(async (region, at) => await tables(at, region))).toEqual([
        lines(afterSecond),
        lines(afterSecond),
      ])
      for (const operations of await both(async (region, at) => await history(at, region))) {
        expect(operations).toContain('MERGE')
      }
    })

    // What dbt does here does not differ by version; once is enough.
    if (version === 'dbt112') {
      test('a build of everything anew comes to the same', { timeout: BUILD_MS }, async () => {
        const before = await both(async (region, at) => await silver(at, region))
        await dbt('run', '--full-refresh')
        expect(await both(async (region, at) => await silver(at, region))).toEqual(before)
      })
    }

    test('the tags of the EU project are in the catalog', async () => {
      const { tags } = await workspaces.record('eu')
      const tagged = { data_region: 'eu', gdpr: 'personal_data' }
      expect(tags).toMatchObject({
        'silver.customer_metrics': tagged,
        'silver.customer_metrics.customer_id': { gdpr_class: 'pseudonym' },
        'gold.customer_cohorts': tagged,
        'gold.customer_cohorts.country': { gdpr_class: 'indirect_identifier' },
        'gold.customer_cohorts.lifetime_value': { gdpr_class: 'financial' },
      })
    })

    test('no region was asked for by the other, and no host but theirs', async () => {
      for (const region of regions) {
        const { refusedHosts, refusedPaths } = await workspaces.record(region)
        expect({ refusedHosts, refusedPaths }).toEqual({ refusedHosts: [], refusedPaths: [] })
      }
    })
  })
})

function expectSuccess(run: DbtRun): void {
  if (run.status !== 0) throw new Error(run.output)
  const statuses = run.results.map(({ status }) => status)
  expect(statuses.length).toBeGreaterThan(0)
  expect(statuses.filter((status) => !['success', 'pass', 'no-op'].includes(status))).toEqual([])
}

/** Silver and gold joined, a line for a customer. */
async function tables(connection: Connection, region: Region): Promise<string[]> {
  const rows = await connection.query(`
    select customer_id, m.total_orders, m.lifetime_value, m.first_order_date, m.last_order_date, c.cohort_month, c.segment
    from ${region}_prod.silver.customer_metrics m full join ${region}_prod.gold.customer_cohorts c using (customer_id)
    where c.lifetime_value = m.lifetime_value and c.total_orders = m.total_orders
    order by customer_id`)
  return rows.map((row) => Object.values(row).map(String).join(' '))
}

async function silver(connection: Connection, region: Region): Promise<object[]> {
  return await connection.query(`select * from ${region}_prod.silver.customer_metrics order by customer_id`)
}

async function history(connection: Connection, region: Region): Promise<unknown[]> {
  const rows = await connection.query(`describe history ${region}_prod.silver.customer_metrics`)
  return rows.map((row) => ('operation' in row ? row.operation : undefined))
}

function lines(table: string): string[] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.trim().replaceAll(/ +/g, ' '))
}
