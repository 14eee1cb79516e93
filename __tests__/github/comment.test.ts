import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type PullRequest, upsertComment } from '../../src/adapters/github.ts'
import { ConfigurationError } from '../../src/errors.ts'
import { commentUpdate } from '../../src/report/comment.ts'
import type { Place } from '../../src/report/place.ts'
import type { Report } from '../../src/report/report.ts'
import { head, place, regionOf, sample } from '../report/sample.ts'
import { type GitHubFaults, type GitHubServer, startGitHub } from './server.ts'
import { notAccessible } from './state.ts'

const token = 'ghs_secretsecretsecretsecretsecretsecret'
const pull: PullRequest = { owner: 'acme', repo: 'analytics', number: 7, fork: false }
const newHead = 'd'.repeat(40)

let github: GitHubServer
let faults: { -readonly [K in keyof GitHubFaults]: GitHubFaults[K] }

beforeEach(async () => {
  faults = {}
  github = await startGitHub({
    fault: (call) => faults.fault?.(call) ?? null,
    latency: () => faults.latency?.() ?? 0,
    gate: async (call) => await faults.gate?.(call),
  })
  github.state.pulls.push({ number: 7, head, base: 'a'.repeat(40) })
})

afterEach(async () => {
  await github.close()
  expect(github.violations).toEqual([])
})

describe('one comment', () => {
  test('is created once and then changed in place', async () => {
    expect(await post()).toMatchObject({ kind: 'created' })
    expect(await post({ place: { run: later(1) } })).toMatchObject({ kind: 'updated' })
    expect(github.state.comments.map((it) => it.id)).toEqual([1])
  })

  test('is left as it is when it says the same', async () => {
    await post()
    const { updated } = only()
    expect(await post()).toMatchObject({
      kind: 'unchanged',
      url: 'https://github.com/acme/analytics/pull/7#issuecomment-1',
    })
    expect(only().updated).toBe(updated)
  })

  test('is found behind 250 others', async () => {
    for (let index = 0; index < 250; index++) github.state.add(7, `comment ${index}`, alice)
    await post()
    for (let index = 0; index < 150; index++) github.state.add(7, `comment ${index}`, alice)
    expect(await post({ place: { run: later(1) } })).toMatchObject({ kind: 'updated' })
    expect(ours()).toHaveLength(1)
  })

  test('of a token of a person is known by that person', async () => {
    github.state.user = alice
    await post()
    expect(await post({ place: { run: later(1) } })).toMatchObject({ kind: 'updated' })
    expect(only().user).toBe(alice)
  })

  test.each([
    ['a person, to a workflow', { login: 'github-actions[bot]', type: 'Bot' }, { login: 'mallory', type: 'User' }],
    ['another person, to a person', { login: 'alice', type: 'User' }, { login: 'mallory', type: 'User' }],
    ['a bot, to a person', { login: 'alice', type: 'User' }, { login: 'echo[bot]', type: 'Bot' }],
  ] as const)('is not the copy by %s', async (_, us, stranger) => {
    github.state.user = us
    await post()
    const [{ body } = { body: '' }] = github.state.comments.splice(0)
    github.state.add(7, body, stranger)
    expect(await post({ place: { run: later(1) } })).toMatchObject({ kind: 'created' })
    expect(github.state.comments.map((it) => [it.user.login, it.body === body])).toEqual([
      [stranger.login, true],
      [us.login, false],
    ])
  })

  test.each([
    ['the visible text', (body: string) => body.slice(body.indexOf('\n') + 1)],
    ['the marker further down', (body: string) => `> quoted\n\n${body}`],
    ['another configuration', (body: string) => body.replace('"id":"default"', '"id":"other.yml"')],
  ])('is not one that only has %s', async (_, alter) => {
    await post()
    const [comment] = github.state.comments
    if (comment) comment.body = alter(comment.body)
    expect(await post()).toMatchObject({ kind: 'created' })
  })

  test('is made whole again when a person has edited it or broken its hidden part', async () => {
    await post()
    const { body } = only()
    only().body = body.replace('### ', '### nothing to see here ')
    expect(await post()).toMatchObject({ kind: 'updated' })
    expect(only().body).toBe(body)
    only().body = body.replace(/(dbt-regions-data .{40})./, '$1!')
    expect(await post()).toMatchObject({ kind: 'updated' })
    expect(only().body).toBe(body)
  })

  test('is not made for a pull request that changes nothing, but brought up to date when it is there', async () => {
    const nothing: Report = { ...sample(), conclusion: 'success', regions: ['eu', 'us'].map(unchanged) }
    expect(await post({ report: nothing })).toEqual({ kind: 'nothing to say' })
    expect(github.state.comments).toEqual([])
    await post()
    expect(await post({ report: nothing, place: { run: later(1) } })).toMatchObject({ kind: 'updated' })
    expect(only().body).toContain('### ✅ dbt: resolved')
  })
})

describe('the newest head wins', () => {
  test('an older head writes nothing', async () => {
    github.state.pulls.splice(0, 1, { number: 7, head: newHead, base: 'a'.repeat(40) })
    expect(await post()).toEqual({ kind: 'outdated' })
    expect(github.state.comments).toEqual([])
  })

  test('a run that is started again with an older head leaves the newer comment alone', async () => {
    await post()
    github.state.pulls.splice(0, 1, { number: 7, head: newHead, base: 'a'.repeat(40) })
    await post({ place: { head: newHead, run: later(5) } })
    const { body } = only()
    expect(await post({ place: { run: { ...later(0), attempt: 2 } } })).toEqual({ kind: 'outdated' })
    expect(only().body).toBe(body)
  })

  test('a run that was started before does not replace a later one of the same head', async () => {
    await post({ place: { run: later(5) } })
    const { body } = only()
    expect(await post({ place: { run: later(1) } })).toMatchObject({ kind: 'unchanged' })
    expect(only().body).toBe(body)
  })

  test('a head that was forced back to an earlier commit is the newest again', async () => {
    await post({ place: { run: later(1) } })
    github.state.pulls.splice(0, 1, { number: 7, head: newHead, base: 'a'.repeat(40) })
    await post({ place: { head: newHead, run: later(2) } })
    github.state.pulls.splice(0, 1, { number: 7, head, base: 'a'.repeat(40) })
    expect(await post({ place: { run: later(3) } })).toMatchObject({ kind: 'updated' })
    expect(only().body).toContain(`"head":"${head}"`)
  })
})

describe('without permission', () => {
  test('a fork is told so, and nothing is thrown', async () => {
    github.state.refusal = notAccessible
    expect(await post({ pull: { ...pull, fork: true } })).toEqual({
      kind: 'not permitted',
      reason:
        'pull request #7 of acme/analytics comes from a fork, whose token may not comment (Resource not accessible by integration)',
    })
  })

  test.each([
    ['a read-only token', notAccessible],
    [
      'a personal token without the right',
      { status: 403, message: 'Resource not accessible by personal access token' },
    ],
    ['a token that may not even know', { status: 404, message: 'Not Found' }],
  ])('%s in the same repository is a matter of the set-up', async (_, refusal) => {
    github.state.refusal = refusal
    const error = await post().catch((it: unknown) => it)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(String(error)).toContain('give the job `permissions: pull-requests: write`')
  })

  test.each(['Unable to create comment because issue is locked.', 'Repository was archived so is read-only.'])(
    '%s is nobody’s mistake',
    async (message) => {
      github.state.refusal = { status: 403, message }
      expect(await post()).toEqual({ kind: 'not permitted', reason: `pull request #7 of acme/analytics: ${message}` })
    },
  )

  test('a token that is none is named', async () => {
    faults.fault = () => ({ status: 401, body: { message: 'Bad credentials' } })
    await expect(post()).rejects.toThrow('GitHub does not accept the token (Bad credentials): check the input `token`')
  })
})

describe('trouble', () => {
  const outage = { status: 502, body: { message: 'Server Error' } }

  test.each(['pulls/get', 'issues/list-comments', 'issues/create-comment'])('%s fails twice', async (operation) => {
    let left = 2
    faults.fault = (call) => (call.operation === operation && left-- > 0 ? outage : null)
    expect(await post()).toMatchObject({ kind: 'created' })
    expect(ours()).toHaveLength(1)
  })

  test('a write that happened though its answer was lost is not done twice', async () => {
    let left = 1
    faults.fault = (call) =>
      call.operation === 'issues/create-comment' && left-- > 0 ? { ...outage, carriedOut: true } : null
    await post()
    expect(ours()).toHaveLength(1)
  })

  test.each([
    ['a primary limit', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }, 'API rate limit exceeded'],
    ['a secondary limit', { 'retry-after': '0' }, 'You have exceeded a secondary rate limit'],
  ])('%s is waited for, and is no missing permission', async (_, headers, message) => {
    let left = 1
    faults.fault = (call) =>
      call.operation !== 'pulls/get' && left-- > 0 ? { status: 403, headers, body: { message } } : null
    expect(await post()).toMatchObject({ kind: 'created' })
  })

  test('a limit that lasts for longer is an error that says so', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3_000)
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }
    faults.fault = () => ({ status: 403, headers, body: { message: 'API rate limit exceeded' } })
    const error = await post().catch((it: unknown) => it)
    expect(error).not.toBeInstanceOf(ConfigurationError)
    expect(String(error)).toContain('API rate limit exceeded')
  })

  test('an outage that lasts is an error without the token in it', async () => {
    faults.fault = () => ({ status: 503, body: { message: `no service for ${token}` } })
    const error = await post().catch((it: unknown) => it)
    expect(String(error)).toBe('GitHubError: GitHub answered 503 to GET /user: no service for ***')
    expect(inspect(error, { depth: 20 })).not.toContain(token)
  })

  test('no network is an error without the token in it', async () => {
    const error = await post({ apiUrl: 'http://127.0.0.1:1' }).catch((it: unknown) => it)
    expect(String(error)).toMatch(/^GitHubError: GitHub gave no answer to GET \/user: /)
    expect(inspect(error, { depth: 20 })).not.toContain(token)
  })

  test('a comment that is deleted while it is changed is made anew', async () => {
    await post()
    let left = 1
    faults.gate = async ({ operation }) => {
      if (operation === 'issues/update-comment' && left-- > 0) github.state.comments.splice(0)
    }
    await post({ place: { run: later(1) } })
    expect(ours()).toHaveLength(1)
  })
})

describe('comments that were made at once', () => {
  test('become one, the oldest, with what each of them held', async () => {
    await post({ report: { ...sample(), regions: [regionOf('eu')] } })
    const [{ body } = { body: '' }] = github.state.comments.splice(0)
    await post({ report: { ...sample(), regions: [regionOf('us')] } })
    github.state.add(7, body)
    await post({ report: { ...sample(), regions: [regionOf('us')] }, place: { run: later(1) } })
    expect(ours()).toHaveLength(1)
    expect(only().body).toContain('| **`eu`** | ❌')
    expect(only().body).toContain('| **`us`** | ❌')
  })
})

const alice = { login: 'alice', type: 'User' } as const

function post(with_: { report?: Report; place?: Partial<Place>; pull?: PullRequest; apiUrl?: string } = {}) {
  const { report = sample(), pull: request = pull, apiUrl = github.url } = with_
  const update = commentUpdate(report, { ...place, ...with_.place })
  return upsertComment({ token, apiUrl }, request, update, { settle: 20, unit: 5 })
}

function ours() {
  return github.state.comments.filter((it) => it.body.startsWith('<!-- dbt-regions '))
}

function only() {
  const [comment, ...others] = ours()
  if (!comment || others.length > 0) throw new Error(`${ours().length} comments`)
  return comment
}

function later(by: number): Place['run'] {
  return { ...place.run, id: place.run.id + by }
}

function unchanged(region: string) {
  return regionOf(region, { changes: [], findings: [], plan: [], lineage: { nodes: [], edges: [] } })
}
