import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DbtProject, type DbtRun, type DbtVersion } from '../tools/dbt.ts'
import { describeWith } from '../tools/optional.ts'
import { type Connection, connect } from '../workspace/driver.ts'
import { startWorkspaces, type Workspaces } from '../workspace/workspaces.ts'
import { arrive, createBronze, projectOf, type Region, regions } from './bronze.ts'
import { afterFirst, afterSecond, first, second, tables } from './customers.ts'

const BUILD_MS = 10 * 60_000
/** Another test file may have the workspaces first. */
const LEASE_MS = 30 * 60_000

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

    test('the first build makes every table without a warning, and its tests pass', { timeout: BUILD_MS }, async () => {
      await dbt('--warn-error', 'build')
      expect(await both(async (region, at) => await tables(at, region))).toEqual([afterFirst, afterFirst])
    })

    test('what it ran is SQL of its own region', () => {
      for (const region of regions) {
        const folder = join(project[region].target, 'compiled', projectOf(region), 'models')
        for (const model of ['silver/customer_metrics.sql', 'gold/customer_cohorts.sql']) {
          const catalogs = readFileSync(join(folder, model), 'utf8').match(/\b\w+_prod\b/g)
          expect(new Set(catalogs)).toEqual(new Set([`${region}_prod`]))
        }
      }
    })

    // What dbt does here does not differ by version; once is enough.
    if (version === 'dbt112') {
      test('late, corrected, moved and deleted orders come right in the next one', { timeout: BUILD_MS }, async () => {
        await both(async (region, at) => await arrive(at, region, second, 101))
        await dbt('build', '--exclude-resource-type', 'unit_test')
        expect(await both(async (region, at) => await tables(at, region))).toEqual([afterSecond, afterSecond])
        for (const operations of await both(async (region, at) => await history(at, region))) {
          expect(operations).toContain('MERGE')
        }
      })

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

async function silver(connection: Connection, region: Region): Promise<object[]> {
  return await connection.query(`select * from ${region}_prod.silver.customer_metrics order by customer_id`)
}

async function history(connection: Connection, region: Region): Promise<unknown[]> {
  const rows = await connection.query(`describe history ${region}_prod.silver.customer_metrics`)
  return rows.map((row) => ('operation' in row ? row.operation : undefined))
}
