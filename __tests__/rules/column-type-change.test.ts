import { describe, expect, it } from 'vitest'
import { type Files, saidOfChange } from './compared.ts'

const model = (type: string, config = '') =>
  `{{ config(materialized='incremental', unique_key='id'${config}) }}\nselect 1 as id, cast(id as ${type}) as n from {{ source('raw', 't') }}\n`
const raw = { 'models/s.yml': 'sources: [{name: raw, tables: [{name: t}]}]' }
const was = (from: string, to: string, what: string) => [
  `models/m.sql:1:1: column 'n' of model 'm', which is incremental, was ${from} and is ${to}: ${what}; run it once with --full-refresh`,
]
const sync = ", on_schema_change='sync_all_columns'"
const widening = `${sync}, tblproperties={'delta.enableTypeWidening': true}`

const cases: readonly [what: string, config: string, from: string, to: string, expected: readonly string[]][] = [
  ['nothing of the same type in other words', '', 'int', 'integer', []],
  [
    'a type that the table does not take',
    '',
    'int',
    'bigint',
    was('int', 'bigint', 'its table keeps int, and new values are cast to that'),
  ],
  [
    'a type that Delta widens only when it is told to',
    sync,
    'int',
    'bigint',
    was('int', 'bigint', 'Delta alters that only in a table with delta.enableTypeWidening'),
  ],
  [
    'a type that Delta never alters',
    widening,
    'string',
    'int',
    was('string', 'int', 'Delta cannot alter that in a table'),
  ],
  ['nothing that Delta widens', widening, 'int', 'bigint', []],
  ['nothing of what fails anyhow', ", on_schema_change='fail'", 'int', 'bigint', []],
]

describe('column-type-change', () => {
  it.each(cases)('finds %s', async (_, config, from, to, expected) => {
    const [base, head] = [from, to].map((type) => ({ ...raw, 'models/m.sql': model(type, config) }))
    expect(await saidOfChange('column-type-change', base ?? {}, head ?? {})).toEqual(expected)
  })

  const contract = (type: string, enforced = true): Files => ({
    'models/m.sql': `select cast(1 as ${type}) as id`,
    'models/m.yml': `models:\n  - name: m\n    config: {contract: {enforced: ${enforced}}}\n    columns:\n      - {name: id, data_type: "${type}"}\n`,
  })

  it.each<[string, Files, Files, string[]]>([
    [
      'a promised type',
      contract('int'),
      contract('bigint'),
      [
        "models/m.yml:5:9: the contract of model 'm' promised column 'id' as int and now as bigint: whoever reads it may rely on that",
      ],
    ],
    [
      'its precision',
      contract('decimal(10, 2)'),
      contract('decimal(12,2)'),
      [
        "models/m.yml:5:9: the contract of model 'm' promised column 'id' as decimal(10, 2) and now as decimal(12,2): whoever reads it may rely on that",
      ],
    ],
    ['nothing of the same type in other words', contract('int'), contract('INTEGER'), []],
    ['nothing of spaces', contract('decimal(10, 2)'), contract('decimal(10,2)'), []],
    ['nothing without a contract', contract('int', false), contract('bigint', false), []],
    ['nothing of a contract that is new', contract('int', false), contract('bigint'), []],
  ])('finds %s', async (_, base, head, expected) => {
    expect(await saidOfChange('column-type-change', base, head)).toEqual(expected)
  })
})
