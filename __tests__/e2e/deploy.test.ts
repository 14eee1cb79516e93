import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { arrive, type Region, regions } from '../dbt_projects/bronze.ts'
import { afterFirst, afterSecond, second, tables, withFirstBatch } from '../dbt_projects/customers.ts'
import type { Repository } from '../repository.ts'
import { describeWith } from '../tools/optional.ts'
import { startWorkspaces, type Workspaces } from '../workspace/workspaces.ts'
import { type Deploys, deploysOn, edited, gold, original, results, silver } from './deploys.ts'
import { regionalRepository } from './program.ts'

const DEPLOY_MS = 5 * 60_000
/** Another test file may have the workspaces first. */
const LEASE_MS = 30 * 60_000

describeWith(['java', 'python'], 'deploy on the two workspaces, one process each', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dbt-regions-deploy-'))
  let workspaces: Workspaces<Region>
  let repository: Repository
  let deploys: Deploys
  let bronze: Awaited<ReturnType<typeof withFirstBatch>>
  const rows = async (region: Region) => tables(bronze.at(region), region)
  /** The ledger's last word on every node of a region that is not a success. */
  const unfinished = async (region: Region) => await deploys.unfinished(bronze.at(region), region)

  beforeAll(async () => {
    workspaces = await startWorkspaces(regions)
    repository = regionalRepository(folder)
    deploys = await deploysOn(workspaces, repository)
    bronze = await withFirstBatch(workspaces, regions)
  }, LEASE_MS)
  afterAll(async () => {
    await bronze?.close()
    workspaces?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  describe('in order', () => {
    test(
      'the first builds all, in both regions side by side',
      async () => {
        for (const [region, { status, stdout, stderr }] of await deploys.both()) {
          expect(status, `${region}\n${stdout}${stderr}`).toBe(0)
          const built = results(stdout)
          expect(built.filter((line) => line.includes(' model '))).toEqual([
            'ok model customer_metrics',
            'ok model customer_cohorts',
          ])
          expect(built.filter((line) => !/^(ok|warning) /.test(line))).toEqual([])
          expect(await rows(region)).toEqual(afterFirst)
          expect(await unfinished(region)).toEqual([])
        }
        const { tags } = await workspaces.record('eu')
        expect(tags).toMatchObject({ 'gold.customer_cohorts.lifetime_value': { gdpr_class: 'financial' } })
      },
      DEPLOY_MS,
    )

    test(
      'without a change nothing is deployed, and nothing but the ledger is read',
      async () => {
        for (const region of regions) {
          const before = (await workspaces.record(region)).statements.length
          const { status, stdout } = await deploys.one(region)
          expect(stdout).toMatch(new RegExp(`^${region}: nothing to do, the region is what [0-9a-f]{7} says$`, 'm'))
          expect(status).toBe(0)
          const asked = (await workspaces.record(region)).statements.slice(before).map(({ sql }) => sql)
          expect(asked).toEqual([expect.stringMatching(/^SELECT .* FROM `\w+`\.`default`\.`dbt_regions_ledger`$/)])
        }
      },
      DEPLOY_MS,
    )

    test(
      'a changed gold model is one node, in its own region; orders that came late, corrected, moved and deleted come right with silver',
      async () => {
        repository.commit('gold', edited(gold('us'), "'High Value'", "'High' || ' Value'"))
        const us = await deploys.one('us')
        expect(results(us.stdout).filter((line) => line.includes(' model '))).toEqual(['ok model customer_cohorts'])
        expect(us.status, us.stdout).toBe(0)
        await arrive(bronze.at('us'), 'us', second, 101)
        repository.commit('silver', edited(silver('us'), 'customers.country,', 'trim(customers.country) as country,'))
        const again = await deploys.one('us')
        expect(again.status, again.stdout).toBe(0)
        expect(await rows('us')).toEqual(afterSecond)
        expect(await rows('eu')).toEqual(afterFirst)
      },
      DEPLOY_MS,
    )

    test(
      'a failing model leaves its child skipped and both pending; the next run picks them up',
      async () => {
        const broken = "raise_error(concat('person ', customers.country))"
        repository.commit('broken', edited(silver('us'), 'customers.country,', `${broken} as country,`))
        const failing = await deploys.one('us')
        expect(failing.status).toBe(1)
        const built = results(failing.stdout)
        expect(built.filter((line) => line.includes(' model '))).toEqual([
          'error model customer_metrics',
          'skipped model customer_cohorts',
        ])
        // The message would quote a row.
        expect(failing.stdout + failing.stderr).not.toContain('person IE')
        expect(await unfinished('us')).toEqual(
          expect.arrayContaining([
            'failed model.us_analytics_dbt.customer_metrics',
            'skipped model.us_analytics_dbt.customer_cohorts',
          ]),
        )
        repository.commit('mended with a macro of a package, which dbt installs first', {
          ...edited(silver('us'), 'customers.country,', "{{ places.tidy('customers.country') }} as country,"),
          'dbt_projects/us_analytics_dbt/packages.yml': 'packages: [{local: ../places}]\n',
          'dbt_projects/places/dbt_project.yml': 'name: places\nversion: 1.0.0\n',
          'dbt_projects/places/macros/tidy.sql': '{% macro tidy(column) %}upper({{ column }}){% endmacro %}\n',
        })
        const mended = await deploys.one('us')
        expect(mended.status, mended.stdout).toBe(0)
        expect(await unfinished('us')).toEqual([])
        expect(await rows('us')).toEqual(afterSecond)
      },
      DEPLOY_MS,
    )

    test(
      'a failure, then a revert',
      async () => {
        repository.commit('broken', edited(gold('eu'), 'country,', "raise_error('x') as country,"))
        expect((await deploys.one('eu')).status).toBe(1)
        repository.commit('revert', { [gold('eu')]: original(gold('eu')) })
        const reverted = await deploys.one('eu')
        expect(results(reverted.stdout).filter((line) => line.includes(' model '))).toEqual([
          'ok model customer_cohorts',
        ])
        expect(reverted.status, reverted.stdout).toBe(0)
        expect(await unfinished('eu')).toEqual([])
        expect(await rows('eu')).toEqual(afterFirst)
      },
      DEPLOY_MS,
    )

    test(
      'the whole run killed while the child of a parent that succeeded is built: dbt ends with it, the next run ends right',
      async () => {
        repository.commit('both', {
          ...edited(silver('eu'), 'customers.country,', 'trim(customers.country) as country,'),
          ...edited(gold('eu'), "'Low Value'", "'Low' || ' Value'"),
        })
        await workspaces.misbehave('eu', {
          kind: 'delay',
          statement: 'create or replace table .*customer_cohorts',
          milliseconds: 8_000,
          times: 1,
        })
        const killed = await deploys.stoppedDuring('eu', 'SIGKILL')
        expect(killed.signal).toBe('SIGKILL')
        await deploys.gone(killed.children)
        const left = await unfinished('eu')
        expect(left.filter((line) => line.includes(' model.'))).toEqual([
          expect.stringMatching(/^(pending|started) model\.eu_analytics_dbt\.customer_cohorts$/),
        ])
        const next = await deploys.one('eu')
        expect(results(next.stdout).filter((line) => line.includes(' model '))).toEqual(['ok model customer_cohorts'])
        expect(next.status, next.stdout).toBe(0)
        expect(await unfinished('eu')).toEqual([])
        expect(await rows('eu')).toEqual(afterFirst)
      },
      DEPLOY_MS,
    )
  })
})
