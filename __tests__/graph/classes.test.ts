import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { NodeChange } from '../../src/graph/change.ts'
import type { KnownColumns } from '../../src/graph/columns.ts'
import type { Fingerprinted } from '../../src/graph/fingerprint.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { describeWith } from '../tools/optional.ts'
import { pythonBin } from '../tools/python.ts'
import { compared, fingerprinted } from './compared.ts'
import { edits, type Files, shop } from './edit-table.ts'

beforeAll(() => startSqlLibrary(1))

function side(files: Files, env: Readonly<Record<string, string>> = {}): Fingerprinted {
  return fingerprinted(new Map(Object.entries(files)), new Map(Object.entries(env)))
}

function changed(base: Fingerprinted, head: Fingerprinted) {
  return compared(base, head).filter(({ resource_type }) => resource_type === 'model')
}

const base = side(shop)

describe('the class of an edit', () => {
  it.each(edits)('$what', ({ head, env, expected }) => {
    const said = changed(base, side(head, env)).map(
      ({ name, change, columns }) => `${name} ${change}${columns.length > 0 ? `: ${columns.join(', ')}` : ''}`,
    )
    expect(said).toEqual(expected)
  })
})

/** What stood in the warehouse when a catalog was made: all, of which nothing is certain any more, or something else. */
const catalogs: readonly (readonly [string, KnownColumns])[] = [
  [
    'a catalog',
    new Map([
      ['source.shop.raw.orders', columns('id', 'amount', 'price', 'status', 'customer_id', 'ordered_at')],
      ['source.shop.raw.customers', columns('id', 'name', 'country', 'email')],
      ['model.shop.stg_orders', columns('order_id', 'customer_id', 'status', 'ordered_at', 'amount')],
      ['model.shop.order_events', columns('order_id', 'status', 'ordered_at')],
    ]),
  ],
  [
    'one that is not complete',
    new Map([
      ['source.shop.raw.orders', columns('id')],
      ['model.shop.order_events', columns('order_id')],
    ]),
  ],
  [
    'one of other tables',
    new Map([
      ['source.shop.raw.orders', columns('name', 'country')],
      ['source.shop.raw.customers', columns('amount', 'status')],
      ['model.shop.order_events', columns('email')],
    ]),
  ],
]

function columns(...names: readonly string[]) {
  return names.map((name) => ({ name, type: 'string' }))
}

describe.each(catalogs)('with %s', (_, known) => {
  it.each(edits)('the class is the same: $what', ({ head, env }) => {
    const to = side(head, env)
    const classes = (all: readonly NodeChange[]) =>
      all.map(({ unique_id, all, affects }) => ({ unique_id, all, affects }))
    expect(classes(compared(base, to, known))).toEqual(classes(compared(base, to)))
  })
})

describe('the reason of an edit', () => {
  const cases: readonly (readonly [what: string, reason: string])[] = [
    ['a CTE’s name', 'gives the same rows and columns'],
    ['a column renamed', 'name removed; full_name added'],
    ['a filter’s value', 'filter changed'],
    ['LIMIT', 'limit added'],
    ['a macro’s body, reached by dispatch', 'amount computed otherwise; macro default__cents changed'],
  ]
  it.each(cases)('%s', (what, reason) => {
    const edit = edits.find((each) => each.what === what)
    if (edit === undefined) throw new Error(`no edit ${what}`)
    expect(changed(base, side(edit.head, edit.env)).map((each) => each.reason)).toEqual([reason])
  })
})

describe('whom an edit reaches', () => {
  const below: Files = {
    ...shop,
    'models/marts/loud.sql': "select upper(country) as loud, customer_id from {{ ref('customer_orders') }}",
    'models/marts/all_of_it.sql': "select * from {{ ref('loud') }}",
    'models/marts/named.sql': "select customer_id from {{ ref('stg_customers') }} where name is not null",
    'models/marts/python.py': "def model(dbt, session):\n    return dbt.ref('stg_customers')\n",
    'models/marts/exposures.yml':
      'exposures: [{name: board, type: dashboard, owner: {name: x}, depends_on: [ref("all_of_it")]}]\n',
  }
  const from = side(below)
  const customers = 'models/staging/stg_customers.sql'
  const orders = 'models/staging/stg_orders.sql'
  const cases: readonly (readonly [what: string, file: string, old: string, now: string, reached: string[]])[] = [
    ['a new column, which only a * could see', customers, '    name,\n', '    name,\n    email,\n', ['python']],
    ['a column that one filters by', customers, '    name,\n', '    upper(name) as name,\n', ['named', 'python']],
    [
      'a column that is handed on, through a * to an exposure',
      customers,
      '    country\n',
      '    lower(country) as country\n',
      ['all_of_it', 'board', 'customer_orders', 'loud', 'python'],
    ],
    ['a column that two use', orders, "cents('amount')", "cents('price')", ['customer_orders', 'latest_orders']],
    [
      'a column that decides the rows of one',
      orders,
      'ordered_at,',
      'date(ordered_at) as ordered_at,',
      ['latest_orders', 'order_events'],
    ],
    [
      'rows',
      orders,
      "'test'",
      "'trial'",
      ['all_of_it', 'board', 'customer_orders', 'latest_orders', 'loud', 'order_events'],
    ],
    ['a column that nothing uses further down', 'models/marts/customer_orders.sql', 'count(o', 'count(distinct o', []],
    ['a column, removed', customers, '    name,\n', '', ['named', 'python']],
  ]
  it('who joins by a column with USING, and hands it on to nobody', () => {
    const joined = (name: string): Files => ({
      ...below,
      'models/marts/one.sql': `select customer_id, ${name} as name from {{ ref('stg_customers') }}`,
      'models/marts/pairs.sql':
        "select a.customer_id from {{ ref('one') }} a left join {{ ref('stg_customers') }} b using (name)",
    })
    const [change] = changed(side(joined('name')), side(joined('upper(name)')))
    expect(change?.affects).toEqual(['model.shop.pairs'])
  })

  it('all, where a table that is built again has other values in every column', () => {
    const made = (also: string): Files => ({
      ...below,
      'models/marts/loud.sql': `select uuid() as loud, customer_id, ${also} as also from {{ ref('customer_orders') }}`,
      'models/marts/keys.sql': "select loud from {{ ref('loud') }}",
    })
    const reached = (from: string, to: string) =>
      changed(side(made(from)), side(made(to))).flatMap(({ affects }) => affects.map((id) => id.split('.').at(-1)))
    expect(reached('1', '2').sort()).toEqual(['all_of_it', 'board', 'keys'])
  })

  it.each(cases)('%s', (_, file, old, now, reached) => {
    const text = below[file] ?? ''
    expect(text).toContain(old)
    const [change] = changed(from, side({ ...below, [file]: text.replace(old, now) }))
    expect(change?.affects.map((id) => id.split('.').at(-1)).sort()).toEqual(reached)
    expect(change?.exposures.map(({ name }) => name)).toEqual(reached.filter((name) => name === 'board'))
  })
})

describeWith('python', 'state:modified', () => {
  it('names these models', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'state-modified-'))
    try {
      const answer = join(folder, 'answers.json')
      const cases = [{ files: shop, env: {} }, ...edits.map(({ head, env = {} }) => ({ files: head, env }))]
      const script = join(import.meta.dirname, 'state-modified.py')
      const { status } = spawnSync(join(await pythonBin('dbt112'), 'python'), [script, answer], {
        input: JSON.stringify(cases),
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      expect(status).toBe(0)
      const named: string[][] = JSON.parse(readFileSync(answer, 'utf8'))
      const told = edits.map(({ what }, index) => `${what}: ${(named[index] ?? []).join(', ')}`)
      expect(told).toEqual(edits.map(({ what, dbt }) => `${what}: ${dbt.join(', ')}`))
    } finally {
      rmSync(folder, { recursive: true })
    }
  }, 1_200_000)
})

it('the table in docs/changes.md is this one', () => {
  const model = (said: string) => said.replace(/^(\w+) (\w+)/, '`$1` $2')
  const many = ([first = '', ...others]: readonly string[]) => `${others.length + 1} models${first.replace(/^\w+/, '')}`
  const list = (all: readonly string[], none: string) =>
    all.length > 2 ? many(all) : all.map(model).join('; ') || none
  const rows = edits.map(({ what, expected, dbt }) => {
    const named = dbt.length > 2 ? `${dbt.length} models` : dbt.map((it) => `\`${it}\``).join(', ')
    return `| ${what} | ${list(expected, 'no model')} | ${named || (expected.length === 0 ? 'no' : '**no**')} |`
  })
  const docs = readFileSync(join(import.meta.dirname, '../../docs/changes.md'), 'utf8')
  expect(docs.split('\n').filter((line) => rows.includes(line))).toEqual(rows)
})
