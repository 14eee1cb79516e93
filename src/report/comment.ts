import type { Place } from './place.ts'
import type { Report } from './report.ts'

/** What a pull request's comment shall become, as a pure function of what has been read: the port of adapters/github. */
export interface CommentUpdate {
  /** Whether a comment's text is a comment of this configuration, by its hidden marker. */
  isOurs(body: string): boolean
  /**
   * The next text, given every text of our comments that was read so far (in any order, old ones included) and the
   * pull request's head as GitHub has it. What was read is never forgotten, so a write that overlaps is made good.
   */
  next(read: readonly string[], head: string): NextComment
  /** Whether this text holds all that `next` would write. */
  holds(body: string, read: readonly string[], head: string): boolean
}

export type NextComment =
  | {
      readonly kind: 'write'
      readonly body: string
      /** Another job may be writing its region's section at this moment. */
      readonly shared: boolean
    }
  /** The pull request has moved on to another head: its own check writes the comment. */
  | { readonly kind: 'outdated' }
  /** No comment yet, and nothing that is worth one. */
  | { readonly kind: 'nothing to say' }

/** How to bring this report into a pull request's comment beside what other jobs wrote there. */
export function commentUpdate(_report: Report, _place: Place): CommentUpdate {
  throw new Error('not written yet')
}

/** The comment as one job that checks every region would post it, for a terminal or a file. */
export function commentMarkdown(_report: Report, _place: Place): string {
  throw new Error('not written yet')
}
