import type { Place } from './place.ts'
import type { Report } from './report.ts'

/** The report as a job summary: the comment's Markdown within a summary's 1 MiB, without its hidden parts. */
export function summaryMarkdown(_report: Report, _place: Place): string {
  throw new Error('not written yet')
}
