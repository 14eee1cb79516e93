import type { CommentUpdate } from '../report/comment.ts'
import { connect, type GitHubAccess, type PullRequest } from './github/client.ts'
import { type CommentResult, converge, type Patience } from './github/comment.ts'
import { isRefusal, refusalOf } from './github/errors.ts'

export type { GitHubAccess, PullRequest } from './github/client.ts'
export type { CommentResult, Patience } from './github/comment.ts'

/**
 * Brings the comment of a pull request to what `update` says and verifies that it is there. Throws a ConfigurationError when the
 * token may not comment though the pull request is of the same repository, an Error when GitHub does not answer in time.
 */
export async function upsertComment(
  access: GitHubAccess,
  pull: PullRequest,
  update: CommentUpdate,
  patience: Patience = { settle: 2_500, unit: 1_000 },
): Promise<CommentResult> {
  try {
    return await converge(connect(access, pull, patience), update, patience)
  } catch (error) {
    if (isRefusal(error)) return refusalOf(error, pull)
    throw error
  }
}
