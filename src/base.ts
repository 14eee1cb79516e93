import type { Git } from './adapters/git.ts'
import { ConfigurationError } from './errors.ts'

/** What a check is run for: it decides which commit the working tree is compared with. */
export type Occasion =
  | { readonly kind: 'pull_request'; readonly head: string; readonly base: string }
  | { readonly kind: 'merge_group'; readonly base: string }
  | { readonly kind: 'push' }
  | { readonly kind: 'local'; readonly base?: string }

/**
 * The commit that the working tree is compared with, present in the checkout, or null when there is none (a first commit).
 * For a pull request: the first parent when HEAD is its merge commit, else the merge base, so that what happened on the
 * base branch meanwhile is never taken for a change of the pull request. Throws a ConfigurationError that says what to do.
 */
export async function baseCommit(git: Git, occasion: Occasion): Promise<string | null> {
  const head = await git.commit('HEAD')
  if (head === null) return null
  switch (occasion.kind) {
    case 'pull_request': {
      const [first, second] = await git.parents(head)
      if (first !== undefined && second === occasion.head) return present(git, first)
      if (head === occasion.base && head !== occasion.head) {
        throw new ConfigurationError(
          'the base branch is checked out, not the pull request: run the check on `pull_request`, whose checkout is the merge of the two',
        )
      }
      await present(git, occasion.base)
      return git.mergeBase(head, occasion.base)
    }
    case 'merge_group':
      return present(git, occasion.base)
    case 'push': {
      const [first] = await git.parents(head)
      return first === undefined ? null : present(git, first)
    }
    case 'local':
      return localBase(git, head, occasion.base)
  }
}

async function localBase(git: Git, head: string, name: string | undefined): Promise<string> {
  const wanted = name ?? (await git.defaultBranch())
  if (wanted === null) return head
  const commit = await git.commit(wanted)
  if (commit === null) {
    throw new ConfigurationError(
      `--base ${wanted}: there is no such commit here; name a branch, a tag or a commit, or fetch it first`,
    )
  }
  return git.mergeBase(head, commit)
}

async function present(git: Git, commit: string): Promise<string> {
  if (!(await git.has(commit))) await git.fetch([commit])
  return commit
}
