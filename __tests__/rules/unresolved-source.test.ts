import { describe, expect, it } from 'vitest'
import { type Files, said } from './project.ts'

const sources = {
  'models/sources.yml': 'sources:\n  - name: bronze\n    tables: [{name: raw_orders}, {name: raw_customers}]',
}

describe('unresolved-source', () => {
  it.each<[string, Files, string[]]>([
    [
      'nothing where the table is declared',
      { ...sources, 'models/a.sql': "select * from {{ source('bronze', 'raw_orders') }}" },
      [],
    ],
    [
      'a misspelt table',
      { ...sources, 'models/a.sql': "select * from {{ source('bronze', 'raw_order') }}" },
      [
        "models/a.sql:1:18: model 'a' reads 'raw_order' of source 'bronze', which declares no such table; did you mean 'bronze.raw_orders'?",
      ],
    ],
    [
      'a table like no other',
      { ...sources, 'models/a.sql': "select * from {{ source('bronze', 'shipments') }}" },
      [
        "models/a.sql:1:18: model 'a' reads 'shipments' of source 'bronze', which declares no such table; add 'shipments' to its YAML, or correct the name",
      ],
    ],
    [
      'not a source that nobody declares',
      { ...sources, 'models/a.sql': "select * from {{ source('crm', 'people') }}" },
      [],
    ],
  ])('finds %s', (_, files, expected) => {
    expect(said('unresolved-source', files)).toEqual(expected)
  })
})
