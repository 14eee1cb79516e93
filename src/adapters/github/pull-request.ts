import { clientOf, type GitHubAccess, type GitHubRepository } from './client.ts'
import type { Patience } from './comment.ts'
import { GitHubError } from './errors.ts'

export interface PullRequest extends GitHubRepository {
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

/** GitHub, to be asked about one pull request. Writes are not repeated: whoever writes looks first what became of the last one. */
export function connect(access: GitHubAccess, pull: PullRequest, { unit }: Patience): PullRequestComments {
  const { rest, paginate, read, write } = clientOf(access, unit)
  const { owner, repo, number: pull_number } = pull
  const issue = { owner, repo, issue_number: pull_number }
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
