import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cell, Warehouse } from '../../src/run/warehouse.ts'
import { databricksToDuckdb } from '../../src/sql/duckdb.ts'
import { embedded } from '../adapters/embedded.ts'

let warehouse: Warehouse

beforeAll(async () => {
  warehouse = await embedded(['c'])
  await warehouse.query('create schema c.s')
  await warehouse.query('create table c.s.t (id int, name string, day date)')
  await warehouse.query(
    "insert into c.s.t values (1, 'a', date '2025-03-31'), (2, null, date '2025-03-30'), (3, 'a', null)",
  )
})
afterAll(() => warehouse.close())

/** What Databricks answers to the same statement: https://docs.databricks.com/aws/en/sql/language-manual/ */
const answers: readonly (readonly [expression: string, answer: Cell])[] = [
  ["cast('2025-01-02 03:04:05' as timestamp)", '2025-01-02 03:04:05'],
  ["timestamp '2025-01-02 03:04:05' - interval '24' hour", '2025-01-01 03:04:05'],
  ["timestamp '2025-01-02 03:04:05.5' + interval 1 day", '2025-01-03 03:04:05.500'],
  ["try_cast('x' as int)", null],
  ["try_cast('7' as int)", 7],
  ['cast(1 as decimal(10, 2))', '1.00'],
  ['cast(-0.05 as decimal(10, 2))', '-0.05'],
  ["date_trunc('month', date '2025-03-31')", '2025-03-01 00:00:00'],
  ["cast(date_trunc('MONTH', date '2025-03-31') as date)", '2025-03-01'],
  ["date_add(date '2025-03-31', 1)", '2025-04-01'],
  ["date_sub(date '2025-03-01', 1)", '2025-02-28'],
  ["add_months(date '2025-01-31', 1)", '2025-02-28'],
  ["datediff(date '2025-03-31', date '2025-03-01')", 30],
  ["dayofweek(date '2025-03-30')", 1],
  ["last_day(date '2025-02-03')", '2025-02-28'],
  ["date_format(date '2025-02-03', 'yyyy-MM')", '2025-02'],
  ['current_date() is not null and current_date is not null', true],
  ['current_timestamp() >= current_timestamp and now() is not null', true],
  ["'a' || null", null],
  ["concat('a', null, 'b')", null],
  ["concat('a', 'b', 'c')", 'abc'],
  ["concat_ws('-', 'a', null, 'b')", 'a-b'],
  ["sha2('a', 256)", 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
  ["md5('a')", '0cc175b9c0f1b6a831c399e269772661'],
  ['1 / 4', 0.25],
  ['null <=> null', true],
  ["if(1 > 2, 'x', 'y')", 'y'],
  ["'it''s ünï 😀: :x'", "it's ünï 😀: :x"],
  [`"double quoted"`, 'double quoted'],
  ["struct(1 as a, 'x')", '{"a":1,"col2":"x"}'],
  ["named_struct('a', array(1, 2))", '{"a":[1,2]}'],
  ['(select count(*) from c.s.t)', 3],
  ['(select sum(cast(id as bigint)) from c.s.t)', 6],
  ['(select sum(cast(9007199254740993 as bigint)))', '9007199254740993'],
  ['(select max_by(name, id) from c.s.t where id < 3)', null],
  ['(select max_by(id, struct(day, id)) from c.s.t where day is not null)', 1],
  ['(select percentile(id, 0.25) from c.s.t)', 1.5],
  ['(select size(collect_set(name)) from c.s.t)', 1],
  ['(select first_value(id) over (order by day) from c.s.t limit 1)', 3],
  ['(select id from c.s.t qualify row_number() over (order by id desc) = 1)', 3],
  ['(select count_if(name is null) from c.s.t)', 1],
  ['(select count(*) from c.information_schema.tables where table_catalog = "c")', 1],
]

describe('a Databricks expression means the same on DuckDB', () => {
  test.each(answers)('%s', async (expression, answer) => {
    expect(await warehouse.query(`select ${expression} as answer`)).toEqual([{ answer }])
  })

  test('a cast that cannot be made fails', async () => {
    await expect(warehouse.query("select cast('x' as int)")).rejects.toThrow('Could not convert')
  })

  test('a sort without more puts nulls first, and last when it descends', async () => {
    const ids = async (order: string) =>
      (await warehouse.query(`select id from c.s.t order by ${order}`)).map((it) => it.id)
    expect(await ids('day')).toEqual([3, 2, 1])
    expect(await ids('day desc')).toEqual([1, 2, 3])
  })
})

describe('parameters', () => {
  test('become numbers in the order of their first use', () => {
    expect(databricksToDuckdb("select * from t where a = :x and b = :y and c = :x and d = ':z'")).toEqual({
      sql: "SELECT * FROM t WHERE a = $1 AND b = $2 AND c = $1 AND d = ':z'",
      parameters: ['x', 'y'],
    })
  })

  test.each<Cell>(['', "it's", 'a\\b', '😀\n"', 7, 0.5, true, false, null])('%j comes back', async (value) => {
    expect(await warehouse.query('select :value as value', { value })).toEqual([{ value }])
  })

  test('one that is not given is an error', async () => {
    await expect(warehouse.query('select :value')).rejects.toThrow("The statement's parameter :value was not given")
  })
})

test.each([
  ['selec 1', 'Parse error at line 1'],
  ['select 1; select 2', 'expected one SQL statement'],
  ['', 'expected one SQL statement'],
])('%j is no statement', (sql, message) => {
  expect(() => databricksToDuckdb(sql)).toThrow(message)
})
