import { describe, expect, it } from 'vitest'
import { type Files, saidOfChange } from './compared.ts'

const yaml = (columns: string, more = '') =>
  `models:\n  - name: m\n    config: {contract: {enforced: true}${more}}\n    columns:\n${columns
    .split(', ')
    .map((column) => `      - {name: ${column.split(' ')[0]}, data_type: ${column.split(' ').slice(1).join(' ')}}\n`)
    .join('')}`
const base: Files = {
  'models/m.sql': "select 1 as id, cast('a' as string) as name\n",
  'models/m.yml': yaml('id int, name string'),
}

const cases: readonly [what: string, head: Files, expected: readonly string[]][] = [
  ['nothing in another order and case', { 'models/m.sql': "select 'b' as name, 1 as id\n" }, []],
  [
    'a column that the SQL no longer gives',
    { 'models/m.sql': 'select 1 as id\n' },
    ["models/m.yml:6:9: the contract of model 'm' promises column 'name', which its SQL does not give"],
  ],
  [
    'one that the contract does not have',
    { 'models/m.sql': "select 1 as id, 'a' as name, 2 as more\n" },
    [
      "models/m.sql:1:1: model 'm' gives column 'more', which its contract does not have; add it to the YAML with its data_type, or leave it out",
    ],
  ],
  [
    'a new name, both ways',
    { 'models/m.yml': yaml('id int, names string') },
    [
      "models/m.sql:1:1: model 'm' gives column 'name', which its contract does not have; add it to the YAML with its data_type, or leave it out",
      "models/m.yml:6:9: the contract of model 'm' promises column 'names', which its SQL does not give; did you mean 'name'?",
    ],
  ],
  [
    'another type',
    { 'models/m.sql': "select '1' as id, cast('a' as string) as name\n" },
    [
      "models/m.yml:5:9: the contract of model 'm' promises column 'id' as int, and its SQL gives string: cast it, or change the contract",
    ],
  ],
  [
    'another type of what it reads',
    {
      'models/up.sql': 'select cast(1 as bigint) as id',
      'models/m.sql': "select id, 'a' as name from {{ ref('up') }}\n",
    },
    [
      "models/m.yml:5:9: the contract of model 'm' promises column 'id' as int, and its SQL gives bigint: cast it, or change the contract",
    ],
  ],
  [
    'nothing of types that YAML only says',
    {
      'models/up.sql': 'select 1 + 1 as id',
      'models/up.yml': 'models: [{name: up, columns: [{name: id, data_type: string}]}]',
      'models/m.sql': "select id, 'a' as name from {{ ref('up') }}\n",
    },
    [],
  ],
  ['nothing of the same type in other words', { 'models/m.yml': yaml('id integer, name varchar(20)') }, []],
  [
    'nothing of a sum, whose type depends',
    {
      'models/m.sql': "select sum(id) as id, max(name) as name from {{ source('raw', 't') }}\n",
      'models/s.yml': 'sources: [{name: raw, tables: [{name: t}]}]',
    },
    [],
  ],
  [
    'nothing where columns are not known',
    {
      'models/m.sql': "select * from {{ source('raw', 't') }}\n",
      'models/s.yml': 'sources: [{name: raw, tables: [{name: t}]}]',
    },
    [],
  ],
  [
    'nothing where it is not enforced',
    { 'models/m.sql': 'select 1 as id\n', 'models/m.yml': yaml('id int, name string').replace('true', 'false') },
    [],
  ],
]

describe('broken-contract', () => {
  it.each(cases)('finds %s', async (_, head, expected) => {
    expect(await saidOfChange('broken-contract', base, { ...base, ...head })).toEqual(expected)
  })
})
