import { describe, expect, it } from 'vitest'
import { check, type Side } from '../src/check.ts'
import { type EffectiveConfig, effectiveConfig, parseConfig } from '../src/config.ts'
import type { RegionReport, Report } from '../src/report/report.ts'
import { startSqlLibrary } from '../src/start-sql.ts'
import { type Files, project } from './rules/project.ts'

function side(files: Files | null, root = 'dbt'): Side | null {
  return files === null ? null : { files: new Map(Object.entries(files)), project: project(files, root) }
}

function config(base: string, head = base): EffectiveConfig {
  return effectiveConfig(parseConfig(base, 'c.yml'), parseConfig(head, 'c.yml'))
}

const shop = 'version: 1\nregions: {shop: {project: dbt}}\n'

function run(base: Files | null, head: Files | null, effective = config(shop)): Promise<Report> {
  return check(
    {
      base: 'b',
      head: 'h',
      config: effective,
      regions: new Map([['shop', { base: side(base), head: side(head) }]]),
    },
    startSqlLibrary,
  )
}

function region(report: Report): RegionReport {
  const [only] = report.regions
  if (only === undefined) throw new Error('the report has no region')
  return only
}

/** Every finding as `new|old rule file:line`. */
function told(report: Report): string[] {
  return region(report).findings.map(
    (finding) => `${finding.new ? 'new' : 'old'} ${finding.rule} ${finding.file}:${finding.line}`,
  )
}

const customers = { 'models/customers.sql': 'select 1 as id' }
const reads = (name: string, before = '') => `${before}select * from {{ ref('${name}') }}`
const broken = { 'models/a.sql': reads('nothing') }

describe('the SQL library', () => {
  it.each<[string, string, number]>([
    ['is not loaded where no SQL differs', '-- as before\nselect 1 as id', 0],
    ['is loaded once where SQL differs', 'select 2 as id', 1],
  ])('%s', async (_, sql, expected) => {
    let loaded = 0
    const sides = { base: side(customers), head: side({ 'models/customers.sql': sql }) }
    const input = { base: 'b', head: 'h', config: config(shop), regions: new Map([['shop', sides]]) }
    const report = await check(input, async () => {
      loaded++
      await startSqlLibrary(1)
    })
    expect(region(report).changes).toHaveLength(1)
    expect(loaded).toBe(expected)
  })
})

describe('coverage', () => {
  const files = {
    'models/sources.yml': 'sources: [{name: bronze, tables: [{name: orders}]}]\n',
    'models/metrics.sql': "select id, amount from {{ source('bronze', 'orders') }}",
    'models/cohorts.sql': reads('metrics'),
    'models/copy.sql': "select *, 1 as one from {{ source('bronze', 'orders') }}",
    'models/elsewhere.sql': 'select 1 as id',
  }

  it.each<[string, Files, RegionReport['coverage']]>([
    ['nothing changed', files, null],
    ['a comment', { ...files, 'models/metrics.sql': `${files['models/metrics.sql']} -- all` }, null],
    [
      'what changed and what reads it',
      { ...files, 'models/metrics.sql': "select id, amount * 2 as amount from {{ source('bronze', 'orders') }}" },
      { models: 2, analysed: 2, columns: 4, resolved: 4, unresolved: [] },
    ],
    [
      'columns that are not known',
      { ...files, 'models/copy.sql': "select *, 2 as one from {{ source('bronze', 'orders') }}" },
      {
        models: 1,
        analysed: 1,
        columns: 2,
        resolved: 1,
        unresolved: [
          {
            unique_id: 'model.shop.copy',
            column: '*',
            reason: 'which columns source.shop.bronze.orders has is not known',
          },
        ],
      },
    ],
  ])('is of what was looked at: %s', async (_, head, expected) => {
    expect(region(await run(files, head)).coverage).toEqual(expected)
  })
})

describe('what is new', () => {
  it.each<[string, Files | null, Files, string[], Report['conclusion']]>([
    ['nothing', customers, customers, [], 'success'],
    ['a finding that base has', broken, broken, ['old unresolved-ref dbt/models/a.sql:1'], 'success'],
    [
      'one that has moved down',
      broken,
      { 'models/a.sql': reads('nothing', '\n\n-- three lines on\n') },
      ['old unresolved-ref dbt/models/a.sql:4'],
      'success',
    ],
    [
      'one more of the same',
      broken,
      { 'models/a.sql': `${reads('nothing')}\n${reads('nothing')}` },
      ['old unresolved-ref dbt/models/a.sql:1', 'new unresolved-ref dbt/models/a.sql:2'],
      'failure',
    ],
    [
      'another one at the same place',
      broken,
      { 'models/a.sql': reads('nowhere') },
      ['new unresolved-ref dbt/models/a.sql:1'],
      'failure',
    ],
    [
      'one in a file that nobody touched',
      { ...customers, 'models/a.sql': reads('customers') },
      { 'models/a.sql': reads('customers') },
      ['new unresolved-ref dbt/models/a.sql:1'],
      'failure',
    ],
    [
      'one in a model that is moved',
      broken,
      { 'models/gold/a.sql': reads('nothing') },
      ['old unresolved-ref dbt/models/gold/a.sql:1'],
      'success',
    ],
    [
      'one in a model that is copied',
      broken,
      { ...broken, 'models/b.sql': reads('nothing') },
      ['old unresolved-ref dbt/models/a.sql:1', 'new unresolved-ref dbt/models/b.sql:1'],
      'failure',
    ],
    [
      'a file that is broken and moved',
      { 'models/a.yml': 'models: [' },
      { 'models/x/b.yml': 'models: [' },
      ['old yaml-syntax dbt/models/x/b.yml:1'],
      'success',
    ],
    [
      'a file that is broken where another is repaired',
      { 'models/a.yml': 'models: [', 'models/b.yml': 'models: []' },
      { 'models/a.yml': 'models: []', 'models/b.yml': 'models: [' },
      ['new yaml-syntax dbt/models/b.yml:1'],
      'failure',
    ],
    [
      'a file that is broken and copied',
      { 'models/a.yml': 'models: [' },
      { 'models/a.yml': 'models: [', 'models/b.yml': 'models: [' },
      ['old yaml-syntax dbt/models/a.yml:1', 'new yaml-syntax dbt/models/b.yml:1'],
      'failure',
    ],
    [
      'a file that is broken where a broken one is removed',
      { 'models/a.yml': 'models: [', 'models/b.yml': 'models: []' },
      { 'models/b.yml': 'models: [' },
      ['new yaml-syntax dbt/models/b.yml:1'],
      'failure',
    ],
    ['everything where there is no base', null, broken, ['new unresolved-ref dbt/models/a.sql:1'], 'failure'],
    [
      'what a broken file hid at base',
      { 'models/a.sql': reads('nothing', '{% if %}') },
      broken,
      ['new unresolved-ref dbt/models/a.sql:1'],
      'failure',
    ],
    [
      'nothing that base has too, be its project file ever so broken',
      { 'dbt_project.yml': 'name: [', ...broken },
      broken,
      ['new invalid-project dbt/dbt_project.yml:1', 'old unresolved-ref dbt/models/a.sql:1'],
      'success',
    ],
    [
      'nothing in a project that gets another name',
      broken,
      { 'dbt_project.yml': 'name: store\nprofile: shop\n', ...broken },
      ['old unresolved-ref dbt/models/a.sql:1'],
      'success',
    ],
    [
      'a circle that is there already',
      { 'models/a.sql': reads('a') },
      { 'models/x/a.sql': reads('a') },
      ['old cycle dbt/models/x/a.sql:1'],
      'success',
    ],
  ])('is %s', async (_, base, head, expected, conclusion) => {
    const report = await run(base, head)
    expect(told(report)).toEqual(expected)
    expect(report.conclusion).toBe(conclusion)
  })

  it('is nothing in a project that moves to another folder', async () => {
    const effective = config(shop, shop.replace('dbt', 'projects/shop'))
    const sides = { base: side(broken, 'dbt'), head: side(broken, 'projects/shop') }
    const report = await check(
      { base: 'b', head: 'h', config: effective, regions: new Map([['shop', sides]]) },
      startSqlLibrary,
    )
    expect(told(report)).toEqual(['old unresolved-ref projects/shop/models/a.sql:1'])
    expect(report.configuration).toMatchObject([{ rule: 'configuration-changed', severity: 'warning', new: true }])
    expect(report.conclusion).toBe('success')
  })

  it('is told in a moment when a name is endless', async () => {
    const endless = { 'models/a.sql': reads('a'.repeat(300_000)) }
    expect(told(await run(customers, endless))).toEqual(['new unresolved-ref dbt/models/a.sql:1'])
  })

  it('is judged by the rules of base on both sides', async () => {
    const warned = `${shop}rules: {unresolved-ref: warning}\n`
    expect((await run(customers, broken, config(warned))).conclusion).toBe('success')
    expect((await run(customers, broken, config(shop, warned))).conclusion).toBe('failure')
    expect((await run(broken, broken, config(warned, shop))).conclusion).toBe('success')
  })

  it('is an error in the configuration where base weighs it so', async () => {
    const strict = `${shop}rules: {configuration-changed: error}\n`
    expect((await run(customers, customers, config(strict))).conclusion).toBe('success')
    const relaxed = strict.replace('configuration-changed: error', 'configuration-changed: error, cycle: off')
    expect((await run(customers, customers, config(strict, relaxed))).conclusion).toBe('failure')
  })
})

describe('a region', () => {
  it('says where it is, and under the GDPR what its models lack', async () => {
    const eu = 'version: 1\nregions: {eu: {project: dbt, target: dev}}\n'
    const sides = { base: side({}), head: side(customers) }
    const report = await check(
      { base: 'b', head: null, config: config(eu), regions: new Map([['eu', sides]]) },
      startSqlLibrary,
    )
    expect(region(report)).toMatchObject({ name: 'eu', project: 'dbt', environment: 'eu-production', target: 'dev' })
    expect(told(report)).toEqual(['new gdpr-contract dbt/models/customers.sql:1'])
    expect(report).toMatchObject({ version: 1, base: 'b', head: null, conclusion: 'failure' })
  })

  it('is left out when it was not read', async () => {
    const report = await check({ base: null, head: 'h', config: config(shop), regions: new Map() }, startSqlLibrary)
    expect(report.regions).toEqual([])
  })

  it('whose project is removed shows what is gone', async () => {
    const report = await run(customers, null)
    expect(region(report).changes.map(({ unique_id, state }) => [unique_id, state])).toEqual([
      ['model.shop.customers', 'removed'],
    ])
  })

  it.each([
    ['fails the check when the configuration still names it', customers, shop, 'new', 'failure'],
    ['does not when it was not there before', null, shop, 'old', 'success'],
    [
      'does not when the region goes with it',
      customers,
      'version: 1\nregions: {other: {project: other}}\n',
      '',
      'success',
    ],
  ] as const)('without a project %s', async (_, base, head, expected, conclusion) => {
    const report = await run(base, null, config(shop, head))
    expect(told(report)).toEqual(expected === '' ? [] : [`${expected} invalid-project dbt/dbt_project.yml:1`])
    expect(report.conclusion).toBe(conclusion)
  })
})

describe('lineage', async () => {
  const files = {
    'models/sources.yml': 'sources:\n  - name: bronze\n    tables: [{name: orders}, {name: other}]\n',
    'models/silver/metrics.sql': "select * from {{ source('bronze', 'orders') }}",
    'models/gold/cohorts.sql': reads('metrics'),
    'models/gold/elsewhere.sql': "select * from {{ source('bronze', 'other') }}",
    'models/exposures.yml':
      'exposures:\n  - name: board\n    label: The board\n    type: dashboard\n    owner: {name: x}\n    depends_on: [ref("cohorts")]\n',
    'seeds/countries.csv': 'code\nde\n',
  }

  async function drawn(head: Files, base: Files = files): Promise<{ nodes: string[]; edges: string[] }> {
    const { nodes, edges } = region(await run(base, head)).lineage
    return {
      nodes: nodes.map(({ name, layer, state }) => `${name} ${layer} ${state}`),
      edges: edges.map((edge) => edge.map((id) => id.split('.').at(-1)).join(' > ')),
    }
  }

  it('is empty where nothing changed', async () => {
    expect(await drawn(files)).toEqual({ nodes: [], edges: [] })
  })

  it('shows what changed, what it reaches and what it reads', async () => {
    expect(
      await drawn({ ...files, 'models/silver/metrics.sql': `${files['models/silver/metrics.sql']} where true` }),
    ).toEqual({
      nodes: [
        'The board exposure affected',
        'cohorts gold affected',
        'metrics silver modified',
        'bronze.orders bronze context',
      ],
      edges: ['cohorts > board', 'metrics > cohorts', 'orders > metrics'],
    })
  })

  it('shows what is removed between what is left', async () => {
    const { 'models/silver/metrics.sql': _, ...left } = files
    const { nodes, edges } = await drawn(left)
    expect(nodes).toContain('metrics silver removed')
    expect(edges).toContain('metrics > cohorts')
    expect(edges).toContain('orders > metrics')
  })

  it('shows new nodes, and knows a layer by a word of a folder or a schema', async () => {
    const head = {
      ...files,
      'models/01_silver/x.sql': 'select 1',
      'models/golden/y.sql': 'select 1',
      'models/z.sql': "{{ config(schema='gold_marts') }} select 1",
      'seeds/more.csv': 'a\n1\n',
    }
    expect((await drawn(head)).nodes).toEqual(['x silver new', 'y other new', 'z gold new', 'more bronze new'])
  })
})
