import { describe, expect, it } from 'vitest'
import { type Files, saidOfChange } from './compared.ts'

const semantic = `semantic_models:
  - name: orders
    model: ref('m')
    defaults: {agg_time_dimension: day}
    entities:
      - {name: id, type: primary}
    dimensions:
      - {name: day, type: time, type_params: {time_granularity: day}}
      - {name: is_large, type: categorical, expr: "case when amount > 10 then 1 else 0 end"}
    measures:
      - {name: total, agg: sum, expr: amount}
      - {name: orders, agg: count, expr: 1}
metrics:
  - {name: revenue, label: Revenue, type: simple, type_params: {measure: total}}
  - {name: count_of_orders, label: Orders, type: simple, type_params: {measure: orders}}
`
const base: Files = {
  'models/m.sql': 'select 1 as id, current_date() as day, 20 as amount\n',
  'models/semantic.yml': semantic,
  'models/time_spine.sql': 'select current_date() as date_day',
  'models/time_spine.yml':
    'models:\n  - name: time_spine\n    time_spine: {standard_granularity_column: date_day}\n    columns: [{name: date_day, granularity: day}]\n',
}
const of = "of semantic model 'orders' is of column"

const cases: readonly [what: string, head: Files, expected: readonly string[]][] = [
  [
    'nothing where every column is there',
    { 'models/m.sql': 'select 2 as ID, current_date() as day, 30 as amount\n' },
    [],
  ],
  [
    'what is made of a column that goes',
    { 'models/m.sql': 'select 1 as id, current_date() as day\n' },
    [
      `models/semantic.yml:2:5: dimension 'is_large' ${of} 'amount', which model 'm' does not have`,
      `models/semantic.yml:2:5: measure 'total' (metric 'revenue') ${of} 'amount', which model 'm' does not have`,
    ],
  ],
  [
    'the column that an element has its name of, with the new one',
    { 'models/m.sql': 'select 1 as order_id, current_date() as day, 20 as amount\n' },
    [`models/semantic.yml:2:5: entity 'id' ${of} 'id', which model 'm' does not have; it is called 'order_id' now`],
  ],
  [
    'what is new in the YAML',
    { 'models/semantic.yml': semantic.replace('expr: amount', 'expr: ammount') },
    [
      `models/semantic.yml:2:5: measure 'total' (metric 'revenue') ${of} 'ammount', which model 'm' does not have; did you mean 'amount'?`,
    ],
  ],
  [
    'nothing where columns are not known',
    {
      'models/m.sql': "select * from {{ source('raw', 't') }}",
      'models/s.yml': 'sources: [{name: raw, tables: [{name: t}]}]',
    },
    [],
  ],
]

describe('broken-metric', () => {
  it.each(cases)('finds %s', async (_, head, expected) => {
    expect(await saidOfChange('broken-metric', base, { ...base, ...head })).toEqual(expected)
  })
})
