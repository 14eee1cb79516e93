import { describe, expect, it } from 'vitest'
import { commitsOf, commitsToReread, type DeployInput, deploy, planPreview, planSteps } from '../src/deploy.ts'
import type { Fingerprinted } from '../src/graph/fingerprint.ts'
import { spread, startsOf } from '../src/graph/spread.ts'
import { changes } from '../src/graph/state.ts'
import { currentState, type LedgerEvent, type LedgerState, type LedgerStatus } from '../src/run/ledger.ts'
import { recordedNode } from '../src/run/plan.ts'
import { type Literal, literal } from './graph/literal.ts'

const shop: Literal = {
  sources: { 'bronze.orders': '`main`.`bronze`.`orders`' },
  seeds: { countries: 'de,fr' },
  models: {
    metrics: "select 1 from {{ source('bronze', 'orders') }}",
    inlined: { sql: "select * from {{ ref('metrics') }}", config: { materialized: 'ephemeral' } },
    cohorts: "select * from {{ ref('inlined') }}",
    places: "select * from {{ ref('countries') }}",
  },
  tests: { metrics_key: ['metrics'], cohorts_segments: ['cohorts'], cohorts_in_metrics: ['cohorts', 'metrics'] },
  unitTests: { boundaries: { model: 'cohorts' } },
}
const a = 'a'.repeat(40)
const b = 'b'.repeat(40)

/** A ledger in which everything of a project was deployed from commit a, and then what is given happened. */
function ledgerAfter(
  { project, fingerprints }: Fingerprinted,
  ...then: { id: string; status: LedgerStatus; given?: Partial<LedgerEvent> }[]
): LedgerState {
  const events: LedgerEvent[] = []
  const note = (id: string, status: LedgerStatus, given: Partial<LedgerEvent> = {}): void => {
    const node = recordedNode(project.manifest, fingerprints, id)
    events.push({
      ...node,
      region: 'eu',
      status,
      fingerprint_version: 1,
      commit: a,
      run_id: 'r',
      time: '2026-01-01T00:00:00.000Z',
      sequence: events.length,
      message: null,
      ...given,
    })
  }
  for (const [id, node] of project.manifest.nodes) if (node.config.materialized !== 'ephemeral') note(id, 'success')
  for (const { id, status, given } of then) note(id, status, given)
  return currentState(events)
}

function planFor(head: Literal, ledger: LedgerState, given: Partial<DeployInput> = {}) {
  const plan = deploy({
    region: 'eu',
    otherRegions: ['us'],
    ...literal(head),
    commit: b,
    ledger,
    history: new Map([[a, 'older']]),
    ...given,
  })
  return { ...plan, said: planSteps(plan).map((step) => `${step.unique_id.replace('.shop', '')}: ${step.because}`) }
}
const deployed = (...then: Parameters<typeof ledgerAfter>[1][]): LedgerState => ledgerAfter(literal(shop), ...then)
const changed = (name: string, sql: string): Literal => ({ ...shop, models: { ...shop.models, [name]: sql } })

describe('what a deploy runs, and why', () => {
  it('everything in an empty region: parents first, tests before what they guard, no ephemeral models, no unit tests', () => {
    const plan = planFor(shop, new Map())
    expect(plan.nodes.map((node) => node.unique_id.replace('.shop', ''))).toEqual([
      'model.metrics',
      'seed.countries',
      'model.places',
      'test.metrics_key',
      'model.cohorts',
      'test.cohorts_in_metrics',
      'test.cohorts_segments',
    ])
    expect(new Set(plan.nodes.map((node) => node.because))).toEqual(new Set(['it is new in this region']))
  })
  it('nothing when nothing differs', () => expect(planFor(shop, deployed()).said).toEqual([]))

  const m = 'model.shop.metrics'
  const cases: [what: string, head: Literal, ledger: LedgerState, said: string[]][] = [
    [
      'a leaf that changed, with its tests',
      changed('cohorts', "select 2 from {{ ref('inlined') }}"),
      deployed(),
      [
        'model.cohorts: it changed since aaaaaaa',
        'test.cohorts_in_metrics: it tests cohorts',
        'test.cohorts_segments: it tests cohorts',
      ],
    ],
    [
      'a model that changed, what is built from it through an ephemeral model, and the tests',
      changed('metrics', "select 2 from {{ source('bronze', 'orders') }}"),
      deployed(),
      [
        'model.metrics: it changed since aaaaaaa',
        'test.metrics_key: it tests metrics',
        'model.cohorts: it is downstream of metrics',
        'test.cohorts_in_metrics: it tests cohorts, metrics',
        'test.cohorts_segments: it tests cohorts',
      ],
    ],
    [
      'a seed that changed, and its child',
      { ...shop, seeds: { countries: 'de' } },
      deployed(),
      ['seed.countries: it changed since aaaaaaa', 'model.places: it is downstream of countries'],
    ],
    [
      'a new test by itself',
      { ...shop, tests: { ...shop.tests, places_key: ['places'] } },
      deployed(),
      ['test.places_key: it is new in this region'],
    ],
    [
      'a changed test by itself',
      { ...shop, tests: { ...shop.tests, metrics_key: { reads: ['metrics'], sql: 'select 1' } } },
      deployed(),
      ['test.metrics_key: it changed since aaaaaaa'],
    ],
    [
      'nothing for tags and descriptions',
      {
        ...shop,
        models: {
          ...shop.models,
          places: { sql: "select * from {{ ref('countries') }}", description: 'x', tags: ['y'] },
        },
      },
      deployed(),
      [],
    ],
    [
      'what is pending, whatever its fingerprint',
      shop,
      deployed({ id: 'model.shop.places', status: 'pending' }),
      ['model.places: the run of aaaaaaa planned it and ended before it was done'],
    ],
    [
      'what was interrupted',
      shop,
      deployed({ id: 'model.shop.places', status: 'started' }),
      ['model.places: the run of aaaaaaa was interrupted while it was being built'],
    ],
    [
      'what failed',
      shop,
      deployed({ id: 'model.shop.places', status: 'failed', given: { message: 'its test x failed' } }),
      ['model.places: it failed in the run of aaaaaaa: its test x failed'],
    ],
    [
      'what was skipped',
      shop,
      deployed({ id: 'model.shop.places', status: 'skipped' }),
      ['model.places: it was skipped in the run of aaaaaaa'],
    ],
    [
      'a failed test',
      shop,
      deployed({ id: 'test.shop.metrics_key', status: 'failed' }),
      ['test.metrics_key: it failed in the run of aaaaaaa'],
    ],
    [
      'a child that was built from another version of its parent',
      shop,
      deployed({ id: 'model.shop.cohorts', status: 'success', given: { parents: { [m]: 'other' } } }),
      [
        'model.cohorts: it was built from another version of metrics',
        'test.cohorts_in_metrics: it tests cohorts',
        'test.cohorts_segments: it tests cohorts',
      ],
    ],
  ]
  it.each(cases)('%s', (_, head, ledger, said) => expect(planFor(head, ledger).said).toEqual(said))

  it('records what each node is built from, seen through ephemeral models', () => {
    const head = literal(shop)
    const cohorts = planFor(shop, new Map()).nodes.find((node) => node.unique_id === 'model.shop.cohorts')
    expect(cohorts?.parents).toEqual({ [m]: head.fingerprints.get(m)?.hash })
    expect(cohorts?.relation).toBe('`main`.`gold`.`cohorts`')
  })
})

describe('what is left behind', () => {
  const cases: [what: string, head: Literal, said: string[]][] = [
    [
      'by a removed model',
      { ...shop, models: { ...shop.models, old: 'x' } },
      ['model.old: old is no longer in the project; `main`.`gold`.`old` stays until someone drops it'],
    ],
    [
      'by a model that moved',
      { ...shop, models: { ...shop.models, places: { sql: "select * from {{ ref('countries') }}", schema: 'old' } } },
      ['model.places: places moved to `main`.`gold`.`places`; `main`.`old`.`places` stays until someone drops it'],
    ],
    [
      'by a model that is ephemeral now',
      { ...shop, models: { ...shop.models, inlined: "select * from {{ ref('metrics') }}" } },
      ['model.inlined: inlined has no relation any more; `main`.`gold`.`inlined` stays until someone drops it'],
    ],
    ['not by a removed test', { ...shop, tests: { ...shop.tests, old: ['metrics'] } }, []],
  ]
  it.each(cases)('%s', (_, before, said) => {
    expect(planFor(shop, ledgerAfter(literal(before))).said.filter((each) => each.includes('stays'))).toEqual(said)
  })
  it('not where another model takes the place', () => {
    const before = literal({ ...shop, models: { ...shop.models, old: { sql: 'x', alias: 'new' } } })
    expect(planFor({ ...shop, models: { ...shop.models, new: 'x' } }, ledgerAfter(before)).leftBehind).toEqual([])
  })
})

describe('an older head than the ledger', () => {
  const older = changed('places', "select 0 from {{ ref('countries') }}")
  it('is refused where the ledger is that of another region, even with nothing to run', () => {
    const ledger = ledgerAfter(literal(shop), { id: 'model.shop.metrics', status: 'success', given: { region: 'us' } })
    const plan = planFor(shop, ledger)
    expect(plan).toMatchObject({ nodes: [], refused: expect.stringContaining('that of the region us, not of eu') })
    // A region may have been called otherwise once.
    expect(planFor(shop, ledger, { otherRegions: [] }).refused).toBe(null)
  })
  it('is refused, and nothing is planned', () => {
    const plan = planFor(older, deployed(), { history: new Map([[a, 'newer']]) })
    expect(plan.nodes).toEqual([])
    expect(plan.refused).toBe(
      'The region eu has already been given aaaaaaa, which is newer than bbbbbbb: deploying the older commit would put old code over new. ' +
        'Run the deploy of the newest commit instead. To go back on purpose, revert the change on the default branch and deploy that.',
    )
  })
  it('is no matter when it means the same', () => {
    expect(planFor(shop, deployed(), { history: new Map([[a, 'newer']]) })).toMatchObject({ refused: null, nodes: [] })
  })
  it.each([
    ['diverged', "The region's ledger names aaaaaaa, which is not in the history of bbbbbbb."],
    [
      'gone',
      "The region's ledger names aaaaaaa, which is no longer in the repository, so it is not known to be older than bbbbbbb.",
    ],
  ] as const)('is said when the histories are not known to be one: %s', (relation, note) => {
    const plan = planFor(older, deployed(), { history: new Map([[a, relation]]) })
    expect([plan.refused, plan.nodes.length, plan.notes]).toEqual([null, 1, [note]])
  })
  it('asks about every commit of the newest events', () => {
    expect(commitsOf(deployed({ id: 'model.shop.places', status: 'pending', given: { commit: b } }))).toEqual([a, b])
  })
})

describe('a ledger that another version of this program wrote', () => {
  const old = {
    fingerprint: 'of another kind',
    fingerprint_version: 0,
    parents: { 'model.shop.metrics': 'of another kind' },
  }
  const base = literal(shop)
  const ledger = deployed(
    { id: 'model.shop.cohorts', status: 'success', given: old },
    { id: 'model.shop.metrics', status: 'success', given: { ...old, parents: {} } },
  )
  it('is compared through its commit, and what is the same is recorded anew without being run', () => {
    const plan = planFor(shop, ledger, { reread: () => base.fingerprints })
    expect([plan.said, plan.restated.map((node) => node.unique_id)]).toEqual([
      [],
      ['model.shop.metrics', 'model.shop.cohorts'],
    ])
    expect(commitsToReread(ledger)).toEqual([a])
  })
  it('runs what differs from that commit', () => {
    const plan = planFor(changed('cohorts', "select 2 from {{ ref('inlined') }}"), ledger, {
      reread: () => base.fingerprints,
    })
    expect(plan.said[0]).toBe('model.cohorts: it changed since aaaaaaa')
    expect(plan.restated.map((node) => node.unique_id)).toEqual(['model.shop.metrics'])
  })
  it('is built again, and says so, when that commit is gone', () => {
    const plan = planFor(shop, ledger, { reread: () => null })
    expect(plan.said[0]).toBe(
      'model.metrics: it was recorded by another version of dbt-regions at aaaaaaa, a commit that is no longer there to compare with',
    )
    expect(plan.restated).toEqual([])
  })
})

describe('planPreview', () => {
  const said = (base: Literal | null, head: Literal): string[] => {
    const [from, to] = [base === null ? null : literal(base), literal(head)]
    const found = changes(from, to)
    return planPreview('eu', from, to, { changes: found, impacts: spread(to, startsOf(found, from, to)) }).map(
      (step) => `${step.action} ${step.unique_id.replace('.shop', '')}: ${step.because}`,
    )
  }
  it('shows what a merge would run, in the words of the change', () => {
    expect(said(shop, changed('cohorts', "select 2 from {{ ref('inlined') }}"))).toEqual([
      'run model.cohorts: SQL changed; its effect on columns and rows is not analysed',
      'run test.cohorts_in_metrics: it tests cohorts',
      'run test.cohorts_segments: it tests cohorts',
    ])
  })
  it('lists a removed model and runs nothing for it', () => {
    expect(said({ ...shop, models: { ...shop.models, old: 'x' } }, shop)).toEqual([
      'drop-review model.old: old is no longer in the project; `main`.`gold`.`old` stays until someone drops it',
    ])
  })
  it('shows everything where there was no project', () => expect(said(null, shop)).toHaveLength(7))
  it('is empty when nothing changes what is deployed', () => expect(said(shop, shop)).toEqual([]))
})
