import { shortened } from './escape.ts'
import { limited } from './lineage.ts'
import type { ChangeRow, FindingRow, Section } from './section.ts'

/** How much of a section is shown. Over a limit the next step is taken, and the text says which. */
export interface Step {
  /** What a reader is told; null when nothing is left out. */
  readonly says: string | null
  readonly existing: boolean
  /** The most changes, findings and steps of the plan, and exposures of one change. */
  readonly rows: number
  readonly exposures: number
  /** The most nodes in the graph. */
  readonly graph: number
  /** The most characters of one message or reason. */
  readonly text: number
  /** Regions by name; beyond it they are counted. */
  readonly regions: number
  /** Whether the sections travel along, for other jobs to show them again. */
  readonly data: boolean
}

const whole: Step = {
  says: null,
  existing: true,
  rows: Infinity,
  exposures: Infinity,
  graph: 80,
  text: 1_000,
  regions: Infinity,
  data: true,
}
const recent: Step = { ...whole, says: 'findings that were there before are only counted', existing: false }

function lists(rows: number, graph: number): Step {
  const says = `lists end after ${rows} entries${graph === 0 ? ' and there is no graph' : ''}`
  return { ...recent, says, rows, graph, exposures: Math.min(10, rows), text: rows >= 30 ? 300 : 150 }
}

const counts: Step = { ...recent, says: 'there are counts only', rows: 0, exposures: 0, graph: 0, text: 0 }

/** From everything to the counts alone. */
export const steps: readonly Step[] = [
  whole,
  recent,
  lists(50, 60),
  lists(30, 40),
  lists(15, 30),
  lists(15, 0),
  lists(5, 0),
  counts,
  { ...counts, says: 'there are counts only, and only of the first 50 regions', regions: 50, data: false },
]

/** The section as a step shows it. A section that was shortened before only becomes shorter. */
export function shortenedTo(step: Step, section: Section): Section {
  const finding = (it: FindingRow) => ({ ...it, message: shortened(it.message, step.text) })
  const shown = section.findings.filter((it) => it.new)
  const existing = step.existing ? section.findings.filter((it) => !it.new) : []
  return {
    ...section,
    changes: section.changes.slice(0, step.rows).map((it) => shortenedChange(step, it)),
    findings: [...shown.slice(0, step.rows), ...existing].map(finding),
    configuration: section.configuration.slice(0, step.rows).map(finding),
    plan: section.plan.slice(0, step.rows).map((it) => ({ ...it, because: shortened(it.because, step.text) })),
    lineage: limited(section.lineage, step.graph),
    twins: section.twins.slice(0, step.rows).map((it) => ({ ...it, reason: shortened(it.reason, step.text) })),
    leftPending: section.leftPending && {
      ...section.leftPending,
      names: section.leftPending.names.slice(0, step.rows),
    },
  }
}

function shortenedChange(step: Step, change: ChangeRow): ChangeRow {
  return {
    ...change,
    reason: shortened(change.reason, step.text),
    columns: change.columns.slice(0, step.rows),
    exposures: change.exposures.slice(0, step.exposures),
  }
}
