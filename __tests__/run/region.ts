import { deploy } from '../../src/deploy.ts'
import type { Fingerprinted } from '../../src/graph/fingerprint.ts'
import { graphOf } from '../../src/graph/graph.ts'
import { buildGraph } from '../../src/graph/order.ts'
import type { Build } from '../../src/run/build.ts'
import { type Execution, execute } from '../../src/run/execute.ts'
import { currentState, type Ledger, type LedgerEvent } from '../../src/run/ledger.ts'
import { deployedParents, type Plan } from '../../src/run/plan.ts'
import type { Along } from '../../src/run/standing.ts'

export class Killed extends Error {}

/** What one run does wrong. */
export interface Trouble {
  /** Nodes whose statement fails, and tests that find something. */
  readonly fails?: readonly string[]
  /** Tests that only warn. */
  readonly warns?: readonly string[]
  /** The process is killed before this step: nothing happens after it. A step is one event in the ledger, or one touch of the region. */
  readonly killedAt?: number
  /** The build does not wait until what it tells is recorded. */
  readonly runsByItself?: boolean
  /** Waited for before each step, so that two runs can go on by turns, at the time that it gives. */
  readonly turn?: () => Promise<number>
}

/** What a relation holds once it is built over what its parents hold, and how the next plan is made. */
export interface Kind {
  readonly content: (head: Fingerprinted, id: string, contentOf: (id: string) => string) => string
  readonly along?: (head: Fingerprinted, events: readonly LedgerEvent[]) => Along & { outputs(id: string): string }
}

/** Everything downstream of what differs is built, and each relation says by what it was built and from what. */
const whole: Kind = { content: contentFrom }

/**
 * A region in memory. A relation's content names the fingerprint it was built by and the contents it was built from, and
 * is torn while it is being built, so that nothing stale looks right. The build skips as `dbt build` does. It does not
 * prove anything about a real warehouse's statements, threads or transactions.
 */
export function memoryRegion(kind: Kind = whole, past = 0) {
  const events: LedgerEvent[] = []
  const contents = new Map<string, string>()
  let runs = past
  let steps = 0

  const plan = (head: Fingerprinted, all = kind.along === undefined): Plan => {
    const input = { region: 'eu', otherRegions: [], ...head, commit: 'c', history: new Map() }
    const along = kind.along?.(head, events)
    const made = deploy({ ...input, ledger: currentState(events), ...(!all && along !== undefined && { along }) })
    if (along === undefined) return made
    const outputs = <N extends { unique_id: string }>(node: N) => ({ ...node, outputs: along.outputs(node.unique_id) })
    return { ...made, nodes: made.nodes.map(outputs), restated: made.restated.map(outputs) }
  }

  const run = async (head: Fingerprinted, trouble: Trouble = {}): Promise<Execution> => {
    steps = 0
    const number = ++runs
    let time = 0
    const step = async (): Promise<void> => {
      if (trouble.turn !== undefined) time = await trouble.turn()
      if (trouble.killedAt !== undefined && steps >= trouble.killedAt) throw new Killed()
      steps++
    }
    const ledger: Ledger = async (written) => {
      for (const event of written) {
        await step()
        events.push(event)
      }
    }
    const build: Build = (nodes) => buildIn(kind, contents, head, nodes, trouble, step)
    // Every run has the same time and an id that sorts before the last one's: only the ledger's own order can help.
    return execute({
      plan: plan(head),
      build,
      runsByItself: trouble.runsByItself ?? false,
      ledger,
      commit: `c${number}`,
      runId: `r${String(9999 - number)}`,
      now: () => new Date(time),
    })
  }
  return {
    events,
    contents,
    plan,
    run,
    steps: () => steps,
    copy: () => copyOf(memoryRegion(kind, runs), events, contents),
  }
}

function copyOf(
  copy: ReturnType<typeof memoryRegion>,
  events: readonly LedgerEvent[],
  contents: ReadonlyMap<string, string>,
): ReturnType<typeof memoryRegion> {
  copy.events.push(...events)
  for (const [id, content] of contents) copy.contents.set(id, content)
  return copy
}

/** What a region holds that is equal to the head. */
export function contentsOf(head: Fingerprinted, kind: Kind = whole): Map<string, string> {
  const contents = new Map<string, string>()
  const contentOf = (id: string): string => {
    const content = contents.get(id) ?? kind.content(head, id, contentOf)
    contents.set(id, content)
    return content
  }
  for (const [id, node] of head.project.manifest.nodes) {
    if (node.resource_type !== 'test' && node.config.materialized !== 'ephemeral') contentOf(id)
  }
  return contents
}

function contentFrom({ project, fingerprints }: Fingerprinted, id: string, parent: (id: string) => string): string {
  return `${fingerprints.get(id)?.hash.slice(0, 8)}(${deployedParents(project.manifest, id).map(parent).join(' ')})`
}

async function* buildIn(
  kind: Kind,
  contents: Map<string, string>,
  head: Fingerprinted,
  nodes: readonly string[],
  trouble: Trouble,
  step: () => Promise<void>,
): ReturnType<Build> {
  const graph = buildGraph(graphOf(head.project.manifest))
  const blocked = new Set<string>()
  for (const unique_id of nodes) {
    const about = { unique_id, message: null, execution_time: 0 }
    if (isBlocked(graph.parents, unique_id, blocked)) {
      blocked.add(unique_id)
      yield [{ ...about, status: 'skipped' }]
      continue
    }
    yield [{ ...about, status: 'started' }]
    const fails = trouble.fails?.includes(unique_id) ?? false
    if (unique_id.startsWith('test.')) {
      if (fails) blocked.add(unique_id)
      yield [{ ...about, status: fails ? 'fail' : trouble.warns?.includes(unique_id) ? 'warn' : 'success' }]
      continue
    }
    await step()
    contents.set(unique_id, 'torn')
    await step()
    if (fails) blocked.add(unique_id)
    else
      contents.set(
        unique_id,
        kind.content(head, unique_id, (id) => contents.get(id) ?? 'missing'),
      )
    yield [{ ...about, status: fails ? 'error' : 'success' }]
  }
}

function isBlocked(parents: ReadonlyMap<string, readonly string[]>, id: string, blocked: ReadonlySet<string>): boolean {
  return (parents.get(id) ?? []).some((parent) => blocked.has(parent) || isBlocked(parents, parent, blocked))
}
