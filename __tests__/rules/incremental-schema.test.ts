import { describe, expect, it } from 'vitest'
import { saidOfChange } from './compared.ts'

const model = (columns: string, config = '') =>
  `{{ config(materialized='incremental', unique_key='id'${config}) }}\nselect ${columns}\n`
const fails = (because: string) =>
  `models/m.sql:1:1: the next incremental run of model 'm' fails: ${because}; run it once with --full-refresh, or set on_schema_change to what the change needs`
const before = "1 as id, 'a' as name"
const gone = "its SQL no longer gives 'name', which its table has"

const cases: readonly [what: string, config: string, columns: string, expected: readonly string[]][] = [
  ['nothing where the columns stay', '', "1 as id, 'b' as NAME", []],
  [
    'another case where columns are compared',
    ", on_schema_change='append_new_columns'",
    "1 as id, 'b' as NAME",
    [
      fails(
        "dbt takes 'NAME' for a new column, which its table has as 'name', and on_schema_change is append_new_columns",
      ),
    ],
  ],
  ['nothing of a new column by default', '', `${before}, 2 as more`, []],
  ['a column that is gone, by default', '', '1 as id', [fails(`${gone}, and on_schema_change is ignore`)]],
  [
    'the same in words of the project’s own',
    ", on_schema_change='ingore'",
    '1 as id',
    [fails(`${gone}, and on_schema_change is ignore`)],
  ],
  [
    'a new column where any change fails',
    ", on_schema_change='fail'",
    `${before}, 2 as more`,
    [fails("'more' is new, and on_schema_change is fail")],
  ],
  [
    'every change where any fails',
    ", on_schema_change='fail'",
    "cast(1 as bigint) as id, 'a' as label",
    [fails("'label' is new, 'name' is gone, 'id' was int and is bigint, and on_schema_change is fail")],
  ],
  ['nothing where columns are added', ", on_schema_change='append_new_columns'", "1 as id, 'a' as label", []],
  ['nothing where all are synchronized', ", on_schema_change='sync_all_columns'", '1 as id', []],
  ['nothing where rows are only added', ", incremental_strategy='append'", '1 as id', []],
  [
    'what delete+insert writes',
    ", incremental_strategy='delete+insert', on_schema_change='append_new_columns'",
    '1 as id',
    [fails(`${gone}, and delete+insert writes all of them`)],
  ],
  [
    'nothing of partitions that are written by name',
    ", incremental_strategy='insert_overwrite', partition_by='id'",
    '1 as id',
    [],
  ],
  ['nothing where the merge evolves the table', ', merge_with_schema_evolution=true', '1 as id', []],
  [
    'nothing where a merge names what it writes',
    ", merge_update_columns=['id'], skip_not_matched_step=true",
    '1 as id',
    [],
  ],
  ['nothing where every run is full', ', full_refresh=true', '1 as id', []],
]

describe('incremental-schema', () => {
  it.each(cases)('finds %s', async (_, config, columns, expected) => {
    const [base, head] = [before, columns].map((each) => ({ 'models/m.sql': model(each, config) }))
    expect(await saidOfChange('incremental-schema', base ?? {}, head ?? {})).toEqual(expected)
  })

  it('finds what comes through a star', async () => {
    const star = {
      'models/m.sql': "{{ config(materialized='incremental', unique_key='id') }}\nselect * from {{ ref('up') }}\n",
    }
    const [base, head] = [before, '1 as id'].map((columns) => ({ ...star, 'models/up.sql': `select ${columns}` }))
    expect(await saidOfChange('incremental-schema', base ?? {}, head ?? {})).toEqual([
      fails(`${gone}, and on_schema_change is ignore`),
    ])
  })

  it('is silent about a model that was none', async () => {
    const base = { 'models/m.sql': `select ${before}` }
    expect(await saidOfChange('incremental-schema', base, { 'models/m.sql': model('1 as id') })).toEqual([])
  })
})
