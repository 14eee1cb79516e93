import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { check } from '../src/check.ts'
import { openRepository } from '../src/repository.ts'
import { readSides } from '../src/sides.ts'
import { startSqlLibrary } from '../src/start-sql.ts'
import { newRepository, type Repository } from './repository.ts'

const project = {
  'dbt_project.yml': 'name: shop\nprofile: shop\n',
  'profiles.yml': 'shop: {target: prod, outputs: {prod: {type: databricks, catalog: main, schema: shop}}}\n',
  'models/a.sql': 'select 1 as id\n',
  'models/b.sql': "select * from {{ ref('a') }}\n",
}

async function region(repository: Repository, base: string) {
  const report = await check(
    await readSides(await openRepository(repository.root), { kind: 'local', base }, { env: new Map() }),
    startSqlLibrary,
  )
  const [only] = report.regions
  if (only === undefined) throw new Error('no region')
  return { ...only, conclusion: report.conclusion }
}

test.each([
  ['does not parse', 'name: shop\n  profile: [\n', 'dbt_project.yml:2:10 yaml-syntax'],
  ['is no mapping', '- name: shop\n', 'dbt_project.yml:1:1 invalid-project'],
  ['has no name', 'profile: shop\n', 'dbt_project.yml:1:1 invalid-project'],
])('a dbt_project.yml that %s is the one thing that is told', async (_, text, expected) => {
  const repository = newRepository()
  const base = repository.commit('base', project)
  const broken = repository.commit('break', { 'dbt_project.yml': text })
  const told = await region(repository, base)
  expect(told.findings.map(({ file, line, column, rule }) => `${file}:${line}:${column} ${rule}`)).toEqual([expected])
  expect([told.conclusion, told.changes, told.plan, told.lineage.nodes]).toEqual(['failure', [], [], []])

  repository.commit('mend', { 'dbt_project.yml': project['dbt_project.yml'] })
  const mended = await region(repository, broken)
  expect(mended.findings.map(({ severity, message }) => [severity, message])).toEqual([
    [
      'notice',
      "the dbt_project.yml of the region 'shop' cannot be read at the base, so what this changes in its models cannot be told",
    ],
  ])
  expect([mended.conclusion, mended.changes, mended.plan]).toEqual(['success', [], []])
})

test.each([
  ['models/a.sql', 'select 1 -- caf\xe9\n', 1, 16],
  ['models/a.sql', '\n\n-- \u00c3\u00a9 \xff\n', 3, 6],
  ['models/a.yml', 'models:\n  - name: a\n    description: caf\xe9\n', 3, 21],
  ['seeds/s.csv', 'name\nJos\xe9\n', 2, 4],
  ['dbt_project.yml', 'name: shop\nprofile: shop\n# caf\xe9\n', 3, 6],
])(
  '%s that is not UTF-8 is told with its place, in the working tree and at the base',
  async (path, bytes, line, column) => {
    const repository = newRepository()
    const base = repository.commit('base', project)
    repository.write({ [path]: '' })
    writeFileSync(join(repository.root, path), Buffer.from(bytes, 'latin1'))
    const broken = repository.commit('break', {})
    const told = (await region(repository, base)).findings
    expect(told.filter(({ message }) => message.includes('not UTF-8'))).toMatchObject([
      { file: path, line, column, new: true },
    ])
    repository.commit('more', { 'models/c.sql': 'select 3 as id\n', [path]: bytes })
    repository.write({ [path]: '' })
    writeFileSync(join(repository.root, path), Buffer.from(bytes, 'latin1'))
    const again = (await region(repository, broken)).findings
    expect(again.filter(({ message }) => message.includes('not UTF-8'))).toMatchObject([
      { file: path, line, new: false },
    ])
  },
)

test('a file may hold any character, the replacement character too', async () => {
  const repository = newRepository()
  const base = repository.commit('base', project)
  repository.commit('change', { 'models/a.sql': "select '\u{1f600} \ufffd é' as id\n" })
  expect((await region(repository, base)).findings).toEqual([])
})
