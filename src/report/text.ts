import { plain } from './escape.ts'
import { exposureOwner } from './exposure-list.ts'
import { leftPendingText } from './left-pending.ts'
import type { NodeChange, PlanStep, RegionReport, Report, ReportedFinding } from './report.ts'
import { isTest, nameOf, worstFirst } from './section.ts'
import { twinTexts } from './twin-list.ts'
import { counted, nounOf } from './words.ts'

/** Colours a text by an ANSI code, or leaves it. */
type Paint = (code: number, text: string) => string

/**
 * The report for a terminal or a log: one line a fact. No line begins with a name, so that none is a command to a workflow
 * runner: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function reportText(report: Report, { color }: { readonly color: boolean }): string {
  const paint: Paint = (code, text) => (color ? `\u001B[${code}m${text}\u001B[0m` : text)
  const blocks = [
    verdict(report, paint),
    findings('Configuration', report.configuration, paint),
    ...report.regions.map((region) => regionText(region, paint)),
  ]
  return `${blocks
    .filter((it) => it.length > 0)
    .map((it) => it.join('\n'))
    .join('\n\n')}\n`
}

function verdict(report: Report, paint: Paint): string[] {
  const all = [...report.configuration, ...report.regions.flatMap((it) => it.findings)]
  const added = (severity: string) => all.filter((it) => it.new && it.severity === severity).length
  const counts = [counted(added('error'), 'new error'), counted(added('warning'), 'new warning')].join(', ')
  const failed = report.conclusion === 'failure'
  return [paint(1, `${failed ? paint(31, 'The check fails') : paint(32, 'The check passes')}: ${counts}`)]
}

function regionText(region: RegionReport, paint: Paint): string[] {
  const { changes, plan, leftPending, twins } = region
  const title = paint(1, `Region ${plain(region.name)}`)
  const changed = changes.length === 0 ? 'no changes' : `${counted(changes.length, nounOf(changes))} changed`
  return [
    `${title} (${plain(region.project)}): ${changed}`,
    ...changes.map((it) => changeText(it, paint)),
    ...(twins.length > 0 ? ['  Twins', ...twinTexts(region.name, twins)] : []),
    ...findings('Findings', region.findings, paint),
    ...(plan.length > 0 ? ['  On merge', ...planText(plan)] : []),
    ...(leftPending === null ? [] : [leftPendingText(leftPending)]),
  ]
}

const marks = { new: ['+', 32], modified: ['~', 33], removed: ['-', 31] } as const

function changeText(change: NodeChange, paint: Paint): string {
  const [mark, code] = marks[change.state]
  const columns = change.columns.length > 0 ? ` (${change.columns.map((it) => plain(it)).join(', ')})` : ''
  const what = `${paint(code, mark)} ${plain(change.name)}: ${change.all.join(', ') || change.change}${columns}: ${plain(change.reason)}`
  const whom = change.exposures.map((it) => `${plain(it.label || it.name)} (${plain(exposureOwner(it))})`)
  const reached = whom.length > 0 ? `; reaches ${whom.join(', ')}` : ''
  return `  ${what}${reached}`
}

function findings(title: string, all: readonly ReportedFinding[], paint: Paint): string[] {
  if (all.length === 0) return []
  const added = worstFirst(all).filter((it) => it.new)
  const before = all.length - added.length
  return [
    `  ${title}`,
    ...added.map((it) => findingText(it, paint)),
    ...(before > 0 ? [`  = ${counted(before, 'finding')} from before`] : []),
  ]
}

const colors = { error: 31, warning: 33, notice: 36 } as const

function findingText({ severity, rule, file, line, column, message }: ReportedFinding, paint: Paint): string {
  return `  ${paint(colors[severity], severity)} ${plain(file)}:${line}:${column} ${plain(message)} [${plain(rule)}]`
}

/** Tests follow what is built, so they are only counted. */
function planText(plan: readonly PlanStep[]): string[] {
  const tests = plan.filter(isTest).length
  const steps = plan.filter((it) => !isTest(it)).map(stepText)
  return tests > 0 ? [...steps, `  then ${counted(tests, 'test')}`] : steps
}

function stepText({ action, unique_id, because }: PlanStep): string {
  return `  ${action === 'drop-review' ? 'drop by hand' : 'build'} ${plain(nameOf(unique_id))}: ${plain(because)}`
}
