import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GitHubServer, startGitHub } from './server.ts'

let github: GitHubServer

beforeEach(async () => {
  github = await startGitHub()
  github.state.pulls.push({ number: 7, head: 'b'.repeat(40), base: 'a'.repeat(40) })
})

afterEach(async () => await github.close())

const comments = '/repos/acme/analytics/issues/7/comments'

describe('what GitHub would refuse is refused, and remembered', () => {
  test.each([
    ['no body', 'POST', comments, {}, "issues/create-comment: request /requestBody must have required property 'body'"],
    [
      'a body that is no text',
      'POST',
      comments,
      { body: 5 },
      'issues/create-comment: request /requestBody/body must be string',
    ],
    [
      'a field it does not know',
      'POST',
      comments,
      { body: 'x', text: 'x' },
      'issues/create-comment: request has an unknown field text',
    ],
    [
      'a parameter it does not know',
      'GET',
      `${comments}?size=5`,
      null,
      'issues/list-comments: request /query must NOT have additional properties',
    ],
    [
      'a number that is none',
      'GET',
      '/repos/acme/analytics/pulls/seven',
      null,
      'pulls/get: request /path/pull_number must be integer',
    ],
    [
      'an operation that is not in use',
      'GET',
      '/repos/acme/analytics/branches',
      null,
      'GET /repos/acme/analytics/branches: no operation that is in use',
    ],
  ])('%s', async (_, method, path, body, violation) => {
    const { status } = await ask(method, path, body)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(github.violations).toEqual([violation])
    expect(github.state.comments).toEqual([])
  })
})

test('a comment is created, read, changed and deleted, each answer as GitHub describes it', async () => {
  const created = await ask('POST', comments, { body: 'one' })
  expect(created).toMatchObject({ status: 201, body: { id: 1, body: 'one', user: { login: 'github-actions[bot]' } } })
  expect(await ask('PATCH', '/repos/acme/analytics/issues/comments/1', { body: 'two' })).toMatchObject({ status: 200 })
  expect(await ask('GET', '/repos/acme/analytics/issues/comments/1')).toMatchObject({ body: { body: 'two' } })
  expect(await ask('DELETE', '/repos/acme/analytics/issues/comments/1')).toMatchObject({ status: 204 })
  expect(await ask('GET', '/repos/acme/analytics/issues/comments/1')).toMatchObject({ status: 404 })
  expect(github.violations).toEqual([])
})

test('the limit counts characters, not UTF-16 units or bytes', async () => {
  expect(await ask('POST', comments, { body: '🌈'.repeat(65_536) })).toMatchObject({ status: 201 })
  expect(await ask('POST', comments, { body: 'a'.repeat(65_537) })).toMatchObject({ status: 422 })
  expect(github.violations).toEqual([])
})

test('comments come in pages that link to each other', async () => {
  for (let index = 0; index < 5; index++) github.state.add(7, `comment ${index}`)
  const second = await ask('GET', `${comments}?per_page=2&page=2`)
  expect(second.body).toMatchObject([{ body: 'comment 2' }, { body: 'comment 3' }])
  expect(second.link).toContain(`page=3>; rel="next"`)
  expect(second.link).toContain(`page=1>; rel="prev"`)
  expect((await ask('GET', `${comments}?per_page=2&page=3`)).link).not.toContain('rel="next"')
})

describe('a deployment', () => {
  const deployments = '/repos/acme/analytics/deployments'
  const ours = { ref: 'main', environment: 'eu-production', auto_merge: false, required_contexts: [] }

  test('is stored with its payload and found by what it is of', async () => {
    const payload = { region: 'eu', pending: ['a'] }
    expect(await ask('POST', deployments, { ...ours, payload })).toMatchObject({ status: 201, body: { payload } })
    const found = async (query: string) => (await ask('GET', `${deployments}?${query}`)).body
    expect(await found('environment=eu-production&sha=main&ref=main&task=deploy')).toMatchObject([{ payload }])
    expect(await found('environment=us-production')).toEqual([])
    expect(github.violations).toEqual([])
  })

  test.each([
    ['would merge the default branch', { ...ours, auto_merge: true }, 202],
    ['would wait for checks', { ...ours, required_contexts: ['ci'] }, 409],
  ])('that %s is not made', async (_, body, status) => {
    expect(await ask('POST', deployments, body)).toMatchObject({ status })
    expect(github.state.deployments.all).toEqual([])
  })

  test('that succeeds makes earlier successes inactive, unless it is of production or asked not to', async () => {
    const states = async (environment: string, auto_inactive: boolean) => {
      github.state.deployments.all.splice(0)
      for (let index = 0; index < 2; index++) {
        await ask('POST', deployments, { ...ours, environment })
        const { id } = github.state.deployments.all[index] ?? {}
        await ask('POST', `${deployments}/${id}/statuses`, { state: 'success', auto_inactive })
      }
      return github.state.deployments.all.map((it) => it.statuses.at(-1)?.state)
    }
    expect(await states('eu-production', true)).toEqual(['inactive', 'success'])
    expect(await states('eu-production', false)).toEqual(['success', 'success'])
    expect(await states('production', true)).toEqual(['success', 'success'])
  })

  test('has descriptions of at most 140 characters', async () => {
    await ask('POST', deployments, ours)
    const put = (length: number) =>
      ask('POST', `${deployments}/1/statuses`, { state: 'success', description: 'x'.repeat(length) })
    expect(await put(140)).toMatchObject({ status: 201 })
    expect(await put(141)).toMatchObject({ status: 422 })
  })
})

async function ask(method: string, path: string, body: object | null = null) {
  const response = await fetch(github.url + path, {
    method,
    headers: { authorization: 'token x', 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const answer: unknown = text === '' ? null : JSON.parse(text)
  return { status: response.status, body: answer, link: response.headers.get('link') ?? '' }
}
