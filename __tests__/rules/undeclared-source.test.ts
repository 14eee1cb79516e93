import { describe, expect, it } from 'vitest'
import { type Files, said } from './project.ts'

const sources = { 'models/sources.yml': 'sources:\n  - name: bronze\n    tables: [{name: raw_orders}]' }

describe('undeclared-source', () => {
  it.each<[string, Files, string[]]>([
    [
      'nothing where it is declared',
      { ...sources, 'models/a.sql': "select * from {{ source('bronze', 'raw_orders') }}" },
      [],
    ],
    [
      'not a table that is missing',
      { ...sources, 'models/a.sql': "select * from {{ source('bronze', 'raw_order') }}" },
      [],
    ],
    [
      'a misspelt source',
      { ...sources, 'models/a.sql': "select * from {{ source('bronce', 'raw_orders') }}" },
      [
        "models/a.sql:1:18: model 'a' reads source 'bronce.raw_orders', but no YAML declares a source 'bronce'; did you mean 'bronze.raw_orders'?",
      ],
    ],
    [
      'a source in a project without any',
      { 'models/a.sql': "select * from {{ source('crm', 'people') }}" },
      [
        "models/a.sql:1:18: model 'a' reads source 'crm.people', but no YAML declares a source 'crm'; declare it under 'sources:' with the table 'people', or correct the name",
      ],
    ],
  ])('finds %s', (_, files, expected) => {
    expect(said('undeclared-source', files)).toEqual(expected)
  })
})
