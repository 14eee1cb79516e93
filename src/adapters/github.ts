import type { CommentUpdate } from '../report/comment.ts'
import type { DeploymentRecord, RegionNews } from '../report/region-state.ts'
import type { GitHubAccess, GitHubRepository } from './github/client.ts'
import { type CommentResult, converge, type Patience } from './github/comment.ts'
import { type DeploymentPlace, newestDeployment, statusesOf } from './github/deployments.ts'
import { GitHubError, isRefusal, refusalOf } from './github/errors.ts'
import { connect, type PullRequest } from './github/pull-request.ts'

export type { GitHubAccess, GitHubRepository } from './github/client.ts'
export type { CommentResult, Patience } from './github/comment.ts'
export type { DeploymentPlace } from './github/deployments.ts'
export type { PullRequest } from './github/pull-request.ts'

const usual: Patience = { settle: 2_500, unit: 1_000 }

/**
 * Brings the comment of a pull request to what `update` says and verifies that it is there. Throws a ConfigurationError when the
 * token may not comment though the pull request is of the same repository, an Error when GitHub does not answer in time.
 */
export async function upsertComment(
  access: GitHubAccess,
  pull: PullRequest,
  update: CommentUpdate,
  patience: Patience = usual,
): Promise<CommentResult> {
  try {
    return await converge(connect(access, pull, patience), update, patience)
  } catch (error) {
    if (isRefusal(error)) return refusalOf(error, pull)
    throw error
  }
}

/**
 * Says on GitHub how this job's deployment goes: what it answers is called with each status. A deploy never fails by it: what GitHub
 * does not let be said is told to `notice`, a missing permission once.
 */
export function deploymentStatuses(
  access: GitHubAccess,
  place: DeploymentPlace,
  notice: (message: string) => void,
  patience: Patience = usual,
): (news: RegionNews) => Promise<void> {
  const put = statusesOf(access, place, patience)
  let refused = false
  return async (news) => {
    if (refused) return
    try {
      await put(news)
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error
      refused = isRefusal(error)
      notice(`GitHub does not show the deployment to ${place.environment}: ${reasonOf(error, 'write')}`)
    }
  }
}

export type Asked<T> =
  | { readonly kind: 'answered'; readonly value: T | null }
  | { readonly kind: 'not answered'; readonly reason: string }

/** What `read` makes of the newest deployment of an environment that says anything to it; the reason when GitHub does not tell. */
export async function askDeployments<T>(
  access: GitHubAccess,
  of: GitHubRepository & { readonly environment: string },
  read: (deployment: DeploymentRecord) => T | null,
  patience: Patience = usual,
): Promise<Asked<T>> {
  try {
    return { kind: 'answered', value: await newestDeployment(access, of, read, patience) }
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    return { kind: 'not answered', reason: reasonOf(error, 'read') }
  }
}

function reasonOf(error: GitHubError, permission: 'read' | 'write'): string {
  const { status, said, message } = error
  if (!isRefusal(error)) return message
  if (status === 401) return `it does not accept the token (${said}); check the input \`token\``
  const may = `the token may not ${permission} deployments (${status} ${said})`
  return `${may}; give the job \`permissions: deployments: ${permission}\``
}
