import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/graph/canonical.ts'
import { settingsOf } from '../../src/graph/fingerprint.ts'
import { type Literal, type LiteralModel, literal } from './literal.ts'

const id = 'model.shop.m'
const of = (written: Literal, node = id) => literal(written).fingerprints.get(node)
const model = (given: Partial<LiteralModel>, rest: Literal = {}): Literal => ({
  ...rest,
  models: { ...rest.models, m: { sql: 'select 1 as a', ...given } },
})
const plain = model({})

describe('the same fingerprint', () => {
  const cases: [what: string, a: Literal, b: Literal][] = [
    ['layout', plain, model({ sql: 'select\n  1 as a\n' })],
    ['a comment in SQL', plain, model({ sql: 'select 1 as a -- one' })],
    ['a comment in Jinja', plain, model({ sql: '{# one #}select 1 as a' })],
    ['keyword case', plain, model({ sql: 'SELECT 1 AS a' })],
    ['a macro that gives the same SQL', plain, model({ sql: 'select {{ one() }} as a' }, { macros: { one: '1' } })],
    [
      'a comment in a macro',
      model({ sql: '{{ all() }}' }, { macros: { all: 'select 1 as a' } }),
      model({ sql: '{{ all() }}' }, { macros: { all: '{# x #}select 1 as a' } }),
    ],
    ['the file', plain, model({ original_file_path: 'models/other/m.sql', fqn: ['shop', 'other', 'm'] })],
    ['meta', plain, model({ meta: { owner: 'x' }, config: { meta: { owner: 'x' } } })],
    ['tags', plain, model({ tags: ['x'], config: { tags: ['x'] } })],
    ['a description that is not persisted', plain, model({ description: 'x' })],
    ['a column described', plain, model({ columns: { a: { description: 'x' } } })],
    ['a column type without a contract', plain, model({ columns: { a: { data_type: 'int' } } })],
    ['group and access', plain, model({ group: 'g', access: 'private', config: { group: 'g', access: 'private' } })],
    ['docs', plain, model({ config: { docs: { show: false } } })],
    ['a setting that is not set', plain, model({ config: { partition_by: null, 'pre-hook': [], grants: {} } })],
    [
      'databricks_tags under a column’s config, where the adapter does not look',
      plain,
      model({ columns: { a: { config: { databricks_tags: { pii: 'x' } } } } }),
    ],
  ]
  it.each(cases)('%s', (_, a, b) => expect(of(b)?.hash).toBe(of(a)?.hash))
})

describe('another fingerprint, by the part that says why', () => {
  const contract = { enforced: true, alias_types: true, checksum: null }
  const cases: [what: string, part: string, a: Literal, b: Literal][] = [
    ['SQL', 'code', plain, model({ sql: 'select 2 as a' })],
    ['a column name’s case', 'code', plain, model({ sql: 'select 1 as A' })],
    [
      'the incremental way alone',
      'code',
      model({ sql: 'select 1 {% if is_incremental() %}where a{% endif %}', config: { materialized: 'incremental' } }),
      model({ sql: 'select 1 {% if is_incremental() %}where b{% endif %}', config: { materialized: 'incremental' } }),
    ],
    [
      'a macro',
      'code',
      model({ sql: '{{ all() }}' }, { macros: { all: 'select 1' } }),
      model({ sql: '{{ all() }}' }, { macros: { all: 'select 2' } }),
    ],
    [
      'a macro that a macro calls',
      'code',
      model({ sql: '{{ a() }}' }, { macros: { a: '{{ b() }}', b: '1' } }),
      model({ sql: '{{ a() }}' }, { macros: { a: '{{ b() }}', b: '2' } }),
    ],
    [
      'a variable',
      'code',
      model({ sql: "{{ var('v') }}" }, { vars: { v: '1' } }),
      model({ sql: "{{ var('v') }}" }, { vars: { v: '2' } }),
    ],
    [
      'an ephemeral model that is inlined',
      'code',
      model({ sql: "{{ ref('e') }}" }, { models: { e: { sql: '1', config: { materialized: 'ephemeral' } } } }),
      model({ sql: "{{ ref('e') }}" }, { models: { e: { sql: '2', config: { materialized: 'ephemeral' } } } }),
    ],
    [
      'a source’s place',
      'code',
      model({ sql: "{{ source('s', 't') }}" }, { sources: { 's.t': 'a.s.t' } }),
      model({ sql: "{{ source('s', 't') }}" }, { sources: { 's.t': 'b.s.t' } }),
    ],
    ['materialized', 'config', plain, model({ config: { materialized: 'view' } })],
    [
      'a setting of the adapter that nobody here knows',
      'config',
      plain,
      model({ config: { liquid_something: ['a'] } }),
    ],
    ['tblproperties', 'config', plain, model({ config: { tblproperties: { 'delta.x': '1' } } })],
    ['a hook', 'config', plain, model({ config: { 'post-hook': [{ sql: 'optimize x', transaction: true }] } })],
    [
      'the macro of a hook',
      'config',
      model(
        { config: { 'post-hook': ['{{ h() }}'] }, depends_on: { nodes: [], macros: ['macro.shop.h'] } },
        { macros: { h: '1' } },
      ),
      model(
        { config: { 'post-hook': ['{{ h() }}'] }, depends_on: { nodes: [], macros: ['macro.shop.h'] } },
        { macros: { h: '2' } },
      ),
    ],
    [
      'a materialization of the project’s own',
      'config',
      model({ config: { materialized: 'mine' } }, { macros: { materialization_mine_default: '1' } }),
      model({ config: { materialized: 'mine' } }, { macros: { materialization_mine_default: '2' } }),
    ],
    [
      'a flag that alters how relations are built',
      'config',
      plain,
      { ...plain, flags: { use_materialization_v2: true } },
    ],
    ['a contract', 'config', plain, model({ contract })],
    [
      'a column type under a contract',
      'config',
      model({ contract, columns: { a: { data_type: 'int' } } }),
      model({ contract, columns: { a: { data_type: 'bigint' } } }),
    ],
    [
      'the order of columns under a contract',
      'config',
      model({ contract, columns: { a: {}, b: {} } }),
      model({ contract, columns: { b: {}, a: {} } }),
    ],
    [
      'a constraint under a contract',
      'config',
      model({ contract, columns: { a: {} } }),
      model({ contract, columns: { a: { constraints: [{ type: 'not_null' }] } } }),
    ],
    ['databricks_tags of the table', 'governance', plain, model({ config: { databricks_tags: { pii: 'x' } } })],
    ['databricks_tags of a column', 'governance', plain, model({ columns: { a: { databricks_tags: { pii: 'x' } } } })],
    ['a column mask', 'governance', plain, model({ columns: { a: { column_mask: { function: 'f' } } } })],
    ['a row filter', 'governance', plain, model({ config: { row_filter: { function: 'f', columns: ['a'] } } })],
    ['grants', 'governance', plain, model({ config: { grants: { select: ['x'] } } })],
    [
      'a persisted description',
      'governance',
      model({ config: { persist_docs: { relation: true } } }),
      model({ description: 'x', config: { persist_docs: { relation: true } } }),
    ],
    [
      'a persisted column description',
      'governance',
      model({ config: { persist_docs: { columns: true } } }),
      model({ columns: { a: { description: 'x' } }, config: { persist_docs: { columns: true } } }),
    ],
    ['the schema', 'place', plain, model({ schema: 'other' })],
    ['the alias', 'place', plain, model({ alias: 'other' })],
  ]
  it.each(cases)('%s: %s', (_, part, a, b) => {
    const [from, to] = [of(a), of(b)]
    const different = (['code', 'config', 'governance', 'place'] as const).filter(
      (each) => from?.parts[each] !== to?.parts[each],
    )
    expect(different).toEqual([part])
    expect(to?.hash).not.toBe(from?.hash)
    expect([from?.exact, to?.exact]).toEqual([true, true])
  })
})

describe('seeds, tests and unit tests', () => {
  it.each([
    ['a seed’s content', 'seed.shop.s', { seeds: { s: 'one' } }, { seeds: { s: 'two' } }],
    [
      'a test’s SQL',
      'test.shop.t',
      { tests: { t: { reads: [], sql: '1' } } },
      { tests: { t: { reads: [], sql: '2' } } },
    ],
    [
      'a test’s severity',
      'test.shop.t',
      { tests: { t: { reads: [] } } },
      { tests: { t: { reads: [], config: { severity: 'warn' } } } },
    ],
    [
      'what a unit test expects',
      'unit_test.shop.u',
      { models: { m: '1' }, unitTests: { u: { model: 'm' } } },
      { models: { m: '1' }, unitTests: { u: { model: 'm', expect: { rows: [] } } } },
    ],
  ] satisfies [string, string, Literal, Literal][])('%s', (_, node, a, b) =>
    expect(of(a, node)?.hash).not.toBe(of(b, node)?.hash),
  )
})

describe('what cannot be compiled', () => {
  const sql = '{{ theirs() }} {{ ours() }}'
  const before = of(model({ sql }, { macros: { ours: '1' } }))
  it('says so', () => expect([before?.exact, before?.unresolved]).toEqual([false, ['the macro theirs']]))
  it.each([
    ['its text', model({ sql: `${sql} ` }, { macros: { ours: '1' } })],
    ['a macro that it reaches', model({ sql }, { macros: { ours: '2' } })],
    ['the project’s settings', model({ sql }, { macros: { ours: '1' }, vars: { any: 'x' } })],
  ])('changes with %s', (_, after) => expect(of(after)?.hash).not.toBe(before?.hash))
  it('stays with what it does not reach', () => {
    expect(of(model({ sql }, { macros: { ours: '1', other: 'x' }, models: { n: 'x' } }))?.hash).toBe(before?.hash)
  })
})

describe('settingsOf', () => {
  const flags = 'flags:\n  use_materialization_v2: true\n  use_colors: false\n'
  it('reads what a node may depend on, and not what dbt prints', () => {
    const { text, flags: read } = settingsOf(
      new Map([
        ['dbt_project.yml', flags],
        ['models/m.sql', 'x'],
      ]),
    )
    expect(canonicalJson(text)).toContain('["dependencies.yml",null]')
    expect(read).toEqual({ use_materialization_v2: true })
  })
  it('leaves a broken file to the parser', () => {
    expect(settingsOf(new Map([['dbt_project.yml', 'flags: [']])).flags).toEqual({})
  })
})

describe('canonicalJson', () => {
  it('sorts keys and nothing else', () =>
    expect(canonicalJson({ b: [2, 1], a: { d: null, c: 'x' } })).toBe('{"a":{"c":"x","d":null},"b":[2,1]}'))
})
