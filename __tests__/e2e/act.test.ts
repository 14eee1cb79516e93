import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseComment } from '../../src/report/state.ts'
import { runtimeToken, startArtifactService } from '../adapters/artifact-service.ts'
import { type GitHubFaults, type GitHubServer, startGitHub } from '../github/server.ts'
import { notAccessible } from '../github/state.ts'
import { temporaryFolder } from '../repository.ts'
import { describeWith } from '../tools/optional.ts'
import { actionRepository, type PullRequest, push, runWorkflow, token } from './act.ts'
import { projectRoot } from './program.ts'

const gold = (region: string) => `dbt_projects/${region}_analytics_dbt/models/gold/customer_cohorts.sql`
const original = (region: string) => readFileSync(join(projectRoot, gold(region)), 'utf8')
const broken = (region: string) => original(region).replace("ref('customer_metrics')", "ref('customer_metrcs')")
const harmless = (region: string) => original(region).replace("'Low Value'", "'Small Value'")

const matrix = `
name: matrix
on: pull_request
jobs:
  check:
    runs-on: ubuntu-latest
    permissions: { contents: read, pull-requests: write }
    strategy:
      fail-fast: false
      matrix: { region: [eu, us] }
    steps:
      - uses: actions/checkout@v7
        with: { fetch-depth: 2 }
      - uses: ./
        with: { region: '\${{ matrix.region }}' }
`

let github: GitHubServer
let faults: { -readonly [K in keyof GitHubFaults]: GitHubFaults[K] }

describeWith(['go', 'node24', 'registry'], "the repository's own workflow, run by act", () => {
  beforeEach(async () => {
    faults = {}
    github = await startGitHub({ spoil: (body) => faults.spoil?.(body) ?? body, latency: () => Math.random() * 40 })
  })

  afterEach(async () => await github.close())

  test('findings fail the job, are annotations, and one comment follows the pull request', async () => {
    const repository = actionRepository()
    const first = opened(push(repository, { [gold('eu')]: broken('eu'), [gold('us')]: broken('us') }))
    const failing = await runWorkflow(repository, first, { api: github.url })
    expect(failing.status, failing.log).toBe(1)
    expect(failing.annotations.slice(0, 2)).toEqual(
      ['eu', 'us'].map((region) => ({
        level: 'error',
        title: `unresolved-ref (${region})`,
        file: gold(region),
        line: 14,
        message:
          "model 'customer_cohorts' refs 'customer_metrcs', which does not exist; did you mean 'customer_metrics'?",
      })),
    )
    expect(only()).toContain('### ❌ dbt: 2 new errors')
    expect(failing.outputs).toMatchObject({
      conclusion: 'failure',
      errors: '2',
      'comment-url': expect.stringMatching(/#issuecomment-1$/),
    })

    const second = opened(push(repository, { [gold('eu')]: harmless('eu'), [gold('us')]: harmless('us') }))
    const passing = await runWorkflow(repository, second, { api: github.url, runId: 2 })
    expect(passing.status, passing.log).toBe(0)
    expect(only()).toContain('dbt: resolved')
    expect(only()).toContain(`/blob/${second.head}/${gold('eu')}`)
    expect(github.state.comments.map((it) => it.id)).toEqual([1])

    const again = await runWorkflow(repository, first, { api: github.url, runId: 1 })
    expect(again.log).toContain('The pull request has moved on')
    expect(only()).toContain('dbt: resolved')
    expect(github.violations).toEqual([])
    expect(failing.all + passing.all + again.all).not.toContain(token)
  }, 300_000)

  test('what a large project was checked for is kept in the cache of Actions', async () => {
    const repository = actionRepository({
      'cached.yml': matrix
        .replace("region: '${{ matrix.region }}'", "region: '${{ matrix.region }}', cache: true")
        .replace('[eu, us]', '[us]'),
    })
    const many = Array.from({ length: 500 }, (_, index) => [
      `dbt_projects/us_analytics_dbt/models/many/m${index}.sql`,
      `select ${index} as id\n`,
    ])
    const pull = opened(push(repository, { ...Object.fromEntries(many), [gold('us')]: harmless('us') }))
    const options = { api: github.url, workflow: 'cached.yml', caches: temporaryFolder() }
    const first = await runWorkflow(repository, pull, options)
    expect(first.status, first.log).toBe(0)
    expect(first.log).toContain('Cache saved successfully')
    const second = await runWorkflow(repository, pull, { ...options, runId: 2 })
    expect(second.status, second.log).toBe(0)
    expect(second.log).toContain('Cache restored successfully')
    expect(second.log).not.toContain('Cache saved successfully')
    expect(second.outputs).toMatchObject({ conclusion: 'success', changed: '501' })
    expect(only()).toContain('501')
    expect(second.outputs.changed).toBe(first.outputs.changed)
    expect(first.all + second.all).not.toContain(token)
  }, 300_000)

  test("two regions' jobs side by side lose nothing of each other's section", async () => {
    const repository = actionRepository({ 'matrix.yml': matrix })
    const files = { [gold('eu')]: broken('eu'), [gold('us')]: harmless('us') }
    for (let runId = 1; runId <= 3; runId++) {
      const pull = opened(push(repository, { ...files, 'dbt_projects/README.md': `${runId}\n` }))
      const run = await runWorkflow(repository, pull, { api: github.url, workflow: 'matrix.yml', runId })
      expect(run.status).toBe(1)
      const sections = parseComment(only(), 'default')?.sections.map((it) => [
        it.region,
        it.head,
        it.run,
        it.totals.errors,
      ])
      expect(sections).toEqual([
        ['eu', pull.head, runId, 1],
        ['us', pull.head, runId, 0],
      ])
    }
    expect(github.violations).toEqual([])
  }, 300_000)

  test('the interactive lineage is an artifact, and comment, summary and output lead to it', async () => {
    const service = await startArtifactService()
    try {
      const repository = actionRepository()
      const pull = opened(push(repository, { [gold('eu')]: harmless('eu'), [gold('us')]: harmless('us') }))
      const env = { ACTIONS_RUNTIME_TOKEN: runtimeToken, ACTIONS_RESULTS_URL: service.url }
      const run = await runWorkflow(repository, pull, { api: github.url, env })
      expect(run.status, run.log).toBe(0)
      const [[name, page] = []] = service.artifacts
      expect([...service.artifacts.keys()]).toEqual([expect.stringMatching(/^lineage-[a-z]+-1\.html$/)])
      expect(page?.toString()).toMatch(/^<!doctype html>/)
      const url = 'https://github.com/acme/analytics/actions/runs/1/artifacts/1'
      expect(only(), name).toContain(`[**Interactive lineage**](<${url}>)`)
      expect(run.summary).toContain(url)
      expect(run.outputs['lineage-url']).toBe(url)
      expect(run.all).not.toContain(runtimeToken)
    } finally {
      await service.close()
    }
  }, 300_000)

  test('where it cannot be kept, that is said', async () => {
    const repository = actionRepository()
    const pull = opened(push(repository, { [gold('us')]: harmless('us') }))
    const run = await runWorkflow(repository, pull, { api: github.url })
    expect(run.status, run.log).toBe(0)
    expect(run.annotations).toContainEqual(
      expect.objectContaining({
        level: 'notice',
        message: expect.stringMatching(/^The interactive lineage is not kept: /),
      }),
    )
    expect(only()).not.toContain('Interactive lineage')
  }, 300_000)

  test.each<[string, NonNullable<GitHubFaults['spoil']>]>([
    ['no text', () => ({})],
    ['a number', () => ({ body: 5 })],
    ['a field that GitHub does not know', (body) => ({ ...body, text: 'x' })],
    ['more than GitHub takes', () => ({ body: 'x'.repeat(65_537) })],
  ])(
    'a comment of %s is refused, and fails the job',
    async (_, spoil) => {
      faults.spoil = spoil
      const repository = actionRepository()
      const run = await runWorkflow(repository, opened(push(repository, { [gold('us')]: harmless('us') })), {
        api: github.url,
      })
      expect(run.status).toBe(1)
      expect(run.annotations.map((it) => it.message).join()).toMatch(
        /GitHub answered 422 to POST .*\/issues\/7\/comments/,
      )
      expect(github.state.comments).toEqual([])
      expect(run.summary).toContain('dbt: ')
    },
    300_000,
  )

  test.each([
    ['passes', harmless, 0],
    ['fails', broken, 1],
  ] as const)(
    'a fork that may not comment has the report in the summary, and its check %s',
    async (_, change, status) => {
      github.state.refusal = notAccessible
      const repository = actionRepository()
      const pull = opened(push(repository, { [gold('us')]: change('us') }))
      const run = await runWorkflow(repository, pull, { api: github.url, fork: true })
      expect(run.status, run.log).toBe(status)
      expect(run.summary).toMatch(/^### (✅|❌) dbt: /)
      expect(run.summary).not.toContain('<!-- dbt-regions')
      expect(run.annotations.at(status === 0 ? -1 : -2)).toMatchObject({
        level: 'notice',
        message: expect.stringContaining('job summary'),
      })
      expect(github.state.comments).toEqual([])
      expect(github.violations).toEqual([])
    },
    300_000,
  )

  test('the same repository without the permission is told which', async () => {
    github.state.refusal = notAccessible
    const repository = actionRepository()
    const run = await runWorkflow(repository, opened(push(repository, { [gold('us')]: harmless('us') })), {
      api: github.url,
    })
    expect(run.status).toBe(1)
    expect(run.annotations.at(-1)?.message).toContain('`permissions: pull-requests: write`')
    expect(run.outputs).toMatchObject({ conclusion: 'success', errors: '0', warnings: '0', changed: '1' })
    expect(run.summary).toContain('dbt: ')
  }, 300_000)
})

/** GitHub learns of a push. */
function opened(pull: PullRequest): PullRequest {
  github.state.pulls.splice(0, 1, { number: 7, ...pull })
  return pull
}

function only(): string {
  const [comment, ...others] = github.state.comments
  if (!comment || others.length > 0) throw new Error(`${github.state.comments.length} comments`)
  return comment.body
}
