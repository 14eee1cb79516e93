import { expect, test } from 'vitest'
import { ParseCache } from '../../src/dbt/cache.ts'
import { compileNode, compileTemplate } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import { fingerprints, settingsOf } from '../../src/graph/fingerprint.ts'
import { type ReadProject, unchanged } from '../../src/graph/unchanged.ts'
import { generateProject } from '../conformance/project.ts'
import { edits } from '../tools/edits.ts'
import { filesBelow } from '../tools/files-below.ts'

const features = filesBelow('__tests__/fixtures/dbt/features')
const generated = generateProject(11, 6)

const cache = new ParseCache()

function read(files: ReadonlyMap<string, string>): ReadProject {
  return { files, project: parseProject({ files, root: '', env: new Map(), cache }) }
}

function hashes({ project, files }: ReadProject): Map<string, string> {
  const all = fingerprints(project, compileNode, settingsOf(files), compileTemplate)
  return new Map([...all].map(([id, { hash }]) => [id, hash]))
}

test.each([
  ['the project of all features', features],
  ['a generated project', generated],
])('of %s nothing is taken for unchanged that means something else', { timeout: 120_000 }, (_, files) => {
  const base = read(files)
  const before = hashes(base)
  let common = 0
  for (const [path, edited] of edits(files)) {
    const head = read(edited)
    const after = hashes(head)
    const same = unchanged(base, head)
    common += same.size
    expect(
      [...same].filter((id) => before.get(id) !== after.get(id)),
      path,
    ).toEqual([])
  }
  expect(common).toBeGreaterThan(files.size)
})

test('what differs elsewhere leaves the rest alone', () => {
  const project = {
    'dbt_project.yml': 'name: shop\nprofile: shop\n',
    'profiles.yml': 'shop: {target: prod, outputs: {prod: {type: databricks, catalog: main, schema: shop}}}\n',
    'models/a.sql': 'select 1 as id\n',
    'models/inlined.sql': "{{ config(materialized='ephemeral') }} select id from {{ ref('a') }}\n",
    'models/b.sql': "select id from {{ ref('inlined') }}\n",
    'models/c.sql': "select id from {{ ref('a') }}\n",
    'models/counts.sql': 'select {{ graph.nodes | length }} as models\n',
    'models/hooked.sql': "{{ config(post_hook='select {{ graph.nodes | length }}') }} select 1 as id\n",
  }
  const changed = (edit: Record<string, string>) => {
    const [base, head] = [
      read(new Map(Object.entries(project))),
      read(new Map(Object.entries({ ...project, ...edit }))),
    ]
    const same = unchanged(base, head)
    return [...head.project.manifest.nodes.keys()].filter((id) => !same.has(id)).map((id) => id.split('.')[2])
  }
  expect(changed({})).toEqual(['counts', 'hooked'])
  expect(changed({ 'models/c.sql': "select id + 1 as id from {{ ref('a') }}\n" })).toEqual(['c', 'counts', 'hooked'])
  expect(changed({ 'models/inlined.sql': project['models/inlined.sql'].replace('id', 'id + 1 as id') })).toEqual([
    'b',
    'counts',
    'hooked',
    'inlined',
  ])
  expect(changed({ 'models/a.sql': "{{ config(alias='other') }} select 1 as id\n" })).toEqual([
    'a',
    'b',
    'c',
    'counts',
    'hooked',
    'inlined',
  ])
  expect(changed({ 'macros/m.sql': '{% macro m() %}{% endmacro %}\n' })).toHaveLength(6)
  expect(changed({ 'dbt_project.yml': `${project['dbt_project.yml']}vars: {x: 1}\n` })).toHaveLength(6)
})
