import { describe, expect, it } from 'vitest'
import { type Files, saidOfChange } from './compared.ts'

const yaml = 'models:\n  - name: m\n    columns:\n      - name: id\n      - name: name\n      - {name: address.city}\n'
const base: Files = {
  'models/m.sql': "select 1 as id, 'a' as name, named_struct('city', 'x') as address\n",
  'models/m.yml': yaml,
}

const cases: readonly [what: string, head: Files, expected: readonly string[]][] = [
  [
    'nothing where every column is there',
    { 'models/m.sql': "select 2 as ID, 'b' as NAME, named_struct('city', 'x') as address\n" },
    [],
  ],
  [
    'a column that the SQL no longer gives',
    { 'models/m.sql': "select 1 as id, named_struct('city', 'x') as address\n" },
    ["models/m.yml:5:9: the YAML of model 'm' describes column 'name', which its SQL does not give"],
  ],
  [
    'one that is new in the YAML',
    { 'models/m.yml': `${yaml}      - name: nam\n` },
    [
      "models/m.yml:7:9: the YAML of model 'm' describes column 'nam', which its SQL does not give; did you mean 'name'?",
    ],
  ],
  [
    'nothing of what a hook may add',
    {
      'models/m.sql':
        "{{ config(materialized='table', post_hook='alter table {{ this }} add column name int') }} select 1 as id, 2 as address",
    },
    [],
  ],
  [
    'nothing under a contract, which says it itself',
    {
      'models/m.sql': 'select 1 as id',
      'models/m.yml':
        'models:\n  - name: m\n    config: {contract: {enforced: true}}\n    columns: [{name: id, data_type: int}, {name: gone, data_type: int}]\n',
    },
    [],
  ],
  [
    'a column of a seed, and one of its types',
    {
      'seeds/s.csv': 'id,rate\n1,2\n',
      'seeds/s.yml':
        'seeds:\n  - name: s\n    config: {column_types: {rates: double, ID: int}}\n    columns:\n      - name: day\n',
    },
    [
      "seeds/s.yml:2:5: column_types of seed 's' names column 'rates', which its file does not have; did you mean 'rate'?",
      "seeds/s.yml:5:9: the YAML of seed 's' describes column 'day', which its file does not have",
    ],
  ],
  [
    'a snapshot’s, whose own columns are there',
    {
      'snapshots/s.sql':
        "{% snapshot s %}\n{{ config(unique_key='id', strategy='check', check_cols='all') }}\nselect id from {{ ref('m') }}\n{% endsnapshot %}\n",
      'snapshots/s.yml': 'snapshots:\n  - name: s\n    columns:\n      - name: dbt_valid_from\n      - name: gone\n',
    },
    ["snapshots/s.yml:5:9: the YAML of snapshot 's' describes column 'gone', which its SQL does not give"],
  ],
]

describe('orphan-column', () => {
  it.each(cases)('finds %s', async (_, head, expected) => {
    expect(await saidOfChange('orphan-column', base, { ...base, ...head })).toEqual(expected)
  })
})
