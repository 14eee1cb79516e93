import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { compileNode } from '../../src/dbt/compile.ts'
import type { Project } from '../../src/dbt/project.ts'
import {
  type ColumnLineage,
  type ColumnOf,
  columnLineage,
  type LineageOptions,
  type NodeColumns,
} from '../../src/graph/column-lineage.ts'
import { ColumnGraph, type ColumnId, type ColumnWalk } from '../../src/graph/column-walk.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { type Files, parsed } from '../dbt/project.ts'

beforeAll(() => startSqlLibrary(1))

const sources = `sources:
  - name: raw
    tables:
      - name: orders
        columns: [{name: id, data_type: bigint}, {name: customer_id}, {name: amount, data_type: "decimal(10,2)"}, {name: Status}]
      - name: customers
`

function lineage(files: Files, options?: LineageOptions): ColumnLineage {
  return columnLineage(parsed({ 'models/sources.yml': sources, ...files }), compileNode, options)
}

/** A node as lines: `name: type <- column (derivation: functions)`, what it uses, what passes, what is not known. */
function lines(node: NodeColumns | undefined): string[] {
  if (node === undefined) return ['no such node']
  if (node.unknown !== null) return [`unknown: ${node.unknown}`, ...node.columns.map(({ name }) => name)]
  const columns = node.columns.map(({ name, type, upstream, derivation, unknown }) => {
    const from = upstream.map((each) => {
      const done = [each.derivation, ...each.functions].filter((it) => it !== 'identity').join(' ')
      return `${place(each)}${done === '' ? '' : ` (${done})`}`
    })
    const made = from.length > 0 ? ` <- ${from.join(', ')}` : derivation === null ? '' : ` = ${derivation}`
    return `${name}${type === null ? '' : `: ${type}`}${made}${unknown === null ? '' : ` ? ${unknown}`}`
  })
  const uses = Object.entries(node.uses).map(([role, all]) => `${role} by ${all.map(place).join(', ')}`)
  const passes = node.passes.map(({ relation, except }) => `* of ${[short(relation), ...except].join(' but ')}`)
  return [...columns, ...uses, ...passes]
}

function place({ unique_id, relation, column }: ColumnOf): string {
  return `${short(unique_id ?? relation ?? '')}.${column}`
}

function short(id: string): string {
  return id.replace(/^(model|seed|snapshot|source)\.shop\./, '')
}

const orders = "select id, customer_id, amount, status from {{ source('raw', 'orders') }}"

const cases: readonly { what: string; files: Files; node?: string; expected: readonly string[] }[] = [
  {
    what: 'each kind of derivation',
    files: {
      'models/m.sql': `select id, cast(amount as double) as a, coalesce(upper(status) -- loud
          , '') as b, amount + 1 as c,
        row_number() over (partition by customer_id order by id) as d, 7 as e, current_date() as f
        from {{ source('raw', 'orders') }}`,
    },
    expected: [
      'id: bigint <- raw.orders.id',
      'a: double <- raw.orders.amount (cast)',
      'b <- raw.orders.status (function coalesce upper)',
      'c <- raw.orders.amount (function add)',
      'd <- raw.orders.customer_id (window over row_number), raw.orders.id (window over row_number)',
      'e: int = literal',
      'f: date = literal',
      'window by raw.orders.customer_id, raw.orders.id',
    ],
  },
  {
    what: 'an aggregate, a filter, a join, grouping and order',
    files: {
      'models/m.sql': `select o.customer_id, max(c.name) as name, count(*) as n
        from {{ source('raw', 'orders') }} o join {{ source('raw', 'customers') }} c on o.customer_id = c.id
        where o.status = 'paid' group by o.customer_id order by 1`,
    },
    expected: [
      'customer_id <- raw.orders.customer_id',
      'name <- raw.customers.name (aggregate max)',
      'n: bigint = literal',
      'filter by raw.orders.status',
      'group by raw.orders.customer_id',
      'join by raw.customers.id, raw.orders.customer_id',
    ],
  },
  {
    what: 'a star of a source with declared columns, and what others read of it',
    files: {
      'models/m.sql': "select * except (status) from {{ source('raw', 'orders') }}",
      'models/reader.sql': "select coupon from {{ ref('m') }}",
    },
    expected: [
      'id: bigint <- raw.orders.id',
      'customer_id <- raw.orders.customer_id',
      'amount: decimal(10,2) <- raw.orders.amount',
      'coupon <- raw.orders.coupon',
      '* of raw.orders but status',
    ],
  },
  {
    what: 'a star of a source that nothing is known of, with the columns of the model’s YAML',
    files: {
      'models/m.sql': "select *, 1 as one from {{ source('raw', 'customers') }}",
      'models/m.yml': 'models: [{name: m, columns: [{name: Name, data_type: string}, {name: one}]}]\n',
    },
    expected: ['one: int = literal', 'name: string <- raw.customers.name', '* of raw.customers'],
  },
  {
    what: 'a star through models',
    files: { 'models/stg.sql': orders, 'models/m.sql': "with s as (select * from {{ ref('stg') }}) select * from s" },
    expected: [
      'id: bigint <- stg.id',
      'customer_id <- stg.customer_id',
      'amount: decimal(10,2) <- stg.amount',
      'status <- stg.status',
    ],
  },
  {
    what: 'a star of an incremental model, whose table may have more columns than its SQL',
    files: {
      'models/stg.sql': `{{ config(materialized='incremental') }} ${orders}`,
      'models/m.sql': "select * except (amount) from {{ ref('stg') }}",
    },
    expected: ['id: bigint <- stg.id', 'customer_id <- stg.customer_id', 'status <- stg.status'],
  },
  {
    what: 'both states of an incremental model',
    files: {
      'models/m.sql': `{{ config(materialized='incremental') }}
        select id, {% if is_incremental() %} coalesce(amount, 0) {% else %} amount {% endif %} as amount
        from {{ source('raw', 'orders') }}
        {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}`,
    },
    expected: [
      'id: bigint <- raw.orders.id',
      'amount <- raw.orders.amount (function coalesce)',
      'filter by m.id, raw.orders.id',
    ],
  },
  {
    what: 'an ephemeral model, which is a node of its own',
    files: {
      'models/stg.sql': `{{ config(materialized='ephemeral') }} ${orders}`,
      'models/m.sql': "select upper(status) as status from {{ ref('stg') }} where amount > 0",
    },
    expected: ['status: string <- stg.status (function upper)', 'filter by stg.amount'],
  },
  {
    what: 'the ephemeral model itself',
    files: {
      'models/stg.sql': `{{ config(materialized='ephemeral') }} ${orders}`,
      'models/m.sql': "select * from {{ ref('stg') }}",
    },
    node: 'model.shop.stg',
    expected: [
      'id: bigint <- raw.orders.id',
      'customer_id <- raw.orders.customer_id',
      'amount: decimal(10,2) <- raw.orders.amount',
      'status <- raw.orders.status',
    ],
  },
  {
    what: 'a snapshot, with what dbt adds',
    files: {
      'snapshots/s.yml':
        "snapshots: [{name: m, relation: \"source('raw', 'orders')\", config: {unique_key: customer_id, strategy: timestamp, updated_at: id}}]\n",
    },
    node: 'snapshot.shop.m',
    expected: [
      'id: bigint <- raw.orders.id',
      'customer_id <- raw.orders.customer_id',
      'amount: decimal(10,2) <- raw.orders.amount',
      'status <- raw.orders.status',
      'dbt_scd_id: string <- raw.orders.customer_id (function md5), raw.orders.id (function md5)',
      'dbt_updated_at <- raw.orders.id',
      'dbt_valid_from <- raw.orders.id',
      'dbt_valid_to <- raw.orders.id',
      '* of raw.orders',
    ],
  },
  {
    what: 'a relation that the project does not know',
    files: { 'models/m.sql': 'select Price from other.shop.prices' },
    expected: ['Price <- other.shop.prices.price'],
  },
  {
    what: 'a column that Spark names, and one that may be of two relations',
    files: {
      'models/m.sql':
        "select max(o.id), vip from {{ source('raw', 'orders') }} o cross join {{ source('raw', 'customers') }} c",
    },
    expected: [
      '(unnamed) <- raw.orders.id (aggregate max)',
      "vip <- raw.customers.vip, raw.orders.vip ? 'vip' may be a column of 2 relations whose columns are not known",
    ],
  },
  {
    what: 'a model in Python, with what is read of it',
    files: {
      'models/m.py': "def model(dbt, session):\n    return dbt.source('raw', 'orders')\n",
      'models/m.yml': 'models: [{name: m, columns: [{name: a}]}]\n',
      'models/reader.sql': "select a, B from {{ ref('m') }}",
    },
    expected: ['unknown: a model in python', 'a', 'b'],
  },
  {
    what: 'a source, with what is read of it',
    files: { 'models/m.sql': "select Coupon, id from {{ source('raw', 'orders') }}" },
    node: 'source.shop.raw.orders',
    expected: ['id: bigint', 'customer_id', 'amount: decimal(10,2)', 'Status', 'coupon'],
  },
]

describe('the columns of a node', () => {
  it.each(cases)('$what', ({ files, node = 'model.shop.m', expected }) => {
    expect(lines(lineage(files).nodes.get(node))).toEqual(expected)
  })

  it('are told for the given nodes alone', () => {
    const files = { 'models/stg.sql': orders, 'models/m.sql': "select * from {{ ref('stg') }}" }
    const { nodes, coverage } = lineage(files, { ids: ['model.shop.m', 'test.shop.none'] })
    expect([...nodes.keys()]).toEqual(['model.shop.m'])
    expect(coverage).toEqual({ models: 1, analysed: 1, columns: 4, resolved: 4, unresolved: [] })
  })

  it('are known by what else names them, without being all', () => {
    const known = new Map([['source.shop.raw.customers', [{ name: 'id', type: 'bigint' }]]])
    const files = { 'models/m.sql': "select * from {{ source('raw', 'customers') }}" }
    expect(lines(lineage(files, { known }).nodes.get('model.shop.m'))).toEqual([
      'id: bigint <- raw.customers.id',
      '* of raw.customers',
    ])
  })
})

it('covers what is known, and says why the rest is not', () => {
  const { coverage } = lineage({
    'models/stg.sql': orders,
    'models/all.sql': "select * from {{ source('raw', 'customers') }}",
    'models/lost.sql': "select lost from {{ ref('stg') }}",
    'models/python.py': "def model(dbt, session):\n    return dbt.ref('stg')\n",
    'models/python.yml': 'models: [{name: python, columns: [{name: a}, {name: b}]}]\n',
  })
  expect(coverage).toEqual({
    models: 4,
    analysed: 3,
    columns: 8,
    resolved: 4,
    unresolved: [
      {
        unique_id: 'model.shop.all',
        column: '*',
        reason: 'which columns source.shop.raw.customers has is not known',
      },
      { unique_id: 'model.shop.lost', column: 'lost', reason: "nothing that is read here has a column 'lost'" },
      { unique_id: 'model.shop.python', column: null, reason: 'a model in python' },
    ],
  })
})

function walked({ columns, uses, unknown }: ColumnWalk): string[] {
  return [
    ...columns.map(place1),
    ...uses.map((use) => `${use.role} of ${short(use.by)} by ${place1(use)}`),
    ...unknown.map(({ unique_id, column, reason }) => `? ${short(unique_id)} ${column ?? ''}: ${reason}`),
  ]
}

function place1({ unique_id, column }: ColumnId): string {
  return place({ unique_id, relation: null, column })
}

function graph(project: Project): ColumnGraph {
  return new ColumnGraph(columnLineage(project, compileNode), project.manifest.child_map)
}

describe('a walk along columns', () => {
  const project = parsed({
    'models/sources.yml': sources,
    'models/stg.sql': `${orders} where status <> 'test'`,
    'models/totals.sql': "select customer_id, sum(amount) as total from {{ ref('stg') }} group by customer_id",
    'models/large.sql': "select customer_id from {{ ref('totals') }} where total > 100",
    'models/python.py': "def model(dbt, session):\n    return dbt.ref('totals')\n",
    'models/copy.sql': "select * from {{ source('raw', 'customers') }}",
  })

  it.each<['upstream' | 'downstream', string, string, string[]]>([
    [
      'downstream',
      'source.shop.raw.orders',
      'amount',
      ['stg.amount', 'totals.total', 'filter of large by totals.total', '? python : a model in python'],
    ],
    [
      'downstream',
      'source.shop.raw.customers',
      'name',
      ['? copy name: it may pass through *: which columns source.shop.raw.customers has is not known'],
    ],
    ['downstream', 'source.shop.raw.orders', 'Status', ['stg.status', 'filter of stg by raw.orders.status']],
    [
      'upstream',
      'model.shop.totals',
      'total',
      ['stg.amount', 'raw.orders.amount', 'group of totals by stg.customer_id', 'filter of stg by raw.orders.status'],
    ],
    ['upstream', 'model.shop.python', 'anything', ['? python : a model in python']],
  ])('%s of %s.%s', (direction, unique_id, column, expected) => {
    expect(walked(graph(project)[direction]([{ unique_id, column: column.toLowerCase() }]))).toEqual(expected)
  })
})

describe('the projects of this repository', () => {
  const read = (root: string): Files => {
    const entries = readdirSync(root, { recursive: true, withFileTypes: true })
    const paths = entries
      .filter((entry) => entry.isFile() && /\.(sql|ya?ml|csv|md|py)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !/[\\/](target|dbt_packages|logs)[\\/]/.test(path))
    return Object.fromEntries(
      paths.map((path) => [path.slice(root.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
    )
  }

  it.each(['us_analytics_dbt', 'eu_analytics_dbt'])('%s: every column is known', (name) => {
    const project = parsed(read(`dbt_projects/${name}`))
    const { coverage } = columnLineage(project, compileNode)
    expect(coverage.unresolved).toEqual([])
    expect(coverage.resolved).toBe(coverage.columns)
    expect(coverage.models).toBeGreaterThan(1)
  })

  it('what an order costs in the EU is followed to all that is made from it', () => {
    const project = parsed(read('dbt_projects/eu_analytics_dbt'))
    const { columns, uses, unknown } = graph(project).downstream([
      { unique_id: 'source.eu_analytics_dbt.bronze.raw_sales_orders_eu', column: 'amount' },
    ])
    expect(columns.map(({ unique_id, column }) => `${unique_id.split('.').at(-1)}.${column}`)).toMatchInlineSnapshot(`
      [
        "customer_cohorts.lifetime_value",
        "customer_cohorts.segment",
        "customer_metrics.lifetime_value",
      ]
    `)
    expect({ uses, unknown }).toEqual({ uses: [], unknown: [] })
  })
})
