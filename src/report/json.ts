import type { Report } from './report.ts'

/** The object of `check --format json`, as `schemas/report.schema.json` describes it. */
export function reportJson(_report: Report): object {
  throw new Error('not written yet')
}
