import { describe, expect, it } from 'vitest'
import type { NodeResult } from '../../src/run/build.ts'
import { execute } from '../../src/run/execute.ts'
import { currentState, type LedgerEvent } from '../../src/run/ledger.ts'
import type { Plan, PlannedNode } from '../../src/run/plan.ts'
import { runResults } from '../../src/run/run-results.ts'
import { type Literal, literal } from '../graph/literal.ts'
import { contentsOf, Killed, memoryRegion, type Trouble } from './region.ts'

const shop: Literal = {
  models: {
    metrics: 'select 1',
    inlined: { sql: "select * from {{ ref('metrics') }}", config: { materialized: 'ephemeral' } },
    cohorts: "select * from {{ ref('inlined') }}",
    segments: "select * from {{ ref('metrics') }}",
    report: "select * from {{ ref('cohorts') }}, {{ ref('segments') }}",
  },
  tests: { metrics_key: ['metrics'], cohorts_in_segments: ['cohorts', 'segments'], report_rows: ['report'] },
}
const changed = (name: string, sql: string, from: Literal = shop): Literal => ({
  ...from,
  models: { ...from.models, [name]: sql },
})
const h0 = literal(shop)
const metrics = literal(changed('metrics', 'select 2'))
const cohorts = literal(changed('cohorts', "select 2 from {{ ref('inlined') }}"))
const both = literal(changed('cohorts', "select 3 from {{ ref('inlined') }}", changed('metrics', 'select 3')))

const last = (events: readonly LedgerEvent[]): Record<string, string> =>
  Object.fromEntries([...currentState(events)].map(([id, state]) => [id.replace('.shop', ''), state.last.status]))
async function deployed() {
  const region = memoryRegion()
  await region.run(h0)
  return region
}

describe('a run', () => {
  it('writes pending before the first statement, started before a node is touched, success after its tests', async () => {
    const region = memoryRegion()
    const one = literal({ models: { a: 'select 1', b: "select * from {{ ref('a') }}" }, tests: { a_key: ['a'] } })
    expect((await region.run(one)).conclusion).toBe('success')
    expect(region.events.map((event) => `${event.status} ${event.unique_id.replace('.shop', '')}`)).toEqual([
      'pending model.a',
      'pending test.a_key',
      'pending model.b',
      'started model.a',
      'success test.a_key',
      'success model.a',
      'started model.b',
      'success model.b',
    ])
    expect(region.events.map((event) => event.sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    const b = region.events.at(-1)
    expect(b?.parents).toEqual({ 'model.shop.a': one.fingerprints.get('model.shop.a')?.hash })
  })

  it('leaves the region equal to head, and nothing to do', async () => {
    const region = await deployed()
    expect(region.contents).toEqual(contentsOf(h0))
    expect(region.plan(h0).nodes).toEqual([])
    const before = region.events.length
    expect(await region.run(h0)).toMatchObject({ conclusion: 'success', results: [] })
    expect(region.events).toHaveLength(before)
  })

  it('runs one changed leaf and its tests', async () => {
    const region = await deployed()
    const leaf = literal(changed('report', "select 2 from {{ ref('cohorts') }}, {{ ref('segments') }}"))
    const { results } = await region.run(leaf)
    expect(results.map((result) => result.unique_id)).toEqual(['model.shop.report', 'test.shop.report_rows'])
    expect(region.contents).toEqual(contentsOf(leaf))
  })

  const outcomes: [what: string, trouble: Trouble, notSuccess: Record<string, string>][] = [
    [
      'a failing model: what is below it is skipped',
      { fails: ['model.shop.cohorts'] },
      {
        'model.cohorts': 'failed',
        'model.report': 'skipped',
        'test.cohorts_in_segments': 'skipped',
        'test.report_rows': 'skipped',
        'model.segments': 'skipped',
      },
    ],
    [
      'a failing test: its model failed, what is below is skipped',
      { fails: ['test.shop.metrics_key'] },
      {
        'test.metrics_key': 'failed',
        'model.metrics': 'failed',
        'model.cohorts': 'skipped',
        'model.segments': 'skipped',
        'model.report': 'skipped',
        'test.cohorts_in_segments': 'skipped',
        'test.report_rows': 'skipped',
      },
    ],
    [
      'a failing test of two models: both failed, what is below both is skipped',
      { fails: ['test.shop.cohorts_in_segments'] },
      {
        'test.cohorts_in_segments': 'failed',
        'model.cohorts': 'failed',
        'model.segments': 'failed',
        'model.report': 'skipped',
        'test.report_rows': 'skipped',
      },
    ],
    ['a test that only warns', { warns: ['test.shop.metrics_key'] }, {}],
  ]
  it.each(outcomes)('%s', async (_, trouble, notSuccess) => {
    const region = memoryRegion()
    const execution = await region.run(h0, trouble)
    const recorded = Object.entries(last(region.events)).filter(([, status]) => status !== 'success')
    expect(Object.fromEntries(recorded)).toEqual(notSuccess)
    expect(execution.conclusion).toBe(recorded.length === 0 ? 'success' : 'failure')
    expect((await region.run(h0)).conclusion).toBe('success')
    expect(region.contents).toEqual(contentsOf(h0))
    expect(region.plan(h0).nodes).toEqual([])
  })

  it('a failing test counts against the model that it is defined on alone, and it alone is built again', async () => {
    const related = literal({
      models: { metrics: 'select 1', cohorts: "select * from {{ ref('metrics') }}" },
      tests: { metrics_key: ['metrics'], cohorts_in_metrics: { reads: ['cohorts', 'metrics'], on: 'cohorts' } },
    })
    const region = memoryRegion()
    await region.run(related, { fails: ['test.shop.cohorts_in_metrics'] })
    expect(last(region.events)).toMatchObject({ 'model.metrics': 'success', 'model.cohorts': 'failed' })
    expect(region.plan(related).nodes.map((node) => node.unique_id)).toEqual([
      'model.shop.cohorts',
      'test.shop.cohorts_in_metrics',
    ])
  })

  it('says why a model that was built is not a success', async () => {
    const region = memoryRegion()
    await region.run(h0, { fails: ['test.shop.cohorts_in_segments'] })
    expect(region.plan(h0).nodes[0]?.because).toBe(
      'it failed in the run of c1: it was built, but its test cohorts_in_segments failed',
    )
  })
})

describe('whatever happens to a run, the next one makes the region equal to its head', () => {
  const scenarios: [what: string, first: typeof h0, trouble: Trouble, second: typeof h0][] = [
    ['the same commit again', metrics, {}, metrics],
    ['a revert', metrics, {}, h0],
    ['a failure, then the same again', metrics, { fails: ['model.shop.metrics'] }, metrics],
    ['a failure, then a revert', metrics, { fails: ['model.shop.metrics'] }, h0],
    ['a failing test, then a revert', metrics, { fails: ['test.shop.metrics_key'] }, h0],
    ['a failing test of two models, then a revert', both, { fails: ['test.shop.cohorts_in_segments'] }, h0],
    ['a parent that succeeded with a child that failed, then a revert', both, { fails: ['model.shop.cohorts'] }, h0],
    ['another change', both, {}, cohorts],
    ['a model that was removed', both, {}, literal({ models: { metrics: 'select 1' } })],
  ]
  it.each(scenarios)('killed at every step: %s', async (_, first, trouble, second) => {
    const start = await deployed()
    for (const runsByItself of [false, true]) {
      const whole = start.copy()
      await whole.run(first, { ...trouble, runsByItself })
      for (let killedAt = 0; killedAt <= whole.steps(); killedAt++) {
        const region = start.copy()
        const killed = await region.run(first, { ...trouble, runsByItself, killedAt })
        if (killedAt < whole.steps()) expect(killed.error).toBeInstanceOf(Killed)
        await region.run(second)
        expectEqualTo(region, second)
      }
    }
  })

  it('killed at every step of two runs, from an empty region', async () => {
    const whole = memoryRegion()
    await whole.run(h0)
    for (let first = 0; first < whole.steps(); first++) {
      const once = memoryRegion()
      await once.run(h0, { killedAt: first })
      for (let second = 0; ; second++) {
        const region = once.copy()
        const again = await region.run(both, { killedAt: second })
        await region.run(h0)
        expectEqualTo(region, h0)
        if (again.error === null) break
      }
    }
  })

  it('a parent that succeeded with a child that was killed', async () => {
    const region = await deployed()
    const at = await stepOf(metrics, 'started', 'model.shop.cohorts')
    await region.run(metrics, { killedAt: at + 1 })
    expect(last(region.events)).toMatchObject({
      'model.metrics': 'success',
      'model.cohorts': 'started',
      'model.report': 'pending',
    })
    expect(region.plan(metrics).nodes.map((node) => `${node.unique_id}: ${node.because}`)).toEqual([
      'model.shop.cohorts: the run of c2 was interrupted while it was being built',
      'model.shop.segments: the run of c2 planned it and ended before it was done',
      'test.shop.cohorts_in_segments: the run of c2 planned it and ended before it was done',
      'model.shop.report: the run of c2 planned it and ended before it was done',
      'test.shop.report_rows: the run of c2 planned it and ended before it was done',
    ])
    await region.run(metrics)
    expectEqualTo(region, metrics)
  })

  it('a child of another commit is built again when its parent comes back to what it was', async () => {
    const region = await deployed()
    await region.run(metrics)
    await region.run(h0)
    expectEqualTo(region, h0)
  })

  /** The step at which an event is written, in a run that nothing disturbs. */
  async function stepOf(head: typeof h0, status: string, id: string): Promise<number> {
    for (let killedAt = 0; killedAt < 1000; killedAt++) {
      const region = await deployed()
      await region.run(head, { killedAt })
      if (region.events.slice(-1).some((event) => event.status === status && event.unique_id === id)) return killedAt
    }
    throw new Error(`no ${status} of ${id}`)
  }

  function expectEqualTo(region: ReturnType<typeof memoryRegion>, head: typeof h0): void {
    for (const [id, content] of contentsOf(head)) expect(`${id} ${region.contents.get(id)}`).toBe(`${id} ${content}`)
    for (const [id, { last: event }] of currentState(region.events)) {
      if (head.project.manifest.nodes.has(id)) expect(`${id} ${event.status}`).toBe(`${id} success`)
    }
    expect(region.plan(head).nodes).toEqual([])
  }
})

describe('a build that does not behave', () => {
  const node = (unique_id: string, parents: Record<string, string> = {}): PlannedNode => ({
    unique_id,
    action: 'run',
    because: '',
    fingerprint: 'f',
    parents,
    guards: Object.keys(parents),
    relation: null,
  })
  const plan: Plan = {
    region: 'eu',
    nodes: [node('model.p.a'), node('test.p.t', { 'model.p.a': 'f' })],
    unaffected: [],
    leftBehind: [],
    restated: [],
    refused: null,
    notes: [],
    recordedUntil: null,
  }
  const result = (unique_id: string, status: NodeResult['status']): NodeResult => ({
    unique_id,
    status,
    message: null,
    execution_time: 1,
  })
  async function run(results: readonly (NodeResult | Error)[], given: { plan?: Plan; brokenAfter?: number } = {}) {
    const events: string[] = []
    const told: string[] = []
    let closed = false
    const execution = await execute({
      plan: given.plan ?? plan,
      runsByItself: false,
      build: async function* () {
        try {
          for (const each of results) {
            if (each instanceof Error) throw each
            yield [each]
          }
        } finally {
          closed = true
        }
      },
      ledger: async (written) => {
        if (events.length >= (given.brokenAfter ?? Number.POSITIVE_INFINITY)) throw new Error('no warehouse')
        events.push(
          ...written.map(
            (event) => `${event.status} ${event.unique_id}${event.message === null ? '' : `: ${event.message}`}`,
          ),
        )
      },
      commit: 'c',
      runId: 'r',
      now: () => new Date(0),
      onResult: (each) => told.push(`${each.unique_id} ${each.status}`),
    })
    return { execution, events, told, closed }
  }

  it('that ends early: what it did not tell of was skipped, and its model is no success', async () => {
    const { execution, events } = await run([result('model.p.a', 'success')])
    expect(events).toEqual([
      'pending model.p.a',
      'pending test.p.t',
      'skipped test.p.t: the run ended without reaching it',
      'skipped model.p.a: it was built, but its test t was skipped',
    ])
    expect(execution.conclusion).toBe('failure')
    expect(execution.results.map((each) => each.status)).toEqual(['success', 'skipped'])
  })
  it('that breaks: what is known stays, the rest stays pending, and the cause is handed on', async () => {
    const broken = new Error('connection reset')
    const { execution, events } = await run([result('model.p.a', 'started'), result('model.p.a', 'success'), broken])
    expect(events).toEqual(['pending model.p.a', 'pending test.p.t', 'started model.p.a'])
    expect(execution).toMatchObject({ conclusion: 'failure', error: broken })
  })
  it('is stopped when the ledger cannot be written', async () => {
    const { execution, events, closed } = await run([result('model.p.a', 'started'), result('model.p.a', 'success')], {
      brokenAfter: 2,
    })
    expect(events).toEqual(['pending model.p.a', 'pending test.p.t'])
    expect([execution.conclusion, String(execution.error), closed]).toEqual(['failure', 'Error: no warehouse', true])
  })
  it('is a failure when all was built and the ledger does not know it', async () => {
    const { execution, events } = await run(
      [result('model.p.a', 'started'), result('model.p.a', 'success'), result('test.p.t', 'success')],
      { brokenAfter: 3 },
    )
    expect(events.at(-1)).toBe('started model.p.a')
    expect([execution.conclusion, String(execution.error)]).toEqual(['failure', 'Error: no warehouse'])
  })
  it('touches nothing when the first event cannot be written', async () => {
    const { execution, closed, told } = await run([result('model.p.a', 'started')], { brokenAfter: 0 })
    expect([execution.conclusion, closed, told]).toEqual(['failure', false, []])
  })
  it('that tells of what was not planned is heard and not recorded', async () => {
    const { events, told } = await run([
      result('operation.p.hook', 'success'),
      result('model.p.a', 'success'),
      result('test.p.t', 'warn'),
    ])
    expect(told[0]).toBe('operation.p.hook success')
    expect(events.filter((event) => event.includes('operation'))).toEqual([])
    expect(events.at(-1)).toBe('success model.p.a')
  })
  it('takes the results of tests before those of their models', async () => {
    const { events, execution } = await run([result('test.p.t', 'success'), result('model.p.a', 'success')])
    expect([events.slice(2), execution.conclusion]).toEqual([['success test.p.t', 'success model.p.a'], 'success'])
  })
  it('that tells much at once is recorded in one statement, and told afterwards', async () => {
    const statements: string[][] = []
    const told: string[] = []
    await execute({
      plan,
      runsByItself: true,
      build: async function* () {
        yield [result('model.p.a', 'started'), result('model.p.a', 'success'), result('test.p.t', 'success')]
      },
      ledger: async (written) => {
        statements.push(written.map((event) => `${event.status} ${event.unique_id}`))
        expect(told).toEqual([])
      },
      commit: 'c',
      runId: 'r',
      now: () => new Date(0),
      onResult: ({ unique_id, status }) => told.push(`${unique_id} ${status}`),
    })
    expect(statements).toEqual([
      ['pending model.p.a', 'pending test.p.t'],
      ['started model.p.a', 'success test.p.t', 'success model.p.a'],
    ])
    expect(told).toEqual(['model.p.a started', 'model.p.a success', 'test.p.t success'])
  })
  it('is not asked when nothing is planned; what another version recorded is recorded anew', async () => {
    const because = 'recorded anew by a newer version, not built'
    const restated = [{ ...node('model.p.a'), because }]
    const { events, execution, closed } = await run([], { plan: { ...plan, nodes: [], restated } })
    expect(events).toEqual([`success model.p.a: ${because}`])
    expect([execution.conclusion, closed]).toEqual(['success', false])
  })
  it('is a failure when the plan was refused', async () => {
    expect((await run([], { plan: { ...plan, nodes: [], refused: 'older' } })).execution.conclusion).toBe('failure')
  })
})

describe('runResults', () => {
  it('says what happened in dbt’s words', () => {
    const results = (['success', 'error', 'skipped', 'warn', 'fail'] as const).flatMap((status): NodeResult[] => [
      { unique_id: 'model.p.a', status, message: null, execution_time: 1.5 },
      { unique_id: 'test.p.t', status, message: 'said', execution_time: 0 },
    ])
    const written = runResults({
      results,
      relations: new Map([['model.p.a', '`a`']]),
      version: '1',
      invocationId: 'i',
      generatedAt: new Date(0),
      elapsed: 3,
      args: { target: 'prod' },
    })
    expect(written).toMatchObject({
      metadata: {
        dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
        generated_at: '1970-01-01T00:00:00.000Z',
      },
      elapsed_time: 3,
      args: { target: 'prod' },
    })
    const rows = written.results as {
      status: string
      unique_id: string
      relation_name: string | null
      message: string | null
    }[]
    expect(rows.map((row) => row.status)).toEqual([
      'success',
      'pass',
      'error',
      'error',
      'skipped',
      'skipped',
      'warn',
      'warn',
      'error',
      'fail',
    ])
    expect(rows.slice(0, 2).map((row) => [row.relation_name, row.message])).toEqual([
      ['`a`', null],
      [null, 'said'],
    ])
  })
})
