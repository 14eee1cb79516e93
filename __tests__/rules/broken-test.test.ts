import { describe, expect, it } from 'vitest'
import { type Files, saidOfChange } from './compared.ts'

const yaml = (tests: string) => `models:\n  - name: m\n    columns:\n      - name: name\n        data_tests: ${tests}\n`
const model = "select 1 as id, 'a' as name\n"
const gone = 'select 1 as id\n'

const cases: readonly [what: string, base: Files, head: Files, expected: readonly string[]][] = [
  [
    'the tests of a column that goes',
    { 'models/m.sql': model, 'models/m.yml': yaml('[not_null, unique]') },
    { 'models/m.sql': gone },
    [
      "models/m.yml:5:22: data test 'not_null_m_name' reads column 'name', which model 'm' does not have",
      "models/m.yml:5:32: data test 'unique_m_name' reads column 'name', which model 'm' does not have",
    ],
  ],
  [
    'its new name',
    { 'models/m.sql': model, 'models/m.yml': yaml('[not_null]') },
    { 'models/m.sql': "select 1 as id, 'a' as label\n" },
    [
      "models/m.yml:5:22: data test 'not_null_m_name' reads column 'name', which model 'm' does not have; it is called 'label' now",
    ],
  ],
  [
    'a test that is new',
    { 'models/m.sql': model },
    { 'models/m.yml': 'models:\n  - name: m\n    columns:\n      - name: names\n        data_tests: [not_null]\n' },
    [
      "models/m.yml:5:22: data test 'not_null_m_names' reads column 'names', which model 'm' does not have; did you mean 'name'?",
    ],
  ],
  [
    'the field of a relationship',
    {
      'models/m.sql': model,
      'models/o.sql': 'select 1 as m_id',
      'models/o.yml':
        "models:\n  - name: o\n    columns:\n      - name: m_id\n        data_tests:\n          - relationships:\n              arguments: {to: ref('m'), field: name}\n",
    },
    { 'models/m.sql': gone },
    [
      "models/o.yml:6:13: data test 'relationships_o_m_id__name__ref_m_' reads column 'name', which model 'm' does not have",
    ],
  ],
  [
    'the condition of a test',
    {
      'models/m.sql': model,
      'models/m.yml':
        'models:\n  - name: m\n    columns:\n      - name: id\n        data_tests:\n          - not_null: {config: {where: "name <> \'x\'"}}\n',
    },
    { 'models/m.sql': gone },
    ["models/m.yml:6:13: data test 'not_null_m_id' reads column 'name', which model 'm' does not have"],
  ],
  [
    'a generic test of the project with more columns',
    {
      'models/m.sql': model,
      'tests/generic/together.sql':
        "{% test together(model, columns) %}select {{ columns | join(', ') }} from {{ model }} group by all having count(*) > 1{% endtest %}",
      'models/m.yml': 'models:\n  - name: m\n    data_tests:\n      - together: {arguments: {columns: [id, name]}}\n',
    },
    { 'models/m.sql': gone },
    ["models/m.yml:4:9: data test 'together_m_id__name' reads column 'name', which model 'm' does not have"],
  ],
  [
    'a test in SQL, with its line',
    { 'models/m.sql': model, 'tests/t.sql': "select *\nfrom {{ ref('m') }}\nwhere name is null\n" },
    { 'models/m.sql': gone },
    ["tests/t.sql:3:7: data test 't' reads column 'name', which model 'm' does not have"],
  ],
  [
    'nothing where the test goes with the column',
    { 'models/m.sql': model, 'models/m.yml': yaml('[not_null]') },
    { 'models/m.sql': gone, 'models/m.yml': 'models:\n  - name: m\n' },
    [],
  ],
  [
    'nothing where the column stays, in another case',
    { 'models/m.sql': model, 'models/m.yml': yaml('[not_null]') },
    { 'models/m.sql': "select 1 as id, 'b' as NAME\n" },
    [],
  ],
  [
    'nothing where the table may keep the column',
    { 'models/m.sql': `{{ config(materialized='incremental') }} ${model}`, 'models/m.yml': yaml('[not_null]') },
    { 'models/m.sql': `{{ config(materialized='incremental') }} ${gone}` },
    [],
  ],
]

describe('broken-test', () => {
  it.each(cases)('finds %s', async (_, base, head, expected) => {
    expect(await saidOfChange('broken-test', base, { ...base, ...head })).toEqual(expected)
  })
})
