import { describe, expect, it } from 'vitest'
import { compileNode } from '../../src/dbt/compile.ts'
import { type Files, parsed } from './project.ts'

const FILES: Files = {
  'models/s.yml':
    'sources: [{name: bronze, schema: raw, tables: [{name: orders}]}]\nunit_tests:\n  - name: doubles\n    model: doubled\n    given:\n      - input: ref("orders")\n        rows: [{id: 1, amount: 2.5}, {id: 2, amount: null}]\n    expect: {rows: [{id: 1}]}\n    overrides: {vars: {factor: 4}, macros: {twice: "mocked"}}\n',
  'models/orders.sql': "select * from {{ source('bronze', 'orders') }}",
  'models/eph.sql': "{{ config(materialized='ephemeral') }}select id from {{ ref('deeper') }}",
  'models/deeper.sql': "{{ config(materialized='ephemeral', alias='deep') }}select id from {{ ref('orders') }}",
  'models/inc.sql':
    "{{ config(materialized='incremental') }}select 1 {% if is_incremental() %}where x > (select max(x) from {{ this }}){% endif %}",
  'models/doubled.sql': "select {{ twice('amount') }}, {{ var('factor') }} from {{ ref('orders') }}",
  'models/asks.sql':
    "{% set r = run_query('select 1') %}{% if execute %}{% for v in r.columns[0].values() %}{{ v }},{% endfor %}{% endif %}1",
  'models/when.sql': "select '{{ run_started_at.strftime('%Y') }}'",
  'macros/twice.sql': '{% macro twice(x) %}2 * {{ x }}{% endmacro %}',
  'dbt_project.yml': 'name: shop\nprofile: shop\nvars: {factor: 3}\n',
}

function compiled(sql: string, options: { incremental?: boolean; more?: Files } = {}) {
  const project = parsed({ ...FILES, 'models/a.sql': sql, ...options.more })
  return compileNode(project, 'model.shop.a', { incremental: options.incremental ?? false })
}

describe('a node is compiled', () => {
  it.each<[string, string, string]>([
    [
      'refs and sources as relations',
      "select * from {{ ref('orders') }}, {{ source('bronze', 'orders') }}",
      'select * from `main`.`dev`.`orders`, `main`.`raw`.`orders`',
    ],
    [
      'a ref whose parts are asked for',
      "{{ ref('orders').schema }}.{{ ref('orders').include(database=false) }}",
      'dev.`dev`.`orders`',
    ],
    ['execute as true', '{{ execute }} {{ this.identifier }}', 'True a'],
    [
      'configs as they came out',
      "{{ config(materialized='table', x=[1]) }}{{ config.get('materialized') }} {{ config.get('x') }} {{ config.get('y', 2) }}",
      'table [1] 2',
    ],
    [
      'an ephemeral model, and the one that it needs',
      "select * from {{ ref('eph') }}",
      'with __dbt__cte__deep as (\nselect id from `main`.`dev`.`orders`\n),  __dbt__cte__eph as (\nselect id from __dbt__cte__deep\n) select * from __dbt__cte__eph',
    ],
    [
      'an ephemeral model before the expressions that are there',
      "-- note\nwith x as (select 1) select * from {{ ref('deeper') }}",
      '-- note\nwith  __dbt__cte__deep as (\nselect id from `main`.`dev`.`orders`\n), x as (select 1) select * from __dbt__cte__deep',
    ],
    [
      "Databricks' own SQL",
      "{{ dbt.dateadd('day', 1, 'd') }} {{ dbt.type_string() }} {{ dbt.concat(['a', 'b']) }}",
      'timestampadd(day, 1, d) string concat(a, b)',
    ],
    ['a macro of the project before one of dbt', '{{ type_int() }}', 'whole'],
  ])('%s', (_, sql, expected) => {
    const { code, unresolved } = compiled(sql, {
      more: sql.includes('type_int') ? { 'macros/t.sql': '{% macro type_int() %}whole{% endmacro %}' } : {},
    })
    expect(code).toBe(expected)
    expect(unresolved).toEqual([])
  })

  it.each<[string, boolean, string]>([
    ['full', false, 'select 1 '],
    ['incremental', true, 'select 1 where x > (select max(x) from `main`.`dev`.`inc`)'],
  ])('an incremental model: %s', (_, incremental, expected) => {
    expect(compileNode(parsed(FILES), 'model.shop.inc', { incremental }).code).toBe(expected)
  })

  it.each<[string, string, readonly string[]]>([
    ['asks', '1', ['load_result']],
    ['when', "select '2026'", ['the time']],
  ])('%s: what only a run knows is said', (name, code, unresolved) => {
    expect(compileNode(parsed(FILES), `model.shop.${name}`, { incremental: false })).toMatchObject({ code, unresolved })
  })

  it('says which macros, vars and environment variables it read', () => {
    expect(compileNode(parsed(FILES), 'model.shop.doubled', { incremental: false })).toMatchObject({
      code: 'select 2 * amount, 3 from `main`.`dev`.`orders`',
      reads: { macros: ['macro.shop.twice'], vars: ['factor'], env_vars: [] },
    })
  })

  it('a unit test: the model over its given rows, with its overrides', () => {
    expect(compileNode(parsed(FILES), 'unit_test.shop.doubled.doubles', { incremental: false }).code).toBe(
      'with __dbt__cte__orders as (\nselect 1 as id, 2.5 as amount\nunion all\nselect 2 as id, null as amount\n) select mocked, 4 from __dbt__cte__orders',
    )
  })

  it('does not end in a cycle of ephemeral models', () => {
    const project = parsed({
      'models/x.sql': "{{ config(materialized='ephemeral') }}select * from {{ ref('y') }}",
      'models/y.sql': "{{ config(materialized='ephemeral') }}select * from {{ ref('x') }}",
    })
    expect(compileNode(project, 'model.shop.x', { incremental: false }).code).toContain('__dbt__cte__y')
  })
})
