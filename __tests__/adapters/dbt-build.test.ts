import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Manifest } from '../../src/dbt/manifest.ts'
import { arrive, createBronze, projectOf } from '../dbt_projects/bronze.ts'
import { describeWith } from '../tools/optional.ts'
import { type Connection, connect } from '../workspace/driver.ts'
import { startWorkspaces, type Workspaces } from '../workspace/workspaces.ts'
import { deployedNodes, manifestOf, pathWith, projectCopy, remove, results, spoken } from './dbt-session.ts'

const SLOW = 10 * 60_000
const LEASE_MS = 30 * 60_000
const value = 'ann@example.com'

describeWith(['java', 'python'], 'dbt builds', () => {
  const folder = projectCopy(projectOf('us'), {
    'models/gold/broken.sql': `{{ config(materialized='table') }} select cast('${value}' as bigint) as id from {{ ref('customer_cohorts') }}`,
    'models/gold/below.sql': "select * from {{ ref('broken') }}",
    'models/gold/slow.sql':
      "{{ config(materialized='table') }} select count(*) as n from range(100000000000) where uuid() like 'x%y'",
    'models/gold/talks.sql': `{{ print('${value}') }}{{ log('${value}', info=True) }} select 1 as id`,
    'tests/rows.sql': `{{ config(severity='warn') }} select '${value}' as email`,
  })
  let workspaces: Workspaces<'us'>
  let connection: Connection
  let manifest: Manifest
  const environment = () => workspaces.environment('us')
  const id = (name: string) => `model.us_analytics_dbt.${name}`

  beforeAll(async () => {
    manifest = await manifestOf(folder, 'us')
    workspaces = await startWorkspaces(['us'])
    connection = await connect(workspaces, 'us')
    await createBronze(connection, 'us')
    const customers = [{ customer_id: 1, name: 'A', email: value, country: 'IE' }]
    await arrive(connection, 'us', { at: '2025-06-01 05:00:00', customers, orders: [] }, 1)
  }, LEASE_MS)
  afterAll(async () => {
    await connection?.close()
    workspaces?.stop()
    remove(folder)
  })

  test.each(['dbt112', 'dbt111'] as const)('chosen nodes, with %s', { timeout: SLOW }, async (version) => {
    const { dbt, said } = await spoken(
      { folder, target: 'us', secrets: ['us_prod'] },
      await pathWith(version),
      environment(),
    )
    const nodes = [
      ...deployedNodes(manifest).filter((node) => /^model.*customer_|unique_customer_cohorts/.test(node)),
      ...['broken', 'below', 'talks'].map(id),
      'test.us_analytics_dbt.rows',
    ]
    const { told, error } = await results(dbt.build(await dbt.select(manifest, nodes)), nodes)
    expect(error).toBeNull()
    const last = Object.fromEntries(told.map(({ unique_id, status }) => [unique_id.split('.')[2], status]))
    expect(last).toEqual({
      customer_metrics: 'success',
      customer_cohorts: 'success',
      unique_customer_cohorts_customer_id: 'success',
      broken: 'error',
      below: 'skipped',
      talks: 'success',
      rows: 'warn',
    })
    const of = (name: string) => told.filter(({ unique_id }) => unique_id === id(name))
    expect(of('broken').map(({ status }) => status)).toEqual(['started', 'error'])
    expect(of('broken')[1]?.message).toMatch(/CAST_INVALID_INPUT/)
    const artifacts = await dbt.artifacts()
    await dbt.close()
    const published = JSON.stringify(JSON.parse(artifacts.get('run_results.json') ?? ''))
    const shown = [JSON.stringify(told), ...said, published].join('\n')
    expect(shown).not.toContain(value)
    expect(shown).not.toContain('us_prod')
    expect(artifacts.get('manifest.json')).toContain(id('below'))
    expect(said.join('\n')).toMatch(/OK created sql/)
    expect(said).toContain("2 messages that the project's macros print in dbt build: not shown")
  })

  test('a hook that fails', { timeout: SLOW }, async () => {
    const version = 'dbt112'
    const source = join(import.meta.dirname, '../../dbt_projects', projectOf('us'), 'dbt_project.yml')
    const hooked = projectCopy(projectOf('us'), {
      'dbt_project.yml': `${readFileSync(source, 'utf8')}\non-run-end: "select raise_error('${value}')"\n`,
      'models/gold/one.sql': 'select 1 as id',
    })
    const { dbt, said } = await spoken({ folder: hooked, target: 'us' }, await pathWith(version), environment())
    const nodes = [id('one')]
    const selection = await dbt.select(await manifestOf(hooked, 'us'), nodes)
    const { told, error } = await results(dbt.build(selection), nodes)
    await dbt.close()
    remove(hooked)
    expect(told.map(({ status }) => status)).toEqual(['started', 'success'])
    expect(String(error)).toMatch(/^WarehouseError: the hook us_analytics_dbt-on-run-end-0 failed;/)
    expect([String(error), ...said].join('\n')).not.toContain(value)
  })

  test('until it is cancelled', { timeout: SLOW }, async () => {
    const controller = new AbortController()
    const { signal } = controller
    const { dbt } = await spoken({ folder, target: 'us', signal }, await pathWith('dbt112'), environment())
    const told: string[] = []
    const isRunning = async () => (await workspaces.record('us')).statements.some(({ sql }) => /uuid\(\)/.test(sql))
    const building = async () => {
      for await (const batch of dbt.build(await dbt.select(manifest, [id('slow')]))([id('slow')])) {
        told.push(...batch.map(({ status }) => status))
        if (told.length === 1) await vi.waitUntil(isRunning, { timeout: SLOW, interval: 100 })
        controller.abort()
      }
    }
    await expect(building()).rejects.toThrow('the run was cancelled')
    // dbt may or may not still tell how the statement ended.
    expect(told[0]).toBe('started')
    expect(told).not.toContain('success')
    await dbt.close()
  })
})
