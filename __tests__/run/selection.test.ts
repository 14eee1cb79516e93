import { describe, expect, test } from 'vitest'
import { exactly, selectorsOf } from '../../src/run/selection.ts'
import { type Files, node, parsed } from '../dbt/project.ts'

const cases: readonly (readonly [name: string, files: Files, node: string, selector: string])[] = [
  ['a model', { 'models/gold/a.sql': 'select 1' }, '.a', 'fqn:shop.gold.a,package:shop,resource_type:model,file:a.sql'],
  ['a seed', { 'seeds/a.csv': 'x\n1\n' }, '.a', 'fqn:shop.a,package:shop,resource_type:seed,file:a.csv'],
  [
    'a version of a model',
    {
      'models/a_v2.sql': 'select 1',
      'models/a.yml': 'models: [{name: a, latest_version: 2, versions: [{v: 2}]}]',
    },
    '.a.v2',
    'fqn:shop.a.v2,package:shop,resource_type:model,file:a_v2.sql',
  ],
  [
    'what dbt would read as operators and separators',
    { 'models/x y/@a,b+.sql': 'select 1' },
    '.@a,b+',
    'fqn:shop.x?y.?a?b?,package:shop,resource_type:model,file:?a?b?.sql',
  ],
  ['a singular test', { 'tests/t.sql': 'select 1' }, '.t', 'fqn:shop.t,package:shop,resource_type:test,file:t.sql'],
]

describe('a selector of', () => {
  test.each(cases)('%s', (_name, files, name, selector) => {
    const project = parsed(files)
    const { manifest } = project
    const { unique_id } = node(project, name)
    expect(selectorsOf(manifest, [unique_id])).toEqual([selector])
  })

  test('tests with one name: by what they read', () => {
    const tested = (name: string) => `{name: ${name}, columns: [{name: id, data_tests: [{unique: {name: shared}}]}]}`
    const { manifest } = parsed({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': 'select 1 as id',
      'models/all.yml': `models: [${tested('a')}, ${tested('b')}]`,
    })
    const tests = [...manifest.nodes.keys()].filter((id) => id.startsWith('test.'))
    const shared = 'fqn:shop.shared,package:shop,resource_type:test,file:all.yml'
    expect(selectorsOf(manifest, tests)).toEqual([`${shared},fqn:shop.a+1`, `${shared},fqn:shop.b+1`])
  })

  test('very many nodes: whole types of a package at once', () => {
    const models = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`models/m${index}.sql`, 'select 1']))
    const inline = { 'models/i.sql': "{{ config(materialized='ephemeral') }} select 1" }
    const { manifest } = parsed({ ...models, ...inline, 'seeds/s.csv': 'x\n1\n', 'seeds/t.csv': 'x\n1\n' })
    const planned = [...manifest.nodes.keys()].filter((id) => id !== 'seed.shop.t' && id !== 'model.shop.i')
    expect(selectorsOf(manifest, planned)).toEqual([
      'fqn:shop.s,package:shop,resource_type:seed,file:s.csv',
      'package:shop,resource_type:model',
    ])
    expect(exactly(manifest, planned, [...planned, 'model.shop.i'])).toEqual({ beside: [], missing: [] })
  })
})

test('what is listed is compared both ways', () => {
  const { manifest } = parsed({})
  expect(exactly(manifest, ['model.x.a', 'model.x.b'], ['model.x.c', 'model.x.b', 'model.x.c'])).toEqual({
    beside: ['model.x.c'],
    missing: ['model.x.a'],
  })
})
