import { fitting } from './fit.ts'
import { markdown } from './markdown.ts'
import type { Place } from './place.ts'
import type { Report } from './report.ts'
import { isEmpty } from './section.ts'
import type { Step } from './shorten.ts'
import { type CommentState, dataOf, isComment, joined, markerOf, parseComment, stateOf } from './state.ts'

/**
 * The most characters that GitHub takes in a comment. It counts Unicode characters, not UTF-16 units, in its message about
 * this limit; what it stores are 262,144 bytes, which this many characters never exceed.
 */
const MOST_CHARACTERS = 65_536

/** What a pull request's comment shall become, as a pure function of what has been read: the port of adapters/github. */
export interface CommentUpdate {
  /** Whether a comment's text is a comment of this configuration, by its hidden marker. */
  isOurs(body: string): boolean
  /**
   * The next text, given every text of our comments that was read so far (in any order, old ones included) and the
   * pull request's head as GitHub has it. What was read is never forgotten, so a write that overlaps is made good.
   */
  next(read: readonly string[], head: string): NextComment
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

/**
 * How to bring this report into a pull request's comment beside what other jobs wrote there. The comment holds every region's
 * section as data and is rendered from their join, so that it is the same whichever job writes it, and whichever comes last.
 */
export function commentUpdate(report: Report, place: Place): CommentUpdate {
  const own = stateOf(report, place)
  const shared = place.regions.length > report.regions.length
  return {
    isOurs: (body) => isComment(body, place.id),
    next: (read, head) => {
      if (place.head !== head) return { kind: 'outdated' }
      const known = read.flatMap((body) => parseComment(body, place.id) ?? [])
      const state = known.reduce((a, b) => joined(a, b, head), own)
      if (!read.some((body) => isComment(body, place.id)) && !shared && state.sections.every(isEmpty)) {
        return { kind: 'nothing to say' }
      }
      return { kind: 'write', body: commentOf(state, place, head), shared }
    },
  }
}

/** The comment as one job that checks every region would post it, for a terminal or a file. */
export function commentMarkdown(report: Report, place: Place): string {
  const head = place.head ?? report.head ?? ''
  const render = (shown: CommentState, step: Step) => `${markdown(shown, place, head, step)}\n`
  return fitting(stateOf(report, place), render, characters, MOST_CHARACTERS)
}

function commentOf(state: CommentState, place: Place, head: string): string {
  const render = (shown: CommentState, step: Step) => {
    const data = step.data ? `\n\n${dataOf(shown)}` : ''
    return `${markerOf(shown)}\n${markdown(shown, place, head, step)}${data}`
  }
  return fitting(state, render, characters, MOST_CHARACTERS)
}

function characters(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
