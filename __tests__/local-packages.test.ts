import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { check } from '../src/check.ts'
import { openRepository } from '../src/repository.ts'
import { readSides } from '../src/sides.ts'
import { startSqlLibrary } from '../src/start-sql.ts'
import { newRepository, type Repository, temporaryFolder } from './repository.ts'

type Files = Record<string, string | null>

function region(name: string, packages: string): Files {
  return {
    [`dbt_projects/${name}/dbt_project.yml`]: `name: ${name}\nprofile: ${name}\n`,
    [`dbt_projects/${name}/profiles.yml`]: `${name}: {target: prod, outputs: {prod: {type: databricks, catalog: main, schema: ${name}}}}\n`,
    [`dbt_projects/${name}/packages.yml`]: `packages:\n${packages}`,
    [`dbt_projects/${name}/models/a.sql`]: 'select {{ acme_tools.cents("price") }} as price\n',
  }
}

const shared: Files = {
  'libraries/shared-macros/dbt_project.yml': 'name: acme_tools\n',
  'libraries/shared-macros/macros/cents.sql': '{% macro cents(x) %}{{ x }} / 100{% endmacro %}\n',
  'libraries/shared-macros/models/calendar.sql': 'select 1 as day\n',
}
const monorepo: Files = {
  ...region('us', '  - local: ../../libraries/shared-macros\n'),
  ...region('eu', '  - local: ./../../libraries/shared-macros/\n'),
  ...shared,
}

async function report(repository: Repository, base: string) {
  const opened = await openRepository(repository.root)
  return await check(await readSides(opened, { kind: 'local', base }, { env: new Map() }), startSqlLibrary)
}

/** What differs in each region: `region: unique_id`. */
async function changes(repository: Repository, base: string): Promise<string[]> {
  const { regions } = await report(repository, base)
  return regions.flatMap(({ name, changes }) => changes.map(({ unique_id }) => `${name}: ${unique_id}`))
}

/** New findings, as `file:line: message`. */
async function told(repository: Repository, base: string): Promise<string[]> {
  const { regions } = await report(repository, base)
  const findings = regions.flatMap((region) => region.findings).filter((finding) => finding.new)
  return findings.map(({ file, line, message }) => `${file}:${line}: ${message}`)
}

test('a change in a package that regions share is one in each of them', async () => {
  const repository = newRepository()
  const base = repository.commit('base', monorepo)
  expect(await told(repository, base)).toEqual([])
  expect(await changes(repository, base)).toEqual([])
  repository.commit('change', {
    'libraries/shared-macros/macros/cents.sql': '{% macro cents(x) %}round({{ x }} / 100, 2){% endmacro %}\n',
    'libraries/shared-macros/models/calendar.sql': 'select 2 as day\n',
  })
  expect(await changes(repository, base)).toEqual([
    'eu: model.acme_tools.calendar',
    'eu: model.eu.a',
    'us: model.acme_tools.calendar',
    'us: model.us.a',
  ])
})

test('a package that comes, moves or goes with its region counts as the base has it', async () => {
  const repository = newRepository()
  const base = repository.commit('base', { ...region('us', '  - local: ../../libraries/shared-macros\n'), ...shared })
  repository.commit('moved', {
    ...Object.fromEntries(Object.keys(shared).map((path) => [path, null])),
    ...Object.fromEntries(Object.entries(shared).map(([path, text]) => [path.replace('libraries/', ''), text])),
    'dbt_projects/us/packages.yml': 'packages: [{local: ../../shared-macros}]\n',
  })
  expect(await told(repository, base)).toEqual([])
  expect(await changes(repository, base)).toEqual([])
})

test('the finding of a shared package is in its own file, in each region, and old where it was there', async () => {
  const repository = newRepository()
  const base = repository.commit('base', monorepo)
  const broken = { 'libraries/shared-macros/models/calendar.sql': "\nselect * from {{ ref('nothing_like_it') }}\n" }
  const second = repository.commit('break', broken)
  const file = 'libraries/shared-macros/models/calendar.sql'
  const expected = expect.stringMatching(`^${file}:2: .*nothing_like_it`)
  expect(await told(repository, base)).toEqual([expected, expected])
  expect(await told(repository, second)).toEqual([])
})

test('a package names further ones by their path from the project, as in dbt', async () => {
  const repository = newRepository()
  const base = repository.commit('base', {
    ...monorepo,
    'libraries/shared-macros/dependencies.yml': 'packages:\n  - local: ../../libraries/deep\n',
    'libraries/shared-macros/macros/cents.sql': '{% macro cents(x) %}{{ deep.half(x) }}{% endmacro %}\n',
    'libraries/deep/dbt_project.yml': 'name: deep\n',
    'libraries/deep/macros/half.sql': '{% macro half(x) %}{{ x }} / 2{% endmacro %}\n',
  })
  expect(await told(repository, base)).toEqual([])
  repository.commit('change', { 'libraries/deep/macros/half.sql': '{% macro half(x) %}{{ x }} / 3{% endmacro %}\n' })
  expect(await changes(repository, base)).toEqual(['eu: model.eu.a', 'us: model.us.a'])
})

test('a package around the project does not hold the project again', async () => {
  const repository = newRepository()
  const base = repository.commit('base', {
    'dbt_project.yml': 'name: acme_tools\n',
    'macros/cents.sql': '{% macro cents(x) %}{{ x }}{% endmacro %}\n',
    ...region('us', '  - local: ../../\n'),
    '.github/dbt-regions.yml': 'version: 1\nregions: {us: {project: dbt_projects/us}}\n',
  })
  expect(await told(repository, base)).toEqual([])
  const { regions } = await readSides(
    await openRepository(repository.root),
    { kind: 'local', base },
    { env: new Map() },
  )
  expect([...(regions.get('us')?.head?.files.keys() ?? [])].sort()).toEqual([
    '../../.github/dbt-regions.yml',
    '../../dbt_project.yml',
    '../../macros/cents.sql',
    'dbt_project.yml',
    'models/a.sql',
    'packages.yml',
    'profiles.yml',
  ])
})

test.each<[string, string, string]>([
  ['out of the repository', '../../../outside', "the local package '../../../outside' is outside of the repository"],
  ['to a path of the machine', '/etc', "the local package '/etc' is outside of the repository"],
  ['to the home folder', '~/shared', "the local package '~/shared' is outside of the repository"],
  ['nowhere', '../../libraries/nothing', "the local package '../../libraries/nothing' has no dbt_project.yml"],
  ['through a symbolic link', '../../link', "the local package '../../link' has no dbt_project.yml that can be read"],
  ['to the project itself', '.', "this package is called 'us', and so is the project itself"],
])('a package that leads %s is refused', async (_, local, expected) => {
  const outer = temporaryFolder()
  mkdirSync(join(outer, 'outside/macros'), { recursive: true })
  writeFileSync(join(outer, 'outside/dbt_project.yml'), 'name: acme_tools\n')
  writeFileSync(join(outer, 'outside/macros/cents.sql'), '{% macro cents(x) %}secret{% endmacro %}\n')
  mkdirSync(join(outer, 'repository'))
  const repository = newRepository(join(outer, 'repository'))
  const base = repository.commit('base', { ...region('us', '  - local: ../../libraries/shared-macros\n'), ...shared })
  symlinkSync('../outside', join(repository.root, 'link'))
  repository.commit('change', { 'dbt_projects/us/packages.yml': `packages:\n\n  - local: ${local}\n` })
  const [first] = (await told(repository, base)).filter((line) => line.includes('packages.yml'))
  expect(first).toContain(`dbt_projects/us/packages.yml:3: ${expected}`)
})
