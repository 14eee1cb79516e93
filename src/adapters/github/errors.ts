import { ConfigurationError } from '../../errors.ts'
import type { CommentResult } from './comment.ts'
import type { PullRequest } from './pull-request.ts'

/** What GitHub answered instead of doing it. Holds no header of the request, so no token. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError'
  readonly status: number
  /** What GitHub said of it. */
  readonly said: string
  /** Milliseconds until it may be asked again, when it said so. */
  readonly wait: number | null

  constructor(request: string, answer: Answer, cause?: unknown) {
    super(
      answer.answered
        ? `GitHub answered ${answer.status} to ${request}: ${answer.said}`
        : `GitHub gave no answer to ${request}: ${answer.said}`,
      cause === undefined ? {} : { cause },
    )
    this.status = answer.status
    this.said = answer.said
    this.wait = answer.wait
  }
}

export interface Answer {
  readonly status: number
  readonly said: string
  readonly wait: number | null
  /** Whether there was an answer at all. */
  readonly answered: boolean
}

/** Whether it may go well a moment later: an outage, a timeout, a limit. */
export function isPassing(error: unknown): error is GitHubError {
  return error instanceof GitHubError && (error.status >= 500 || error.status === 429 || error.wait !== null)
}

/** Whether the token may not do it. GitHub says 404 where a token may not even know. */
export function isRefusal(error: unknown): error is GitHubError {
  return error instanceof GitHubError && [401, 403, 404].includes(error.status) && error.wait === null
}

/** What a refusal means: in a fork it is how GitHub works, in the same repository it is the set-up, which is thrown. */
export function refusalOf(error: GitHubError, { fork, owner, repo, number }: PullRequest): CommentResult {
  const place = `pull request #${number} of ${owner}/${repo}`
  if (error.status === 401) {
    throw new ConfigurationError(`GitHub does not accept the token (${error.said}): check the input \`token\``)
  }
  if (/\b(locked|archived)\b/i.test(error.said)) return { kind: 'not permitted', reason: `${place}: ${error.said}` }
  if (fork) {
    return { kind: 'not permitted', reason: `${place} comes from a fork, whose token may not comment (${error.said})` }
  }
  throw new ConfigurationError(
    `the token may not comment on ${place} (${error.status} ${error.said}): give the job \`permissions: pull-requests: write\``,
  )
}
