import { setTimeout as sleep } from 'node:timers/promises'
import { getOctokit } from '@actions/github'
import { retry } from '@octokit/plugin-retry'
import { type Answer, GitHubError } from './errors.ts'

export interface GitHubAccess {
  readonly token: string
  /** `GITHUB_API_URL`. */
  readonly apiUrl: string
}

export interface GitHubRepository {
  readonly owner: string
  readonly repo: string
}

const REQUEST_TIMEOUT_MS = 30_000
/** Longer than this nobody waits in a job for a rate limit. */
export const LONGEST_WAIT_MS = 90_000
const doNotRetry = [400, 401, 403, 404, 410, 422, 429, 451]

/**
 * GitHub's REST API for one token. Reads are repeated when GitHub has a moment's trouble, `unit` milliseconds and multiples of it
 * later. Writes are not: whoever writes looks first what became of the last one. Both throw a GitHubError.
 */
export function clientOf({ token, apiUrl }: GitHubAccess, unit: number) {
  const options = { baseUrl: apiUrl, userAgent: 'dbt-regions', retry: { doNotRetry, retryAfterBaseValue: unit } }
  const { rest, paginate } = getOctokit(token, options, retry)
  const within = () => ({ signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) })
  return {
    rest,
    paginate,
    read: <T>(call: (request: object) => Promise<T>) => withinLimits(() => asked(() => call(within()), token)),
    write: <T>(call: (request: object) => Promise<T>) => asked(() => call({ ...within(), retries: 0 }), token),
  }
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
