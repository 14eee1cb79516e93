import type { Json, JsonObject } from '../tools/json.ts'
import { Deployments } from './deployments.ts'
import type { Description } from './description.ts'

export interface User {
  readonly login: string
  readonly type: 'Bot' | 'User'
}

export interface StoredComment {
  readonly id: number
  readonly issue: number
  readonly user: User
  readonly created: string
  body: string
  updated: string
}

export interface Pull {
  readonly number: number
  /** Moves on when a test pushes. */
  head: string
  readonly base: string
}

export interface Answer {
  readonly status: number
  readonly body: Json
  readonly headers?: Readonly<Record<string, string>>
}

export interface Call {
  /** The token that it came with. */
  readonly caller: string
  readonly operation: string
  readonly parameters: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: JsonObject
  readonly url: string
}

export interface Refusal {
  readonly status: number
  readonly message: string
}

/** Issue comments, pull requests and deployments in memory, as GitHub answers for them to one token. */
export class State {
  readonly comments: StoredComment[] = []
  readonly pulls: Pull[] = []
  /** Whose token it is. */
  user: User = { login: 'github-actions[bot]', type: 'Bot' }
  /** What a write of a comment is refused with: null while the token may write. */
  refusal: Refusal | null = null
  readonly deployments: Deployments
  private readonly description: Description
  private next = 1

  constructor(description: Description) {
    this.description = description
    this.deployments = new Deployments(description, () => this.user)
  }

  /** Puts a comment there as anyone may have written it. */
  add(issue: number, body: string, user: User = this.user): StoredComment {
    const now = new Date().toISOString()
    const comment = { id: this.next++, issue, user, body, created: now, updated: now }
    this.comments.push(comment)
    return comment
  }

  answer(call: Call): Answer {
    const handler = this.handlers[call.operation] ?? this.deployments.handlers[call.operation]
    return handler
      ? handler(call)
      : { status: 501, body: { message: `the test's GitHub does not do ${call.operation}` } }
  }

  private readonly handlers: Readonly<Record<string, (call: Call) => Answer>> = {
    'users/get-authenticated': () =>
      this.user.type === 'Bot' ? refused(notAccessible) : { status: 200, body: { ...this.userOf(this.user) } },
    'pulls/get': ({ parameters }) => this.pull(Number(parameters.pull_number)),
    'issues/list-comments': (call) => this.list(call),
    'issues/create-comment': ({ parameters, body }) => {
      const issue = Number(parameters.issue_number)
      if (this.refusal) return refused(this.refusal)
      if (!this.pulls.some((it) => it.number === issue)) return notFound
      const text = String(body.body)
      return tooLong(text) ?? { status: 201, body: this.commentOf(this.add(issue, text)) }
    },
    'issues/update-comment': ({ parameters, body }) => {
      const comment = this.comments.find((it) => it.id === Number(parameters.comment_id))
      if (this.refusal) return refused(this.refusal)
      if (!comment) return notFound
      const text = String(body.body)
      const long = tooLong(text)
      if (long) return long
      comment.body = text
      comment.updated = new Date().toISOString()
      return { status: 200, body: this.commentOf(comment) }
    },
    'issues/get-comment': ({ parameters }) => {
      const comment = this.comments.find((it) => it.id === Number(parameters.comment_id))
      return comment ? { status: 200, body: this.commentOf(comment) } : notFound
    },
    'issues/delete-comment': ({ parameters }) => {
      const index = this.comments.findIndex((it) => it.id === Number(parameters.comment_id))
      if (this.refusal) return refused(this.refusal)
      if (index < 0) return notFound
      this.comments.splice(index, 1)
      return { status: 204, body: null }
    },
  }

  private pull(number: number): Answer {
    const pull = this.pulls.find((it) => it.number === number)
    if (!pull) return notFound
    const example = this.description.example('pulls/get', 200)
    const head = { ...(example.head as JsonObject), sha: pull.head }
    const base = { ...(example.base as JsonObject), sha: pull.base }
    return { status: 200, body: { ...example, number, head, base, user: this.userOf(this.user) } }
  }

  /** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
  private list({ parameters, query, url }: Call): Answer {
    const all = this.comments.filter((it) => it.issue === Number(parameters.issue_number)).sort((a, b) => a.id - b.id)
    const size = Math.min(100, Math.max(1, Number(query.per_page ?? 30)))
    const page = Math.max(1, Number(query.page ?? 1))
    const last = Math.max(1, Math.ceil(all.length / size))
    const to = (number: number, rel: string) => {
      const next = new URL(url)
      next.searchParams.set('page', String(number))
      return `<${next.href}>; rel="${rel}"`
    }
    const links = [
      ...(page > 1 ? [to(page - 1, 'prev')] : []),
      ...(page < last ? [to(page + 1, 'next'), to(last, 'last')] : []),
      ...(page > 1 ? [to(1, 'first')] : []),
    ]
    const body = all.slice((page - 1) * size, page * size).map((it) => this.commentOf(it))
    return { status: 200, body, ...(links.length > 0 && { headers: { link: links.join(', ') } }) }
  }

  private commentOf({ id, issue, user, body, created, updated }: StoredComment): JsonObject {
    const html_url = `https://github.com/acme/analytics/pull/${issue}#issuecomment-${id}`
    return {
      ...this.description.example('issues/get-comment', 200),
      id,
      body,
      html_url,
      user: this.userOf(user),
      created_at: created,
      updated_at: updated,
    }
  }

  private userOf({ login, type }: User): JsonObject {
    return { ...this.description.example('users/get-authenticated', 200), login, type }
  }
}

const documentation_url = 'https://docs.github.com/rest'
export const notFound: Answer = { status: 404, body: { message: 'Not Found', documentation_url, status: '404' } }
/** As GitHub words it for a workflow's own token. */
export const notAccessible = { status: 403, message: 'Resource not accessible by integration' }

export function refused({ status, message }: Refusal): Answer {
  return { status, body: { message, documentation_url, status: String(status) } }
}

/** The limit that its message names; it stores 262,144 bytes, which no text within it exceeds. */
function tooLong(text: string): Answer | null {
  if ([...text].length <= 65_536) return null
  const message = 'Body is too long (maximum is 65536 characters)'
  const error = { resource: 'IssueComment', code: 'unprocessable', field: 'data', message }
  return { status: 422, body: { message: 'Validation Failed', errors: [error], documentation_url } }
}
