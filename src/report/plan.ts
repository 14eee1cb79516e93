import { plain } from './escape.ts'
import type { PlanStep, Report } from './report.ts'
import { counted } from './words.ts'

/** What a deploy of the head would run in each region that stands as the base says, for a terminal. */
export function planText(report: Report): string {
  const regions = report.regions.map(({ name, project, plan }) => [
    `${name}: ${summary(plan)} (${plain(project || '.')})`,
    ...stepLines(plan),
  ])
  return `${regions.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

/** A plan's steps, a line each, for a terminal or a log. */
export function stepLines(plan: readonly PlanStep[]): string[] {
  const width = Math.max(0, ...plan.map((step) => Math.min(60, nameAndKind(step).length)))
  return plan.map((step) => `  ${step.action.padEnd(11)}  ${nameAndKind(step).padEnd(width)}  ${plain(step.because)}`)
}

function summary(plan: readonly PlanStep[]): string {
  const run = plan.filter((step) => step.action !== 'drop-review').length
  const review = plan.length - run
  if (plan.length === 0) return 'nothing to do'
  return [run > 0 && counted(run, 'node'), review > 0 && `${counted(review, 'relation')} to review`]
    .filter(Boolean)
    .join(', ')
}

/** `model customer_cohorts`, out of the unique_id. */
function nameAndKind({ unique_id }: PlanStep): string {
  const [kind = '', , ...name] = unique_id.split('.')
  return plain(`${kind} ${name.join('.')}`)
}
