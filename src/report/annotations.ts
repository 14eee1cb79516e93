import { plain } from './escape.ts'
import type { Report, ReportedFinding } from './report.ts'
import { worstFirst } from './section.ts'
import { counted } from './words.ts'

/** One workflow annotation, as data; `@actions/core` escapes it when main prints it. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly file: string
  readonly line: number
  readonly column: number
  readonly title: string
  readonly message: string
}

/** What GitHub shows of one step: https://docs.github.com/actions/reference/limits#annotations. It drops the others silently. */
const MOST_PER_LEVEL = 10

/** The new findings as annotations, worst first, as many as GitHub shows of one step; a last one says what is left out. */
export function annotationsOf(report: Report): Annotation[] {
  const regional = report.regions.flatMap((region) => region.findings.map((it) => annotation(it, region.name)))
  const configuration = report.configuration.map((it) => annotation(it, null))
  const all = worstFirst([...configuration, ...regional]).filter((it) => it.new)
  return (['error', 'warning', 'notice'] as const).flatMap((level) => within(all.filter((it) => it.level === level)))
}

type Told = Annotation & ReportedFinding

function annotation(finding: ReportedFinding, region: string | null): Told {
  const title = region === null ? finding.rule : `${finding.rule} (${region})`
  return { ...finding, level: finding.severity, title: plain(title, 200), message: plain(finding.message, 4_000) }
}

function within(told: readonly Told[]): Annotation[] {
  const shown = told.slice(0, told.length > MOST_PER_LEVEL ? MOST_PER_LEVEL - 1 : MOST_PER_LEVEL).map(bare)
  const [next, ...others] = told.slice(shown.length)
  if (!next) return shown
  const message = `${counted(others.length + 1, `more ${next.level}`)}: GitHub shows ${MOST_PER_LEVEL} of a step, the comment or the job summary has them all`
  return [...shown, { ...bare(next), title: 'and more', message }]
}

function bare({ level, file, line, column, title, message }: Told): Annotation {
  return { level, file, line: Math.max(1, line), column: Math.max(1, column), title, message }
}
