import type { Report } from './report.ts'

/** One workflow annotation, as data; `@actions/core` escapes it when main prints it. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly file: string
  readonly line: number
  readonly column: number
  readonly title: string
  readonly message: string
}

/** The new findings as annotations, worst first, as many as GitHub shows of one step; a last one says what is left out. */
export function annotationsOf(_report: Report): Annotation[] {
  throw new Error('not written yet')
}
