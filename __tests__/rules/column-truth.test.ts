import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openDuckdb } from '../../src/adapters/duckdb.ts'
import { compileNode } from '../../src/dbt/compile.ts'
import { graphOf } from '../../src/graph/graph.ts'
import { descendants, topologicalOrder } from '../../src/graph/order.ts'
import { type Warehouse, WarehouseError } from '../../src/run/warehouse.ts'
import { databricksToDuckdb, duckdbSetup } from '../../src/sql/duckdb.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { checked, type Files } from './compared.ts'
import { project } from './project.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })

/** Every output column stands on a line of its own, so that an edit takes one away or names it otherwise. */
const shop: Files = {
  'profiles.yml':
    'shop: {target: p, outputs: {p: {type: databricks, catalog: lake, schema: analytics, host: h, http_path: p, token: t}}}\n',
  'models/sources.yml':
    'sources: [{name: raw, database: lake, schema: raw, tables: [{name: orders}, {name: customers}]}]',
  'models/stg_orders.sql': `select
  id as order_id,
  customer_id as customer_id,
  amount as amount,
  day as day
from {{ source('raw', 'orders') }}
`,
  'models/stg_customers.sql': `with source as (
  select * from {{ source('raw', 'customers') }}
)
select
  id as customer_id,
  name as name,
  country as country
from source
`,
  'models/valid.sql': `{{ config(materialized='ephemeral') }}
select * from {{ ref('stg_orders') }} where amount > 0
`,
  'models/joined.sql': `with o as (select * from {{ ref('valid') }}),
c as (select * from {{ ref('stg_customers') }})
select
  o.order_id as order_id,
  c.name as name,
  c.country as country,
  o.amount * 2 as twice
from o join c on o.customer_id = c.customer_id
`,
  'models/per_country.sql': `select
  country as country,
  count(order_id) as orders,
  sum(twice) as total
from {{ ref('joined') }}
group by country
having sum(twice) > 0
`,
  'models/everything.sql': `select * from {{ ref('joined') }}
`,
  'models/last.sql': `select
  e.order_id as order_id,
  (select max(p.total) from {{ ref('per_country') }} p where p.country = e.country) as most
from {{ ref('everything') }} e
where exists (select 1 from {{ ref('stg_orders') }} s where s.order_id = e.order_id and s.day is not null)
order by e.name
`,
  // A subquery would see what stands before it in DuckDB's FROM, which it does not in Spark's.
  'models/used.sql': `with d as (select customer_id, max(day) as day from {{ ref('stg_orders') }} group by customer_id)
select
  customer_id as customer_id,
  row_number() over (partition by country order by name) as place
from {{ ref('stg_customers') }} join d using (customer_id)
`,
  'models/bare.sql': `select
  order_id as bought,
  name as buyer
from {{ ref('stg_orders') }} o join {{ ref('stg_customers') }} c on o.customer_id = c.customer_id
where amount > 0 and country is not null
`,
  'models/models.yml': `models:
  - name: stg_orders
    columns:
      - name: order_id
        data_tests: [not_null]
      - name: customer_id
        data_tests:
          - relationships: {arguments: {to: ref('stg_customers'), field: customer_id}}
  - name: joined
    columns:
      - name: country
        data_tests:
          - accepted_values: {arguments: {values: [de, fr]}}
          - not_null: {config: {where: "name <> 'x'"}}
  - name: everything
    columns:
      - name: order_id
        data_tests: [unique]
`,
  'tests/totals.sql': "select country from {{ ref('per_country') }} where total < orders\n",
}

interface Edit {
  readonly what: string
  readonly head: Files
}

/** Every column of every model taken away, and named otherwise. */
const edits: readonly Edit[] = Object.entries(shop).flatMap(([file, text]) => {
  const lines = text.split('\n')
  return lines.flatMap((line, index): Edit[] => {
    const column = /^ {2}.* as (\w+)(,?)$/.exec(line)
    if (!file.endsWith('.sql') || column === null) return []
    const [, name = '', comma = ''] = column
    const head = (replaced: readonly string[]): Files => ({
      ...shop,
      [file]: replaced.join('\n'),
    })
    const renamed = lines.with(index, line.replace(/ as \w+,?$/, ` as new_${name}${comma}`))
    const removed = lines.toSpliced(index, 1)
    const before = removed[index - 1] ?? ''
    if (comma === '' && before.endsWith(',')) removed[index - 1] = before.slice(0, -1)
    const model = file.replace(/^models\/|\.sql$/g, '')
    return [
      { what: `${model}.${name} renamed`, head: head(renamed) },
      ...(removed.some((each) => / as \w+$/.test(each))
        ? [{ what: `${model}.${name} removed`, head: head(removed) }]
        : []),
    ]
  })
})

/** Every column of the shop added to every model that selects columns. */
const added: readonly Edit[] = Object.entries(shop).flatMap(([file, text]) =>
  ['order_id', 'customer_id', 'amount', 'day', 'name', 'country', 'twice', 'orders', 'total'].flatMap(
    (name): Edit[] => {
      const line = new RegExp(`^ {2}.* as ${name},?$`, 'm')
      if (!/^ {2}.* as \w+,?$/m.test(text) || line.test(text)) return []
      const model = file.replace(/^models\/|\.sql$/g, '')
      return [
        {
          what: `${model}.${name} added`,
          head: { ...shop, [file]: text.replace(/^( {2}.* as \w+,?)$/m, `  max(1) over () as ${name},\n$1`) },
        },
      ]
    },
  ),
)

const ofRunning = new Set(['ambiguous-column', 'unresolved-column', 'dropped-column', 'broken-test'])

describe('what the rules call broken', () => {
  let warehouse: Warehouse
  beforeAll(async () => {
    await startSqlLibrary(1)
    warehouse = await openDuckdb({ translate: databricksToDuckdb, setup: duckdbSetup, catalogs: ['lake'] })
    for (const schema of ['raw', 'analytics']) await warehouse.query(`create schema lake.${schema}`)
    await warehouse.query(
      "create table lake.raw.orders as select 1 as id, 1 as customer_id, 5 as amount, date '2024-01-01' as day",
    )
    await warehouse.query("create table lake.raw.customers as select 1 as id, 'ann' as name, 'de' as country")
  })
  afterAll(async () => warehouse.close())

  async function runs(sql: string): Promise<boolean> {
    try {
      await warehouse.query(sql)
      return true
    } catch (error) {
      if (error instanceof WarehouseError) return false
      throw error
    }
  }

  /** Builds a project anew and runs its tests; answers what fails by itself, not because of what it reads. */
  async function failing(files: Files): Promise<string[]> {
    const built = project(files)
    const { nodes } = built.manifest
    const failed: string[] = []
    const absent = new Set<string>()
    for (const id of topologicalOrder(graphOf(built.manifest), [...nodes.keys()])) {
      const node = nodes.get(id)
      if (node === undefined) continue
      const skipped = node.depends_on.nodes.some((parent) => absent.has(parent))
      const { code } = compileNode(built, id, { incremental: false })
      const isModel = node.resource_type === 'model' && node.config.materialized !== 'ephemeral'
      if (isModel) await runs(`drop view if exists ${node.relation_name}`)
      const works = !skipped && (await runs(isModel ? `create view ${node.relation_name} as ${code}` : code))
      if (!works && !skipped) failed.push(id)
      if (!works) absent.add(id)
    }
    return failed.sort()
  }

  it('is nothing in a project that runs', async () => {
    expect(await failing(shop)).toEqual([])
    expect(edits.length).toBeGreaterThan(25)
  })

  it.each([...edits, ...added])('$what', async ({ head }) => {
    const failed = await failing(head)
    const findings = (await checked(shop, head)).filter(({ rule }) => ofRunning.has(rule))
    const told = [...new Set(findings.flatMap(({ unique_id }) => unique_id ?? []))].sort()
    // What reads something that fails is not run; the rules look at it all the same.
    const below = descendants(graphOf(project(head).manifest), failed)
    expect(told.filter((id) => failed.includes(id) || !below.has(id))).toEqual(failed)
  })
})
