import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest'
import { readAsset } from '../../src/adapters/assets.ts'
import { type KnownRelation, missingColumns, wrongColumns } from '../../src/sql/columns-read.ts'
import { startSql } from '../../src/sql/sdk.ts'
import { describeWith } from '../tools/optional.ts'
import { type Connection, connect } from '../workspace/driver.ts'
import { startWorkspaces, type Workspaces } from '../workspace/workspaces.ts'
import { generateQueries, tables } from './queries.ts'

vi.setConfig({ testTimeout: 600_000 })

beforeAll(async () => startSql(await readAsset('polyglot_sql.wasm')))

const known: readonly KnownRelation[] = ['orders', 'customers'].map((table) => ({
  name: ['eu_prod', 'bronze', table],
  columns: Object.keys(tables[table] ?? {}),
}))

/** `orders.gone`, or `orders|customers.gone` where either could have been meant. */
function said(sql: string): string[] {
  return missingColumns(sql, known).map(
    ({ relations, column }) => `${relations.map(({ name }) => name.at(-1)).join('|')}.${column}`,
  )
}

const orders = 'eu_prod.bronze.orders'
const customers = 'eu_prod.bronze.customers'
const notes = 'eu_prod.bronze.notes'

/** Queries with the columns that are missing for certain. */
const cases: readonly (readonly [what: string, sql: string, missing: readonly string[]])[] = [
  ['a bare name', `select gone from ${orders}`, ['orders.gone']],
  ['a name of an alias', `select o.id, o.gone from ${orders} o`, ['orders.gone']],
  ['names of the table itself', `select orders.gone, bronze.orders.id from ${orders}`, ['orders.gone']],
  ['in any case and quoted', `select ID, \`Amount\`, O.\`GONE\` from EU_PROD.Bronze.\`ORDERS\` o`, ['orders.GONE']],
  ['through a common table expression', `with o as (select * from ${orders}) select o.gone from o`, ['orders.gone']],
  [
    'through several and a subquery',
    `with a as (select * from ${orders}), b as (select a.*, 1 as x from a) select x, gone from (select * from b) c`,
    ['orders.gone'],
  ],
  [
    'where it is read, not where it is passed on',
    `with o as (select id, gone from ${orders}) select o.gone from o`,
    ['orders.gone'],
  ],
  ['a name that its own alias repeats', `select coalesce(gone, 1) as gone from ${orders}`, ['orders.gone']],
  ['an alias of SELECT in WHERE', `select amount as gone from ${orders} where gone > 1`, ['orders.gone']],
  [
    'an alias of SELECT in ORDER BY, HAVING and GROUP BY',
    `select amount as a, count(1) as n from ${orders} group by a having n > 1 order by n`,
    [],
  ],
  ['an alias of SELECT after it', `select amount as a, a + 1 as b from ${orders}`, []],
  ['an alias of SELECT before it', `select gone + 1 as b, amount as gone from ${orders}`, ['orders.gone']],
  ['a join’s condition', `select o.id from ${orders} o join ${customers} c on c.id = o.gone`, ['orders.gone']],
  [
    'a bare name of two known relations',
    `select o.id, gone from ${orders} o join ${customers} c on c.id = o.id`,
    ['orders|customers.gone'],
  ],
  ['a bare name of a known and an unknown relation', `select o.id, email from ${orders} o cross join ${notes}`, []],
  ['a name of the known one of them', `select o.email, note_id from ${orders} o cross join ${notes}`, ['orders.email']],
  [
    'a join with USING and a natural join',
    `select id, name, tags from ${orders} join (select id, name from ${customers}) using (id)`,
    [],
  ],
  [
    'a name of USING, on either side',
    `select 1 from ${orders} join (select * from ${customers}) c using (amount, name)`,
    ['customers.amount', 'orders.name'],
  ],
  [
    'a name of USING of an unknown relation',
    `select 1 from ${notes} join ${orders} using (note_id)`,
    ['orders.note_id'],
  ],
  ['a natural join', `select id, name from ${orders} natural join (select id, name from ${customers})`, []],
  ['a struct’s field', `select address.city, o.address.zip, o.ADDRESS.City from ${orders} o`, []],
  ['a struct that is gone', `select payload.city from ${orders}`, ['orders.payload']],
  ['a struct’s star', `select address.* from ${orders}`, []],
  [
    'a lambda’s parameters',
    `select transform(tags, (gone, i) -> concat(gone, i)), exists(tags, e -> e = gone) from ${orders}`,
    ['orders.gone'],
  ],
  ['explode in a lateral view', `select tag, e.tag from ${orders} lateral view explode(tags) e as tag`, []],
  ['a lateral view without names', `select col, pos from ${orders} lateral view posexplode(tags) e`, []],
  [
    'a lateral view of what is gone',
    `select o.id from ${orders} o lateral view explode(gone) e as tag`,
    ['orders.gone'],
  ],
  ['explode with names in SELECT', `select posexplode(tags) as (p, gone) from ${orders} order by p`, []],
  ['explode in FROM', `select t.tag from ${orders} o, lateral explode(o.tags) as t(tag)`, []],
  ['inline values', `select v.a, b from ${orders} cross join values (1, 2) as v(a, b)`, []],
  ['a table function', `select r.id from range(3) r`, []],
  [
    'a correlated subquery',
    `select (select max(n.note_id) from ${notes} n where n.note_id = o.id) as m from ${orders} o`,
    [],
  ],
  [
    'a correlated subquery that reads what is gone',
    `select id from ${orders} o where exists (select 1 from ${customers} c where c.id = o.gone)`,
    ['orders.gone'],
  ],
  [
    'a bare name of the outer query',
    `select id from ${orders} where exists (select 1 from ${customers} where name = amount)`,
    [],
  ],
  [
    'an inner alias that hides an outer one',
    `select o.id from ${orders} o where o.id in (select o.name from ${customers} o)`,
    [],
  ],
  [
    'an inner alias with the outer one’s column',
    `select o.id from ${orders} o where exists (select 1 from ${customers} o where o.amount > 1)`,
    [],
  ],
  ['a lateral subquery', `select l.x from ${orders} o, lateral (select o.amount as x) l`, []],
  ['a column list of a common table expression', `with o(gone) as (select id from ${orders}) select gone from o`, []],
  ['a column list of a table', `select gone, b from ${customers} as c(gone, b, d, e)`, []],
  [
    'a common table expression that hides a table',
    `with orders as (select 1 as gone) select gone, orders.gone from orders`,
    [],
  ],
  [
    'a common table expression within another',
    `select x.gone from (with c as (select 1 as gone) select * from c) x`,
    [],
  ],
  [
    'a recursive one',
    `with recursive r as (select 1 as n union all select n + 1 from r where n < 3) select n from r`,
    [],
  ],
  ['a union', `select u.gone from (select * from ${orders} union all select * from ${orders}) u`, ['orders.gone']],
  [
    'the second query of a union',
    `select id from ${orders} union all select gone from ${customers}`,
    ['customers.gone'],
  ],
  ['the order of a union', `select id as a from ${orders} union all select id from ${customers} order by a`, []],
  [
    'a pivot',
    `select * from (select id, customer_id, amount from ${orders}) pivot (sum(amount) for id in (1 as gone, 2 as two)) order by gone`,
    [],
  ],
  ['an unpivot', `select v, n from (select id, customer_id from ${orders}) unpivot (v for n in (id, customer_id))`, []],
  ['what a star leaves out', `select x.id from (select * except (amount) from ${orders}) x`, []],
  [
    'windows',
    `select sum(amount) over w as s from ${orders} window w as (partition by gone order by id)`,
    ['orders.gone'],
  ],
  [
    'units of time',
    `select dateadd(month, 1, day), datediff(day, day, day), timestampdiff(hour, day, day), date_add(day, 3), extract(year from day) from ${orders}`,
    [],
  ],
  [
    'functions without parentheses',
    `select current_date, current_timestamp, current_user, user, session_user from ${orders}`,
    [],
  ],
  ['a time window', `select window.start, count(*) as n from ${orders} group by window(day, '5 days')`, []],
  ['named arguments', `select mask(name, lowerChar => 'q') from ${customers}`, []],
  [
    'literals and types',
    `select date '2020-01-01', timestamp'2020-01-01', interval '1' day, interval 3 hours, x'1F', 1L, 1.5BD, r'a', "text", cast(id as decimal(1, 0)), id :: string, cast(null as struct<gone: int>).gone, array(1)[0], map('k', 1)['k'] from ${orders}`,
    [],
  ],
  [
    'words between operands',
    `select id is not distinct from 1, name like any ('a', 'b'), name rlike 'x', id div 2, not id between 1 and 2, id in (1, 2), trim(both 'x' from name), substring(name from 1 for 2), position('a' in name), name collate UTF8_LCASE = 'a' from ${customers}`,
    [],
  ],
  [
    'aggregates with words',
    `select count(distinct id, name), first(name) ignore nulls, count(*) filter (where id > 1), percentile_cont(0.5) within group (order by id), listagg(name, ',') within group (order by name), any_value(country) from ${customers}`,
    [],
  ],
  [
    'what is not like something',
    `select id from ${customers} c where id > 1 and not c.gone like 'x%' and not name like c.email`,
    ['customers.gone', 'customers.email'],
  ],
  [
    'stars within functions',
    `select to_json(struct(*)), hash(c.*), count(*) over () as n, count(c.*) over () as m from ${customers} c`,
    [],
  ],
  [
    'operators',
    `select -id, ~id, id & 1 | 2 ^ 3, id <=> 1, not (id = 1), name || 'a', id % 2, name ilike 'a%', if(id = 1, name, null), nvl2(name, 1, 2), name is null, decode(id, 1, 'a', 'b'), id = any_value(id) over () from ${customers}`,
    [],
  ],
  [
    'rollup and cube',
    `select country, name, count(*) as n from ${customers} group by rollup(country, name) limit all`,
    [],
  ],
  [
    'grouped with a cube',
    `select country, count(*) as n from ${customers} group by country with cube order by 2 desc nulls last limit 3`,
    [],
  ],
  [
    'a time of another zone',
    `select convert_timezone('UTC', 'Europe/Berlin', current_timestamp()), make_interval(0, 0, 0, 3), date_trunc('month', day), trunc(day, 'MM') from ${customers}`,
    [],
  ],
  [
    'grouping sets',
    `select country, name, grouping_id(country, name), count(*) as n from ${customers} group by grouping sets ((country), (name)) order by all`,
    [],
  ],
  ['everything grouped and ordered', `select country, count(*) as n from ${customers} group by all order by all`, []],
  ['a file’s metadata', `select _metadata.file_path from ${orders}`, []],
  ['an older version', `select id from ${orders} version as of 0`, []],
  [
    'a semi join’s other side',
    `select o.id from ${orders} o left semi join ${customers} c on c.gone = o.id`,
    ['customers.gone'],
  ],
  ['a sample', `select gone from ${orders} tablesample (10 percent) x`, ['orders.gone']],
  [
    'joins in parentheses',
    `select o.id, c.gone from (${orders} o join ${customers} c on c.id = o.id)`,
    ['customers.gone'],
  ],
  [
    'joins in parentheses, with what is there',
    `select o.amount, c.name, n.email from (${orders} o join ${customers} c on c.id = o.id) join ${notes} n on n.note_id = o.id`,
    [],
  ],
  [
    'fields of what a lateral view and a lambda name',
    `select item, e.item, transform(tags, (t, i) -> named_struct('a', t, 'i', i))[0].a, aggregate(tags, 0, (sum, t) -> sum + 1, sum -> sum * id) from ${orders} lateral view outer explode(tags) e as item`,
    [],
  ],
  [
    'what functions make',
    `select from_json('{}', 'a int').a, stack(1, id, 2) as (n, v), named_struct('q', id).q, max_by(amount, id), min(struct(id, day)).day from ${orders} group by id`,
    [],
  ],
  [
    'columns that a generator names by itself',
    `select pos, col from (select posexplode(tags) from ${orders}) union all select key, value from (select explode(map(1, '1')))`,
    [],
  ],
  ['a common table expression under another name', `with x as (select id from ${orders}) select a.id from x as a`, []],
  ['a column that is only named otherwise', `select id as a from ${orders} o order by a, o.day`, []],
  ['a column list of values', `select id, b from (values (1, 2)) as v(id, b) join ${customers} using (id)`, []],
  ['a column named like an alias', `select address.city, address.amount from ${orders} as address`, []],
]

/** What Databricks alone reads. */
const databricks: typeof cases = [
  [
    'QUALIFY',
    `select id, row_number() over (order by id) as n from ${orders} qualify n = 1 and row_number() over (partition by gone order by id) = 1`,
    ['orders.gone'],
  ],
  ['a function of a schema', `select fns.parse(id), main.fns.parse(name, gone) from ${customers}`, ['customers.gone']],
  ['a path into JSON', `select id, gone:a.b[0].c::int, name:x from ${customers}`, ['customers.gone']],
  ['two statements', `select gone from ${orders}; select 1`, []],
  ['what is no query', `insert into ${notes} select gone from ${orders}`, []],
  ['a stream', `select gone from stream(${orders})`, []],
]

/** Queries with the bare names that more than one of what they read has for certain. */
const unclear: typeof cases = [
  ['a bare name of two', `select id from ${orders} o join ${customers} c on c.id = o.customer_id`, ['id']],
  ['in a filter', `select o.id from ${orders} o, ${customers} c where id = 1`, ['id']],
  ['in the join’s own condition', `select o.id from ${orders} o join ${customers} c on id = 1`, ['id']],
  ['a column of one alone', `select amount, name from ${orders} o join ${customers} c on c.id = o.customer_id`, []],
  ['what USING makes one', `select id from ${orders} join ${customers} using (id)`, []],
  ['what USING leaves', `select day from ${orders} join ${customers} using (id)`, ['day']],
  ['what a natural join makes one', `select id from ${orders} natural join ${customers}`, []],
  ['a semi join', `select id from ${orders} o left semi join ${customers} c on c.id = o.id`, []],
  ['an alias that orders', `select o.id from ${orders} o join ${customers} c on c.id = o.id order by id`, []],
  ['what a subquery does not hand on', `select id from ${orders} o join (select name from ${customers}) c`, []],
  ['what a subquery hands on', `select id from ${orders} o join (select * from ${customers}) c`, ['id']],
  ['what a subquery makes', `select amount from ${orders} o join (select 1 as amount) c`, ['amount']],
  [
    'what the outer query says whose it is',
    `select o.id from ${orders} o join ${customers} c on c.id = o.id where exists (select 1 from ${notes} where note_id = o.id)`,
    [],
  ],
  [
    'an inner name that hides them',
    `select o.id from ${orders} o join ${customers} c on c.id = o.id where exists (select 1 from ${customers} where id = 1)`,
    [],
  ],
  [
    'a relation twice',
    `select a.id from ${orders} a join ${orders} b on a.id = b.customer_id where amount > 1`,
    ['amount'],
  ],
  ['a lateral view of the same name', `select id from ${orders} lateral view explode(tags) e as id`, ['id']],
  ['a lambda’s parameter', `select transform(tags, id -> id) from ${orders} o join ${customers} c on c.id = o.id`, []],
]

describe('wrongColumns', () => {
  it.each(unclear)('finds %s', (_, sql, expected) => {
    expect([...new Set(wrongColumns(sql, known).ambiguous.map(({ column }) => column))]).toEqual(expected)
  })
})

describe('missingColumns', () => {
  it.each([...cases, ...databricks])('%s', (_, sql, expected) => {
    expect(said(sql)).toEqual(expected)
  })
})

/** Another test file may have the workspaces first. */
const START_MS = 30 * 60_000

describeWith('java', 'missingColumns and Spark', () => {
  let workspaces: Workspaces<'eu'>
  let spark: Connection
  beforeAll(async () => {
    workspaces = await startWorkspaces(['eu'])
    spark = await connect(workspaces, 'eu')
    await spark.query('create schema eu_prod.bronze')
    for (const [table, columns] of Object.entries(tables)) {
      const list = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
      await spark.query(`create table eu_prod.bronze.${table} (${list.join(', ')})`)
    }
  }, START_MS)
  afterAll(async () => {
    await spark?.close()
    workspaces?.stop()
  })

  /** The error condition and the name of what Spark could not resolve; null when it accepts the query. */
  async function truth(sql: string): Promise<{ condition: string; name: string } | null> {
    const text = await spark.query(`describe query ${sql}`).then(
      (rows) => rows.map((row) => Object.values(row).join('\n')).join('\n'),
      (error) => String(error),
    )
    const condition = /\[([A-Z_]+(?:\.[A-Z_]+)?)\]/.exec(text)?.[1]
    if (condition === undefined) return null
    const name = /with name (`.*?`) cannot be resolved/.exec(text)?.[1] ?? text.slice(0, 400)
    return { condition, name: name.replaceAll('`', '') }
  }

  test.each(cases)('%s', async (_, sql, missing) => {
    const condition = (await truth(sql))?.condition ?? null
    if (missing.length === 0) expect(condition).toBeNull()
    else expect(condition).toMatch(/^UNRESOLVED_/)
  })

  test.each(unclear)('%s, unclear', async (_, sql, names) => {
    expect((await truth(sql))?.condition ?? null).toBe(names.length === 0 ? null : 'AMBIGUOUS_REFERENCE')
  })

  test('nothing is said to be missing that Spark finds, and what a known relation lacks under its alias is found', async () => {
    const queries = generateQueries(
      Number(process.env.DBT_REGIONS_SEED ?? 1),
      Number(process.env.DBT_REGIONS_QUERIES ?? 150),
      'eu_prod.bronze',
    )
    const alarms: string[] = []
    const passedOver: string[] = []
    const counted = { queries: queries.length, unresolved: 0, ofKnown: 0, found: 0 }
    for (const sql of queries) {
      const answer = await truth(sql)
      const { missing, ambiguous } = wrongColumns(sql, known)
      const names = missing.map(({ column }) => column.toLowerCase())
      if (ambiguous.length > 0 && answer === null) alarms.push(`${sql}\nambiguous: ${ambiguous[0]?.column}`)
      const unresolved = answer?.condition.startsWith('UNRESOLVED_') === true
      const isIt =
        answer?.name
          .toLowerCase()
          .split('.')
          .some((part) => names.includes(part)) === true
      // Where Spark stops at a type, it says nothing of names.
      if (names.length > 0 && (answer === null || (unresolved && !isIt)))
        alarms.push(`${sql}\n${answer?.condition} ${answer?.name}, not ${names}`)
      if (!unresolved) continue
      counted.unresolved++
      if (names.length > 0) counted.found++
      if (!isOfKnown(sql, answer.name)) continue
      counted.ofKnown++
      if (names.length === 0) passedOver.push(`${sql}\n${answer.name}`)
    }
    if (process.env.DBT_REGIONS_SHOW === '1') console.log(counted)
    expect(alarms).toEqual([])
    expect(passedOver).toEqual([])
    expect(counted.ofKnown).toBeGreaterThan(0)
  })
})

/** Whether a name is qualified by the alias of a known relation that has no such column. */
function isOfKnown(sql: string, name: string): boolean {
  const [alias = '', column = ''] = name.toLowerCase().split('.')
  const [, table = ''] = new RegExp(`\\.(orders|customers) (?:as )?${alias}\\b`).exec(sql) ?? []
  return table !== '' && name.includes('.') && !Object.keys(tables[table] ?? {}).includes(column)
}
