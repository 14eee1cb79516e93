import { describe, expect, it } from 'vitest'
import { saidOfChange } from './compared.ts'

const raw = { 'models/s.yml': 'sources: [{name: raw, tables: [{name: t}]}]' }
const model = (columns: string, config = '', where = '') =>
  `{{ config(materialized='incremental', unique_key='id'${config}) }}\nselect ${columns} from {{ source('raw', 't') }}${where}\n{% if is_incremental() %}${where === '' ? 'where' : 'and'} day > (select max(day) from {{ this }}){% endif %}\n`
const before = model('id, amount, day')
const needs = (...reasons: string[]) => [
  `models/m.sql:1:1: model 'm' needs a full refresh: ${reasons.join('; ')}. Run it once with --full-refresh, or leave what is there as it is`,
]

const cases: readonly [what: string, base: string, head: string, expected: readonly string[]][] = [
  ['nothing of layout', before, before.replace('select', '-- all\nselect'), []],
  [
    'an expression',
    before,
    model('id, amount * 2 as amount, day'),
    needs("rows that are there keep the values of 'amount'"),
  ],
  [
    'a filter',
    before,
    model('id, amount, day', '', ' where amount > 0'),
    needs('rows that are there were chosen otherwise (filter added)'),
  ],
  ['nothing of the filter of incremental runs alone', before, before.replace('day >', 'day >='), []],
  [
    'a new column that is not loaded',
    before,
    model('id, amount, day, status'),
    needs("with on_schema_change: ignore, 'status' is not loaded"),
  ],
  [
    'a new column that is empty',
    model('id, amount, day', ", on_schema_change='append_new_columns'"),
    model('id, amount, day, status', ", on_schema_change='append_new_columns'"),
    needs("'status' is empty in the rows that are there"),
  ],
  [
    'a column that stays in the table',
    model('id, amount, day', ", incremental_strategy='append'"),
    model('id, day', ", incremental_strategy='append'"),
    needs("'amount' stays in the table, empty in new rows"),
  ],
  [
    'a column that Delta may not drop',
    model('id, amount, day', ", on_schema_change='sync_all_columns'"),
    model('id, day', ", on_schema_change='sync_all_columns'"),
    needs("Delta drops 'amount' only from a table with column mapping (delta.columnMapping.mode)"),
  ],
  [
    'nothing of one that it may',
    model(
      'id, amount, day',
      ", on_schema_change='sync_all_columns', tblproperties={'delta.columnMapping.mode': 'name'}",
    ),
    model('id, day', ", on_schema_change='sync_all_columns', tblproperties={'delta.columnMapping.mode': 'name'}"),
    [],
  ],
  [
    'partitions and what is computed, at once',
    before,
    model('id, amount * 2 as amount, day', ", partition_by='day'"),
    needs('the table keeps its partition_by', "rows that are there keep the values of 'amount'"),
  ],
  ['nothing of clustering, which dbt alters', before, model('id, amount, day', ", liquid_clustered_by='day'"), []],
  ['nothing of tags', before, model('id, amount, day', ", tags=['x']"), []],
  [
    'nothing where every run replaces all rows',
    model('id, amount, day', ", incremental_strategy='insert_overwrite'"),
    model('id, amount * 2 as amount, day', ", incremental_strategy='insert_overwrite'"),
    [],
  ],
  [
    'nothing where every run is full',
    model('id, amount, day', ', full_refresh=true'),
    model('id, 1 as amount, day', ', full_refresh=true'),
    [],
  ],
  [
    'nothing of a table',
    before.replace('incremental', 'table'),
    model('id, 1 as amount, day').replace('incremental', 'table'),
    [],
  ],
]

describe('full-refresh', () => {
  it.each(cases)('finds %s', async (_, base, head, expected) => {
    expect(
      await saidOfChange('full-refresh', { ...raw, 'models/m.sql': base }, { ...raw, 'models/m.sql': head }),
    ).toEqual(expected)
  })

  it.each<[string, string, string, string[]]>([
    ['nothing of a column that only has another name where it is read', 'label as name', 'label', []],
    ['nothing of what fails anyhow', 'name', 'label', []],
    ['a column of another meaning', 'id as name', 'label', needs("rows that are there keep the values of 'name'")],
  ])('finds %s', async (_, column, name, expected) => {
    const of = (named: string, read: string) => ({
      'models/up.sql': `select 1 as id, 'a' as ${named}`,
      'models/m.sql': `{{ config(materialized='incremental', unique_key='id') }}\nselect id, ${read} from {{ ref('up') }}\n`,
    })
    expect(await saidOfChange('full-refresh', of('name', 'name'), of(name, column))).toEqual(expected)
  })
})
