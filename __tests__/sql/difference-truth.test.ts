import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readAsset } from '../../src/adapters/assets.ts'
import { openDuckdb } from '../../src/adapters/duckdb.ts'
import { type Row, type Warehouse, WarehouseError } from '../../src/run/warehouse.ts'
import { analyseQuery } from '../../src/sql/analyse.ts'
import type { Output, Relation, Relations } from '../../src/sql/analysis.ts'
import { compareOutputs, type Difference, isSame } from '../../src/sql/compare.ts'
import { databricksToDuckdb, duckdbSetup } from '../../src/sql/duckdb.ts'
import { UnknownSql } from '../../src/sql/expression.ts'
import { SqlError, startSql, tokensOf } from '../../src/sql/sdk.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })

/**
 * The truth by execution: queries are edited at random, both versions are run on rows with nulls, ties and duplicates, and
 * what the comparison says is the same must be the same.
 */
const seeds: readonly string[] = [
  "select id, country, amount from orders where amount > 2 and country = 'de'",
  'with o as (select * from orders), c as (select id, name from customers) select o.id, c.name, o.amount as total from o left join c on o.customer_id = c.id where o.amount >= 1',
  'select country, count(*) as n, sum(amount) as total, max(day) as last_day from orders group by country having count(*) > 1',
  'select customer_id, count(distinct country) as countries, min(amount) + 1 as least from orders where day is not null group by 1',
  'select id, row_number() over (partition by country order by amount desc, id) as place, sum(amount) over (partition by customer_id) as total from orders',
  'with ranked as (select id, country, amount, rank() over (partition by country order by amount, id) as place from orders) select id, amount from ranked where place = 1',
  'select id, country from orders union all select id, country from customers',
  'select country from orders union select country from customers where name is not null',
  'select distinct country, amount from orders where id in (select id from customers)',
  "select o.id, case when o.amount > 3 then 'big' when o.amount > 1 then 'middle' else 'small' end as size from orders o where exists (select 1 from customers c where c.id = o.customer_id and c.country = o.country)",
  'select a.id, b.id as other from orders a join orders b on a.customer_id = b.customer_id and a.id < b.id',
  'select id, upper(country) as country, amount * 2 as twice, coalesce(amount, 0) as amount from orders order by amount desc, id limit 5',
  'with a as (select customer_id, sum(amount) as total from orders group by customer_id), b as (select id, total from customers left join a on customers.id = a.customer_id) select id, total, total / 2 as half from b where total > 2 or total is null',
  'select customers.*, (select max(amount) from orders where orders.customer_id = customers.id) as largest from customers',
  'select * from (select id, amount as x from orders where amount is not null) inner_query where x between 1 and 4',
  "select c.id, c.name from customers c where not exists (select 1 from orders o where c.id = o.customer_id) or name like 'a%'",
  'select id, amount from orders qualify row_number() over (partition by customer_id order by amount desc, id) <= 2',
  'select country, sum(case when amount > 2 then amount else 0 end) as big, count(amount) as n from orders group by country',
  'select id, lag(amount, 1) over (order by id) as before, first_value(country) over (partition by customer_id order by id) as first_country from orders',
  "select id, cast(amount as int) as whole, concat(country, name) as both_names from (select orders.id, amount, orders.country, name from orders join customers using (id)) joined where not country = 'fr'",
  'select count(*) as n, sum(amount) as total from orders',
  "select id as key, id + 1 as next, country as place from customers where name in ('ann', 'bob') and not (country = 'de' and id > 2)",
  'select x.country, y.n from customers x join (select country, count(*) as n from orders where amount < 4 group by country) y on x.country = y.country',
  'select * except (day) from orders where customer_id is not null',
  'select id, name, amount from orders natural left join customers',
]

const columns: Readonly<Record<string, readonly (readonly [name: string, type: string])[]>> = {
  orders: [
    ['id', 'int'],
    ['customer_id', 'int'],
    ['country', 'string'],
    ['amount', 'int'],
    ['day', 'date'],
  ],
  customers: [
    ['id', 'int'],
    ['name', 'string'],
    ['country', 'string'],
  ],
}

/** With what is known of the relations, and as if nothing were. */
const knowledge: readonly Relations[] = [
  (name) => {
    const known = columns[name]
    return known === undefined
      ? null
      : { id: name, complete: true, columns: known.map(([column, type]) => ({ name: column, type })) }
  },
  () => null,
]

const words: readonly string[] = [
  ...'id customer_id country amount day name total n x o c a b orders customers place'.split(' '),
  ...'and or not distinct all left inner full desc asc is null in exists union except between'.split(' '),
  ..."1 2 3 0 'de' 'fr' sum max min count avg coalesce upper lower rank dense_rank row_number abs".split(' '),
  ...'= < > <= >= <> + - * , ( )'.split(' '),
]

/** Words that stand for each other, so that most edits are queries still. */
const alike: readonly (readonly string[])[] = [
  ...['id customer_id country amount day name total n x place', 'sum max min count avg', '= < > <= >= <>', '+ - *'].map(
    (it) => it.split(' '),
  ),
  ...[
    '1 2 3 0 4 10',
    "'de' 'fr' 'DE' 'ann'",
    'left inner full right',
    'and or',
    'asc desc',
    'union except intersect',
  ].map((it) => it.split(' ')),
  ...['orders customers', 'o c a b x y', 'rank dense_rank row_number', 'lower upper', 'where having', 'null 1'].map(
    (it) => it.split(' '),
  ),
]

let warehouse: Warehouse
beforeAll(async () => {
  warehouse = await openDuckdb({ translate: databricksToDuckdb, setup: duckdbSetup, catalogs: [] })
  await startSql(await readAsset('polyglot_sql.wasm'))
  for (const [table, all] of Object.entries(columns))
    await warehouse.query(`create table ${table} (${all.map(([name, type]) => `${name} ${type}`).join(', ')})`)
  const countries = ["'de'", "'fr'", "'DE'", 'null']
  const rows = Array.from({ length: 24 }, (_, at) => {
    const amount = at % 7 === 3 ? 'null' : String((at * 5) % 6)
    return `(${at % 20}, ${at % 5 === 4 ? 'null' : at % 6}, ${countries[(at * 3) % 4]}, ${amount}, ${at % 6 === 0 ? 'null' : `date '2024-01-0${1 + (at % 4)}'`})`
  })
  await warehouse.query(`insert into orders values ${rows.join(', ')}`)
  await warehouse.query(
    "insert into customers values (0, 'ann', 'de'), (1, 'bob', 'fr'), (2, 'ann', 'de'), (3, null, 'fr'), (4, 'eve', null), (4, 'bob', 'DE'), (9, 'zoe', 'fr')",
  )
})
afterAll(async () => warehouse.close())

function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** One edit of a query: a word replaced, left out, said twice or exchanged with a later one; a part put into parentheses. */
function edited(sql: string, random: () => number): string {
  const tokens = tokensOf(sql, 'databricks').map(({ start, end }) => sql.slice(start, end))
  const pick = (count: number): number => Math.floor(random() * count)
  const at = pick(tokens.length)
  const word = random() < 0.5 ? (words[pick(words.length)] ?? '') : (tokens[pick(tokens.length)] ?? '')
  const group = random() < 0.8 ? alike.filter((each) => each.includes(tokens[at] ?? '')) : []
  const [like] = group
  if (like !== undefined) {
    tokens[at] = like[pick(like.length)] ?? ''
    return tokens.join(' ')
  }
  const kind = pick(6)
  if (kind === 0) tokens.splice(at, 1)
  else if (kind === 1) tokens.splice(at, 0, word)
  else if (kind === 2) {
    const other = pick(tokens.length)
    const [one, two] = [tokens[at] ?? '', tokens[other] ?? '']
    tokens[at] = two
    tokens[other] = one
  } else if (kind === 3) {
    const name = tokens[at] ?? ''
    for (const [index, token] of tokens.entries()) if (token === name) tokens[index] = word
  } else tokens[at] = word
  return tokens.join(' ')
}

async function results(sql: string): Promise<readonly Row[] | null> {
  try {
    return await warehouse.query(sql)
  } catch (error) {
    if (error instanceof WarehouseError) return null
    throw error
  }
}

function compared(before: string, after: string, relations: Relations): Difference | null {
  try {
    return compareOutputs(analyseQuery(before, relations).output, analyseQuery(after, relations).output)
  } catch (error) {
    if (error instanceof SqlError || error instanceof UnknownSql) return null
    throw error
  }
}

/** The rows, in no order, without some columns. */
function bag(rows: readonly Row[], without: ReadonlySet<string>): string[] {
  return rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row).filter(([name]) => !without.has(name.toLowerCase())),
        (_, value) => (typeof value === 'bigint' ? String(value) : value),
      ),
    )
    .sort()
}

/** What the comparison calls the same and is not; null when it is right, or says that it is not the same. */
function missed(difference: Difference, before: readonly Row[], after: readonly Row[]): string | null {
  if (difference.rows.length > 0) return null
  if (before.length !== after.length) return `${before.length} rows, then ${after.length}`
  if (difference.all !== null) return null
  const other = new Set(
    [...difference.changed, ...difference.added, ...difference.removed].map((name) => name.toLowerCase()),
  )
  if (other.has('(unnamed)')) return null
  const renamed = difference.shown.length > 0
  if (renamed) return null
  const [ours, theirs] = [bag(before, other), bag(after, other)]
  return JSON.stringify(ours) === JSON.stringify(theirs) ? null : `${ours[0]}, then ${theirs[0]}`
}

/** Queries over another query, `p`, whose first columns are these. */
function readers([one = 'id', two = one]: readonly string[]): string[] {
  return [
    `select ${one} from p`,
    `select ${two}, count(*) as n from p group by ${two}`,
    `select count(*) as n, max(${one}) as most from p where ${one} is not null`,
    `select q.${two} as other from p q join orders o on q.${one} is not distinct from o.id`,
    'select * from p',
  ]
}

/** The readers of a query that its edit does not reach, as far as columns are followed. */
function unreached(before: string, after: string): string[] {
  const relations = knowledge[0] ?? (() => null)
  const [from, to] = [before, after].map((sql) => analyseQuery(sql, relations).output)
  if (from === undefined || to === undefined) return []
  const { rows, changed, added, removed, shown, all } = compareOutputs(from, to)
  const other = new Set([...changed, ...added, ...removed].map((name) => name.toLowerCase()))
  if (rows.length + shown.length > 0 || all !== null || other.has('(unnamed)')) return []
  const named = ({ entries }: Output) =>
    entries.flatMap((entry) => ('column' in entry ? [{ name: entry.column.name, type: null }] : []))
  const reading = (output: Output, version: (column: string | null) => string): Relations => {
    const p: Relation = { id: 'p', complete: true, columns: named(output), version }
    return (name) => (name === 'p' ? p : relations(name))
  }
  const known = [
    reading(from, () => ''),
    reading(to, (column) => ((column === null ? other.size > 0 : other.has(column)) ? 'other' : '')),
  ]
  return readers(named(from).map(({ name }) => name)).filter((sql) => {
    const [old, now] = known.map((each) => analyseQuery(sql, each).output)
    return old !== undefined && now !== undefined && isSame(compareOutputs(old, now))
  })
}

describe('what is called the same', () => {
  const count = Number(process.env.DBT_REGIONS_EDITS ?? 60)
  it.each(seeds)('gives the same: %s', async (seed) => {
    const wrong: string[] = []
    const random = numbers(seed.length * 7919 + Number(process.env.DBT_REGIONS_SEED ?? 1))
    const first = await results(seed)
    expect(first, 'runs').not.toBeNull()
    let ran = 0
    let read = 0
    for (let index = 0; index < count; index++) {
      let sql = seed
      for (let edits = random() < 0.6 ? 1 : 2; edits > 0; edits--) sql = edited(sql, random)
      const differences = knowledge.map((relations) => compared(seed, sql, relations))
      if (differences.every((each) => each === null)) continue
      const after = await results(sql)
      if (after === null || first === null) continue
      ran++
      for (const reader of differences[0] ? unreached(seed, sql) : []) {
        const [old, now] = [
          await results(`with p as (${seed}) ${reader}`),
          await results(`with p as (${sql}) ${reader}`),
        ]
        if (old === null) continue
        read++
        if (now === null || JSON.stringify(bag(old, new Set())) !== JSON.stringify(bag(now, new Set())))
          wrong.push(`${reader}: ${sql}`)
      }
      for (const [which, difference] of differences.entries()) {
        const why = difference === null ? null : missed(difference, first, after)
        if (why !== null) wrong.push(`${which === 0 ? 'known' : 'unknown'}: ${sql}\n  ${why}`)
      }
    }
    expect(wrong).toEqual([])
    if (process.env.DBT_REGIONS_EDITS !== undefined) console.log(`${ran} of ${count} ran, ${read} readers`)
  })
})
