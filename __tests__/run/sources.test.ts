import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readAsset } from '../../src/adapters/assets.ts'
import { openDatabricks } from '../../src/adapters/databricks.ts'
import type { Project } from '../../src/dbt/project.ts'
import { columnsOfRelations, relationKey } from '../../src/run/relation-columns.ts'
import { missingSourceLines, missingSources } from '../../src/run/sources.ts'
import { type Cell, type RelationName, type Row, type Warehouse, WarehouseError } from '../../src/run/warehouse.ts'
import { startSql } from '../../src/sql/sdk.ts'
import { embedded } from '../adapters/embedded.ts'
import { describeWith } from '../tools/optional.ts'
import { trust } from '../workspace/trust.ts'
import { startWorkspaces, type Workspaces } from '../workspace/workspaces.ts'
import { compilerOf, shop } from './native.ts'

const yml = `version: 2
sources:
  - name: bronze
    database: c
    schema: Bronze
    tables:
      - name: orders
        columns:
          - name: id
          - name: amount
      - name: customers
        identifier: RAW_customers
      - name: gone
  - name: elsewhere
    database: d
    schema: bronze
    tables:
      - name: notes
  - name: own
    database: c
    schema: s
    tables:
      - name: plain
`

const models: Readonly<Record<string, string>> = {
  'models/sources.yml': yml,
  'models/plain.sql': "select id, customer_id from {{ source('bronze', 'orders') }}",
  'models/amounts.sql':
    "with o as (select * from {{ source('bronze', 'orders') }}) select o.id, o.Amount, o.customer_ids from o",
  'models/hidden.sql': "{{ config(materialized='ephemeral') }} select id, nme from {{ source('bronze', 'customers') }}",
  'models/visible.sql': "select hidden.* from {{ ref('hidden') }} as hidden",
  'models/lost.sql': "select 1 as one from {{ source('bronze', 'gone') }}, {{ source('elsewhere', 'notes') }}",
  'models/late.sql':
    "{{ config(materialized='incremental') }} select id from {{ source('bronze', 'orders') }}{% if is_incremental() %} where arrived > 1{% endif %}",
  'models/never.sql':
    "select id from {{ source('bronze', 'orders') }}{% if is_incremental() %} where arrived > 1{% endif %}",
  'models/either.sql':
    "select total from {{ source('bronze', 'orders') }} o join {{ source('bronze', 'customers') }} c on o.customer_id = c.id",
  'models/inexact.sql':
    "select {{ run_query('select 1').columns[0] }} as x, gone from {{ source('bronze', 'orders') }}",
  'models/declared.sql':
    "{{ config(pre_hook='declare or replace variable since int default 1') }} select since from {{ source('bronze', 'orders') }}",
  'models/own.sql': "select whatever from {{ source('own', 'plain') }}",
  'models/child.sql': "select * from {{ ref('amounts') }}",
}

const { project } = shop(models)

/** The sentences for these models of the project on the warehouse. */
async function said(warehouse: Warehouse, names: readonly string[], on: Project = project): Promise<string[]> {
  const nodes = names.map((name) => `model.shop.${name}`)
  return missingSourceLines(await missingSources({ project: on, nodes, warehouse, compiler: compilerOf(on) }))
}

/** The warehouse with the statements that it is asked. */
function recorded(warehouse: Warehouse): { warehouse: Warehouse; asked: string[] } {
  const asked: string[] = []
  const query = async (sql: string, parameters?: Readonly<Record<string, Cell>>): Promise<readonly Row[]> => {
    asked.push(`query ${Object.values(parameters ?? {}).join(' ')}`)
    return warehouse.query(sql, parameters)
  }
  const columns = async (relation: RelationName) => {
    asked.push(`columns ${relation.identifier}`)
    return warehouse.columns(relation)
  }
  return { warehouse: { query, columns, close: () => warehouse.close() }, asked }
}

const ordersAt = 'c.Bronze.orders (source bronze.orders, models/sources.yml'

describe('missingSources', () => {
  let warehouse: Warehouse
  beforeAll(async () => {
    warehouse = await embedded(['c', 'd'])
    await warehouse.query('create schema c.bronze')
    await warehouse.query('create table c.bronze.orders (id bigint, customer_id bigint)')
    await warehouse.query('create table c.bronze.raw_customers (id bigint, name string)')
  })
  afterAll(() => warehouse?.close())

  test.each<[string, string[], string[]]>([
    ['nothing, when all is there', ['plain', 'child'], []],
    ['what the project builds itself', ['own'], []],
    ['what cannot be compiled here', ['inexact'], []],
    ['a variable of the session', ['declared'], []],
    ['a branch for incremental runs of a model that has none', ['never'], []],
  ])('says nothing of %s', async (_, names, expected) => {
    expect(await said(warehouse, names)).toEqual(expected)
  })

  test.each<[string, string[], string[]]>([
    [
      'columns through a common table expression, as declared',
      ['amounts'],
      [
        `${ordersAt}:10) has no column 'Amount', which amounts reads; it has id, customer_id`,
        `${ordersAt}:7) has no column 'customer_ids', which amounts reads; it has id, customer_id; did you mean 'customer_id'?`,
      ],
    ],
    [
      'a column that an ephemeral model reads, with the model that is built',
      ['hidden', 'visible'],
      [
        "c.Bronze.RAW_customers (source bronze.customers, models/sources.yml:11) has no column 'nme', which hidden, visible read; it has id, name; did you mean 'name'?",
      ],
    ],
    [
      'a column that only an incremental run reads',
      ['late'],
      [`${ordersAt}:7) has no column 'arrived', which late reads; it has id, customer_id`],
    ],
    [
      'a column that either of two could have had',
      ['either'],
      [
        "neither c.Bronze.orders (source bronze.orders, models/sources.yml:7) nor c.Bronze.RAW_customers has a column 'total', which either reads; it has id, customer_id",
      ],
    ],
    [
      'tables that are not there, in any catalog',
      ['lost', 'plain'],
      [
        'c.Bronze.gone (source bronze.gone, models/sources.yml:13)',
        'd.bronze.notes (source elsewhere.notes, models/sources.yml:18)',
      ].map(
        (table) =>
          `${table}, which lost reads, is not there, or the principal of this deploy may not see it: create it, grant SELECT on it, or put its place right`,
      ),
    ],
  ])('tells %s', async (_, names, expected) => {
    expect(await said(warehouse, names)).toEqual(expected)
  })

  test('asks one statement a catalog when all is there, and nothing without sources', async () => {
    const { warehouse: watched, asked } = recorded(warehouse)
    expect(await said(watched, ['plain', 'never'])).toEqual([])
    expect(asked).toEqual(['query c bronze orders'])
    expect(await said(watched, ['child', 'own'])).toEqual([])
    expect(asked).toHaveLength(1)
  })

  test('asks the relation itself before a column is said to be missing', async () => {
    const { warehouse: watched, asked } = recorded(warehouse)
    const stale = {
      ...watched,
      query: async () => [{ table_schema: 'bronze', table_name: 'orders', column_name: 'id' }],
    }
    expect(await said(stale, ['plain'])).toEqual([])
    expect(asked).toEqual(['columns orders'])
  })

  test('sorts, counts and cuts what is much', async () => {
    const names = ['m1', 'm2', 'm3', 'm4', 'm5']
    const many = shop({
      'models/sources.yml': yml,
      ...Object.fromEntries(
        names.map((name) => [`models/${name}.sql`, "select x, a from {{ source('bronze', 'orders') }}"]),
      ),
    })
    expect(await said(warehouse, names.toReversed(), many.project)).toEqual(
      ['a', 'x'].map(
        (column) =>
          `${ordersAt}:7) has no column '${column}', which m1, m2, m3 and 2 more read; it has id, customer_id`,
      ),
    )
  })
})

describe('columnsOfRelations', () => {
  const orders = { database: 'c', schema: 's', identifier: 'Orders' }

  /** A workspace that answers so. */
  function answering(answer: {
    query: () => readonly Row[]
    columns: () => readonly { name: string; data_type: string }[] | null
  }): Warehouse {
    return { query: async () => answer.query(), columns: async () => answer.columns(), close: async () => {} }
  }
  const refused = (condition: string | null) => (): never => {
    throw new WarehouseError('refused', { condition })
  }
  const one = () => [{ name: 'id', data_type: 'int' }]

  test.each<[string, Parameters<typeof answering>[0], readonly string[] | null]>([
    ['the information schema is refused', { query: refused('INSUFFICIENT_PERMISSIONS'), columns: one }, ['id']],
    ['the information schema does not show it', { query: () => [], columns: one }, ['id']],
    ['there is no such catalog', { query: refused('NO_SUCH_CATALOG_EXCEPTION'), columns: one }, null],
    ['there is no such schema', { query: () => [], columns: refused('SCHEMA_NOT_FOUND') }, null],
    ['it may not be read', { query: () => [], columns: refused('INSUFFICIENT_PERMISSIONS') }, null],
  ])('when %s', async (_, answer, expected) => {
    const found = await columnsOfRelations(answering(answer), [orders])
    expect(found.get(relationKey(orders))).toEqual(expected)
  })

  test('an outage is thrown', async () => {
    const down = answering({ query: refused(null), columns: refused(null) })
    await expect(columnsOfRelations(down, [orders])).rejects.toThrow('refused')
  })

  test.each(['hive_metastore', 'Spark_Catalog', null])('%s is asked table by table', async (database) => {
    const { warehouse, asked } = recorded(answering({ query: refused(null), columns: one }))
    const relation = { ...orders, database }
    expect((await columnsOfRelations(warehouse, [relation, relation])).get(relationKey(relation))).toEqual(['id'])
    expect(asked).toEqual(['columns Orders'])
  })

  test('many relations take several statements', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `t${index}`)
    const { warehouse, asked } = recorded(answering({ query: () => [], columns: () => null }))
    await columnsOfRelations(
      warehouse,
      names.map((identifier) => ({ ...orders, identifier })),
    )
    expect(asked.filter((it) => it.startsWith('query')).map((it) => it.split(' ').length)).toEqual([103, 103, 53])
  })
})

// A machine that does other things too.
vi.setConfig({ testTimeout: 120_000 })

/** Another test file may have the workspaces first. */
const START_MS = 30 * 60_000

describeWith('java', 'missingSources on a workspace', () => {
  let workspaces: Workspaces<'eu'>
  let distrust = () => {}
  let warehouse: Warehouse
  beforeAll(async () => {
    await startSql(await readAsset('polyglot_sql.wasm'))
    workspaces = await startWorkspaces(['eu'])
    distrust = trust(workspaces.authority)
    for (const [name, value] of Object.entries(workspaces.network)) vi.stubEnv(name, value)
    const { host, httpPath, catalog, token } = workspaces.of('eu')
    const auth = { kind: 'token', token } as const
    const connection = { host, httpPath, catalog, schema: 'default', auth, secrets: [token] }
    warehouse = await openDatabricks(connection, { say: () => {}, signal: new AbortController().signal })
    await warehouse.query('create schema eu_prod.bronze')
    await warehouse.query(
      'create table eu_prod.bronze.Orders (Id bigint, amount decimal(18, 2), address struct<city: string>)',
    )
    await warehouse.query('create view eu_prod.bronze.customers as select 1 as id, 2 as name')
  }, START_MS)
  afterAll(async () => {
    await warehouse?.close()
    vi.unstubAllEnvs()
    distrust()
    workspaces?.stop()
  })

  test('tables and views alike, names in any case', async () => {
    const { project } = shop({
      'models/sources.yml': `version: 2
sources:
  - {name: bronze, database: EU_prod, schema: BRONZE, tables: [{name: orders}, {name: customers}, {name: notes}]}`,
      'models/good.sql': "select ID, Address.City from {{ source('bronze', 'orders') }}",
      'models/bad.sql':
        "select o.amont, c.nam from {{ source('bronze', 'orders') }} o cross join {{ source('bronze', 'customers') }} c cross join {{ source('bronze', 'notes') }}",
    })
    const at = 'models/sources.yml:3'
    expect(await said(warehouse, ['good', 'bad'], project)).toEqual([
      `EU_prod.BRONZE.customers (source bronze.customers, ${at}) has no column 'nam', which bad reads; it has id, name; did you mean 'name'?`,
      `EU_prod.BRONZE.notes (source bronze.notes, ${at}), which bad reads, is not there, or the principal of this deploy may not see it: create it, grant SELECT on it, or put its place right`,
      `EU_prod.BRONZE.orders (source bronze.orders, ${at}) has no column 'amont', which bad reads; it has Id, amount, address; did you mean 'amount'?`,
    ])
    const { warehouse: watched, asked } = recorded(warehouse)
    expect(await said(watched, ['good'], project)).toEqual([])
    expect(asked).toEqual(['query eu_prod bronze orders'])
  })
})
