import { type Step, shortenedTo, steps } from './shorten.ts'
import type { CommentState } from './state.ts'

/** A job summary holds 1 MiB a step, says GitHub; some is left for what else the step writes. */
export const mostSummaryBytes = 1024 * 1024 - 16 * 1024

/** Renders the state by the first of the steps whose text has at most `most` of what `size` counts; by the last one when none does. */
export function fitting(
  state: CommentState,
  render: (shown: CommentState, step: Step) => string,
  size: (text: string) => number,
  most: number,
): string {
  let text = ''
  for (const step of steps) {
    const shown = { ...state, sections: state.sections.map((it) => shortenedTo(step, it)) }
    if (step !== steps.at(-1) && atLeast(shown) > most) continue
    text = render(shown, step)
    if (size(text) <= most) return text
  }
  return text
}

/** Fewer characters than the rows of any section take, so that thousands are not rendered in vain. */
function atLeast({ sections }: CommentState): number {
  return Math.max(
    0,
    ...sections.map(({ changes, findings, plan }) => changes.length * 40 + findings.length * 30 + plan.length * 10),
  )
}
