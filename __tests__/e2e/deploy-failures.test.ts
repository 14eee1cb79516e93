import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Region, regions } from '../dbt_projects/bronze.ts'
import { afterFirst, tables, withFirstBatch } from '../dbt_projects/customers.ts'
import type { Repository } from '../repository.ts'
import { onPath } from '../tools/command.ts'
import { describeWith } from '../tools/optional.ts'
import type { Connection } from '../workspace/driver.ts'
import type { Fault } from '../workspace/faults.ts'
import { startWorkspaces, type Workspaces } from '../workspace/workspaces.ts'
import { type Deploys, deploysOn, edited, gold, results, silver } from './deploys.ts'
import { regionalRepository } from './program.ts'

const DEPLOY_MS = 5 * 60_000
/** Another test file may have the workspaces first. */
const LEASE_MS = 30 * 60_000

const orders = 'us_prod.bronze.raw_sales_orders_us'

interface Trouble {
  readonly what: string
  readonly env?: (workspaces: Workspaces<Region>, folder: string) => Record<string, string>
  readonly fault?: Fault
  /** Statements that bring the trouble, and those that end it. */
  readonly bronze?: readonly [begin: readonly string[], end: readonly string[]]
  readonly said: RegExp
  readonly status: 1 | 2
}

const denied =
  '[INSUFFICIENT_PERMISSIONS] Insufficient privileges: User does not have permission MODIFY on table `us_prod`.`default`.`dbt_regions_ledger`. SQLSTATE: 42501'

const before: readonly Trouble[] = [
  {
    what: 'a workspace that cannot be reached',
    env: () => ({ DATABRICKS_US_HOST: '127.0.0.1:1' }),
    said: /no connection to the workspace 127\.0\.0\.1:1 is possible \(ECONNREFUSED\); run the deploy again/,
    status: 1,
  },
  {
    what: 'a wrong or expired token',
    env: () => ({ DATABRICKS_US_TOKEN: 'dapi-wrong-token' }),
    said: /the workspace acme-us\.cloud\.databricks\.com refuses the credentials: they are wrong, have expired/,
    status: 2,
  },
  {
    what: "the other region's token",
    env: (workspaces) => ({ DATABRICKS_US_TOKEN: workspaces.of('eu').token }),
    said: /the workspace acme-us\.cloud\.databricks\.com refuses the credentials: they are wrong, have expired/,
    status: 2,
  },
  {
    what: 'a secret that is not there',
    env: () => ({ DATABRICKS_US_TOKEN: '' }),
    said: /DATABRICKS_US_TOKEN/,
    status: 2,
  },
  {
    what: "another region's credentials",
    env: () => ({ DATABRICKS_EU_TOKEN: 'token-of-eu' }),
    said: /given credentials that are not its own, DATABRICKS_EU_TOKEN of region eu/,
    status: 2,
  },
  {
    what: "another region's host",
    env: (workspaces) => ({ DATABRICKS_US_HOST: workspaces.of('eu').host }),
    said: /the host acme-eu\.cloud\.databricks\.com is named like region eu/,
    status: 2,
  },
  {
    what: 'a catalog that is not there',
    env: () => ({ DATABRICKS_US_CATALOG: 'us_typo' }),
    said: /Catalog 'us_typo' was not found/,
    status: 2,
  },
  {
    what: 'a ledger that may not be read',
    fault: { kind: 'fail', statement: 'dbt_regions_ledger', message: denied },
    said: /MODIFY on table `us_prod`\.`default`\.`dbt_regions_ledger`/,
    status: 1,
  },
  {
    what: 'a bronze table that is not there',
    bronze: [
      [`alter table ${orders} rename to us_prod.bronze.elsewhere`],
      [`alter table us_prod.bronze.elsewhere rename to ${orders}`],
    ],
    said: /us_prod\.bronze\.raw_sales_orders_us \(source .*, dbt_projects\/us_analytics_dbt\/models\/bronze\/sources\.yml:\d+\), which customer_metrics reads, is not there/,
    status: 1,
  },
  {
    what: 'a bronze column that is not there',
    bronze: [
      [
        `alter table ${orders} rename to us_prod.bronze.elsewhere`,
        `create table ${orders} as select * except (amount) from us_prod.bronze.elsewhere`,
      ],
      [`drop table ${orders}`, `alter table us_prod.bronze.elsewhere rename to ${orders}`],
    ],
    said: /has no column 'amount', which customer_metrics reads/,
    status: 1,
  },
  {
    what: 'no dbt, and no Python to install it with',
    env: (_, folder) => ({ PATH: programs(folder, 'git'), RUNNER_TOOL_CACHE: join(folder, 'tools') }),
    said: /Python/,
    status: 2,
  },
  {
    what: 'a dbt that does not install',
    env: (_, folder) => ({
      PATH: withFailingUv(programs(folder, 'git')),
      RUNNER_TOOL_CACHE: join(folder, 'tools'),
    }),
    said: /dbt could not be installed; install dbt-databricks yourself .*no solution found/s,
    status: 2,
  },
]

/** A folder with these programs alone, to be the whole PATH. */
function programs(folder: string, ...names: readonly string[]): string {
  const path = join(folder, names.join('-'))
  mkdirSync(path)
  for (const name of names) {
    const found = onPath(name)
    if (found === undefined) throw new Error(`${name} is not on PATH`)
    symlinkSync(found, join(path, name))
  }
  return path
}

/** Stands for an index that is not there; what a real uv says of one is not proved. */
function withFailingUv(path: string): string {
  writeFileSync(join(path, 'uv'), '#!/bin/sh\necho "no solution found" >&2\nexit 1\n')
  chmodSync(join(path, 'uv'), 0o755)
  return path
}

describeWith(['java', 'python'], 'what goes wrong with a deploy is said, and the next one comes to the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dbt-regions-failures-'))
  let workspaces: Workspaces<Region>
  let repository: Repository
  let deploys: Deploys
  let bronze: Awaited<ReturnType<typeof withFirstBatch>>
  let us: Connection
  const count = async () => (await us.query('select count(*) as n from us_prod.default.dbt_regions_ledger'))[0]
  const models = (stdout: string) => results(stdout).filter((line) => line.includes(' model '))

  beforeAll(async () => {
    workspaces = await startWorkspaces(regions)
    repository = regionalRepository(join(folder, 'repository'))
    deploys = await deploysOn(workspaces, repository)
    bronze = await withFirstBatch(workspaces, ['us'])
    us = bronze.at('us')
    const { status, stdout, stderr } = await deploys.one('us')
    if (status !== 0) throw new Error(stdout + stderr)
    repository.commit('a change', edited(silver('us'), 'customers.country,', 'trim(customers.country) as country,'))
  }, LEASE_MS)
  afterEach(async () => await workspaces.misbehave('us'))
  afterAll(async () => {
    await bronze?.close()
    workspaces?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  describe('before anything is run', () => {
    test.each(before)(
      '$what',
      async ({ what, env, fault, bronze: [begin, end] = [[], []], said, status }) => {
        const own = mkdtempSync(join(folder, 'case-'))
        const events = await count()
        for (const sql of begin) await us.query(sql)
        if (fault) await workspaces.misbehave('us', fault)
        const asked = (await workspaces.record('us')).statements.length
        const failing = await deploys.one('us', env?.(workspaces, own)).finally(async () => {
          await workspaces.misbehave('us')
          for (const sql of end) await us.query(sql)
        })
        const told = failing.stdout + failing.stderr
        expect(told, what).toMatch(said)
        expect(told).not.toMatch(/\n {4}at |this is a bug/)
        expect(told).not.toContain(workspaces.of('eu').token)
        expect(failing.status, told).toBe(status)
        expect(await count()).toEqual(events)
        const statements = (await workspaces.record('us')).statements.slice(asked).map(({ sql }) => sql)
        const ours = statements.filter((sql) => ![...begin, ...end].includes(sql))
        expect(ours.filter((sql) => !/^\s*(select|describe|show)\b/i.test(sql))).toEqual([])
      },
      DEPLOY_MS,
    )

    test(
      'a warehouse that is starting is waited for; then what all of these left is deployed',
      async () => {
        await workspaces.misbehave('us', { kind: 'starting', times: 2, retryAfterSeconds: 1 })
        const { status, stdout } = await deploys.one('us')
        expect(stdout).toMatch(/the SQL warehouse .*is starting/)
        expect(models(stdout)).toEqual(['ok model customer_metrics', 'ok model customer_cohorts'])
        expect(status).toBe(0)
        expect(await tables(us, 'us')).toEqual(afterFirst)
      },
      DEPLOY_MS,
    )
  })

  describe('while it runs', () => {
    test.each<[what: string, change: Record<string, string>, fault: Fault, said: RegExp, built: string[]]>([
      [
        'a permission that is missing',
        edited(gold('us'), "'High Value'", "'High' || ' Value'"),
        {
          kind: 'fail',
          statement: 'create or replace table .*customer_cohorts',
          message:
            '[INSUFFICIENT_PERMISSIONS] Insufficient privileges: User does not have permission MODIFY on table `us_prod`.`gold`.`customer_cohorts`. SQLSTATE: 42501',
        },
        /MODIFY on table `us_prod`\.`gold`\.`customer_cohorts`/,
        ['error model customer_cohorts'],
      ],
      [
        'a concurrent write to a Delta table',
        edited(silver('us'), 'customers.country,', 'rtrim(customers.country) as country,'),
        {
          kind: 'fail',
          statement: '^\\s*merge .*customer_metrics|merge into',
          message:
            '[DELTA_CONCURRENT_APPEND.WITHOUT_HINT] ConcurrentAppendException: Transaction conflict detected. A concurrent MERGE added data to the root of table that was read by this transaction for customer 4711. SQLSTATE: 2D521',
        },
        /DELTA_CONCURRENT_APPEND|another .*wrote/i,
        ['error model customer_metrics', 'skipped model customer_cohorts'],
      ],
    ])(
      '%s',
      async (_, change, fault, said, built) => {
        repository.commit('a change', change)
        await workspaces.misbehave('us', fault)
        const failing = await deploys.one('us')
        const told = failing.stdout + failing.stderr
        expect(told).toMatch(said)
        expect(told).not.toContain('4711')
        expect(models(failing.stdout)).toEqual(built)
        expect(failing.status).toBe(1)
        await workspaces.misbehave('us')
        const next = await deploys.one('us')
        expect(models(next.stdout)).toEqual(built.map((line) => line.replace(/^\w+/, 'ok')))
        expect(next.status, next.stdout).toBe(0)
        expect(await deploys.unfinished(us, 'us')).toEqual([])
        expect(await tables(us, 'us')).toEqual(afterFirst)
      },
      DEPLOY_MS,
    )

    test(
      'a run that is cancelled ends with its dbt, says so, and is taken up',
      async () => {
        repository.commit('a change', edited(gold('us'), "'Low Value'", "'Low' || ' Value'"))
        const statement = 'create or replace table .*customer_cohorts'
        await workspaces.misbehave('us', { kind: 'delay', statement, milliseconds: 8_000, times: 1 })
        const cancelled = await deploys.stoppedDuring('us', 'SIGINT')
        expect(cancelled.stdout + cancelled.stderr).toMatch(/The run was cancelled/)
        expect(cancelled.status).toBe(1)
        await deploys.gone(cancelled.children)
        expect(await deploys.unfinished(us, 'us')).toContain('failed model.us_analytics_dbt.customer_cohorts')
        const next = await deploys.one('us')
        expect(models(next.stdout)).toEqual(['ok model customer_cohorts'])
        expect(next.status, next.stdout).toBe(0)
        expect(await tables(us, 'us')).toEqual(afterFirst)
      },
      DEPLOY_MS,
    )
  })
})
