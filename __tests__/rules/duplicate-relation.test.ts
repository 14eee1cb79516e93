import { describe, expect, it } from 'vitest'
import { type Files, said } from './project.ts'

const at = (config: string) => `{{ config(${config}) }} select 1 as id`

const audited: Files = {
  'packages.yml': 'packages:\n  - local: dbt_packages/audit\n',
  'dbt_packages/audit/dbt_project.yml': 'name: audit\n',
  'dbt_packages/audit/models/results.sql': 'select 1 as id',
}
const audits = 'sources:\n  - {name: audits, schema: analytics, tables: [{name: results}]}\n'

describe('duplicate-relation', () => {
  it.each<[string, Files, string[]]>([
    [
      'nothing in other schemas',
      { 'models/a.sql': at("alias='x', schema='s1'"), 'models/b.sql': at("alias='x', schema='s2'") },
      [],
    ],
    [
      'nothing in other catalogs',
      { 'models/a.sql': at("alias='x', database='d1'"), 'models/b.sql': at("alias='x', database='d2'") },
      [],
    ],
    [
      'nothing in what is never built',
      { 'models/a.sql': at("alias='x', materialized='ephemeral'"), 'models/x.sql': 'select 1' },
      [],
    ],
    [
      'one alias twice, in whatever case',
      { 'models/a.sql': at("alias='Customers'"), 'models/customers.sql': 'select 1' },
      [
        "models/customers.sql:1:1: model 'customers' is built as main.analytics.customers, and so is model 'a'; give one another alias, schema or database",
      ],
    ],
    [
      'a model and a seed',
      { 'models/a.sql': at("alias='countries'"), 'seeds/countries.csv': 'code\nde\n' },
      [
        "seeds/countries.csv:1:1: seed 'countries' is built as main.analytics.countries, and so is model 'a'; give one another alias, schema or database",
      ],
    ],
    [
      'a model at the place of a source',
      {
        'models/orders.sql': 'select 1',
        'models/sources.yml': 'sources:\n  - name: bronze\n    schema: analytics\n    tables: [{name: ORDERS}]\n',
      },
      [
        "models/orders.sql:1:1: model 'orders' is built as main.analytics.orders, which is source 'bronze.ORDERS': it would overwrite what it reads; give it another alias, schema or database",
      ],
    ],
    [
      'nothing in the results of a package that are declared as a source',
      {
        ...audited,
        'models/sources.yml': audits,
        'models/report.sql': "select * from {{ source('audits', 'results') }}",
      },
      [],
    ],
    [
      'a model of a package that reads the source in whose place it is',
      {
        ...audited,
        'dbt_packages/audit/models/results.sql': "select * from {{ ref('raw') }}",
        'dbt_packages/audit/models/raw.sql': "select * from {{ source('audits', 'results') }}",
        'models/sources.yml': audits,
      },
      [
        "dbt_packages/audit/models/results.sql:1:1: model 'results' is built as main.analytics.results, which is source 'audits.results': it would overwrite what it reads; give it another alias, schema or database",
      ],
    ],
    [
      'nothing in a seed that stands in for a source',
      {
        'seeds/orders.csv': 'id\n1\n',
        'models/sources.yml': 'sources:\n  - name: bronze\n    schema: analytics\n    tables: [{name: orders}]\n',
      },
      [],
    ],
    [
      'nothing in two sources of one table',
      {
        'models/sources.yml':
          'sources:\n  - {name: a, schema: raw, tables: [{name: orders}]}\n  - {name: b, schema: raw, tables: [{name: orders}]}\n',
      },
      [],
    ],
  ])('finds %s', (_, files, expected) => {
    expect(said('duplicate-relation', files)).toEqual(expected)
  })
})
