import { beforeAll, describe, expect, it } from 'vitest'
import type { Fingerprinted } from '../../src/graph/fingerprint.ts'
import { currentState, type LedgerEvent } from '../../src/run/ledger.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { numbers } from '../tools/numbers.ts'
import { byColumns, head } from './by-columns.ts'
import { contentsOf, Killed, memoryRegion, type Trouble } from './region.ts'

beforeAll(() => startSqlLibrary(1))

const key = (model: string, column: string) =>
  `  - {name: ${model}, columns: [{name: ${column}, data_tests: [not_null]}]}\n`
const files = {
  'models/sources.yml': 'sources: [{name: bronze, schema: bronze, tables: [{name: orders}]}]\n',
  'models/models.yml': `models:\n${key('orders', 'id')}${key('totals', 'total')}${key('names', 'name')}`,
  'models/orders.sql': "select id, amount, name, day from {{ source('bronze', 'orders') }} where amount > 0",
  'models/inlined.sql': "{{ config(materialized='ephemeral') }} select id, amount from {{ ref('orders') }}",
  'models/totals.sql': "select id, sum(amount) as total from {{ ref('inlined') }} group by id",
  'models/names.sql': "{{ config(materialized='view') }} select id, name from {{ ref('orders') }}",
  'models/shouted.sql': "select id, upper(name) as name from {{ ref('names') }}",
  'models/all_orders.sql': "select * from {{ ref('orders') }}",
  'models/report.sql':
    "select s.id, s.name, t.total from {{ ref('shouted') }} s left join {{ ref('totals') }} t on s.id = t.id",
}
type Files = Record<string, string>
const edited = (more: Files): Files => ({ ...files, ...more })
const orders = files['models/orders.sql']
const otherName = edited({ 'models/orders.sql': orders.replace('name,', 'trim(name) as name,') })
const otherAmount = edited({ 'models/orders.sql': orders.replace('amount,', 'amount + 1 as amount,') })
const otherDay = edited({ 'models/orders.sql': orders.replace('day from', 'cast(day as date) as day from') })
const otherRows = edited({ 'models/orders.sql': orders.replace('amount > 0', 'amount > 1') })
const moreColumns = edited({ 'models/orders.sql': orders.replace('day from', 'day, country from') })
const renamedCte = edited({ 'models/orders.sql': `with o as (${orders}) select id, amount, name, day from o` })
const tagged = edited({
  'models/models.yml': `${files['models/models.yml']}  - {name: totals_unused}\n`.replace(
    '{name: orders,',
    '{name: orders, config: {databricks_tags: {team: sales}},',
  ),
})
const masked = edited({
  'models/models.yml': files['models/models.yml'].replace(
    'columns: [{name: id,',
    'columns: [{name: name, column_mask: {function: c.s.hide}}, {name: id,',
  ),
})
const hooked = edited({
  'models/shouted.sql': `{{ config(post_hook='vacuum {{ this }}') }} ${files['models/shouted.sql']}`,
})

const short = (id: string) => id.replace('model.shop.', '').replace(/^test\.shop\.([a-z_]+)\..*/, 'test $1')
const models = (nodes: readonly { unique_id: string }[]) =>
  nodes
    .map(({ unique_id }) => unique_id)
    .filter((id) => !id.startsWith('test.'))
    .map(short)
    .sort()

async function deployed(of: Fingerprinted = head(files)) {
  const region = memoryRegion(byColumns)
  await region.run(of)
  return region
}

function expectEqualTo(region: ReturnType<typeof memoryRegion>, of: Fingerprinted): void {
  for (const [id, content] of contentsOf(of, byColumns))
    expect(`${id} ${region.contents.get(id)}`).toBe(`${id} ${content}`)
  for (const [id, { last }] of currentState(region.events)) {
    if (of.project.manifest.nodes.has(id)) expect(`${id} ${last.status}`).toBe(`${id} success`)
  }
  // Not even when everything downstream were planned, for which no SQL is looked at.
  expect(region.plan(of, true).nodes).toEqual([])
  expect(region.plan(of, true).restated).toEqual([])
}

describe('a deploy builds what a change affects along columns', () => {
  const cases: [what: string, from: Files, to: Files, built: string[], unaffected: string[]][] = [
    ['a column that some use', files, otherName, ['all_orders', 'names', 'orders', 'report', 'shouted'], ['totals']],
    [
      'a column that others use',
      files,
      otherAmount,
      ['all_orders', 'orders', 'report', 'totals'],
      ['names', 'shouted'],
    ],
    [
      'a column that only a * hands on',
      files,
      otherDay,
      ['all_orders', 'orders'],
      ['names', 'report', 'shouted', 'totals'],
    ],
    ['a new column', files, moreColumns, ['all_orders', 'orders'], ['names', 'report', 'shouted', 'totals']],
    ['other rows', files, otherRows, ['all_orders', 'names', 'orders', 'report', 'shouted', 'totals'], []],
    [
      'another way to write it',
      files,
      renamedCte,
      [],
      ['all_orders', 'names', 'orders', 'report', 'shouted', 'totals'],
    ],
    ['tags', files, tagged, ['orders'], ['all_orders', 'names', 'report', 'shouted', 'totals']],
    [
      'a mask, which a deploy may be shown too',
      files,
      masked,
      ['all_orders', 'names', 'orders', 'report', 'shouted', 'totals'],
      [],
    ],
    [
      'a node with a hook',
      hooked,
      { ...hooked, 'models/orders.sql': otherName['models/orders.sql'] ?? '' },
      ['all_orders', 'names', 'orders', 'report', 'shouted'],
      ['totals'],
    ],
  ]
  it.each(cases)('%s', async (_, from, to, built, unaffected) => {
    const region = await deployed(head(from))
    const plan = region.plan(head(to))
    expect([models(plan.nodes), plan.unaffected.map(short)]).toEqual([built, unaffected])
    await region.run(head(to))
    expectEqualTo(region, head(to))
  })

  it('with the tests of what is built, and no others', async () => {
    const region = await deployed()
    const tests = (of: Files) =>
      region
        .plan(head(of))
        .nodes.map(({ unique_id }) => short(unique_id))
        .filter((id) => id.startsWith('test'))
    expect(tests(otherDay)).toEqual(['test not_null_orders_id'])
    expect(tests(renamedCte)).toEqual([])
    expect(tests(otherName)).toEqual(['test not_null_orders_id', 'test not_null_names_name'])
  })

  it('all of them on request', async () => {
    const region = await deployed()
    expect(models(region.plan(head(renamedCte), true).nodes)).toHaveLength(6)
  })

  it('all of them where nothing was recorded to compare with', async () => {
    const region = memoryRegion(byColumns)
    const before = await deployed()
    region.events.push(...before.events.map(({ outputs: _, ...event }): LedgerEvent => event))
    for (const [id, content] of before.contents) region.contents.set(id, content)
    expect(models(region.plan(head(otherDay)).nodes)).toHaveLength(6)
    await region.run(head(otherDay))
    expectEqualTo(region, head(otherDay))
    expect(models(region.plan(head(files)).nodes)).toEqual(['all_orders', 'orders'])
  })

  it('all of them where another version of the analysis recorded it', async () => {
    const region = await deployed()
    const older = memoryRegion(byColumns)
    older.events.push(
      ...region.events.map(({ outputs, ...event }): LedgerEvent => {
        return {
          ...event,
          ...(outputs !== undefined && { outputs: outputs.replace(/"version":"[^"]*"/, '"version":"1.0"') }),
        }
      }),
    )
    expect(models(older.plan(head(otherDay)).nodes)).toHaveLength(6)
  })

  it('one after the other: what was left out once is compared with what it was built from', async () => {
    const region = await deployed()
    for (const of of [otherDay, otherName, renamedCte, otherAmount, moreColumns, tagged, otherRows, files, otherName]) {
      await region.run(head(of))
      expectEqualTo(region, head(of))
    }
  })
})

describe('a model that makes values anew is read by nobody who has the old ones', () => {
  const random = (name: string, tags = '', id = 'uuid()'): Files =>
    edited({
      'models/orders.sql': `${tags} select ${id} as id, amount, ${name} as name, day from {{ source('bronze', 'orders') }}`,
    })
  const all = ['all_orders', 'names', 'orders', 'report', 'shouted', 'totals']

  it.each([
    ['another column', random('trim(name)')],
    ['tags', random('name', "{{ config(databricks_tags={'team': 'sales'}) }}")],
  ])('%s', async (_, to) => {
    const region = await deployed(head(random('name')))
    expect(models(region.plan(head(to)).nodes)).toEqual(all)
    await region.run(head(to))
    expectEqualTo(region, head(to))
  })

  it('also where it is only built again, and not where it stays', async () => {
    const region = await deployed(head(random('name')))
    const wrapped = edited({
      'models/orders.sql': `with o as (${random('name')['models/orders.sql']}) select id, amount, name, day from o`,
    })
    expect(models(region.plan(head(wrapped)).nodes)).toEqual([])
    await region.run(head(random('trim(name)')), { fails: ['model.shop.orders'] })
    expect(models(region.plan(head(random('name'))).nodes)).toEqual(all)
  })
})

describe('a model that was away while what it reads was built again', () => {
  const { 'models/report.sql': report = '', ...others } = otherName
  const without: Files = { ...others, 'models/report.sql': `{{ config(enabled=false) }} ${report}` }

  it.each([false, true])('is built when it is back (everything downstream planned: %s)', async (all) => {
    const region = await deployed()
    await region.run(head(without))
    expect(models(region.plan(head(otherName), all).nodes)).toEqual(['report'])
    await region.run(head(otherName))
    expectEqualTo(region, head(otherName))
  })
})

describe('whatever happens to a run along columns, the next one makes the region equal to its head', () => {
  const o = 'model.shop.orders'
  const scenarios: [what: string, first: Files, trouble: Trouble, second: Files][] = [
    ['the same commit again', otherName, {}, otherName],
    ['a revert', otherName, {}, files],
    ['a failure, then the same again', otherDay, { fails: [o] }, otherDay],
    ['a failure, then a revert', otherDay, { fails: [o] }, files],
    ['a failure, then another change', otherDay, { fails: [o] }, otherAmount],
    ['a failing child, then a change that leaves it alone', otherName, { fails: ['model.shop.shouted'] }, otherAmount],
    [
      'a failing test, then what means the same',
      otherDay,
      { fails: [...head(files).fingerprints.keys()].filter((id) => id.includes('orders_id')) },
      edited({ 'models/orders.sql': `with o as (${otherDay['models/orders.sql']}) select * from o` }),
    ],
    ['what means the same, then a change', renamedCte, {}, otherName],
    ['tags, then none', tagged, {}, files],
    ['other rows, then other columns', otherRows, {}, moreColumns],
  ]
  it.each(scenarios)(
    'killed at every step: %s',
    async (_, first, trouble, second) => {
      const [to, then] = [head(first), head(second)]
      const start = await deployed()
      const whole = start.copy()
      await whole.run(to, trouble)
      for (let killedAt = 0; killedAt <= whole.steps(); killedAt++) {
        const region = start.copy()
        const killed = await region.run(to, { ...trouble, killedAt })
        if (killedAt < whole.steps()) expect(killed.error).toBeInstanceOf(Killed)
        await region.run(then)
        expectEqualTo(region, then)
      }
    },
    120_000,
  )

  it('killed at every step of two runs', async () => {
    const [one, two, three] = [head(otherName), head(otherDay), head(files)]
    const start = await deployed()
    const whole = start.copy()
    await whole.run(one)
    for (let first = 0; first < whole.steps(); first += 3) {
      const once = start.copy()
      await once.run(one, { killedAt: first })
      for (let second = 0; ; second += 3) {
        const region = once.copy()
        const again = await region.run(two, { killedAt: second })
        await region.run(three)
        expectEqualTo(region, three)
        if (again.error === null) break
      }
    }
  }, 300_000)

  it('two runs by turns', async () => {
    const heads = [otherName, otherDay, otherAmount, files, renamedCte].map(head)
    const start = await deployed()
    for (let seed = 1; seed <= 25; seed++) {
      const random = choices(seed)
      const some = () => heads[random() % heads.length] ?? head(files)
      const region = start.copy()
      const turns = byTurns(random)
      const runs = [some(), some()].map((of) => turns.take((turn) => region.run(of, { turn })))
      await Promise.all(runs)
      const last = some()
      await region.run(last)
      expectEqualTo(region, last)
    }
  }, 120_000)
})

/** Lets those that take part go on one at a time, in an order of chance. */
function byTurns(random: () => number) {
  const waiting: ((time: number) => void)[] = []
  let [parts, time] = [0, 0]
  const next = (): void => {
    if (waiting.length < parts) return
    const [chosen] = waiting.splice(random() % Math.max(1, waiting.length), 1)
    chosen?.(++time)
  }
  const turn = () =>
    new Promise<number>((resolve) => {
      waiting.push(resolve)
      next()
    })
  return {
    async take<T>(part: (turn: () => Promise<number>) => Promise<T>): Promise<T> {
      parts++
      try {
        return await part(turn)
      } finally {
        parts--
        next()
      }
    },
  }
}

/** Whole numbers of chance, the same for the same seed. */
function choices(seed: number): () => number {
  const next = numbers(seed)
  return () => Math.floor(next() * 2 ** 24)
}
