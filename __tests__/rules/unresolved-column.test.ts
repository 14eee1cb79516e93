import { describe, expect, it } from 'vitest'
import { type Files, saidOfChange } from './compared.ts'

const orders = { 'models/orders.sql': "select 1 as id, 'x' as status, cast(2 as decimal(10, 2)) as amount\n" }
const before = { ...orders, 'models/totals.sql': "select id, amount\nfrom {{ ref('orders') }}\n" }

const lacks = (line: string, column: string, also = '') =>
  `models/totals.sql:${line}: model 'totals' uses column '${column}', which model 'orders' does not have${also}`

/** A model as it is changed to, with what is found in it. */
const cases: readonly [what: string, sql: string, expected: readonly string[], files?: Files][] = [
  ['nothing where every column is there', "select id, amount, status from {{ ref('orders') }}", []],
  [
    'a misspelt column',
    "select id,\n  amuont\nfrom {{ ref('orders') }}",
    [lacks('2:3', 'amuont', "; did you mean 'amount'?")],
  ],
  ['whatever its case', "select ID, `Amount`, orders.STATUS from {{ ref('orders') }} orders", []],
  [
    'it in a filter, behind a comment and a text that say the same',
    "-- gone\nselect id, 'gone' as x /* gone */\nfrom {{ ref('orders') }}\nwhere gone > 1",
    [lacks('4:7', 'gone')],
  ],
  [
    'it where it is used of two that are written',
    "select o.id, c.gone from {{ ref('orders') }} o join (select 1 as gone, 1 as id) c on c.id = o.id\nwhere o.gone = 1",
    [lacks('2:9', 'gone')],
  ],
  [
    'it through a common table expression',
    "with o as (\n  select * from {{ ref('orders') }}\n)\nselect o.id,\n       o.gone\nfrom o",
    [lacks('5:10', 'gone')],
  ],
  [
    'what a loop writes, where the loop has its name',
    "{% set names = ['id', 'gone'] %}\nselect {% for name in names %}{{ name }}{{ ', ' if not loop.last }}{% endfor %}\nfrom {{ ref('orders') }}",
    [lacks('1:24', 'gone')],
  ],
  [
    'what a macro writes, where the relation is read',
    "select id, {{ lost() }}\nfrom {{ ref('orders') }}",
    [lacks('2:9', 'gone')],
    { 'macros/lost.sql': '{% macro lost() %}gone{% endmacro %}' },
  ],
  [
    'it in what is only built the second time',
    "{{ config(materialized='incremental') }}\nselect id, amount from {{ ref('orders') }}\n{% if is_incremental() %}where gone > (select max(id) from {{ this }}){% endif %}",
    [lacks('3:32', 'gone')],
  ],
  [
    'what neither of two has',
    "select gone from {{ ref('orders') }} o join {{ ref('more') }} m on m.key = o.id",
    ["models/totals.sql:1:8: model 'totals' uses column 'gone', which neither model 'more' nor model 'orders' has"],
    { 'models/more.sql': 'select 1 as key' },
  ],
  [
    'a join by a column that one side lacks',
    "select 1 as x from {{ ref('orders') }} join (select 1 as key, 2 as id) k using (key)",
    [lacks('1:81', 'key')],
  ],
  [
    'nothing of a struct’s fields',
    "select s.field.deep, s.gone from (select named_struct('field', 1) as s from {{ ref('orders') }})",
    [],
  ],
  [
    'nothing of a source',
    "select gone from {{ source('raw', 't') }}",
    [],
    { 'models/s.yml': 'sources: [{name: raw, tables: [{name: t, columns: [{name: id}]}]}]' },
  ],
  [
    'a seed’s column',
    "select id, gone from {{ ref('rates') }}",
    ["models/totals.sql:1:12: model 'totals' uses column 'gone', which seed 'rates' does not have"],
    { 'seeds/rates.csv': 'id,rate\n1,2\n' },
  ],
  [
    'nothing of a seed whose delimiter is another one',
    "select gone from {{ ref('rates') }}",
    [],
    { 'seeds/rates.csv': 'id;gone\n1;2\n', 'seeds/s.yml': "seeds: [{name: rates, config: {delimiter: ';'}}]" },
  ],
  [
    'nothing of what a hook may alter',
    "select gone from {{ ref('hooked') }}",
    [],
    {
      'models/hooked.sql':
        "{{ config(materialized='table', post_hook='alter table {{ this }} add column gone int') }} select 1 as id",
    },
  ],
  [
    'nothing of an incremental model',
    "select gone from {{ ref('grown') }}",
    [],
    { 'models/grown.sql': "{{ config(materialized='incremental') }} select 1 as id" },
  ],
  [
    'nothing of a star over what is not known',
    "select gone from {{ ref('open') }}",
    [],
    {
      'models/open.sql': "select * from {{ source('raw', 't') }}",
      'models/s.yml': 'sources: [{name: raw, tables: [{name: t}]}]',
    },
  ],
  [
    'it through an ephemeral model, once and there',
    "select id from {{ ref('inner') }}",
    ["models/inner.sql:1:51: model 'inner' uses column 'gone', which model 'orders' does not have"],
    { 'models/inner.sql': "{{ config(materialized='ephemeral') }} select id, gone from {{ ref('orders') }}" },
  ],
  [
    'nothing where a session variable may be meant',
    "{{ config(pre_hook='declare variable gone int default 1') }}\nselect id, gone from {{ ref('orders') }}",
    [],
  ],
  [
    'nothing where the project builds tables in a way of its own',
    "select id, gone from {{ ref('orders') }}",
    [],
    {
      'macros/create.sql':
        '{% macro databricks__create_view_as(relation, sql) %}create view {{ relation }} as select *, 1 as gone from ({{ sql }}){% endmacro %}',
    },
  ],
  ['nothing where SQL needs the warehouse', "select {{ run_query('select 1') }}, gone from {{ ref('orders') }}", []],
]

describe('unresolved-column', () => {
  it.each(cases)('finds %s', async (_, sql, expected, files = {}) => {
    const head = { ...before, ...files, 'models/totals.sql': sql }
    expect(await saidOfChange('unresolved-column', before, head)).toEqual(expected)
  })

  it('is not new where base has it', async () => {
    const wrong = { ...orders, 'models/totals.sql': "select id, gone from {{ ref('orders') }}" }
    const head = { ...wrong, 'models/totals.sql': "\n\nselect id, gone, amount + 1 as more from {{ ref('orders') }}" }
    expect(await saidOfChange('unresolved-column', wrong, head)).toEqual([])
  })

  it('is not looked for in what does not change', async () => {
    const wrong = { ...orders, 'models/totals.sql': "select id, gone from {{ ref('orders') }}" }
    expect(await saidOfChange('unresolved-column', wrong, { ...wrong, 'models/other.sql': 'select 1 as id' })).toEqual(
      [],
    )
  })
})
