import { describe, expect, it } from 'vitest'
import { type Files, saidOfChange } from './compared.ts'

const unitTest = (given: string, expected: string) =>
  `unit_tests:\n  - name: adds\n    model: totals\n    given:\n      - input: ref('orders')\n        ${given}\n    expect:\n      ${expected}\n`
const shop: Files = {
  'models/orders.sql': 'select 1 as id, 2 as amount\n',
  'models/totals.sql': "select id, sum(amount) as total from {{ ref('orders') }} group by id\n",
  'models/t.yml': unitTest('rows: [{id: 1, amount: 2}]', 'rows: [{id: 1, total: 2}]'),
}

const cases: readonly [what: string, head: Files, expected: readonly string[]][] = [
  [
    'nothing where every column is there',
    { 'models/totals.sql': "select id, sum(amount) + 0 as total from {{ ref('orders') }} group by id\n" },
    [],
  ],
  [
    'a column that the model no longer gives',
    { 'models/totals.sql': "select id, sum(amount) as sum from {{ ref('orders') }} group by id\n" },
    ["models/t.yml:2:5: unit test 'adds' expects column 'total', which model 'totals' does not give"],
  ],
  [
    'a column that an input no longer has',
    {
      'models/orders.sql': 'select 1 as id, 2 as amounts\n',
      'models/totals.sql': "select id, sum(amounts) as total from {{ ref('orders') }} group by id\n",
    },
    [
      "models/t.yml:2:5: unit test 'adds' gives column 'amount' of model 'orders', which is not there; did you mean 'amounts'?",
    ],
  ],
  [
    'one of an input alone, whose reader still works',
    {
      'models/orders.sql': 'select 1 as id, 2 as amount, 3 as day\n',
      'models/t.yml': unitTest('rows: [{id: 1, amount: 2, date: 3}]', 'rows: [{ID: 1, Total: 2}]'),
    },
    ["models/t.yml:2:5: unit test 'adds' gives column 'date' of model 'orders', which is not there"],
  ],
  [
    'those of CSV',
    {
      'models/t.yml': unitTest(
        '{format: csv, rows: "id,amuont\\n1,2"}'.replace('{', '').replace(/}$/, '').replace(', rows', '\n        rows'),
        'rows: [{id: 1}]',
      ),
    },
    [
      "models/t.yml:2:5: unit test 'adds' gives column 'amuont' of model 'orders', which is not there; did you mean 'amount'?",
    ],
  ],
  [
    'nothing of SQL',
    { 'models/t.yml': unitTest('format: sql\n        rows: select 1 as id, 2 as gone', 'rows: [{id: 1}]') },
    [],
  ],
  [
    'nothing where columns are not known',
    {
      'models/orders.sql': "select * from {{ source('raw', 't') }}",
      'models/s.yml': 'sources: [{name: raw, tables: [{name: t}]}]',
      'models/t.yml': unitTest('rows: [{gone: 1}]', 'rows: [{id: 1}]'),
    },
    [],
  ],
]

describe('broken-unit-test', () => {
  it.each(cases)('finds %s', async (_, head, expected) => {
    expect(await saidOfChange('broken-unit-test', shop, { ...shop, ...head })).toEqual(expected)
  })
})
