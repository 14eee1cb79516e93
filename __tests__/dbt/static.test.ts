import { describe, expect, it } from 'vitest'
import { staticParse } from '../../src/dbt/static.ts'
import { parse } from '../../src/jinja/index.ts'

/** What dbt-extractor 0.6.0 says of the same texts; null where it gives up. */
const CASES: readonly (readonly [sql: string, expected: object | null])[] = [
  ['select 1', { refs: [], sources: [], configs: [] }],
  ["{{ ref('a') }} {{ref ('a',)}}", { refs: ['a', 'a'] }],
  ["{{- ref('a') -}}", null],
  ["{# c #} {{ ref('p','a') }}", { refs: ['p.a'] }],
  ["{#- {% x %} -#}{{ ref('a', v=1) }}", { refs: ['a.v1'] }],
  ["{{ ref('a', version='1') }}", { refs: ['a.v1'] }],
  ['{% if x %}{% endif %}', null],
  ["{{ ref('a','b','c') }}", null],
  ["{{ ref(var('a')) }}", null],
  ["{{ ref('a') | upper }}", null],
  ["{{ ref('a').identifier }}", null],
  ["{{ ref(name='a') }}", null],
  ["{{ source('a','b') }} {{ source('a','b') }}", { sources: ['a.b'] }],
  ["{{ source(source_name='a', table_name='b') }}", { sources: ['a.b'] }],
  ["{{ source('a') }}", null],
  ['{{ config(a=True) }}', { configs: [['a', true]] }],
  ['{{ config(a=true) }}', null],
  ['{{ config(a=1) }}', null],
  ['{{ config(a=None) }}', null],
  [
    "{{ config(a=['x','y',], b={}) }}",
    {
      configs: [
        ['a', ['x', 'y']],
        ['b', {}],
      ],
    },
  ],
  ["{{ config(a={'x': 1}) }}", null],
  ['{{ config(a=(1,2)) }}', null],
  ['{{ config() }}', null],
  ["{{ config({'a': 'b'}) }}", null],
  ["{{ config(pre_hook='x') }}", null],
  ["{{ config(a='\\n') }}", { configs: [['a', '\\n']] }],
  ['{{ this }}', null],
  ["{{ 'a' }}", { refs: [], sources: [], configs: [] }],
  ["{{ env_var('x') }}", null],
  ["{{ ref('a') }}{% raw %}x{% endraw %}", null],
]

describe("a model is read without rendering where dbt's static parser does", () => {
  it.each(CASES)('%s', (sql, expected) => {
    const found = staticParse(parse(sql))
    const plain = found && {
      refs: found.refs.map(
        ({ value: { package: of, name, version } }) =>
          `${of === null ? '' : `${of}.`}${name}${version === null ? '' : `.v${version}`}`,
      ),
      sources: found.sources.map(({ value }) => value.join('.')),
      configs: found.configs,
    }
    if (expected === null) expect(plain).toBeUndefined()
    else expect(plain).toMatchObject(expected)
  })
})
