import type { NodeResult } from '../run/build.ts'
import type { PlannedNode } from '../run/plan.ts'
import { plain } from './escape.ts'
import type { PlanStep } from './report.ts'
import { isTest, nameOf, withoutTests } from './section.ts'
import { counted, listed } from './words.ts'

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
  /** The unique_ids of planned nodes that an earlier deploy had left pending, in the plan's order. */
  readonly pendingBefore: readonly string[]
  /** The unique_ids of planned nodes that are left to the next deploy, in the plan's order. */
  readonly pending: readonly string[]
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
  return `${[...lines.map((line) => plain(line)), plain(`${deployment.region}: ${outcome(deployment)}`)].join('\n')}\n`
}

/** One result as it comes in, for a terminal or a log. */
export function resultLine({ unique_id, status, message, execution_time }: NodeResult): string {
  const kind = unique_id.split('.', 1)[0] ?? ''
  const said = message === null || status === 'success' ? '' : `  ${message}`
  return `  ${statusWords[status].padEnd(7)}  ${kind.padEnd(8)}  ${plain(nameOf(unique_id))}  ${execution_time.toFixed(2)}s${plain(said)}`
}

/** How a deploy ended, in one sentence without the region's name; `at` is what its commit is called. */
export function outcome(deployment: Deployment, at = deployment.commit.slice(0, 7)): string {
  const { results, conclusion, elapsed, refused } = deployment
  if (refused !== null) return `nothing was run. ${refused}`
  const nodes = results.filter((it) => !isTest(it))
  const tests = results.filter((it) => isTest(it))
  if (conclusion === 'success') {
    if (results.length === 0) return `nothing to do, the region is what ${at} says`
    const run = [...some(nodes, 'node', 'deployed'), ...some(tests, 'test', 'run')]
    return `${listed(run)} at ${at} in ${elapsed.toFixed(1)} s`
  }
  const pending = new Set(withoutTests(deployment.pending))
  const isFailed = ({ status }: NodeResult) => status === 'error' || status === 'fail'
  const parts = [
    ...some(nodes.filter(isFailed), 'node', 'failed'),
    ...some(tests.filter(isFailed), 'test', 'failed'),
    ...some(
      nodes.filter(({ status }) => status === 'skipped'),
      'node',
      'skipped',
    ),
    ...some(
      nodes.filter(({ unique_id }) => !pending.has(unique_id)),
      'node',
      'deployed',
    ),
  ]
  const next = pending.size === 0 ? '' : `; the next deploy takes up the ${pending.size} pending`
  return `failed at ${at}: ${parts.join(', ')}${next}`
}

function some(results: readonly NodeResult[], noun: string, what: string): string[] {
  return results.length === 0 ? [] : [`${counted(results.length, noun)} ${what}`]
}

export const statusWords: Readonly<Record<NodeResult['status'], string>> = {
  started: 'start',
  success: 'ok',
  warn: 'warning',
  error: 'error',
  fail: 'failed',
  skipped: 'skipped',
}
