import type { Report } from './report.ts'

/** The report for a terminal or a log: one line a fact, never a line that a workflow runner would obey. */
export function reportText(_report: Report, _options: { readonly color: boolean }): string {
  throw new Error('not written yet')
}
