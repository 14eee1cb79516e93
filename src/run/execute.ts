import { fingerprintVersion } from '../graph/fingerprint.ts'
import type { Build, NodeResult } from './build.ts'
import { type Ledger, type LedgerEvent, type LedgerStatus, runClock } from './ledger.ts'
import { list, type Plan, type RecordedNode } from './plan.ts'

export interface ExecuteInput {
  readonly plan: Plan
  readonly build: Build
  /** The build does not wait until what it tells is recorded. */
  readonly runsByItself: boolean
  readonly ledger: Ledger
  readonly commit: string
  /** Another one for every attempt at a run. */
  readonly runId: string
  readonly now: () => Date
  /** Told each result as it is known, those of nodes that are not in the plan too. */
  readonly onResult?: (result: NodeResult) => void
}

export interface Execution {
  readonly conclusion: 'success' | 'failure'
  /** The final result of every planned node, in the plan's order; a node that was not reached counts as skipped. */
  readonly results: readonly NodeResult[]
  /** What the ledger now says of each planned node. */
  readonly recorded: ReadonlyMap<string, LedgerStatus>
  /** What stopped the run, when something did: an outage of the warehouse or a bug. The ledger is true all the same. */
  readonly error: unknown
}

/**
 * Runs a plan and keeps the ledger: all planned nodes are pending before the first statement, a node is `started` before
 * it is touched, and `success` only when it and every planned test that guards it are done. A failed test counts against
 * each node that it guards. Throws nothing that the build or the ledger throws.
 */
export async function execute(input: ExecuteInput): Promise<Execution> {
  const run = new Run(input)
  let error: unknown = null
  try {
    await run.begin()
    if (input.plan.nodes.length > 0) {
      for await (const results of input.build(input.plan.nodes.map((node) => node.unique_id))) await run.take(results)
      await run.end()
    }
  } catch (thrown) {
    error = thrown ?? new Error('The run was stopped without a reason.')
    await run.flush().catch(() => {})
  }
  return run.outcome(error)
}

/** The state of one execution: what is known of each node, and the events that are not written yet. */
class Run {
  readonly input: ExecuteInput
  readonly clock: () => string
  readonly planned: ReadonlyMap<string, RecordedNode>
  /** Node -> the planned tests that guard it. */
  readonly tests: ReadonlyMap<string, readonly string[]>
  readonly results = new Map<string, NodeResult>()
  readonly recorded = new Map<string, LedgerStatus>()
  waiting: LedgerEvent[] = []
  sequence = 0

  constructor(input: ExecuteInput) {
    this.input = input
    this.clock = runClock(input.now, input.plan.recordedUntil)
    this.planned = new Map(input.plan.nodes.map((node) => [node.unique_id, node]))
    this.tests = testsByNode(input.plan.nodes)
  }

  async begin(): Promise<void> {
    for (const node of this.planned.values()) this.record(node, 'pending', null)
    // After what they may name as their parents: whoever is recorded anew is equal to what a parent will be.
    for (const node of this.input.plan.restated) this.append(node, 'success', node.because)
    await this.flush()
  }

  /** Everything that became known at once is one statement. */
  async take(results: readonly NodeResult[]): Promise<void> {
    const telling = results.map((result) => this.note(result))
    if (telling.includes(true)) await this.flush()
    for (const result of results) this.input.onResult?.(result)
  }

  /** Records a result; says whether it is worth a statement of its own. */
  note(result: NodeResult): boolean {
    const node = this.planned.get(result.unique_id)
    if (node === undefined) return false
    const test = isTest(node.unique_id)
    if (result.status === 'started') {
      // A test touches nothing, so that nobody need know that it has begun.
      if (!test) this.record(node, 'started', null)
      // A build that runs on by itself has touched the node before it could be written: that it is pending is.
      return !test && !this.input.runsByItself
    }
    this.results.set(node.unique_id, result)
    const concerned = test ? node.guards.filter((id) => this.planned.has(id)) : [node.unique_id]
    if (test) this.record(node, statusOf(result), null)
    const decided = concerned.filter((id) => this.decide(id))
    // A test's event can wait for that of the node it guards: until then that node is not done either.
    return decided.length > 0 || concerned.length === 0
  }

  /** Records what is now certain about a node that is no test; says whether it was. */
  decide(unique_id: string): boolean {
    const node = this.planned.get(unique_id)
    const own = this.results.get(unique_id)
    if (node === undefined || own === undefined || isFinal(this.recorded.get(unique_id))) return false
    const status = statusOf(own)
    if (status !== 'success') {
      this.record(node, status, status === 'failed' ? own.message : null)
      return true
    }
    const tests = this.tests.get(unique_id) ?? []
    const ended = (wanted: LedgerStatus): string[] => tests.filter((test) => this.recorded.get(test) === wanted)
    const failed = ended('failed')
    if (failed.length > 0) this.record(node, 'failed', `it was built, but its test ${list(failed)} failed`)
    else if (ended('success').length === tests.length) this.record(node, 'success', null)
    else if (tests.some((test) => !isFinal(this.recorded.get(test)))) return false
    else this.record(node, 'skipped', `it was built, but its test ${list(ended('skipped'))} was skipped`)
    return true
  }

  /** The build is over: what it never told of was not reached. */
  async end(): Promise<void> {
    for (const node of this.planned.values()) {
      if (this.results.has(node.unique_id)) continue
      this.results.set(node.unique_id, notReached(node.unique_id))
      this.record(node, 'skipped', 'the run ended without reaching it')
    }
    for (const id of this.planned.keys()) if (!isTest(id)) this.decide(id)
    await this.flush()
  }

  record(node: RecordedNode, status: LedgerStatus, message: string | null): void {
    this.recorded.set(node.unique_id, status)
    this.append(node, status, message)
  }

  append(node: RecordedNode, status: LedgerStatus, message: string | null): void {
    const { unique_id, fingerprint, parents, relation, outputs } = node
    const { commit, runId } = this.input
    const built = status !== 'pending' && this.planned.has(unique_id)
    this.waiting.push({
      region: this.input.plan.region,
      unique_id,
      status,
      fingerprint,
      fingerprint_version: fingerprintVersion,
      parents,
      relation,
      commit,
      run_id: runId,
      time: this.clock(),
      sequence: this.sequence++,
      message,
      ...(outputs !== undefined && !built && { outputs }),
    })
  }

  async flush(): Promise<void> {
    const events = this.waiting
    this.waiting = []
    if (events.length > 0) await this.input.ledger(events)
  }

  outcome(error: unknown): Execution {
    const results = this.input.plan.nodes.map((node) => this.results.get(node.unique_id) ?? notReached(node.unique_id))
    const done = [...this.recorded.values()].every((status) => status === 'success')
    const conclusion = error === null && done && this.input.plan.refused === null ? 'success' : 'failure'
    return { conclusion, results, recorded: this.recorded, error }
  }
}

function testsByNode(nodes: readonly RecordedNode[]): Map<string, string[]> {
  const tests = new Map<string, string[]>(nodes.map((node) => [node.unique_id, []]))
  for (const node of nodes) {
    for (const guarded of node.guards) tests.get(guarded)?.push(node.unique_id)
  }
  return tests
}

function statusOf(result: NodeResult): LedgerStatus {
  if (result.status === 'success' || result.status === 'warn') return 'success'
  return result.status === 'skipped' ? 'skipped' : 'failed'
}

function isFinal(status: LedgerStatus | undefined): boolean {
  return status === 'success' || status === 'failed' || status === 'skipped'
}

function isTest(unique_id: string): boolean {
  return unique_id.startsWith('test.')
}

function notReached(unique_id: string): NodeResult {
  return { unique_id, status: 'skipped', message: 'not reached', execution_time: 0 }
}
