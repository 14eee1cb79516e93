import { describe, expect, it } from 'vitest'
import { type Files, saidOfChange } from './compared.ts'

const before: Files = {
  'models/a.sql': "select 1 as id, 'x' as status\n",
  'models/b.sql': 'select 1 as id, 1 as a_id\n',
  'models/c.sql': "select 1 as id, 'x' as status\n",
}
const gained = { 'models/b.sql': "select 1 as id, 1 as a_id, 'y' as status\n" }
const both = (place: string) => [
  `models/m.sql:${place}: model 'm' uses column 'status', which both model 'a' and model 'b' have: write whose it is`,
]
const [a, b, c] = ["{{ ref('a') }}", "{{ ref('b') }}", "{{ ref('c') }}"]

const cases: readonly [what: string, sql: string, expected: readonly string[]][] = [
  ['a filter', `select a.id from ${a} a join ${b} b on b.a_id = a.id where status = 'x'`, both('1:80')],
  ['a column of SELECT', `select a.id, status from ${a} a join ${b} b on b.a_id = a.id`, both('1:14')],
  ['a join’s condition', `select a.id from ${a} a join ${b} b on b.a_id = a.id and status = 'x'`, both('1:78')],
  [
    'what comes through stars',
    `with a as (select * from ${a}), b as (select * from ${b})\nselect status from a, b`,
    both('2:8'),
  ],
  ['nothing that says whose it is', `select a.id, a.status from ${a} a join ${b} b on b.a_id = a.id`, []],
  ['nothing that USING makes one', `select status from ${a} a join ${b} b using (id, status)`, []],
  ['nothing of a semi join', `select status from ${a} a left semi join ${b} b on b.a_id = a.id`, []],
  ['nothing of an anti join', `select status from ${a} a left anti join ${b} b on b.a_id = a.id`, []],
  ['nothing of an alias that orders', `select a.status from ${a} a join ${b} b on b.a_id = a.id order by status`, []],
  [
    'nothing of a subquery that has one of its own',
    `select a.id from ${a} a where exists (select 1 from ${b} where status = 'y')`,
    [],
  ],
  [
    'nothing of what only one hands on',
    `select status from ${a} a join (select id, a_id from ${b}) b on b.a_id = a.id`,
    [],
  ],
]

describe('ambiguous-column', () => {
  it.each(cases)('finds %s', async (_, sql, expected) => {
    const model = { 'models/m.sql': sql }
    expect(await saidOfChange('ambiguous-column', { ...before, ...model }, { ...before, ...model, ...gained })).toEqual(
      expected,
    )
  })

  it('is not new where it was so before', async () => {
    const wrong = { 'models/m.sql': `select status from ${a} x join ${c} y on x.id = y.id` }
    const head = { ...before, 'models/m.sql': `select status, 1 as one from ${a} x join ${c} y on x.id = y.id` }
    expect(await saidOfChange('ambiguous-column', { ...before, ...wrong }, head)).toEqual([])
  })
})
