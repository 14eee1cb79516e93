import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ArtifactService, runtimeToken, startArtifactService } from '../adapters/artifact-service.ts'
import { type Region, regions } from '../dbt_projects/bronze.ts'
import { afterFirst, tables, withFirstBatch } from '../dbt_projects/customers.ts'
import { type GitHubServer, startGitHub } from '../github/server.ts'
import type { Repository } from '../repository.ts'
import { describeWith } from '../tools/optional.ts'
import { pythonBin } from '../tools/python.ts'
import { startWorkspaces, type Workspaces } from '../workspace/workspaces.ts'
import { actionRepository, push, type Run, runOnPush, runWorkflow, token } from './act.ts'
import { edited, gold } from './deploys.ts'

const RUN_MS = 10 * 60_000
/** Another test file may have the workspaces first. */
const LEASE_MS = 30 * 60_000

// act has neither environments nor concurrency groups: the test plays GitHub's part in both. What GitHub makes of them is not proved.
describeWith(['go', 'node24', 'registry', 'java', 'python'], 'the deploy of the workflow, run by act on a push', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dbt-regions-act-'))
  let bronze: Awaited<ReturnType<typeof withFirstBatch>>
  let workspaces: Workspaces<Region>
  let repository: Repository
  let github: GitHubServer
  let path: readonly string[]
  let runId = 0

  beforeAll(async () => {
    workspaces = await startWorkspaces(regions)
    github = await startGitHub()
    path = [await pythonBin('dbt112')]
    repository = actionRepository({}, join(folder, 'repository'))
    bronze = await withFirstBatch(workspaces, regions)
  }, LEASE_MS)
  afterAll(async () => {
    await bronze?.close()
    await github?.close()
    workspaces?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  interface Merged extends Run {
    /** By region, the statuses that the job itself put on its deployment. */
    readonly deployments: Record<string, [state: string, said: string][]>
    readonly artifacts: readonly string[]
  }

  /** A run of the workflow on what is checked out, as GitHub sees it: a deployment for each job with an environment. */
  async function merged(of: Repository = repository): Promise<Merged> {
    const run = ++runId
    const sha = of.git('rev-parse', 'HEAD')
    const made = regions.map((region, job) => {
      const environment = `${region}-production`
      return github.state.deployments.jobBegins({ environment, sha, run, job: run * 10 + job })
    })
    // An artifact's name is taken once in a run.
    const service = await startArtifactService()
    const ended = await runOnPush(of, options(run, service)).finally(() => service.close())
    const told = made.map(({ statuses }, index) => {
      const said = statuses.map(({ state, description }): [string, string] => [state, description])
      return [regions[index], said.filter(([, description]) => description !== '')]
    })
    return { ...ended, deployments: Object.fromEntries(told), artifacts: [...service.artifacts.keys()].sort() }
  }

  function options(run: number, artifacts: ArtifactService) {
    const ofRegions = (what: 'HOST' | 'HTTP_PATH' | 'TOKEN') =>
      Object.fromEntries(
        regions.map((region) => {
          const name = `DATABRICKS_${region.toUpperCase()}_${what}`
          return [name, workspaces.environment(region)[name] ?? '']
        }),
      )
    return {
      api: github.url,
      runId: run,
      path,
      vars: { ...ofRegions('HOST'), ...ofRegions('HTTP_PATH') },
      secrets: ofRegions('TOKEN'),
      env: {
        ...workspaces.network,
        ACTIONS_RUNTIME_TOKEN: runtimeToken,
        ACTIONS_RESULTS_URL: artifacts.url,
        PYTHONDONTWRITEBYTECODE: '',
      },
    }
  }

  function expectNoSecret({ all }: Run): void {
    // act shows the very command that masks a secret.
    const shown = all.split('\n').filter((line) => !line.includes('"command":"add-mask"'))
    for (const secret of [token, runtimeToken, ...regions.map((region) => workspaces.of(region).token)])
      expect(shown.join('\n')).not.toContain(secret)
  }

  test(
    'both regions are deployed side by side; statuses, summary, outputs and artifacts say so',
    async () => {
      const run = await merged()
      expect(run.status, run.log).toBe(0)
      for (const region of regions) {
        expect(await tables(bronze.at(region), region)).toEqual(afterFirst)
        expect(run.deployments[region]?.map(([state]) => state)).toEqual(['in_progress', 'success'])
        expect(run.deployments[region]?.at(-1)?.[1]).toMatch(new RegExp(`^${region} at [0-9a-f]{7}: .*nothing pending`))
        expect(run.summary).toContain(`### ✅ \`${region}\`: `)
      }
      expect(github.state.deployments.all).toHaveLength(2)
      expect(run.artifacts).toEqual(['dbt-eu-1', 'dbt-us-1'])
      expect(run.outputs).toMatchObject({ conclusion: 'success', pending: '0' })
      expectNoSecret(run)
      expect(github.violations).toEqual([])
    },
    RUN_MS,
  )

  test(
    'one region fails and the other succeeds; the next pull request shows what was left, the next merge takes it up',
    async () => {
      repository.commit('gold', {
        ...edited(gold('us'), "'High Value'", "'High' || ' Value'"),
        ...edited(gold('eu'), "'High Value'", "'High' || ' Value'"),
      })
      const message =
        '[INSUFFICIENT_PERMISSIONS] Insufficient privileges: User does not have permission MODIFY on table `eu_prod`.`gold`.`customer_cohorts`.'
      await workspaces.misbehave('eu', {
        kind: 'fail',
        statement: 'create or replace table .*customer_cohorts',
        message,
      })
      const run = await merged()
      expect(run.status).toBe(1)
      expect(run.deployments.us?.map(([state]) => state)).toEqual(['in_progress', 'success'])
      expect(run.deployments.eu?.map(([state]) => state)).toEqual(['in_progress', 'failure'])
      expect(run.deployments.eu?.at(-1)?.[1]).toContain('pending: customer_cohorts')
      expect(run.summary).toContain('MODIFY on table')
      expectNoSecret(run)
      await workspaces.misbehave('eu')

      const pull = push(repository, { 'README.md': 'A change of no model.\n' })
      github.state.pulls.push({ number: 7, ...pull })
      const checked = await runWorkflow(repository, pull, { api: github.url, runId: ++runId })
      expect(checked.status, checked.log).toBe(0)
      const comment = github.state.comments.map(({ body }) => body).join()
      expect(comment + checked.summary).toMatch(/pending.*customer_cohorts/)
      repository.git('checkout', '--quiet', 'main')

      const next = await merged()
      expect(next.status, next.log).toBe(0)
      expect(next.log).toMatch(/us: nothing to do/)
      expect(next.deployments.eu?.at(-1)?.[1]).toContain('nothing pending')
      expect(await tables(bronze.at('eu'), 'eu')).toEqual(afterFirst)
      expect(github.violations).toEqual([])
    },
    RUN_MS,
  )

  test(
    'a merge that comes while one is running: whoever wins, the region ends as the newer one says',
    async () => {
      const countries = async () =>
        (await bronze.at('us').query('select distinct country from us_prod.gold.customer_cohorts')).flatMap((row) =>
          Object.values(row),
        )
      repository.commit('older', edited(gold('us'), 'country,', 'upper(country) as country,'))
      const statement = 'create or replace table .*customer_cohorts'
      await workspaces.misbehave('us', { kind: 'delay', statement, milliseconds: 15_000, times: 1 })
      const older = merged()
      while ((await workspaces.record('us')).delayed.length === 0)
        await new Promise((resume) => setTimeout(resume, 200))
      const newer = actionRepository({}, join(folder, 'newer'))
      newer.git('fetch', '--quiet', repository.root, 'main')
      newer.git('reset', '--quiet', '--hard', 'FETCH_HEAD')
      newer.commit('newer', edited(gold('us'), 'country,', 'lower(country) as country,'))
      // GitHub would let the second wait. Side by side both succeed, or Delta refuses the one that comes last.
      for (const run of [await merged(newer), await older])
        if (run.status !== 0) expect(run.log).toContain('something else wrote to the same Delta table')
      const last = await merged(newer)
      expect(last.status, last.log).toBe(0)
      expect(await countries()).toEqual(['ie'])
      const again = await merged(newer)
      expect(again.log).toMatch(/us: nothing to do/)
    },
    RUN_MS,
  )
})
