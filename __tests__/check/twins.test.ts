import { beforeAll, describe, expect, it } from 'vitest'
import { twinChanges } from '../../src/check/twin-changes.ts'
import { comparedTwins, declaredReason } from '../../src/check/twins.ts'
import { parseConfig } from '../../src/config.ts'
import { compileNode } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import type { Project } from '../../src/dbt/project.ts'
import { fingerprints } from '../../src/graph/fingerprint.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { compared } from '../graph/compared.ts'

beforeAll(() => startSqlLibrary(1))

type Files = Readonly<Record<string, string>>

/** A region's project: what twins of different regions call otherwise is called otherwise here too. */
function project(region: string, more: Files = {}): Project {
  const files = {
    'dbt_project.yml': `name: ${region}_shop\nprofile: shop\nmodels: {+materialized: table}\n`,
    'profiles.yml': `shop: {target: prod, outputs: {prod: {type: databricks, catalog: ${region}_prod, schema: shop}}}\n`,
    'models/sources.yml': `sources: [{name: bronze, schema: bronze, tables: [{name: orders_${region}}]}]\n`,
    'models/orders.sql': `select id, amount, country from {{ source('bronze', 'orders_${region}') }} where amount > 0`,
    [`models/totals_${region}.sql`]: "select country, sum(amount) as total from {{ ref('orders') }} group by country",
    'models/models.yml': `models:
  - name: orders
    columns: [{name: id, data_type: bigint, data_tests: [not_null, {relationships: {arguments: {to: "source('bronze', 'orders_${region}')", field: id}}}]}]
  - name: totals_${region}
    description: By country.
`,
    ...more,
  }
  return parseProject({ files: new Map(Object.entries(files)), root: region, env: new Map() })
}

const orders = (region: string, sql: string): Files => ({
  'models/orders.sql': sql.replace('ORDERS', `{{ source('bronze', 'orders_${region}') }}`),
})

function said(us: Files, eu: Files = {}): string[] {
  const [compared] = comparedTwins(
    new Map([
      ['us', project('us', us)],
      ['eu', project('eu', eu)],
    ]),
  )
  return (compared?.pairs ?? []).flatMap(({ name, differences }) =>
    differences.map(({ aspect, words }) => `${name} ${aspect}: ${words}`),
  )
}

describe('how twins differ', () => {
  it('not at all, where only their regions differ', () => expect(said({})).toEqual([]))

  const cases: [what: string, us: Files, eu: Files, said: string[]][] = [
    [
      'not by the way that SQL is written',
      orders('us', 'with o as (select * from ORDERS) select id, o.amount, country from o where o.amount > 0'),
      {},
      [],
    ],
    [
      'in rows',
      orders('us', 'select id, amount, country from ORDERS where amount > 1'),
      {},
      ['orders logic: filter changed'],
    ],
    [
      'in what a column is',
      orders('us', 'select id, amount * 2 as amount, country from ORDERS where amount > 0'),
      {},
      ['orders logic: amount computed otherwise'],
    ],
    [
      'in columns',
      orders('us', 'select id, amount, country, day from ORDERS where amount > 0'),
      {},
      ['orders columns: day in us only'],
    ],
    [
      'in types',
      orders('us', 'select cast(id as int) as id, amount, country from ORDERS where amount > 0'),
      orders('eu', 'select cast(id as bigint) as id, amount, country from ORDERS where amount > 0'),
      ['orders types: id int → bigint'],
    ],
    [
      'in tests',
      {},
      {
        'models/more.yml': 'models: [{name: totals_eu, columns: [{name: country, data_tests: [unique]}]}]',
        'models/models.yml':
          'models: [{name: orders, columns: [{name: id, data_type: bigint, data_tests: [not_null]}]}]',
      },
      [
        'orders tests: test relationships of id in us only',
        'totals tests: test unique of country in eu only',
        'totals governance: description removed',
      ],
    ],
    [
      'in materialization',
      {
        'models/totals_us.sql':
          "{{ config(materialized='view') }} select country, sum(amount) as total from {{ ref('orders') }} group by country",
      },
      {},
      ['totals materialization: materialized view → table'],
    ],
    ['in being there', { 'models/more.sql': 'select 1 as id' }, {}, ['more presence: in us only']],
    [
      'in SQL that is not known',
      orders('us', 'select 1 as id; select 2 as id'),
      {},
      ['orders logic: other SQL; a name that identifier() makes is not analysed'],
    ],
  ]
  it.each(cases)('%s', (_, us, eu, expected) => {
    const found = said(us, eu)
    if (expected.some((each) => each.includes('other SQL'))) expect(found[0]).toMatch(/^orders logic: other SQL; /)
    else expect(found).toEqual(expected.map((each) => each.replace('description removed', 'description in us only')))
  })

  it('is not asked of projects that have little in common, nor of one with itself', () => {
    const us = project('us')
    const other = project('eu', {
      'models/orders.sql': '',
      'models/totals_eu.sql': '',
      'models/a.sql': 'select 1 as id',
    })
    expect(
      comparedTwins(
        new Map([
          ['us', us],
          ['dev', us],
        ]),
      ),
    ).toEqual([])
    expect(
      comparedTwins(
        new Map([
          ['us', us],
          ['x', { ...other, manifest: { ...other.manifest, nodes: new Map() } }],
        ]),
      ),
    ).toEqual([])
  })
})

describe('what a pull request does beside the twins', () => {
  const otherRows = (region: string) => orders(region, 'select id, amount, country from ORDERS where amount > 1')
  const total = {
    'models/totals_us.sql': "select country, max(amount) as total from {{ ref('orders') }} group by country",
  }
  const none: Files = {}
  const cases: [what: string, base: [us: Files, eu: Files], head: [us: Files, eu: Files], said: string[]][] = [
    ['changed in one only', [none, none], [otherRows('us'), none], ['us orders changed, eu eu/models/orders.sql']],
    [
      'changed in the other only',
      [none, none],
      [none, otherRows('eu')],
      ['eu orders changed, us us/models/orders.sql'],
    ],
    ['changed in both alike', [none, none], [otherRows('us'), otherRows('eu')], []],
    ['brought to what its twin is', [otherRows('us'), none], [none, none], []],
    [
      'changed in both, not alike',
      [none, none],
      [otherRows('us'), orders('eu', 'select id, amount, country from ORDERS where amount > 2')],
      ['us orders differs, eu eu/models/orders.sql'],
    ],
    ['added to one', [none, none], [{ 'models/more.sql': 'select 1 as id' }, none], ['us more added, eu null']],
    [
      'removed from one',
      [{ 'models/more.sql': 'select 1 as id' }, { 'models/more.sql': 'select 1 as id' }],
      [{ 'models/more.sql': 'select 1 as id' }, none],
      ['eu more removed, us us/models/more.sql'],
    ],
    ['declared', [none, none], [total, none], ['us totals_us changed, eu eu/models/totals_eu.sql: by law']],
    [
      'a test',
      [{ 'models/models.yml': 'models: []' }, { 'models/models.yml': 'models: []' }],
      [
        { 'models/models.yml': 'models: [{name: totals_us, columns: [{name: country, data_tests: [unique]}]}]' },
        { 'models/models.yml': 'models: []' },
      ],
      ['us totals_us changed, eu eu/models/totals_eu.sql: by law'],
    ],
    [
      'nothing but layout',
      [none, none],
      [orders('us', 'select id, amount, country /* all */ from ORDERS where amount > 0'), none],
      [],
    ],
  ]
  it.each(cases)('%s', (_, base, head, expected) => {
    const regions = (['us', 'eu'] as const).map((name, index) => {
      const [from, to] = [project(name, base[index]), project(name, head[index])].map((each) => {
        return { project: each, fingerprints: fingerprints(each, compileNode, { text: null, flags: {} }) }
      })
      if (from === undefined || to === undefined) throw new Error(name)
      return { name, base: from.project, head: to.project, changes: compared(from, to) }
    })
    const declared = [{ models: ['tot*'], differs: ['logic', 'tests'], columns: null, reason: 'by law' }]
    const found = [...twinChanges(regions, declared)].flatMap(([region, changes]) =>
      changes.map(
        ({ name, kind, twin, declared }) =>
          `${region} ${name} ${kind}, ${twin.region} ${twin.file}${declared === null ? '' : `: ${declared}`}`,
      ),
    )
    expect(found).toEqual(expected)
  })
})

describe('what is declared to differ', () => {
  const { twins } = parseConfig(
    `version: 1
regions: {us: {project: us}}
twins:
  - {models: ['tot*'], differs: [logic, tests], reason: by law}
  - {models: [orders], columns: ['e*'], reason: consented}
`,
    'dbt-regions.yml',
  )
  const cases: [name: string, aspect: 'logic' | 'columns', columns: string[], reason: string | null][] = [
    ['totals', 'logic', [], 'by law'],
    ['totals', 'columns', ['a'], null],
    ['orders', 'columns', ['email'], 'consented'],
    ['orders', 'logic', ['email', 'id'], null],
    ['orders', 'logic', [], null],
  ]
  it.each(cases)('%s %s %j', (name, aspect, columns, reason) => {
    expect(declaredReason(twins, name, { aspect, words: '', columns })).toBe(reason)
  })
})
