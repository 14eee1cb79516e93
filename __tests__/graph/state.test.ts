import { describe, expect, it } from 'vitest'
import { changes } from '../../src/graph/state.ts'
import { type Literal, type LiteralModel, literal } from './literal.ts'

const shop: Literal = {
  sources: { 'bronze.orders': '`main`.`bronze`.`orders`' },
  macros: { cents: 'amount / 100' },
  vars: { start: '2024-01-01' },
  models: {
    metrics: "select {{ cents() }} as total from {{ source('bronze', 'orders') }} where day > '{{ var('start') }}'",
    cohorts: "select * from {{ ref('metrics') }}",
  },
  tests: { total_not_null: ['metrics'] },
  unitTests: { boundaries: { model: 'cohorts' } },
  exposures: { board: { reads: ['cohorts'], url: 'https://bi.example.com/board' } },
}
const metrics = (given: Partial<LiteralModel>): Literal => ({
  ...shop,
  models: { ...shop.models, metrics: { sql: String(shop.models?.metrics), ...given } },
})
const say = (base: Literal, head: Literal) =>
  changes(literal(base), literal(head)).map(
    (each) => `${each.state} ${each.unique_id.replace('.shop', '')}: ${each.all.join('+')}: ${each.reason}`,
  )
const blind = 'its effect on columns and rows is not analysed'

describe('changes', () => {
  const cases: [what: string, head: Literal, base: Literal, expected: string[]][] = [
    ['nothing', shop, shop, []],
    [
      'layout',
      metrics({ sql: `${shop.models?.metrics}\n` }),
      shop,
      ['modified model.metrics: none: only layout, comments or the way it is written'],
    ],
    [
      'a file that moved',
      metrics({ original_file_path: 'models/silver/metrics.sql' }),
      shop,
      ['modified model.metrics: none: moved from models/metrics.sql, means the same'],
    ],
    ['SQL', metrics({ sql: 'select 1 as total' }), shop, [`modified model.metrics: unknown: SQL changed; ${blind}`]],
    [
      'a macro',
      { ...shop, macros: { cents: 'amount / 1000' } },
      shop,
      [`modified model.metrics: unknown: macro cents changed; ${blind}`],
    ],
    ['a macro’s comment', { ...shop, macros: { cents: '{# x #}amount / 100' } }, shop, []],
    [
      'a variable',
      { ...shop, vars: { start: '2025-01-01' } },
      shop,
      [
        `modified model.metrics: unknown: a variable, an environment variable or the target makes it other SQL; ${blind}`,
      ],
    ],
    [
      'a source that moved',
      { ...shop, sources: { 'bronze.orders': '`main`.`raw`.`orders`' } },
      shop,
      [
        `modified model.metrics: unknown: source bronze.orders moved to \`main\`.\`raw\`.\`orders\`; ${blind}`,
        'modified source.bronze.orders: config: moved from `main`.`bronze`.`orders` to `main`.`raw`.`orders`',
      ],
    ],
    [
      'a model that moved',
      metrics({ schema: 'silver' }),
      shop,
      [
        `modified model.cohorts: unknown: model metrics moved to \`main\`.\`silver\`.\`metrics\`; ${blind}`,
        'modified model.metrics: config: moved from `main`.`gold`.`metrics` to `main`.`silver`.`metrics`',
      ],
    ],
    [
      'materialized',
      metrics({ config: { materialized: 'view' } }),
      shop,
      ['modified model.metrics: config: materialized table → view'],
    ],
    [
      'several at once',
      metrics({
        config: { materialized: 'incremental', unique_key: 'id' },
        columns: { email: { tags: ['pii'], databricks_tags: { class: 'contact' } } },
      }),
      shop,
      [
        'modified model.metrics: rows+config+governance: materialized table → incremental; unique_key set to id; databricks_tags.class set to contact on column email; tag pii added on column email',
      ],
    ],
    [
      'tags and meta',
      metrics({ tags: ['gdpr'], meta: { gdpr: { retention: '2y' } } }),
      metrics({ meta: { gdpr: { retention: '1y' } } }),
      ['modified model.metrics: governance: meta.gdpr.retention 1y → 2y; tag gdpr added'],
    ],
    [
      'a tag on a column',
      metrics({ columns: { email: { tags: ['pii'] } } }),
      metrics({ columns: { email: {} } }),
      ['modified model.metrics: governance: tag pii added on column email'],
    ],
    [
      'databricks_tags taken away',
      metrics({ columns: { email: {} } }),
      metrics({ columns: { email: { databricks_tags: { class: 'contact' } } } }),
      ['modified model.metrics: governance: databricks_tags removed on column email'],
    ],
    [
      'grants',
      metrics({ config: { grants: { select: ['a', 'b'] } } }),
      metrics({ config: { grants: { select: ['a'] } } }),
      ['modified model.metrics: governance: grants.select b added'],
    ],
    ['a description', metrics({ description: 'x' }), shop, ['modified model.metrics: governance: description added']],
    [
      'a persisted description, said once',
      metrics({ description: 'y', config: { persist_docs: { relation: true } } }),
      metrics({ description: 'x', config: { persist_docs: { relation: true } } }),
      ['modified model.metrics: governance: description changed'],
    ],
    [
      'a new model',
      { ...shop, models: { ...shop.models, extra: 'select 1 as a' } },
      shop,
      ['new model.extra: additive: new: `main`.`gold`.`extra`'],
    ],
    [
      'a new model with hooks',
      { ...shop, models: { ...shop.models, extra: { sql: 'select 1', config: { 'post-hook': ['delete from x'] } } } },
      shop,
      ['new model.extra: unknown: new, with hooks whose statements are not analysed'],
    ],
    [
      'a model that takes another one’s place',
      { ...shop, models: { ...shop.models, extra: { sql: 'select 1', alias: 'cohorts' } } },
      shop,
      ['new model.extra: unknown: new, in the place of cohorts (`main`.`gold`.`cohorts`)'],
    ],
    [
      'a removed model',
      { ...shop, models: { ...shop.models } },
      { ...shop, models: { ...shop.models, old: 'select 1' } },
      ['removed model.old: unknown: removed; `main`.`gold`.`old` stays and gets no new data'],
    ],
    [
      'tests',
      { ...shop, tests: { fresh: ['cohorts'] } },
      shop,
      ['new test.fresh: governance: data test added', 'removed test.total_not_null: governance: data test removed'],
    ],
    [
      'a test’s severity',
      { ...shop, tests: { total_not_null: { reads: ['metrics'], config: { severity: 'WARN' } } } },
      shop,
      ['modified test.total_not_null: governance: severity ERROR → WARN'],
    ],
    [
      'a unit test',
      { ...shop, unitTests: { boundaries: { model: 'cohorts', expect: { rows: [{ a: 1 }] } } } },
      shop,
      ['modified unit_test.boundaries: governance: expect changed'],
    ],
    [
      'an exposure’s owner',
      {
        ...shop,
        exposures: {
          board: { reads: ['cohorts'], url: 'https://bi.example.com/board', owner: { name: 'Bo', email: null } },
        },
      },
      shop,
      ['modified exposure.board: governance: owner.email ada@example.com removed; owner.name Ada → Bo'],
    ],
    ['a seed', { seeds: { s: 'two' } }, { seeds: { s: 'one' } }, [`modified seed.s: unknown: data changed; ${blind}`]],
    [
      'an ephemeral model, and what inlines it',
      {
        models: {
          e: { sql: 'select 2 as a', config: { materialized: 'ephemeral' } },
          m: "select a from {{ ref('e') }}",
        },
      },
      {
        models: {
          e: { sql: 'select 1 as a', config: { materialized: 'ephemeral' } },
          m: "select a from {{ ref('e') }}",
        },
      },
      [
        `modified model.e: unknown: SQL changed; ${blind}`,
        `modified model.m: unknown: the ephemeral model e, which it inlines, changed; ${blind}`,
      ],
    ],
    [
      'what cannot be compiled',
      { models: { m: '{{ theirs() }} 2' } },
      { models: { m: '{{ theirs() }} 1' } },
      [
        `modified model.m: unknown: SQL changed; compared as text, since the macro theirs could not be resolved; ${blind}`,
      ],
    ],
  ]
  it.each(cases)('%s', (_, head, base, expected) => expect(say(base, head)).toEqual(expected))

  it('takes a side without the project', () => {
    const model = literal({ models: { m: 'select 1' } })
    expect(changes(null, model).map((each) => each.state)).toEqual(['new'])
    expect(changes(model, null).map((each) => each.state)).toEqual(['removed'])
  })
})

describe('what a change reaches', () => {
  it('names models and exposures downstream, and whom to ask, without tests', () => {
    const [change] = changes(literal(shop), literal(metrics({ sql: 'select 1 as total' })))
    expect(change?.affects).toEqual(['exposure.shop.board', 'model.shop.cohorts'])
    expect(change?.exposures).toEqual([
      {
        unique_id: 'exposure.shop.board',
        name: 'board',
        label: null,
        type: 'dashboard',
        owner: 'Ada',
        url: 'https://bi.example.com/board',
      },
    ])
    expect([change?.file, change?.line]).toEqual(['dbt_projects/shop/models/metrics.sql', 1])
  })
  it('is nothing for what alters no data', () => {
    expect(changes(literal(shop), literal(metrics({ tags: ['x'] })))[0]?.affects).toEqual([])
  })
  it('is read at base for what is removed', () => {
    const [change] = changes(
      literal(shop),
      literal({ ...shop, models: { cohorts: String(shop.models?.cohorts) } }),
    ).filter((each) => each.state === 'removed')
    expect(change?.affects).toEqual(['exposure.shop.board', 'model.shop.cohorts'])
  })
  it('names the columns concerned', () => {
    const [change] = changes(
      literal(metrics({ columns: { email: {}, name: {} } })),
      literal(metrics({ columns: { email: { tags: ['pii'] }, name: {} } })),
    )
    expect(change?.columns).toEqual(['email'])
  })
})
