import { describe, expect, it } from 'vitest'
import { type Files, model, parsed } from './project.ts'

const PROJECT = `name: shop
profile: shop
models:
  +tags: everywhere
  +meta: {level: 1, owner: nobody}
  shop:
    marts:
      +materialized: table
      +tags: [marts]
      +schema: gold
      +post-hook: "one"
      +grants: {select: [readers]}
      finance: {materialized: view, +meta: {level: 2}}
`

describe('configs come together', () => {
  it.each<[string, string, Files, object]>([
    [
      'the deeper folder is stronger',
      'marts/finance/a.sql',
      {},
      { materialized: 'view', meta: { level: 2, owner: 'nobody' }, schema: 'gold' },
    ],
    [
      'tags add up, the SQL last',
      'marts/a.sql',
      { 'models/a.yml': 'models: [{name: a, config: {tags: yaml}}]' },
      { tags: ['everywhere', 'marts', 'yaml', 'sql'] },
    ],
    [
      'meta merges, the SQL strongest',
      'marts/a.sql',
      { 'models/a.yml': 'models: [{name: a, meta: {level: 3, owner: yaml}}]' },
      { meta: { level: 'sql', owner: 'yaml' } },
    ],
    [
      'a config of the YAML is weaker than that of the SQL',
      'marts/a.sql',
      { 'models/a.yml': 'models: [{name: a, config: {materialized: view, alias: yaml}}]' },
      { materialized: 'incremental', alias: 'yaml' },
    ],
    [
      'hooks are appended',
      'marts/a.sql',
      {},
      {
        'post-hook': [
          { sql: 'one', transaction: true, index: null },
          { sql: 'two', transaction: false, index: null },
        ],
      },
    ],
    [
      'grants are replaced, or extended with a plus',
      'marts/a.sql',
      { 'models/a.yml': 'models: [{name: a, config: {grants: {+select: writers, modify: [me]}}}]' },
      { grants: { select: ['readers', 'writers'], modify: ['me'] } },
    ],
    [
      "what is not dbt-core's is kept",
      'marts/a.sql',
      { 'models/a.yml': 'models: [{name: a, config: {databricks_tags: {x: 1}, liquid_clustered_by: [id]}}]' },
      { databricks_tags: { x: 1 }, liquid_clustered_by: ['id'] },
    ],
  ])('%s', (_, path, files, expected) => {
    const sql =
      "{{ config(materialized='incremental', tags=['sql'], meta={'level': 'sql'}, post_hook={'sql': 'two', 'transaction': false}) }} select 1"
    const project = parsed({
      'dbt_project.yml': PROJECT,
      [`models/${path}`]: path.includes('finance') ? 'select 1' : sql,
      ...files,
    })
    expect(model(project, 'a').config).toMatchObject(expected)
  })

  it('is stronger in the project than in an installed package', () => {
    const project = parsed({
      'dbt_project.yml': 'name: shop\nprofile: shop\nmodels:\n  lib: {+materialized: view, +tags: [mine]}\n',
      'dbt_packages/lib/dbt_project.yml':
        'name: lib\nmodels:\n  lib: {+materialized: table, +tags: [own], +schema: lib}\n',
      'dbt_packages/lib/models/a.sql': 'select 1',
    })
    expect(model(project, 'a')).toMatchObject({
      unique_id: 'model.lib.a',
      schema: 'dev_lib',
      tags: ['own', 'mine'],
      config: { materialized: 'view' },
    })
  })

  it.each<[string, string, object]>([
    ['literals that the static parser knows', "{{ config(tags=['a'], enabled=True) }}", { tags: ['a'], enabled: true }],
    [
      'anything else as Python writes it',
      "{{ config(tags=['a'], enabled=true, x=var('y', 1) ~ 'z') }}",
      { tags: "['a']", enabled: 'True', x: "var('y', 1) ~ 'z'" },
    ],
  ])('unrendered_config has %s', (_, sql, expected) => {
    expect(model(parsed({ 'models/a.sql': sql }), 'a').unrendered_config).toEqual(expected)
  })
})

describe('relations are named', () => {
  const macro =
    "{% macro generate_schema_name(custom_schema_name, node) %}{{ custom_schema_name or target.schema }}{{ '_' ~ node.fqn[1] if node.fqn | length > 2 }}{% endmacro %}"

  it.each<[string, Files, string]>([
    ['by the target', {}, '`main`.`dev`.`a`'],
    [
      'by a custom schema, catalog and alias',
      { 'models/a.sql': "{{ config(schema='X', catalog='other', alias='b') }}" },
      '`other`.`dev_x`.`b`',
    ],
    [
      'by the macro of the project',
      { 'macros/m.sql': macro, 'models/a.sql': "{{ config(schema='gold') }}" },
      '`main`.`gold`.`a`',
    ],
    [
      'without quotes where they are not wanted',
      { 'dbt_project.yml': 'name: shop\nprofile: shop\nquoting: {identifier: false}\n' },
      '`main`.`dev`.a',
    ],
    [
      'as another adapter does',
      { 'profiles.yml': 'shop: {target: t, outputs: {t: {type: duckdb, path: x.duckdb, database: Shop}}}' },
      '"Shop"."main"."a"',
    ],
  ])('%s', (_, files, expected) => {
    expect(model(parsed({ 'models/a.sql': 'select 1', ...files }), 'a').relation_name).toBe(expected)
  })
})

describe('variables have their scopes', () => {
  it.each<[string, string, string]>([
    ['the command line first', 'cli', 'from cli'],
    ["the project's for the package", 'scoped', 'for lib'],
    ["the project's for all", 'shared', 'for all'],
    ["the package's own", 'own', 'of lib'],
    ['the default', 'none', 'default'],
  ])('%s', (_, name, expected) => {
    const project = parsed(
      {
        'dbt_project.yml':
          'name: shop\nprofile: shop\nvars: {cli: no, shared: for all, scoped: wrong, lib: {scoped: for lib}}\n',
        'dbt_packages/lib/dbt_project.yml': 'name: lib\nvars: {own: of lib, shared: wrong, lib: {cli: wrong}}\n',
        'dbt_packages/lib/models/a.sql': `{{ config(alias=var('${name}', 'default')) }}`,
      },
      { vars: { cli: 'from cli' } },
    )
    expect(model(project, 'a').alias).toBe(expected)
  })
})

it.each([
  ['path: folder/shop.duckdb', 'shop'],
  ["path: ':memory:'", 'memory'],
  ['threads: 1', 'memory'],
  ['path: shop.duckdb, database: other', 'other'],
])("DuckDB's database is called as its file: %s", (written, database) => {
  const profile = `shop: {target: dev, outputs: {dev: {type: duckdb, ${written}}}}\n`
  expect(parsed({ 'profiles.yml': profile }).target.database).toBe(database)
})

it('null takes back what dbt does not know, and leaves what it knows as it was', () => {
  const project = parsed({
    'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {+schema: gold, +owned_by: finance}\n',
    'models/a.sql': '{{ config(schema=None, owned_by=None) }} select 1',
  })
  expect(model(project, 'a').config).toMatchObject({ schema: 'gold', owned_by: null })
})
