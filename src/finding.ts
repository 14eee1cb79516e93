/** How much a finding weighs: an `error` fails the check, a `warning` is shown, a `notice` is said. */
export type Severity = 'error' | 'warning' | 'notice'

/** A place in a file. `file` is relative to the repository's root, `line` and `column` count from 1. */
export interface Location {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One thing that is wrong in the user's project: returned, never thrown, so that one does not hide another. */
export interface Finding extends Location {
  readonly rule: string
  readonly severity: Severity
  /** The dbt resource that it is about, when there is one. */
  readonly unique_id?: string
  readonly message: string
}

/** Sorts findings by file, line, column, rule and message, so that two runs give the same bytes. */
export function sortFindings<F extends Finding>(findings: Iterable<F>): F[] {
  return [...findings].sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compare(a.rule, b.rule) ||
      compare(a.message, b.message),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
