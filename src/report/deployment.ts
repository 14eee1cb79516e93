import type { NodeResult } from '../run/build.ts'
import type { PlannedNode } from '../run/plan.ts'
import { code, plain, prose } from './escape.ts'
import type { PlanStep } from './report.ts'
import { nameOf } from './section.ts'
import { counted } from './words.ts'

/** What a deploy of one region did. */
export interface Deployment {
  readonly region: string
  readonly environment: string
  readonly target: string
  readonly commit: string
  readonly conclusion: 'success' | 'failure'
  /** Why nothing was deployed at all. */
  readonly refused: string | null
  readonly planned: readonly PlannedNode[]
  /** One for each planned node, in the plan's order. */
  readonly results: readonly NodeResult[]
  /** Relations that nothing in the project builds any more. */
  readonly leftBehind: readonly PlanStep[]
  /** What whoever deployed should know. */
  readonly notes: readonly string[]
  /** Seconds. */
  readonly elapsed: number
}

/** How a deploy ended, for a terminal or a log: what stands out, then one line that says it all. */
export function deploymentText(deployment: Deployment): string {
  const { leftBehind, notes } = deployment
  const lines = [...notes, ...leftBehind.map((step) => `${nameOf(step.unique_id)}: ${step.because}`)]
  return `${[...lines.map((line) => plain(line)), plain(outcome(deployment))].join('\n')}\n`
}

/** One result as it comes in, for a terminal or a log. */
export function resultLine({ unique_id, status, message, execution_time }: NodeResult): string {
  const kind = unique_id.split('.', 1)[0] ?? ''
  const said = message === null || status === 'success' ? '' : `  ${message}`
  return `  ${words[status].padEnd(7)}  ${kind.padEnd(8)}  ${plain(nameOf(unique_id))}  ${execution_time.toFixed(2)}s${plain(said)}`
}

/** How a deploy ended, as a job summary. */
export function deploymentMarkdown(deployment: Deployment): string {
  const { planned, results, leftBehind, notes, region, conclusion } = deployment
  const because = new Map(planned.map((node) => [node.unique_id, node.because]))
  const rows = results.map(
    ({ unique_id, status, message, execution_time }) =>
      `| ${symbols[status]} ${words[status]} | ${unique_id.split('.', 1)[0]} ${code(nameOf(unique_id))} | ${execution_time.toFixed(2)} s | ${prose(
        status !== 'success' && message !== null ? message : (because.get(unique_id) ?? ''),
      )} |`,
  )
  return [
    `## ${conclusion === 'success' ? '✅' : '❌'} ${code(region)}: ${prose(outcome(deployment).replace(/^[^:]*: /, ''))}`,
    ...(rows.length > 0 ? [['| | node | took | why |', '| --- | --- | ---: | --- |', ...rows].join('\n')] : []),
    ...(leftBehind.length > 0
      ? [
          [
            '**Left behind, not dropped:**',
            '',
            ...leftBehind.map((step) => `- ${code(nameOf(step.unique_id))}: ${prose(step.because)}`),
          ].join('\n'),
        ]
      : []),
    ...notes.map((note) => prose(note)),
  ]
    .join('\n\n')
    .concat('\n')
}

function outcome({ region, results, conclusion, commit, elapsed, refused }: Deployment): string {
  const at = commit.slice(0, 7)
  if (refused !== null) return `${region}: refused. ${refused}`
  if (conclusion === 'success') {
    return results.length === 0
      ? `${region}: nothing to do, the region is what ${at} says`
      : `${region}: ${counted(results.length, 'node')} deployed at ${at} in ${elapsed.toFixed(1)} s`
  }
  const count = (...wanted: NodeResult['status'][]) => results.filter(({ status }) => wanted.includes(status)).length
  const [failed, skipped] = [count('error', 'fail'), count('skipped')]
  return `${region}: failed at ${at}: ${counted(failed, 'node')} failed, ${skipped} skipped, ${results.length - failed - skipped} deployed; the next deploy takes up what is left`
}

const words: Readonly<Record<NodeResult['status'], string>> = {
  started: 'start',
  success: 'ok',
  warn: 'warning',
  error: 'error',
  fail: 'failed',
  skipped: 'skipped',
}

const symbols: Readonly<Record<NodeResult['status'], string>> = {
  started: '⏳',
  success: '✅',
  warn: '⚠️',
  error: '❌',
  fail: '❌',
  skipped: '⏭️',
}
