import { type Step, shortenedTo, steps } from './shorten.ts'
import type { CommentState } from './state.ts'

/** Renders the state by the first of the steps whose text fits; by the last one when none does. */
export function fitting(
  state: CommentState,
  render: (shown: CommentState, step: Step) => string,
  fits: (text: string) => boolean,
): string {
  let text = ''
  for (const step of steps) {
    text = render({ ...state, sections: state.sections.map((it) => shortenedTo(step, it)) }, step)
    if (fits(text)) return text
  }
  return text
}
