import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Warehouse } from '../../src/run/warehouse.ts'
import { embedded } from '../adapters/embedded.ts'
import { build, shop, told } from './native.ts'

let warehouse: Warehouse

beforeEach(async () => {
  warehouse = await embedded(['c'])
})
afterEach(() => warehouse.close())

const at = (identifier: string) => ({ database: 'c', schema: 's', identifier })

describe('models', () => {
  test('a table, a view and an ephemeral model are built in order, in a schema that was not there', async () => {
    const project = shop({
      'models/b_table.sql': "{{ config(materialized='table') }} select id + 1 as id from {{ ref('c_hidden') }} -- last",
      'models/c_hidden.sql': "{{ config(materialized='ephemeral') }} select id from {{ ref('d_view') }}",
      'models/d_view.sql': 'select 1 as id;',
    })
    expect(told(await build(warehouse, project))).toEqual(['d_view: success', 'c_hidden: success', 'b_table: success'])
    expect(await warehouse.query('select id from c.s.b_table')).toEqual([{ id: 2 }])
    expect(await warehouse.columns(at('c_hidden'))).toBeNull()
  })

  test.each([
    ['table', 'view'],
    ['view', 'table'],
    ['view', 'incremental'],
    ['incremental', 'view'],
  ])('a %s becomes a %s', async (before, after) => {
    const as = (materialized: string) =>
      shop({ 'models/m.sql': `{{ config(materialized='${materialized}') }} select '${materialized}' as x` })
    expect(told(await build(warehouse, as(before)))).toEqual(['m: success'])
    expect(told(await build(warehouse, as(after)))).toEqual(['m: success'])
    expect(await warehouse.query('select x from c.s.m')).toEqual([{ x: after }])
  })

  test.each([
    [
      'a materialized view',
      "{{ config(materialized='materialized_view') }} select 1 as x",
      /materialized_view is not run by this engine/,
    ],
    [
      'a strategy it does not have',
      "{{ config(materialized='incremental', incremental_strategy='insert_overwrite') }} select 1 as x",
      /"insert_overwrite" is not run by this engine, which knows merge and append/,
    ],
    [
      'what needs the warehouse while it compiles',
      "select '{{ run_query('select 1').columns[0] }}' as x",
      /cannot be compiled without dbt/,
    ],
  ])('%s is refused with what to do', async (_, sql, message) => {
    const project = shop({ 'models/m.sql': sql })
    const results = [...(await build(warehouse, project)), ...(await build(warehouse, project))]
    expect(told(results).at(-1)).toMatch(message)
  })

  test('hooks run before and after, and see the model', async () => {
    const project = shop({
      'models/m.sql': `{{ config(
        materialized='table',
        pre_hook="create table if not exists c.s.log (said string)",
        post_hook=["insert into c.s.log select concat('{{ this.name }}: ', count(*)) from {{ this }}", "  "]
      ) }} select 1 as x`,
    })
    expect(told(await build(warehouse, project))).toEqual(['m: success'])
    expect(await warehouse.query('select said from c.s.log')).toEqual([{ said: 'm: 1' }])
  })
})

describe('incremental models', () => {
  const orders = (config: string, select: string) =>
    shop({
      'models/m.sql': `{{ config(materialized='incremental'${config}) }}
        select ${select} from c.s.raw
        {% if is_incremental() %} where id > (select max(id) from {{ this }}) or changed {% endif %}`,
    })
  const rows = async () => (await warehouse.query('select * from c.s.m order by id')).map((row) => Object.values(row))

  beforeEach(async () => {
    await warehouse.query('create schema c.s')
    await warehouse.query("create table c.s.raw as select 1 as id, 'a' as name, false as changed")
  })
  const arrive = () => warehouse.query("insert into c.s.raw values (1, 'A', true), (2, 'b', false)")

  test.each([
    [
      'merge on a key',
      ", unique_key='id'",
      [
        [1, 'A'],
        [2, 'b'],
      ],
    ],
    [
      'merge on two keys',
      ", unique_key=['id', 'name']",
      [
        [1, 'a'],
        [1, 'A'],
        [2, 'b'],
      ],
    ],
    [
      'merge without a key appends',
      '',
      [
        [1, 'a'],
        [1, 'A'],
        [2, 'b'],
      ],
    ],
    [
      'append',
      ", incremental_strategy='append', unique_key='id'",
      [
        [1, 'a'],
        [1, 'A'],
        [2, 'b'],
      ],
    ],
    [
      'merge of some columns',
      ", unique_key='id', merge_update_columns=['id']",
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'merge but for some columns',
      ", unique_key='id', merge_exclude_columns=['name']",
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'merge with a predicate',
      ", unique_key='id', incremental_predicates=['DBT_INTERNAL_DEST.id > 1']",
      [
        [1, 'a'],
        [1, 'A'],
        [2, 'b'],
      ],
    ],
  ])('%s', async (_, config, expected) => {
    const project = orders(config, 'id, name')
    expect(told(await build(warehouse, project))).toEqual(['m: success'])
    await arrive()
    expect(told(await build(warehouse, project))).toEqual(['m: success'])
    const found = await rows()
    expect(found.sort()).toEqual([...expected].sort())
  })

  test('a full refresh builds it anew', async () => {
    await build(warehouse, orders('', 'id, name'))
    await arrive()
    await build(warehouse, orders('', 'id, name'), undefined, true)
    expect(await rows()).toHaveLength(3)
  })

  test.each([
    ['ignore', 'id, name, 7 as more', 'm: success', ['id', 'name']],
    ['append_new_columns', 'id, name, 7 as more', 'm: success', ['id', 'name', 'more']],
    ['append_new_columns', 'id, 7 as more', 'm: success', ['id', 'name', 'more']],
    ['sync_all_columns', 'id, 7 as more', 'm: success', ['id', 'more']],
    ['fail', 'id, name', 'm: success', ['id', 'name']],
    [
      'fail',
      'id, 7 as more',
      /its columns changed \(new: more; gone: name\) and on_schema_change is fail/,
      ['id', 'name'],
    ],
    ['ignore', 'id', /no longer gives name and on_schema_change is ignore/, ['id', 'name']],
    ['whatever', 'id', /on_schema_change "whatever" is none of/, ['id', 'name']],
  ])('on_schema_change %s with %s', async (policy, select, result, columns) => {
    const config = `, unique_key='id', on_schema_change='${policy}'`
    await build(warehouse, orders(config, 'id, name'))
    await arrive()
    const [outcome] = told(await build(warehouse, orders(config, select)))
    expect(outcome).toEqual(typeof result === 'string' ? result : expect.stringMatching(result))
    expect((await warehouse.columns(at('m')))?.map((it) => it.name)).toEqual(columns)
    expect(await warehouse.columns(at('m__dbt_tmp'))).toBeNull()
  })
})

describe('contracts', () => {
  const contracted = (sql: string, materialized = 'table') =>
    shop({
      'models/m.sql': `{{ config(materialized='${materialized}') }} ${sql}`,
      'models/m.yml': `
models:
  - name: m
    config: {contract: {enforced: true}}
    columns:
      - {name: id, data_type: bigint, constraints: [{type: not_null}]}
      - {name: amount, data_type: "decimal(28, 2)"}
      - {name: name, data_type: varchar(20)}`,
    })
  const right = "cast(1 as bigint) as id, cast(2 as decimal(38, 2)) as amount, 'x' as name"

  test.each(['table', 'view', 'incremental'])('%s: what is promised is built', async (materialized) => {
    expect(told(await build(warehouse, contracted(`select ${right}`, materialized)))).toEqual(['m: success'])
  })

  test.each([
    [
      'a column is missing',
      "select cast(1 as bigint) as id, 'x' as name",
      'amount (decimal(28, 2)) is missing from the SQL',
    ],
    [
      'a column is of another type',
      "select 1 as id, cast(2 as decimal(9, 2)) as amount, 'x' as name",
      'id is promised as bigint and is int',
    ],
    [
      'a decimal has another scale',
      "select cast(1 as bigint) as id, cast(2 as decimal(28, 3)) as amount, 'x' as name",
      'amount is promised as decimal(28, 2) and is decimal(28,3)',
    ],
    ['there is one more', `select ${right}, true as more`, 'the SQL gives more (boolean), which the contract has not'],
  ])('%s: nothing is built', async (_, sql, message) => {
    const [result] = await build(warehouse, contracted(sql))
    expect(result).toMatchObject({ status: 'error', message: expect.stringContaining(message) })
    expect(result?.message).toContain('Change the SQL, or the columns in models/m.yml')
    expect(await warehouse.columns(at('m'))).toBeNull()
  })

  test('a null where none may be is an error without the data', async () => {
    const sql = "select cast(null as bigint) as id, cast(2 as decimal(28, 2)) as amount, 'secret' as name"
    const [result] = await build(warehouse, contracted(sql))
    expect(result).toMatchObject({ status: 'error', message: expect.stringContaining('NOT NULL constraint failed') })
    expect(result?.message).not.toContain('secret')
  })
})

describe('seeds', () => {
  test('have the types that their rows tell, or their config', async () => {
    const project = shop({
      'seeds/countries.csv':
        'code,people,share,joined,seen,member,zip,empty\nDE,83,0.5,1957-01-01,2025-01-01 10:00:00,true,01067,\nFR,,-1,1957-01-01,,false,75001,\n',
      'seeds/countries.yml': 'seeds: [{name: countries, config: {column_types: {zip: string}}}]',
    })
    expect(told(await build(warehouse, project))).toEqual(['countries: success'])
    const types = (await warehouse.columns(at('countries')))?.map((it) => it.data_type)
    expect(types).toEqual(['string', 'bigint', 'double', 'date', 'timestamp', 'boolean', 'string', 'string'])
    expect(await warehouse.query("select people, zip, empty from c.s.countries where code = 'DE'")).toEqual([
      { people: 83, zip: '01067', empty: null },
    ])
  })

  test('of many rows, quotes and backslashes come whole, again and again', async () => {
    const lines = Array.from({ length: 1201 }, (_, index) => `${index},"it's ""so"" \\n ${index}"`)
    const project = shop({ 'seeds/many.csv': `id,text\n${lines.join('\n')}\n` })
    await build(warehouse, project)
    expect(told(await build(warehouse, project))).toEqual(['many: success'])
    expect(await warehouse.query('select count(*) as n, max(id) as last from c.s.many')).toEqual([
      { n: 1201, last: 1200 },
    ])
    expect(await warehouse.query('select text from c.s.many where id = 7')).toEqual([{ text: 'it\'s "so" \\n 7' }])
  })

  test('that are no CSV are an error that names the row', async () => {
    expect(told(await build(warehouse, shop({ 'seeds/bad.csv': 'a,b\n1\n' })))).toEqual([
      'bad: error (seeds/bad.csv is not CSV: row 1 has 1 fields, the header 2)',
    ])
  })
})

describe('data tests', () => {
  const tested = (config: string) =>
    shop({
      'models/m.sql': 'select 1 as id union all select 1 union all select null as id',
      'models/m.yml': `
models:
  - name: m
    columns: [{name: id, data_tests: [{not_null: {name: filled, config: {${config}}}}]}]`,
    })

  test.each([
    ['', 'fail', 'Got 1 result(s), configured to fail if != 0'],
    ['severity: warn', 'warn', 'Got 1 result(s), configured to warn if != 0'],
    ['error_if: ">1", warn_if: ">0"', 'warn', 'Got 1 result(s), configured to warn if >0'],
    ['error_if: ">1", warn_if: ">1"', 'success', null],
    ['fail_calc: "count(*) + 4"', 'fail', 'Got 5 result(s), configured to fail if != 0'],
    ['where: "id = 1"', 'success', null],
    ['store_failures: true', 'fail', 'Got 1 result(s), configured to fail if != 0'],
  ])('with {%s}', async (config, status, message) => {
    const results = await build(warehouse, tested(config))
    expect(results.at(-1)).toMatchObject({ unique_id: expect.stringMatching(/^test\./), status, message })
  })
})

describe('a failure', () => {
  const project = () =>
    shop({
      'models/broken.sql': 'select nope from c.s.nowhere',
      'models/child.sql': "select * from {{ ref('broken') }}",
      'models/grandchild.sql': "select * from {{ ref('child') }}",
      'models/other.sql': 'select null as id',
      'models/behind_test.sql': "select * from {{ ref('other') }}",
      'models/fine.sql': 'select 1 as id',
      'models/m.yml': 'models: [{name: other, columns: [{name: id, data_tests: [{not_null: {name: filled}}]}]}]',
    })

  test('skips what is built from it, names the cause, and lets the others go on', async () => {
    const results = await build(warehouse, project())
    const outcome = new Map(told(results).map((it) => it.split(/: (.*)/s, 2) as [string, string]))
    expect(outcome.get('broken')).toMatch(/^error \(Catalog Error: /)
    expect(outcome.get('child')).toBe('skipped (skipped because model.shop.broken failed)')
    expect(outcome.get('grandchild')).toBe('skipped (skipped because model.shop.broken failed)')
    expect(outcome.get('other')).toBe('success')
    expect(outcome.get('filled')).toMatch(/^fail /)
    expect(outcome.get('behind_test')).toMatch(/^skipped \(skipped because test\.shop\.filled.* failed\)$/)
    expect(outcome.get('fine')).toBe('success')
  })

  test('of a parent that is not built this time does not keep the child from being tried', async () => {
    const results = await build(warehouse, project(), ['model.shop.child'])
    expect(told(results)[0]).toMatch(/^child: error/)
  })
})
