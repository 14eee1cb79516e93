import type { NodeResult } from '../run/build.ts'
import { type Deployment, outcome, statusWords } from './deployment.ts'
import { details } from './details.ts'
import { code, commitUrl, htmlCode, link, prose, runUrl } from './escape.ts'
import { mostSummaryBytes } from './fit.ts'
import { isTest, nameOf, withoutTests } from './section.ts'
import { counted, thousands } from './words.ts'

/** What a summary links to. */
export interface DeploymentLinks {
  /** Address of the repository, `https://github.com/owner/name`. */
  readonly repository: string
  /** `GITHUB_RUN_ID`. */
  readonly run: number
}

/** The most rows of a list and the most characters of one text. */
interface Limit {
  readonly rows: number
  readonly text: number
}

const limits: readonly Limit[] = [
  { rows: Infinity, text: 1_000 },
  { rows: Infinity, text: 200 },
  { rows: 1_000, text: 200 },
  { rows: 100, text: 200 },
  { rows: 0, text: 100 },
]

/** How a deploy ended, as a job summary within GitHub's limit: the decision, what failed, what is pending, then each node. */
export function deploymentMarkdown(deployment: Deployment, links: DeploymentLinks | null = null): string {
  let text = ''
  for (const limit of limits) {
    // Fewer bytes than the rows take, so that thousands are not rendered in vain.
    if (limit !== limits.at(-1) && Math.min(limit.rows, deployment.results.length) * 80 > mostSummaryBytes) continue
    text = render(deployment, links, limit)
    if (Buffer.byteLength(text) <= mostSummaryBytes) return text
  }
  return text
}

function render(deployment: Deployment, links: DeploymentLinks | null, limit: Limit): string {
  const { region, conclusion, commit } = deployment
  const blocks = [
    `### ${conclusion === 'success' ? '✅' : '❌'} ${code(region)}: ${prose(outcome(deployment, `'${commit.slice(0, 7)}'`), limit.text)}`,
    pendingBefore(deployment, limit),
    failures(deployment, limit),
    next(deployment, limit),
    nodes(deployment, limit),
    tests(deployment, limit),
    leftBehind(deployment, limit),
    notes(deployment, limit),
    footer(deployment, links),
  ]
  return `${blocks.filter((it) => it !== '').join('\n\n')}\n`
}

/** What this deploy took up of an earlier one. */
function pendingBefore({ pendingBefore: before, pending }: Deployment, limit: Limit): string {
  if (before.length === 0) return ''
  const left = new Set(pending)
  const ids = withoutTests(before)
  const still = ids.filter((id) => left.has(id)).length
  const some = still === ids.length ? 'still pending' : `${thousands(still)} of them still pending`
  const now = still === 0 ? 'deployed now' : some
  return `⏳ An earlier deploy had left ${counted(ids.length, 'node')} pending, ${now}: ${names(ids, limit)}.`
}

function failures({ results }: Deployment, limit: Limit): string {
  const failed = results.filter(({ status }) => status === 'error' || status === 'fail')
  if (failed.length === 0) return ''
  const entries = failed.slice(0, limit.rows).map(({ unique_id, message }) => {
    const said = message === null ? 'it failed without a word; the log of the job has more' : message
    return `- ❌ ${kindOf(unique_id)} ${code(nameOf(unique_id))}<br>${prose(said, limit.text)}`
  })
  return ['#### What failed', ...cut(entries, failed.length)].join('\n\n')
}

function next({ conclusion, refused, pending }: Deployment, limit: Limit): string {
  if (conclusion === 'success' || refused !== null || pending.length === 0) return ''
  const ids = withoutTests(pending)
  const nodes = counted(ids.length, 'node')
  return `**What to do**: mend what failed and merge it, or run this job again; the next deploy runs the ${nodes} that ${ids.length === 1 ? 'is' : 'are'} pending: ${names(ids, limit)}.`
}

function nodes(deployment: Deployment, limit: Limit): string {
  const own = deployment.results.filter((it) => !isTest(it))
  const left = deployment.refused === null ? 'Nodes' : 'Nodes, none of which was run'
  return own.length === 0 ? '' : [`#### ${left}`, ...table(own, deployment, limit)].join('\n\n')
}

/** Folded: those that failed are told above. */
function tests(deployment: Deployment, limit: Limit): string {
  const own = deployment.results.filter((it) => isTest(it))
  if (own.length === 0) return ''
  const kinds = [...new Set(own.map(({ status }) => status))].map((status) => {
    return `${thousands(own.filter((it) => it.status === status).length)} ${statusWords[status]}`
  })
  return details(`${counted(own.length, 'test')}: ${kinds.join(', ')}`, table(own, deployment, limit).join('\n\n'))
}

function table(results: readonly NodeResult[], { planned }: Deployment, limit: Limit): string[] {
  const because = new Map(planned.map((node) => [node.unique_id, node.because]))
  const shown = limit.rows < results.length ? [...results].sort(worstFirst).slice(0, limit.rows) : results
  const rows = shown.map(({ unique_id, status, message, execution_time }) => {
    const says = (status === 'warn' || status === 'skipped') && message !== null ? [message] : []
    const why = [...says, because.get(unique_id) ?? ''].filter((it) => it !== '').map((it) => prose(it, limit.text))
    const took = status === 'skipped' ? '–' : `${execution_time.toFixed(1)} s`
    return `| ${symbols[status]} ${statusWords[status]} | ${kindOf(unique_id)} ${code(nameOf(unique_id))} | ${took} | ${why.join('<br>')} |`
  })
  const head = ['|  | Node | Took | Why |', '| :-- | :-- | --: | :-- |']
  return rows.length === 0
    ? cut([], results.length)
    : [[...head, ...rows].join('\n'), ...cut([], results.length - rows.length)]
}

function leftBehind({ leftBehind: left }: Deployment, limit: Limit): string {
  if (left.length === 0) return ''
  const entries = left
    .slice(0, limit.rows)
    .map((it) => `- ${code(nameOf(it.unique_id))}: ${prose(it.because, limit.text)}`)
  return ['#### Left for a person to drop', ...cut(entries, left.length)].join('\n\n')
}

function notes({ notes: all }: Deployment, limit: Limit): string {
  if (all.length === 0) return ''
  const entries = all.slice(0, limit.rows).map((it) => `- ${prose(it, limit.text)}`)
  return details(counted(all.length, 'note'), cut(entries, all.length).join('\n\n'))
}

function footer({ commit, environment, target, elapsed }: Deployment, links: DeploymentLinks | null): string {
  const repository = links?.repository ?? null
  const at = link(code(commit.slice(0, 7)), commitUrl(repository, commit))
  const run = runUrl(repository, links?.run ?? null)
  const by = run === null ? '' : ` · ${link('the run', run)}`
  return `<sub>Deploy of ${at} to ${htmlCode(environment)}, target ${htmlCode(target)}, in ${elapsed.toFixed(1)} s${by}</sub>`
}

/** A list, and how many more there are than it shows. */
function cut(entries: readonly string[], of: number): string[] {
  const more = of - entries.length
  return [...(entries.length > 0 ? [entries.join('\n')] : []), ...(more > 0 ? [`… and ${thousands(more)} more.`] : [])]
}

const NAMED = 10

function names(ids: readonly string[], limit: Limit): string {
  const shown = ids.slice(0, Math.min(NAMED, limit.rows))
  const more = ids.length - shown.length
  return [...shown.map((id) => code(nameOf(id))), ...(more > 0 ? [`and ${thousands(more)} more`] : [])].join(', ')
}

function kindOf(uniqueId: string): string {
  return prose(uniqueId.split('.', 1)[0]?.replaceAll('_', ' ') ?? '')
}

const order: readonly NodeResult['status'][] = ['error', 'fail', 'skipped', 'warn', 'started', 'success']

function worstFirst(a: NodeResult, b: NodeResult): number {
  return order.indexOf(a.status) - order.indexOf(b.status)
}

const symbols: Readonly<Record<NodeResult['status'], string>> = {
  started: '⏳',
  success: '✅',
  warn: '⚠️',
  error: '❌',
  fail: '❌',
  skipped: '⏭️',
}
