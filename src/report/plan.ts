import type { Plan } from '../run/plan.ts'
import { plain } from './escape.ts'
import type { PlanStep, Report } from './report.ts'
import { counted, listed } from './words.ts'

/** What a deploy of the head would run in each region that stands as the base says, for a terminal. */
export function planText(report: Report): string {
  const regions = report.regions.map(({ name, plan }) => planned(name, plan).join('\n'))
  return `${regions.join('\n\n')}\n`
}

/** A deploy's plan before it is run, for a terminal or a log: its models with their reasons; its tests are counted. */
export function planLines({ region, nodes, refused }: Plan): string[] {
  return refused === null ? planned(region, nodes) : [`${region}: ${plain(refused)}`]
}

function planned(region: string, plan: readonly PlanStep[]): string[] {
  const steps = plan.filter((step) => !isTest(step))
  const runs = steps.filter((step) => step.action !== 'drop-review').length
  const parts = [
    ...(runs > 0 ? [`${counted(runs, 'node')} to run`] : []),
    ...(plan.some(isTest) ? [`${counted(plan.filter(isTest).length, 'data test')} to run`] : []),
    ...(steps.length > runs ? [`${counted(steps.length - runs, 'relation')} left behind`] : []),
  ]
  const width = Math.max(0, ...steps.map((step) => Math.min(60, nameAndKind(step).length)))
  const lines = steps.map(
    (step) => `  ${step.action.padEnd(11)}  ${nameAndKind(step).padEnd(width)}  ${plain(step.because)}`,
  )
  return [`${region}: ${parts.length === 0 ? 'nothing to do' : listed(parts)}`, ...lines]
}

function isTest({ unique_id }: PlanStep): boolean {
  return unique_id.startsWith('test.')
}

/** `model customer_cohorts`, out of the unique_id. */
function nameAndKind({ unique_id }: PlanStep): string {
  const [kind = '', , ...name] = unique_id.split('.')
  return plain(`${kind} ${name.join('.')}`)
}
