import { setTimeout as timer } from 'node:timers/promises'
import type { CommentUpdate } from '../../report/comment.ts'
import { LONGEST_WAIT_MS } from './client.ts'
import { GitHubError, isPassing } from './errors.ts'
import type { Comment, PullRequestComments } from './pull-request.ts'

export type CommentResult =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly url: string }
  /** The pull request has moved on: its newer head's check writes the comment. */
  | { readonly kind: 'outdated' }
  | { readonly kind: 'nothing to say' }
  /** The report has to go elsewhere: to the job summary. */
  | { readonly kind: 'not permitted'; readonly reason: string }

/** Milliseconds. */
export interface Patience {
  /** How long after a write another job that had read before it may still overwrite it. */
  readonly settle: number
  /** What the waits between attempts are multiples of. */
  readonly unit: number
  readonly sleep?: (milliseconds: number) => Promise<unknown>
}

const MOST_WRITES = 12
const MOST_FAILURES = 4

/**
 * Reads, merges, writes, reads again, until the comment is what `update` makes of all that was ever read. GitHub has no conditional
 * write, so where jobs share the comment the last look is taken after `settle`: by then whoever had read before this job's write
 * has written too, and this job puts back what that one overwrote. Of two comments, made at once, the older stays.
 */
export async function converge(
  github: PullRequestComments,
  update: CommentUpdate,
  patience: Patience,
): Promise<CommentResult> {
  const { settle, unit, sleep = timer } = patience
  const read = new Set<string>()
  let done: 'created' | 'updated' | 'unchanged' = 'unchanged'
  let echo: { readonly sent: string; readonly stored: string } | null = null
  let failures = 0
  for (let writes = 0; writes <= MOST_WRITES; ) {
    const [user, head] = [await github.user(), await github.head()]
    // Between this look and the write nothing else is asked, so that another job's write seldom falls between.
    const [kept, ...doubles] = ours(await github.list(), update, user)
    for (const it of kept ? [kept, ...doubles] : []) read.add(it.body)
    const next = update.next([...read], head)
    if (next.kind !== 'write') return next
    if (kept && (same(kept.body, next.body) || (echo?.sent === next.body && echo.stored === kept.body))) {
      await removeAll(github, doubles)
      return { kind: done, url: kept.url }
    }
    try {
      const stored = kept ? await github.update(kept.id, next.body) : await github.create(next.body)
      echo = { sent: next.body, stored: stored.body }
      if (done === 'unchanged') done = kept ? 'updated' : 'created'
      writes++
      if (next.shared) await sleep(settle * (1 + Math.random() / 2))
    } catch (error) {
      const vanished = kept !== undefined && error instanceof GitHubError && error.status === 404
      const wait = error instanceof GitHubError ? (error.wait ?? 0) : 0
      if (!(isPassing(error) || vanished) || ++failures > MOST_FAILURES || wait > LONGEST_WAIT_MS) throw error
      await sleep(Math.max(wait, unit * failures ** 2))
    }
  }
  throw new Error(
    `the comment was overwritten ${MOST_WRITES} times while it was written: is another program using its marker?`,
  )
}

/** Our comments, oldest first: by the marker and by the author, since anyone can copy a marker. An app's token knows no name. */
function ours(comments: readonly Comment[], update: CommentUpdate, user: string | null): Comment[] {
  return comments
    .filter((it) => update.isOurs(it.body))
    .filter(({ author }) => (user === null ? author?.bot : author?.login === user))
    .sort((a, b) => a.id - b.id)
}

/** GitHub may store other line ends. */
function same(a: string, b: string): boolean {
  const plain = (text: string) => text.replaceAll('\r\n', '\n').trimEnd()
  return plain(a) === plain(b)
}

/** What they hold is in the one that is kept. Another job may have removed them already. */
async function removeAll(github: PullRequestComments, doubles: readonly Comment[]): Promise<void> {
  for (const { id } of doubles) {
    await github.remove(id).catch((error: unknown) => {
      if (!(error instanceof GitHubError)) throw error
    })
  }
}
