import { createHash } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import { analyseQuery } from '../../src/sql/analyse.ts'
import { analysisVersion } from '../../src/sql/analysis.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'

beforeAll(() => startSqlLibrary(1))

/** What ledgers hold are meanings: where they change, those of before must not be compared with. */
const queries = [
  'select id, amount + 1 as amount, upper(o.name) name from c.s.orders o where amount > 0 and day is not null',
  'with a as (select * from c.s.orders), b as (select id, max(day) as day from a group by id) select a.id, b.day from a left join b using (id)',
  'select *, row_number() over (partition by customer_id order by day desc) as place from c.s.orders qualify place = 1',
  'select distinct country from c.s.customers union all select country from c.s.orders order by 1 limit 10',
  "select c.id, case when exists (select 1 from c.s.orders o where o.id = c.id) then 'yes' else 'no' end as bought from c.s.customers c",
  "select explode(split(tags, ',')) as tag, address.city, cast(amount as decimal(18, 2)) as amount from c.s.orders",
  'select transform(items, x -> x.price * 2) as prices, sum(amount) filter (where amount > 1) as large from c.s.orders group by all',
  'select * except (name), count(*) over () as n from c.s.customers where id in (select id from c.s.orders) and not country <=> :x',
]

it('stays what it is while queries mean what they meant', () => {
  const meanings = queries.map((sql) => {
    const { output } = analyseQuery(sql, (name) => ({
      id: name,
      columns: [{ name: 'id', type: 'bigint' }],
      complete: name === 'c.s.customers',
    }))
    return [output.rows.meaning, output.entries.map((entry) => ('star' in entry ? entry.star : entry.column).meaning)]
  })
  const digest = createHash('sha256').update(JSON.stringify(meanings)).digest('hex').slice(0, 16)
  // Where this fails, the same queries have other meanings: once a version is released, raise analysisVersion with it.
  expect([analysisVersion, digest]).toEqual([1, 'e272009325ff6449'])
})
