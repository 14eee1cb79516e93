import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it, test } from 'vitest'
import { compileNode } from '../../src/dbt/compile.ts'
import { columnLineage } from '../../src/graph/column-lineage.ts'
import { namedColumn } from '../../src/graph/column-name.ts'
import { ColumnGraph } from '../../src/graph/column-walk.ts'
import { lineageJson, type Walked } from '../../src/report/lineage-json.ts'
import { lineageText, walkText } from '../../src/report/lineage-text.ts'
import { openLineageEvents } from '../../src/report/openlineage.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { parsed } from '../dbt/project.ts'
import { parseJson } from '../tools/json.ts'
import { describeWith } from '../tools/optional.ts'
import { venv } from '../tools/python.ts'

beforeAll(() => startSqlLibrary(1))

const project = parsed({
  'models/sources.yml': `sources:
  - name: raw
    tables:
      - name: orders
        columns: [{name: id, data_type: bigint}, {name: email}, {name: amount}, {name: day}]
      - name: anything
`,
  'models/stg.sql': `{{ config(materialized='ephemeral') }}
select id, sha2(email, 256) as person, amount, day from {{ source('raw', 'orders') }} where amount > 0`,
  'models/totals.sql': `{{ config(materialized='incremental') }}
select person, sum(amount) as total, cast(max(day) as date) as last_day, 'eu' as region,
  row_number() over (order by sum(amount)) as place
from {{ ref('stg') }} {% if is_incremental() %} where day > (select max(last_day) from {{ this }}) {% endif %}
group by person`,
  'models/copy.sql': "select * from {{ source('raw', 'anything') }}",
  'models/python.py': "def model(dbt, session):\n    return dbt.ref('totals')\n",
  'snapshots/s.yml':
    "snapshots: [{name: history, relation: ref('totals'), config: {unique_key: person, strategy: timestamp, updated_at: last_day}}]\n",
})
const { manifest } = project

function all(ephemeral: 'apart' | 'inlined' = 'apart') {
  return columnLineage(project, compileNode, { ephemeral })
}

function walked(written: string): Walked {
  const named = namedColumn(written, all(), manifest)
  if ('problem' in named) throw new Error(`${written}: ${named.problem}`)
  const graph = new ColumnGraph(all(), manifest.child_map)
  const start = named.column
  return { start, upstream: graph.upstream([start]), downstream: graph.downstream([start]) }
}

describe('lineage --format text', () => {
  it('is a line for every column', () => {
    expect(lineageText(all(), manifest)).toMatchInlineSnapshot(`
      "copy
        * ? which columns source.shop.raw.anything has is not known

      python
        ? a model in python

      stg
        id bigint <- raw.orders.id
        person string <- raw.orders.email (function sha2)
        amount <- raw.orders.amount
        day <- raw.orders.day
        filter by raw.orders.amount

      totals
        person string <- stg.person
        total <- stg.amount (aggregate sum)
        last_day date <- stg.day (aggregate max)
        region string = literal
        place <- stg.amount (window over row_number sum)
        filter by stg.day, totals.last_day
        group by stg.person
        window by stg.amount

      history
        person string <- totals.person
        total <- totals.total
        last_day date <- totals.last_day
        region string <- totals.region
        place <- totals.place
        dbt_scd_id string <- totals.last_day (function md5), totals.person (function md5)
        dbt_updated_at <- totals.last_day
        dbt_valid_from <- totals.last_day
        dbt_valid_to <- totals.last_day

      4 of 5 models analysed, 18 of 19 columns known
      not known:
        copy.*: which columns source.shop.raw.anything has is not known
        python: a model in python"
    `)
  })

  it('is a tree for one column', () => {
    expect(walkText(walked('stg.Person'), manifest)).toMatchInlineSnapshot(`
      "stg.person
        made from
          raw.orders.email (function sha2)
        in rows decided by
          stg: filter by raw.orders.amount
        goes into
          totals.person
            history.dbt_scd_id (function md5)
            history.person
        decides rows of
          totals: group by stg.person
        not known beyond
          python: a model in python"
    `)
  })
})

describe('a column’s name', () => {
  test.each<[written: string, expected: string]>([
    ['totals.total', 'model.shop.totals total'],
    ['model.shop.totals.TOTAL', 'model.shop.totals total'],
    ['shop.totals.total', 'model.shop.totals total'],
    ['raw.orders.email', 'source.shop.raw.orders email'],
    ['raw.orders.not_declared', 'source.shop.raw.orders not_declared'],
    ['copy.passed_through', 'model.shop.copy passed_through'],
    ['totals.totl', 'column of model.shop.totals'],
    ['totls.total', 'node of totls'],
    ['totals', 'column of model.shop.totals'],
  ])('%s is %s', (written, expected) => {
    const named = namedColumn(written, all(), manifest)
    expect('problem' in named ? `${named.problem} of ${named.name}` : Object.values(named.column).join(' ')).toBe(
      expected,
    )
  })
})

describe('lineage --format json', () => {
  const schema = parseJson(readFileSync(join(import.meta.dirname, '../../schemas/lineage.schema.json'), 'utf8'))
  /** A reader ignores keys that it does not know; we write none that the schema does not. */
  const strict = JSON.parse(JSON.stringify(schema), (key, value) =>
    value?.type === 'object' && key !== 'properties' ? { ...value, additionalProperties: false } : value,
  )
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(strict)

  it.each<[string, string | null]>([
    ['all', null],
    ['a walk', 'stg.person'],
  ])('fits its published schema: %s', (_, column) => {
    const json = lineageJson(all(), manifest, column === null ? null : walked(column))
    expect(validate(JSON.parse(JSON.stringify(json))), JSON.stringify(validate.errors)).toBe(true)
  })

  it('tells the nodes that a walk reaches alone', () => {
    const { nodes } = lineageJson(all(), manifest, walked('copy.x'))
    expect(nodes.map(({ unique_id }) => unique_id)).toEqual(['model.shop.copy'])
  })
})

const events = () =>
  openLineageEvents(all('inlined'), manifest, {
    namespace: 'unitycatalog://dbc-1.cloud.databricks.com',
    jobNamespace: 'default',
    at: '2026-01-02T03:04:05.000Z',
    producer: 'https://example.com/dbt-regions',
  })

describe('lineage --format openlineage', () => {
  it('is an event for each model and snapshot that is a relation', () => {
    expect(events().map(({ job, inputs, outputs }) => [job.name, inputs, outputs].map(short))).toMatchInlineSnapshot(`
      [
        [
          "main.dev.shop.copy",
          "main.raw.anything",
          "main.dev.copy",
        ],
        [
          "main.dev.shop.python",
          "main.dev.totals",
          "main.dev.python",
        ],
        [
          "main.dev.shop.totals",
          "main.raw.orders",
          "main.dev.totals",
        ],
        [
          "main.dev.shop.history.snapshot",
          "main.dev.totals",
          "main.dev.history",
        ],
      ]
    `)
  })

  it('tells what every column is made from, and what decides the rows', () => {
    const event = events().find(({ job }) => job.name === 'main.dev.shop.totals')
    const facet = event?.outputs[0]?.facets?.columnLineage
    expect(fieldsOf(facet)).toMatchInlineSnapshot(`
      [
        "person <- main.raw.orders.email DIRECT TRANSFORMATION sha2 masking",
        "total <- main.raw.orders.amount DIRECT AGGREGATION sum",
        "last_day <- main.raw.orders.day DIRECT AGGREGATION max",
        "region <- ",
        "place <- main.raw.orders.amount INDIRECT WINDOW over, row_number, sum",
        "main.raw.orders.amount INDIRECT FILTER, INDIRECT WINDOW",
        "main.raw.orders.day INDIRECT FILTER",
        "main.raw.orders.email INDIRECT GROUP_BY",
      ]
    `)
  })
})

function short(value: unknown): unknown {
  return Array.isArray(value) ? value.map((each: { name: string }) => each.name).join(' ') : value
}

interface Field {
  readonly name: string
  readonly field: string
  readonly transformations: readonly {
    readonly type: string
    readonly subtype: string
    readonly description: string
    readonly masking: boolean
  }[]
}

function fieldsOf(facet: unknown): string[] {
  const { fields, dataset }: { fields: Record<string, { inputFields: Field[] }>; dataset: Field[] } = JSON.parse(
    JSON.stringify(facet),
  )
  const line = ({ name, field, transformations }: Field) =>
    `${name}.${field} ${transformations.map((it) => [it.type, it.subtype, it.description, it.masking ? 'masking' : ''].filter(Boolean).join(' ')).join(', ')}`
  return [
    ...Object.entries(fields).map(([name, { inputFields }]) => `${name} <- ${inputFields.map(line).join('; ')}`),
    ...dataset.map(line),
  ]
}

describeWith('python', 'OpenLineage’s own client', () => {
  it('reads every event, and writes the same', { timeout: 600_000 }, async () => {
    const script = join(import.meta.dirname, '../readers/read_by_openlineage.py')
    const input = events()
      .map((event) => JSON.stringify(event))
      .join('\n')
    const written: unknown = JSON.parse(execFileSync(await venv('openlineage'), [script], { input, encoding: 'utf8' }))
    expect(withoutEmpty(written)).toEqual(withoutEmpty(JSON.parse(JSON.stringify(events()))))
  })
})

/** The client leaves out empty lists and texts. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).map(([key, each]) => [key, withoutEmpty(each)] as const)
  return Object.fromEntries(
    kept.filter(
      ([, each]) => each !== '' && each !== null && JSON.stringify(each) !== '[]' && JSON.stringify(each) !== '{}',
    ),
  )
}
