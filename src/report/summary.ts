import { fitting, mostSummaryBytes } from './fit.ts'
import { markdown } from './markdown.ts'
import type { Place } from './place.ts'
import type { Report } from './report.ts'
import { stateOf } from './state.ts'

/** The report as a job summary: the comment's Markdown within a summary's 1 MiB, without its hidden parts. */
export function summaryMarkdown(report: Report, place: Place): string {
  const own = stateOf(report, { ...place, regions: [] })
  const head = place.head ?? report.head ?? ''
  return fitting(
    own,
    (shown, step) => `${markdown(shown, place, head, step)}\n`,
    (text) => Buffer.byteLength(text),
    mostSummaryBytes,
  )
}
