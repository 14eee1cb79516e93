import { describe, expect, it } from 'vitest'
import { compileNode } from '../../src/dbt/compile.ts'
import { ignored } from '../../src/dbt/gitignore.ts'
import { writeManifest } from '../../src/dbt/write.ts'
import { readYaml } from '../../src/dbt/yaml.ts'
import { type Files, findings, model, parsed } from './project.ts'

const models = (count: number, text: (index: number) => string): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`models/m${index}.sql`, text(index)]))
const selfHolding = '{% set l = [] %}{% do l.append(l) %}{{ l }}'

describe('a project that nobody would write is read, and said what is wrong with it', () => {
  it.each<[string, Files, string[]]>([
    [
      'a foreign key to what is no expression',
      {
        'models/a.sql': 'select 1',
        'models/a.yml': 'models:\n  - name: a\n    columns: [{name: b, constraints: [{type: foreign_key, to: ")"}]}]\n',
      },
      ["models/a.yml:2:5: invalid-properties: a foreign key refers to ref('…') or source('…', '…'), not )"],
    ],
    [
      'a list that holds itself, as a config',
      { 'models/a.sql': "{% set l = [] %}{% do l.append(l) %}{{ config(meta={'a': l}) }}" },
      ['models/a.sql:1:40: jinja-error: this cannot be rendered: the value holds itself, or is too deeply nested'],
    ],
    [
      'a list that holds itself, in YAML',
      {
        'models/a.sql': 'select 1',
        'models/a.yml': `models:\n  - name: a\n    config: {tags: "${selfHolding}"}\n`,
      },
      [
        'models/a.yml:3:14: invalid-properties: tags cannot be rendered: the value holds itself, or is too deeply nested',
      ],
    ],
    [
      'a Python model whose calls have no end',
      { 'models/a.py': `def model(dbt, session):\n  return ${'[dbt.ref('.repeat(50_000)}` },
      [
        'models/a.py:2:11: invalid-properties: dbt.ref() takes literals in a Python model: dbt reads it without running it',
      ],
    ],
  ])('%s', (_, files, expected) => expect(findings(files)).toEqual(expected))

  it('reads a folder once, however often it is named', () => {
    const paths = Array.from({ length: 5000 }, (_, index) => `${'./'.repeat(index % 50)}models`)
    const project = parsed({
      'dbt_project.yml': `name: shop\nprofile: shop\nmodel-paths: [${paths.join(', ')}]\n`,
      ...models(50, () => 'select 1'),
    })
    expect([project.manifest.nodes.size, project.findings, project.duplicates]).toEqual([50, [], []])
  })

  it('compiles ephemeral models within ephemeral models as far as dbt does', () => {
    const project = parsed({
      ...models(2000, (index) => `{{ config(materialized='ephemeral') }} select * from {{ ref('m${index + 1}') }}`),
      'models/m2000.sql': 'select 1',
    })
    expect(compileNode(project, 'model.shop.m0', { incremental: false }).unresolved).toEqual([
      'ephemeral models, one within the other',
    ])
    expect(compileNode(project, 'model.shop.m1900', { incremental: false }).unresolved).toEqual([])
  })

  it('suggests no name for the thousandth that is not there', () => {
    const { unresolved } = parsed(models(1000, (index) => `{{ ref('n${index}') }}`))
    expect(unresolved.filter(({ suggestion }) => suggestion !== null)).toHaveLength(500)
  })
})

describe('aliases of YAML', () => {
  const nested = (count: number) =>
    Array.from({ length: count }, (_, index) => `a${index + 1}: &a${index + 1} [[[*a${index}]]]`).join('\n')

  it('may nest as deeply as what is written out', () => {
    expect(() => readYaml(`a0: &a0 [x]\n${nested(30)}\n`)).not.toThrow()
    expect(() => readYaml(`a0: &a0 [x]\n${nested(40)}\n`)).toThrow('aliases make this document too deeply nested')
  })
})

describe('.dbtignore', () => {
  it.each([
    ['a/**/b.sql', 'a/b.sql', true],
    ['a/**/b.sql', 'a/x/y/b.sql', true],
    ['a/**', 'a/x/y.sql', true],
    ['a/**', 'b/a/x.sql', false],
    ['**/b/*.sql', 'a/b/c.sql', true],
    ['**/b/*.sql', 'a/b/c/d.sql', false],
    ['*.sql', 'a/b.sql', true],
    ['/*.sql', 'a/b.sql', false],
    ['b/', 'a/b/c.sql', true],
    ['b/', 'a/b', false],
    ['a?[!x-z].sql', 'abc.sql', true],
    ['a?[!x-z].sql', 'aby.sql', false],
    ['[z-a]', 'z', false],
    ['*.sql\n!b.sql', 'b.sql', false],
    [`${'*a'.repeat(50)}b`, `${'a'.repeat(200)}.sql`, false],
  ])('%s: %s is ignored: %s', (lines, path, expected) => expect(ignored(lines)(path)).toBe(expected))
})

describe("names that each of JavaScript's objects has are names like any other", () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty']
  const project = parsed({
    'dbt_project.yml': `name: constructor\nprofile: constructor
vars: {__proto__: proto, toString: text}
models: {__proto__: {+enabled: false}, constructor: {+meta: {__proto__: {a: 1}}}}\n`,
    'profiles.yml': `constructor: {target: __proto__, outputs: {__proto__: {type: databricks, schema: s, constructor: c}}}\n`,
    'macros/m.sql': '{% macro constructor(toString) %}macro {{ toString }}{% endmacro %}',
    'models/a.yml': `models:\n${names.map((name) => `  - {name: ${name}, config: {__proto__: {enabled: false}, tags: [${name}]}, columns: [{name: ${name}, data_tests: [not_null]}]}\n`).join('')}`,
    'models/constructor.sql': `{{ config(__proto__={'enabled': false}, toString='own') }}{{ constructor(1) }} {{ constructor(toString=2) }}
{{ var('__proto__') }} {{ var('toString') }} {{ var('valueOf', 'default') }} {{ var('hasOwnProperty', none) }}
{{ config.get('toString') }} {{ config.get('valueOf', 'default') }} {{ target.constructor }} {{ target.valueOf }}{{ toString }}`,
    'models/__proto__.sql': "select * from {{ ref('constructor') }}",
    'models/toString.sql': "select * from {{ ref('__proto__') }}",
    'models/hasOwnProperty.sql': 'select 1',
  })

  it('as models, columns, tests, tags, variables and targets', () => {
    expect(project.findings).toEqual([])
    expect(project.unresolved).toEqual([])
    expect(project.target).toMatchObject({ profile: 'constructor', name: '__proto__', schema: 's' })
    const ids = [...project.manifest.nodes.keys()]
    for (const name of names) {
      const { columns, config } = model(project, name)
      expect([...columns.keys()]).toEqual([name])
      expect(config.tags).toEqual([name])
      expect(config.enabled).toBe(true)
      expect(config.meta).toEqual(JSON.parse('{"__proto__": {"a": 1}}'))
      expect(ids.filter((id) => id.startsWith(`test.constructor.not_null_${name}_${name}.`))).toHaveLength(1)
    }
    expect(model(project, 'toString').depends_on.nodes).toEqual(['model.constructor.__proto__'])
    expect(JSON.parse(writeManifest(project)).nodes['model.constructor.__proto__'].name).toBe('__proto__')
  })

  it('in templates', () => {
    const { code } = compileNode(project, 'model.constructor.constructor', { incremental: false })
    expect(code).toBe('macro 1 macro 2\nproto text default None\nown default c ')
  })
})
