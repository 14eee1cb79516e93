import { beforeAll, describe, expect, it } from 'vitest'
import { analyseQuery } from '../../src/sql/analyse.ts'
import type { Relation, Relations } from '../../src/sql/analysis.ts'
import { compareOutputs, isSame } from '../../src/sql/compare.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'

beforeAll(() => startSqlLibrary(1))

const known: Readonly<Record<string, readonly string[]>> = {
  orders: ['id', 'customer', 'amount', 'items'],
  customers: ['id', 'name', 'orders'],
  quarters: ['shop', 'q1', 'q2'],
  sales: ['shop', 'quarter', 'amount'],
}

const relations: Relations = (name): Relation | null => {
  const columns = known[name]
  return columns === undefined
    ? null
    : { id: name, complete: true, columns: columns.map((column) => ({ name: column, type: null })) }
}

/** Every output column with what it comes from; `?` where that is not certain. */
function said(sql: string): string[] {
  return analyseQuery(sql, relations).output.entries.map((entry) => {
    if ('star' in entry) return `* of ${entry.star.relation}`
    const { name, upstream, unknown } = entry.column
    const from = upstream.map(({ relation, column }) => `${relation}.${column}`)
    return `${name}: ${from.join(' ')}${unknown === null ? '' : ' ?'}`
  })
}

describe('what columns come from', () => {
  const cases: [what: string, sql: string, columns: string[]][] = [
    [
      'a column of the relation that is named, not a field',
      'with name as (select id as x from orders) select name.x from name, customers',
      ['x: orders.id'],
    ],
    ['a field, where no relation has the name', 'select items.sku from orders', ['sku: orders.items']],
    [
      'a relation that has the name of a column of USING',
      'select id.name from orders join customers id using (id)',
      ['name: customers.name'],
    ],
    [
      'a recursive query',
      'with recursive r(n, d) as (select id, 0 from orders union all select o.customer, r.n + r.d from orders o join r on o.id = r.n) select n, d from r',
      ['n: orders.customer orders.id', 'd: orders.customer orders.id'],
    ],
    [
      'WITH RECURSIVE that does not read itself',
      'with recursive r as (select id from orders) select * from r',
      ['id: orders.id'],
    ],
    [
      'a natural join',
      'select * from orders natural join customers',
      [
        'id: customers.id orders.id',
        'customer: orders.customer',
        'amount: orders.amount',
        'items: orders.items',
        'name: customers.name',
        'orders: customers.orders',
      ],
    ],
    ['identifier() of a text', "select c.name from identifier('customers') as c", ['name: customers.name']],
    [
      'a function in FROM with names',
      'select o.id, i.item from orders o cross join explode(o.items) as i(item)',
      ['id: orders.id', 'item: orders.items'],
    ],
    [
      'a lateral view',
      'select id, item from orders lateral view explode(items) i as item',
      ['id: orders.id', 'item: orders.items'],
    ],
    [
      'PIVOT',
      "select * from sales pivot (sum(amount) for quarter in ('q1', 'q2' as second))",
      ['shop: sales.shop', 'q1: sales.amount sales.quarter', 'second: sales.amount sales.quarter'],
    ],
    [
      'PIVOT with several aggregates',
      "select * from sales pivot (sum(amount) as total, max(amount) as most for quarter in ('q1'))",
      ['shop: sales.shop', 'q1_total: sales.amount sales.quarter', 'q1_most: sales.amount sales.quarter'],
    ],
    [
      'UNPIVOT',
      'select * from quarters unpivot (amount for quarter in (q1, q2))',
      ['shop: quarters.shop', 'quarter: ', 'amount: quarters.q1 quarters.q2'],
    ],
    ['VALUES', "select a, b from values (1, lower('X')) as t(a, b)", ['a: ', 'b: ']],
    [
      'a common table expression that hides a relation',
      'with orders as (select name as id from customers) select id from orders',
      ['id: customers.name'],
    ],
    ['* EXCEPT', 'select * except (items, amount) from orders', ['id: orders.id', 'customer: orders.customer']],
    [
      'QUALIFY',
      'select id from orders qualify row_number() over (partition by customer order by amount) = 1',
      ['id: orders.id'],
    ],
  ]
  it.each(cases)('%s', (_, sql, columns) => {
    expect(said(sql)).toEqual(columns)
  })
})

describe('what is the same', () => {
  const same = (before: string, after: string): boolean =>
    isSame(compareOutputs(analyseQuery(before, relations).output, analyseQuery(after, relations).output))
  const recursive = (start: string, step: string, name = 'r'): string =>
    `with recursive ${name}(n, d) as (select id, ${start} from orders union all select ${name}.n + 1, ${step.replaceAll('r.', `${name}.`)} from ${name} where ${name}.n < 5) select n from ${name}`
  const cases: [what: string, before: string, after: string, expected: boolean][] = [
    [
      'the sides of a comparison',
      'select id from orders where id = customer and amount < id',
      'select id from orders where customer = id and id > amount',
      true,
    ],
    [
      'the sides of a subtraction',
      'select id - customer as x from orders',
      'select customer - id as x from orders',
      false,
    ],
    [
      'another comparison',
      'select id from orders where id < customer',
      'select id from orders where id > customer',
      false,
    ],
    [
      'a subquery’s column under another name',
      'select id from orders where amount = (select max(amount) from orders)',
      'select id from orders where amount = (select max(amount) as most from orders)',
      true,
    ],
    ['the name of a recursive query', recursive('0', 'r.d + 1'), recursive('0', 'r.d + 1', 'other'), true],
    ['what a recursive query starts with', recursive('0', 'r.d + 1'), recursive('1', 'r.d + 1'), false],
    ['another column of a recursive query', recursive('0', 'r.d + 1'), recursive('0', 'r.d + 2'), false],
    [
      'a value of PIVOT',
      "select shop from sales pivot (sum(amount) for quarter in ('q1'))",
      "select shop from sales pivot (sum(amount) for quarter in ('q2'))",
      false,
    ],
    [
      'a column of UNPIVOT',
      'select amount from quarters unpivot (amount for quarter in (q1, q2))',
      'select amount from quarters unpivot (amount for quarter in (q1))',
      false,
    ],
    [
      'UNPIVOT with nulls',
      'select shop from quarters unpivot (amount for quarter in (q1))',
      'select shop from quarters unpivot include nulls (amount for quarter in (q1))',
      false,
    ],
    [
      'the name of a CTE beside a relation that is not known',
      'with a as (select * from notes), b as (select * from more) select a.x, b.y from a join b on a.id = b.id',
      'with c as (select * from notes), b as (select * from more) select c.x, b.y from c join b on c.id = b.id',
      true,
    ],
    [
      'operands of AND and OR',
      'select case when id = 1 and (amount = 2 or customer = 3) then 1 end as x from orders',
      'select case when (customer = 3 or amount = 2) and id = 1 then 1 end as x from orders',
      true,
    ],
    [
      'AND for OR',
      'select case when id = 1 and amount = 2 then 1 end as x from orders',
      'select case when id = 1 or amount = 2 then 1 end as x from orders',
      false,
    ],
    [
      'another grouping of AND and OR',
      'select case when id = 1 and (amount = 2 or customer = 3) then 1 end as x from orders',
      'select case when (id = 1 and amount = 2) or customer = 3 then 1 end as x from orders',
      false,
    ],
    [
      'a natural join and USING',
      'select name from orders natural join customers',
      'select name from orders join customers using (id)',
      false,
    ],
  ]
  it.each(cases)('%s', (_, before, after, expected) => {
    expect(same(before, after)).toBe(expected)
  })
})
