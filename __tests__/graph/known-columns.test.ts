import { beforeAll, describe, expect, it } from 'vitest'
import { compileNode } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import { ProjectColumns } from '../../src/graph/columns.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { compared, fingerprinted } from './compared.ts'

beforeAll(() => startSqlLibrary(1))

const files = (more: Readonly<Record<string, string>>): Map<string, string> =>
  new Map(
    Object.entries({
      'dbt_project.yml': 'name: p\nprofile: p\nversion: "1"\n',
      'profiles.yml':
        'p: {target: d, outputs: {d: {type: databricks, catalog: c, schema: s, host: h, http_path: x, token: t}}}',
      'seeds/countries.csv': 'code,name\nde,Germany\n',
      'models/base.sql': "select code, name, 1 as rank from {{ ref('countries') }}",
      'macros/listed.sql': `{% macro listed(relation) %}{% for column in adapter.get_columns_in_relation(relation) %}{{ column.name }}{{ ', ' if not loop.last }}{% endfor %}{% endmacro %}`,
      ...more,
    }),
  )

/** The columns of the model `m`, or why they are not known. */
function columnsOf(more: Readonly<Record<string, string>>): string {
  const project = parseProject({ files: files(more), root: '', env: new Map() })
  const analysis = new ProjectColumns(project, compileNode).node('model.p.m')
  if ('unknown' in analysis) return analysis.unknown
  return (analysis.queries[0]?.output.entries ?? [])
    .map((entry) => ('star' in entry ? `* of ${entry.star.relation}` : entry.column.name))
    .join(' ')
}

const listed = (relation: string): string => `select {{ listed(${relation}) }} from {{ ${relation} }}`

describe('columns that are known without a warehouse', () => {
  const cases: [what: string, files: Record<string, string>, columns: string][] = [
    ['a seed’s header', { 'models/m.sql': "select * from {{ ref('countries') }}" }, 'code name'],
    ['a macro that asks for a seed’s', { 'models/m.sql': listed("ref('countries')") }, 'code name'],
    ['a macro that asks for a model’s', { 'models/m.sql': listed("ref('base')") }, 'code name rank'],
    [
      'a macro that asks for those of a model of such a macro',
      { 'models/m.sql': listed("ref('n')"), 'models/n.sql': listed("ref('base')") },
      'code name rank',
    ],
    [
      'a source that a seed stands in',
      {
        'models/m.sql': listed("source('s', 'countries')"),
        'models/s.yml': 'sources: [{name: s, tables: [{name: countries}]}]',
      },
      'code name',
    ],
    [
      'not a source’s, which may have more than YAML says',
      {
        'models/m.sql': listed("source('raw', 't')"),
        'models/s.yml': 'sources: [{name: raw, tables: [{name: t, columns: [{name: a}]}]}]',
      },
      'adapter.get_columns_in_relation could not be resolved',
    ],
    [
      'not its own, as an earlier run left it',
      {
        'models/m.sql': `{{ config(materialized='incremental') }} select 1 as a, {{ listed('this') }}`.replace(
          "'this'",
          'this',
        ),
      },
      'adapter.get_columns_in_relation could not be resolved',
    ],
    [
      'not those of a seed with another delimiter',
      {
        'models/m.sql': "select * from {{ ref('countries') }}",
        'seeds/s.yml': "seeds: [{name: countries, config: {delimiter: ';'}}]",
      },
      '* of seed.p.countries',
    ],
  ]
  it.each(cases)('%s', (_, more, columns) => {
    expect(columnsOf(more)).toBe(columns)
  })

  it('tell that SQL that cannot be read is the same', () => {
    const unreadable = (comment: string, name: string) =>
      fingerprinted(files({ 'models/m.sql': `${listed("ref('base')")} ${comment} order as "${name}"` }))
    const said = (from: [string, string], to: [string, string]) =>
      compared(unreadable(...from), unreadable(...to)).map(({ change }) => change)
    expect(said(['', 'x'], ['/* more */', 'x'])).toEqual(['none'])
    expect(said(['', 'x'], ['', 'y'])).toEqual(['unknown'])
  })

  it('make what an edit does known where a macro asks for them', () => {
    const base = files({ 'models/m.sql': listed("ref('base')") })
    const with_ = (path: string, edit: (text: string) => string) =>
      fingerprinted(new Map(base).set(path, edit(base.get(path) ?? '')))
    const said = (path: string, edit: (text: string) => string) =>
      compared(fingerprinted(base), with_(path, edit)).map(
        ({ name, change, affects }) => `${name} ${change} -> ${affects}`,
      )
    expect(said('models/m.sql', (text) => `${text} -- more`)).toEqual(['m none -> '])
    expect(said('models/m.sql', (text) => `${text} where rank > 1`)).toEqual(['m rows -> '])
    expect(said('models/base.sql', (text) => text.replace('select', 'select 2 as more,'))).toEqual([
      'base additive -> model.p.m',
    ])
  })
})
