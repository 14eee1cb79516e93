import { setTimeout as sleep } from 'node:timers/promises'
import { getOctokit } from '@actions/github'
import { retry } from '@octokit/plugin-retry'
import type { Patience } from './comment.ts'
import { type Answer, GitHubError } from './errors.ts'

export interface GitHubAccess {
  readonly token: string
  /** `GITHUB_API_URL`. */
  readonly apiUrl: string
}

export interface PullRequest {
  readonly owner: string
  readonly repo: string
  readonly number: number
  /** The head is in another repository, whose runs get a token that may only read. */
  readonly fork: boolean
}

export interface Comment {
  readonly id: number
  readonly body: string
  readonly url: string
  readonly author: { readonly login: string; readonly bot: boolean } | null
}

/** The few things that are asked of GitHub about one pull request. Each throws a GitHubError. */
export interface PullRequestComments {
  head(): Promise<string>
  /** All comments, oldest first. */
  list(): Promise<Comment[]>
  /** The user whose token it is; null when it is an app's, such as a workflow's own. */
  user(): Promise<string | null>
  create(body: string): Promise<Comment>
  update(id: number, body: string): Promise<Comment>
  remove(id: number): Promise<void>
}

const REQUEST_TIMEOUT_MS = 30_000
/** Longer than this nobody waits in a job for a rate limit. */
export const LONGEST_WAIT_MS = 90_000
const doNotRetry = [400, 401, 403, 404, 410, 422, 429, 451]

/** Reads are repeated when GitHub has a moment's trouble. Writes are not: whoever writes looks first what became of the last one. */
export function connect(access: GitHubAccess, pull: PullRequest, { unit }: Patience): PullRequestComments {
  const { token, apiUrl } = access
  const options = { baseUrl: apiUrl, userAgent: 'dbt-regions', retry: { doNotRetry, retryAfterBaseValue: unit } }
  const { rest, paginate } = getOctokit(token, options, retry)
  const { owner, repo, number: pull_number } = pull
  const issue = { owner, repo, issue_number: pull_number }
  const within = () => ({ signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })
  const read = <T>(call: (request: object) => Promise<T>) => withinLimits(() => asked(() => call(within()), token))
  const write = <T>(call: (request: object) => Promise<T>) => asked(() => call({ ...within(), retries: 0 }), token)
  let user: Promise<string | null> | null = null
  return {
    head: () => read(async (request) => (await rest.pulls.get({ owner, repo, pull_number, request })).data.head.sha),
    list: () =>
      read(async (request) =>
        (await paginate(rest.issues.listComments, { ...issue, per_page: 100, request })).map(commentOf),
      ),
    user: () =>
      (user ??= read(async (request) => (await rest.users.getAuthenticated({ request })).data.login).catch(appOrThrow)),
    create: (body) =>
      write(async (request) => commentOf((await rest.issues.createComment({ ...issue, body, request })).data)),
    update: (comment_id, body) =>
      write(async (request) =>
        commentOf((await rest.issues.updateComment({ owner, repo, comment_id, body, request })).data),
      ),
    remove: (comment_id) =>
      write(async (request) => void (await rest.issues.deleteComment({ owner, repo, comment_id, request }))),
  }
}

interface RawComment {
  readonly id: number
  readonly body?: string
  readonly html_url: string
  readonly user: { readonly login: string; readonly type: string } | null
}

function commentOf({ id, body, html_url, user }: RawComment): Comment {
  return { id, body: body ?? '', url: html_url, author: user && { login: user.login, bot: user.type === 'Bot' } }
}

/** A workflow's token is an app's: it may not ask who it is. */
function appOrThrow(error: unknown): null {
  if (error instanceof GitHubError && error.status === 403 && error.wait === null) return null
  throw error
}

async function withinLimits<T>(call: () => Promise<T>): Promise<T> {
  for (let left = 3; ; left--) {
    try {
      return await call()
    } catch (error) {
      if (left === 0 || !(error instanceof GitHubError) || error.wait === null || error.wait > LONGEST_WAIT_MS)
        throw error
      await sleep(error.wait)
    }
  }
}

async function asked<T>(call: () => Promise<T>, token: string): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw failureOf(error, token)
  }
}

/** An octokit error carries the request with its headers; what leaves here does not. It gives 500 where there was no answer. */
function failureOf(error: unknown, token: string): GitHubError {
  const clean = (text: string) => text.replaceAll(token, '***')
  const response = field(error, 'response')
  const status = Number(field(error, 'status') ?? 500)
  const said = clean(error instanceof Error ? error.message : String(error)).replace(/ - https?:\S+$/, '')
  const url = String(field(field(error, 'request'), 'url') ?? '')
  const path = URL.canParse(url) ? new URL(url).pathname : url
  const request = clean(`${field(field(error, 'request'), 'method') ?? 'a request'} ${path}`).trim()
  const answer: Answer = {
    status,
    said,
    wait: waitOf(status, said, field(response, 'headers')),
    answered: response !== undefined,
  }
  const cause =
    error instanceof Error && error.cause instanceof Error ? new Error(clean(String(error.cause))) : undefined
  return new GitHubError(request, answer, cause)
}

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function waitOf(status: number, said: string, headers: unknown): number | null {
  if (status !== 403 && status !== 429) return null
  const after = Number(field(headers, 'retry-after') ?? NaN)
  if (Number.isFinite(after)) return after * 1_000
  if (String(field(headers, 'x-ratelimit-remaining') ?? '') === '0') {
    return Math.max(0, Number(field(headers, 'x-ratelimit-reset') ?? 0) * 1_000 - Date.now()) + 1_000
  }
  return status === 429 || /rate limit/i.test(said) ? 60_000 : null
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined
}
