import { type PageInput, pageDataOf } from '../../src/check/page/data.ts'
import { check, type Side } from '../../src/check.ts'
import { effectiveConfig, parseConfig } from '../../src/config.ts'
import { compileNode } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import { columnLineage } from '../../src/graph/column-lineage.ts'
import type { PageData, PageNode } from '../../src/report/html/page-data.ts'
import type { Report } from '../../src/report/report.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'

export type Files = Readonly<Record<string, string>>

/** A value that only the environment has, and one that only a seed has. */
export const environmentValue = 'catalog_of_the_environment'
export const seedValue = 'row of a seed'

const personal = `
models:
  - name: customers
    description: |
      One row a customer,
      of those who bought.
    config: { tags: [gdpr], meta: { gdpr: { personal_data: true } } }
    columns:
      - { name: customer_id, data_type: bigint, config: { meta: { gdpr: { class: pseudonym } } } }
      - { name: email, description: Where one is written to, config: { meta: { gdpr: { class: direct_identifier } } } }
exposures:
  - name: churn
    label: Churn of customers
    type: dashboard
    url: https://bi.example/churn
    owner: { name: Marketing, email: marketing@example.com }
    depends_on: [ref('customers')]
`

/** A shop: two sources, a seed, five models of three layers and an exposure. */
export const shop: Files = {
  'dbt_project.yml': 'name: shop\nprofile: shop\nvars: { least: 10 }\n',
  'profiles.yml':
    'shop:\n  target: prod\n  outputs:\n    prod: {type: databricks, catalog: "{{ env_var(\'DBT_CATALOG\') }}", schema: shop}\n',
  'models/sources.yml':
    'sources:\n  - name: raw\n    schema: raw\n    tables:\n      - name: customers\n        columns: [{name: id}, {name: email}, {name: country}]\n      - name: orders\n',
  'models/shop.yml': personal,
  'seeds/countries.csv': `code,name\nfr,${seedValue}\n`,
  'models/stg_customers.sql':
    "select id as customer_id, lower(email) as email, country from {{ source('raw', 'customers') }}",
  'models/stg_orders.sql':
    "select order_id, customer_id, amount from {{ source('raw', 'orders') }}\nwhere amount > {{ var('least') }}\n",
  'models/customers.sql': `{{ config(materialized='table') }}
with orders as (
    select customer_id, sum(amount) as spent
    from {{ ref('stg_orders') }}
    group by customer_id
)
select c.customer_id, c.email, n.name as country, o.spent
from {{ ref('stg_customers') }} as c
left join {{ ref('countries') }} as n on n.code = c.country
left join orders as o on o.customer_id = c.customer_id
`,
  'models/orders_by_day.sql': "select order_id, amount from {{ ref('stg_orders') }}",
  'models/old_customers.sql': "select customer_id from {{ ref('stg_customers') }}",
}

/** The shop after a pull request: a boundary moved, a column new and unclassified, a model gone and one new. */
export const changedShop: Files = {
  ...Object.fromEntries(Object.entries(shop).filter(([path]) => path !== 'models/old_customers.sql')),
  'dbt_project.yml': 'name: shop\nprofile: shop\nvars: { least: 20 }\n',
  'models/customers.sql': (shop['models/customers.sql'] ?? '').replace(
    'o.spent\n',
    'round(o.spent, 2) as spent, c.country as iso\n',
  ),
  'models/new_customers.sql': "select customer_id from {{ ref('customers') }} where spent is null",
}

export interface Regions {
  readonly [name: string]: { readonly before: Files | null; readonly after: Files | null }
}

/** What the page holds of regions, with the report that it is made from; columns are looked at. */
export async function pageOf(
  regions: Regions,
  input: Partial<PageInput> = {},
): Promise<{ readonly report: Report; readonly data: PageData }> {
  const env = new Map([['DBT_CATALOG', environmentValue]])
  const names = Object.keys(regions)
  const text = `version: 1\nregions: {${names.map((name) => `${JSON.stringify(name)}: {project: ${name}_dbt, gdpr: true}`).join(', ')}}\n`
  const config = parseConfig(text, 'c.yml')
  const side = (files: Files | null, root: string): Side | null => {
    if (files === null) return null
    const read = new Map(Object.entries(files))
    return { files: read, project: parseProject({ files: read, root, env }) }
  }
  const sides = new Map(
    names.map((name) => {
      const { before = null, after = null } = regions[name] ?? {}
      const root = `${name}_dbt`
      return [name, { base: side(before, root), head: side(after, root) }] as const
    }),
  )
  const commits = { base: 'b'.repeat(40), head: 'a'.repeat(40) }
  const report = await check({ ...commits, config: effectiveConfig(config, config), regions: sides }, startSqlLibrary)
  await startSqlLibrary(10)
  const data = pageDataOf(report, {
    repository: 'https://github.com/acme/shop',
    regions: sides,
    env,
    columns: (project, ids) => columnLineage(project, compileNode, { ids: [...ids] }),
    ...input,
  })
  return { report, data }
}

/** A node of a region by its name. Throws when there is none. */
export function nodeOf(data: PageData, name: string, region = data.regions[0]): PageNode {
  const found = region?.nodes.find((node) => node.name === name)
  if (found === undefined) throw new Error(`no node ${name} among ${region?.nodes.map((it) => it.name).join(', ')}`)
  return found
}
