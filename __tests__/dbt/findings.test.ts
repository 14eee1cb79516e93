import { describe, expect, it } from 'vitest'
import { type Files, findings, parsed } from './project.ts'

describe('what the parser finds', () => {
  it.each<[string, Files, string[]]>([
    ['nothing in a sound project', { 'models/a.sql': 'select 1' }, []],
    [
      'nothing in what .dbtignore leaves out, whatever else it holds',
      { '.dbtignore': '[z-a].sql\ndraft_*.sql\n', 'models/a.sql': 'select 1', 'models/draft_b.sql': '{% if %}' },
      [],
    ],
    [
      'a target without a type',
      { 'profiles.yml': 'shop:\n  target: dev\n  outputs:\n    dev: {tpye: databricks}\n' },
      [
        "profiles.yml:1:1: invalid-project: the target 'dev' of the profile 'shop' has no type; add one: type: databricks",
      ],
    ],
    [
      'a local package outside of the repository',
      { 'packages.yml': 'packages:\n  - local: ../\n' },
      [
        "packages.yml:2:5: invalid-project: the local package '../' is outside of the repository, where nothing is read: put it into the repository and name its folder",
      ],
    ],
    [
      'YAML that cannot be read',
      { 'models/a.sql': 'select 1', 'models/a.yml': 'models:\n  - name: a\n   tags: x\n' },
      ['models/a.yml:3:4: yaml-syntax: this is not YAML: bad indentation of a sequence entry'],
    ],
    [
      'Jinja that cannot be read, with the whitespace before it',
      { 'models/a.sql': '\n\n  select {% if x %} 1' },
      [
        "models/a.sql:3:22: jinja-syntax: this Jinja cannot be read: Unexpected end of template. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if'.",
      ],
    ],
    [
      'each of several, of whatever kind',
      {
        'models/a.sql': "select {{ cnts('x') }}, {{ env_var('NOBODY') }}, {{ var('nothing') }}",
        'models/b.yml': 'models: {name: a}\n',
        'models/c.yml': 'models:\n  - nme: a\n',
        'macros/cents.sql': '{% macro cents(x) %}{{ x }}{% endmacro %}',
      },
      [
        "models/a.sql:1:11: unresolved-macro: there is no macro 'cnts'; did you mean 'cents'?",
        "models/a.sql:1:28: unresolved-variable: the environment variable 'NOBODY' is not set and has no default; set it, or give one: env_var('NOBODY', '…')",
        "models/a.sql:1:53: unresolved-variable: the variable 'nothing' is not set and has no default; set it under vars in dbt_project.yml, or give one: var('nothing', '…')",
        "models/b.yml:1:1: invalid-properties: 'models' is a list of entries, each with a name",
        "models/c.yml:2:5: invalid-properties: this entry of 'models' has no name; add one: name: …",
      ],
    ],
    [
      'a variable that is missing in a macro, at the call that leads there',
      {
        'models/a.sql': 'select 1,\n  {{ limited() }}',
        'macros/limited.sql': "{% macro limited() %}{{ var('limit') }}{% endmacro %}",
      },
      [
        "models/a.sql:2:6: unresolved-variable: the variable 'limit' is not set and has no default; set it under vars in dbt_project.yml, or give one: var('limit', '…')",
      ],
    ],
    [
      'nothing in what is disabled',
      { 'models/a.sql': "{{ config(enabled=false) }} select {{ nothing() }}, {{ var('nothing') }}" },
      [],
    ],
    [
      'nothing in a branch that is not taken',
      { 'models/a.sql': "select 1 {% if target.type == 'duckdb' %}{{ only_there() }}{% endif %}" },
      [],
    ],
    [
      'tests that are none',
      {
        'models/a.sql': 'select 1 as id',
        'models/a.yml':
          'models:\n  - name: a\n    columns:\n      - name: id\n        data_tests:\n          - uniqe\n          - not_null: {}\n            severity: warn\n',
      },
      [
        "models/a.yml:6:13: unresolved-macro: there is no test 'uniqe'; did you mean 'unique'?",
        'models/a.yml:7:13: invalid-properties: this is no test: a test is one name with its arguments below it; here are 2 (not_null, severity): indent the arguments',
      ],
    ],
    [
      'a secret in SQL',
      { 'models/a.sql': "select '{{ env_var('DBT_ENV_SECRET_KEY') }}'" },
      [
        "models/a.sql:1:12: unresolved-variable: the secret 'DBT_ENV_SECRET_KEY' may not be used here; secrets are for profiles.yml and packages.yml alone",
      ],
    ],
    [
      'a description without its docs block',
      { 'models/a.sql': 'select 1', 'models/a.yml': 'models:\n  - name: a\n    description: "{{ doc(\'none\') }}"\n' },
      [
        "models/a.yml:2:5: invalid-properties: there is no docs block 'none'; write one in a Markdown file: {% docs none %}…{% enddocs %}",
      ],
    ],
    [
      'a project without a name, a profile without its target',
      {
        'dbt_project.yml': 'profile: shop\n',
        'profiles.yml': 'shop:\n  target: prod\n  outputs:\n    dev: {type: databricks}\n',
      },
      [
        'dbt_project.yml:1:1: invalid-project: dbt_project.yml has no name; add one: name: my_project',
        "profiles.yml:1:1: invalid-project: the profile 'shop' has no target 'prod'; it has dev",
      ],
    ],
  ])('%s', (_, files, expected) => {
    expect(findings(files)).toEqual(expected)
  })

  it('says files as the repository knows them', () => {
    expect(findings({ 'models/a.yml': 'models: 1' }, { root: 'projects/shop' })).toEqual([
      "projects/shop/models/a.yml:1:1: invalid-properties: 'models' is a list of entries, each with a name",
    ])
  })

  it('goes on where a package is missing', () => {
    const project = parsed({
      'packages.yml': 'packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.3.0\n',
      'models/a.sql':
        "select {{ dbt_utils.star(ref('b')) }}, {{ dbt_utils.pivot('x', dbt_utils.get_column_values(ref('c'), 'x')) }}",
      'models/b.sql': 'select 1',
      'models/c.sql': '{% for x in dbt_utils.get_column_values(ref("b"), "x") %}{{ x.y }}{% endfor %}',
      'models/a.yml': 'models:\n  - name: a\n    data_tests: [{dbt_utils.equal_rowcount: {compare_model: ref("b")}}]\n',
    })
    expect(project.missingPackages).toEqual(['dbt_utils'])
    expect(project.findings.map(({ rule, severity }) => [rule, severity])).toEqual([['missing-package', 'notice']])
    expect(Object.fromEntries(project.manifest.parent_map)).toEqual({
      'model.shop.a': ['model.shop.b', 'model.shop.c'],
      'model.shop.b': [],
      'model.shop.c': ['model.shop.b'],
      'test.shop.dbt_utils_equal_rowcount_a_ref_b_.a263086467': ['model.shop.a', 'model.shop.b'],
    })
  })
})

describe('what leads nowhere', () => {
  const files: Files = {
    'models/a.sql': "select * from {{ ref('customers') }}\njoin {{ ref('custmers') }} join {{ reached() }}",
    'models/b.sql': "select * from {{ source('bronze', 'order') }} join {{ source('nothing', 'like_it') }}",
    'models/c.sql':
      "select * from {{ ref('off') }} join {{ ref('other', 'customers') }} join {{ ref('customers', v=3) }}",
    'models/customers.sql': 'select 1',
    'models/off.sql': '{{ config(enabled=false) }} select 1',
    'models/s.yml':
      "sources: [{name: bronze, tables: [{name: orders}]}]\nexposures:\n  - name: board\n    type: dashboard\n    owner: {name: me}\n    depends_on:\n      - ref('customers')\n      - ref('nobody_has_this')\n",
    'macros/reached.sql': "{% macro reached() %}{{ ref('not_there_at_all') }}{% endmacro %}",
  }

  it('is told with its place, its reason and what may have been meant', () => {
    const { unresolved } = parsed(files)
    const lines = unresolved.map(
      ({ unique_id, position: { path, line, column }, reason, found, suggestion, args }) =>
        `${unique_id} ${path}:${line}:${column} ${args.name} ${reason} ${found} ${suggestion}`,
    )
    expect(lines).toEqual([
      'exposure.shop.board models/s.yml:8:9 nobody_has_this missing null null',
      'model.shop.a models/a.sql:2:9 custmers missing null customers',
      'model.shop.a models/a.sql:2:36 not_there_at_all missing null null',
      'model.shop.b models/b.sql:1:18 order table null bronze.orders',
      'model.shop.b models/b.sql:1:55 like_it missing null null',
      'model.shop.c models/c.sql:1:18 off disabled model.shop.off null',
      'model.shop.c models/c.sql:1:40 customers package model.shop.customers null',
      'model.shop.c models/c.sql:1:77 customers version model.shop.customers null',
    ])
  })

  it('leaves the rest of the graph as it is', () => {
    expect(parsed(files).manifest.parent_map.get('model.shop.a')).toEqual(['model.shop.customers'])
  })
})

describe('what is claimed twice, or describes nothing', () => {
  it('is told', () => {
    const { duplicates, orphans } = parsed({
      'models/x/a.sql': 'select 1',
      'models/y/a.sql': 'select 2',
      'models/b.sql': "{{ config(alias='c') }} select 1",
      'models/c.sql': 'select 1',
      'models/one.yml': 'models:\n  - name: c\n  - name: ordrs\n',
      'models/orders.sql': 'select 1',
      'models/two.yml': 'models:\n  - name: c\nmacros:\n  - name: nothing\n',
    })
    expect(
      duplicates.map(({ kind, name, positions }) => [
        kind,
        name,
        ...positions.map(({ path, line }) => `${path}:${line}`),
      ]),
    ).toEqual([
      ['relation', '`main`.`dev`.`c`', 'models/b.sql:1', 'models/c.sql:1'],
      ['resource', 'model.shop.a', 'models/x/a.sql:1', 'models/y/a.sql:1'],
      ['patch', 'model.shop.c', 'models/one.yml:2', 'models/two.yml:2'],
    ])
    expect(
      orphans.map(({ kind, name, position, suggestion }) => [
        kind,
        name,
        `${position.path}:${position.line}`,
        suggestion,
      ]),
    ).toEqual([
      ['model', 'ordrs', 'models/one.yml:3', 'orders'],
      ['macro', 'nothing', 'models/two.yml:4', null],
    ])
  })
})
