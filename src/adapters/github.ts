import type { CommentUpdate } from '../report/comment.ts'

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

export type CommentResult =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly url: string }
  | { readonly kind: 'outdated' }
  | { readonly kind: 'nothing to say' }
  /** The report has to go elsewhere: to the job summary. */
  | { readonly kind: 'not permitted'; readonly reason: string }

/**
 * Brings the comment of a pull request to what `update` says and verifies that it is there.
 * Throws a ConfigurationError when the token may not comment though the pull request is of the same repository.
 */
export async function upsertComment(
  _access: GitHubAccess,
  _pull: PullRequest,
  _update: CommentUpdate,
): Promise<CommentResult> {
  throw new Error('not written yet')
}
