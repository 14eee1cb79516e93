import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { check } from '../src/check.ts'
import { visibleEnvironment } from '../src/config/environment.ts'
import { compileNode } from '../src/dbt/compile.ts'
import { openRepository } from '../src/repository.ts'
import { readSides } from '../src/sides.ts'
import { startSqlLibrary } from '../src/start-sql.ts'
import { newRepository, type Repository, temporaryFolder } from './repository.ts'

const project = {
  'dbt_project.yml': 'name: shop\nprofile: shop\n',
  'profiles.yml': 'shop: {target: prod, outputs: {prod: {type: databricks, catalog: main, schema: shop}}}\n',
  'models/a.sql': 'select 1 as id\n',
}
const broken = "select * from {{ ref('nothing') }}\n"

function shop(root = ''): Record<string, string> {
  return Object.fromEntries(Object.entries(project).map(([path, text]) => [root + path, text]))
}

/** What a check of the repository against a commit says: each new finding, or that there is none. */
async function told(repository: Repository, base: string): Promise<string[]> {
  const opened = await openRepository(repository.root)
  const report = await check(await readSides(opened, { kind: 'local', base }, { env: new Map() }), startSqlLibrary)
  const findings = report.regions.flatMap((region) => region.findings).filter((finding) => finding.new)
  return findings.map(({ rule, file }) => `${rule} ${file}`)
}

test('a name with a line break does not make a new finding an old one', async () => {
  const repository = newRepository()
  const base = repository.commit('base', shop())
  repository.commit('change', {
    'bad.sql': broken,
    'models/b\nHEAD:bad.sql': '{{ config(enabled=false) }} select 1',
    'models/c.sql': broken,
  })
  expect(await told(repository, base)).toEqual(['unresolved-ref models/c.sql'])
})

test('a symbolic link is a finding where dbt would follow it, unless it was there', async () => {
  const repository = newRepository()
  const base = repository.commit('base', { ...shop(), 'elsewhere/b.sql': broken })
  symlinkSync('../elsewhere', join(repository.root, 'models', 'folder'))
  symlinkSync('../elsewhere/b.sql', join(repository.root, 'models', 'b.sql'))
  symlinkSync('elsewhere/b.sql', join(repository.root, 'README.md'))
  const linked = repository.commit('links', {})
  expect(await told(repository, base)).toEqual(['invalid-project models/b.sql', 'invalid-project models/folder'])
  repository.commit('more', { 'models/c.sql': 'select 2 as id\n' })
  expect(await told(repository, linked)).toEqual([])
})

test('a project behind a symbolic link is not read, and fails the check', async () => {
  const repository = newRepository()
  const outside = newRepository(temporaryFolder())
  outside.write({ ...shop(), 'models/secret.sql': broken })
  const base = repository.commit('base', shop('p/'))
  symlinkSync(outside.root, join(repository.root, 'link'))
  repository.commit('link', { '.github/dbt-regions.yml': 'version: 1\nregions: {us: {project: link}}\n' })
  expect(await told(repository, base)).toEqual(['invalid-project link/dbt_project.yml'])
})

test('what a submodule holds at another commit is new', async () => {
  const shared = newRepository()
  shared.commit('shared', { 'b.sql': 'select 2 as id\n' })
  const repository = newRepository()
  repository.write(shop())
  repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', shared.root, 'models/shared')
  const base = repository.commit('base', {})
  expect(await told(repository, base)).toEqual([])
  repository.write({ 'models/shared/b.sql': broken })
  const inner = join(repository.root, 'models', 'shared')
  repository.git('-C', inner, 'commit', '--quiet', '--all', '--message', 'broken')
  repository.commit('bump', {})
  expect(await told(repository, base)).toEqual(['unresolved-ref models/shared/b.sql'])
})

const unclassified = 'models:\n  - name: a\n    columns: [{name: email}]\n'

test.each<[string, Record<string, string | null>, string | undefined]>([
  ['a folder with another prefix', { ...gone('dbt_projects/eu_shop/'), ...shop('dbt_projects/xx_shop/') }, undefined],
  [
    'another configuration',
    { 'other.yml': 'version: 1\nregions: {eu: {project: dbt_projects/eu_shop, gdpr: false}}\n' },
    'other.yml',
  ],
])('%s does not let go of the GDPR rules', async (_, change, config) => {
  const repository = newRepository()
  const base = repository.commit('base', {
    ...shop('dbt_projects/eu_shop/'),
    '.github/dbt-regions.yml': config ? 'version: 1\nregions: {eu: {project: dbt_projects/eu_shop}}\n' : '# \n',
  })
  if (config === undefined) repository.write({ '.github/dbt-regions.yml': null })
  const folder = config === undefined ? 'dbt_projects/xx_shop' : 'dbt_projects/eu_shop'
  repository.commit('change', { ...change, [`${folder}/models/a.yml`]: unclassified })
  const opened = await openRepository(repository.root, config && join(repository.root, config))
  const report = await check(await readSides(opened, { kind: 'local', base }, { env: new Map() }), startSqlLibrary)
  const errors = report.regions.flatMap(({ findings }) => findings.filter((it) => it.new && it.severity === 'error'))
  expect(errors).toMatchObject([{ rule: 'gdpr-column-class', file: `${folder}/models/a.yml` }])
  expect(report.configuration.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('is no longer held to the GDPR rules'),
  )
})

const catalog = (...names: readonly string[]) =>
  JSON.stringify({
    metadata: {},
    nodes: {},
    sources: {
      'source.shop.raw.orders': {
        columns: Object.fromEntries(names.map((name, index) => [name, { type: 'INT', index }])),
      },
    },
  })

test.each<[string, Record<string, string | null>, string[], string[]]>([
  ['is that of base, which a pull request does not write', { 'catalog.json': catalog('b', 'c') }, ['a'], []],
  [
    'is the one that base names',
    { '.github/dbt-regions.yml': 'version: 1\nregions: {shop: {project: ., catalog_json: other.json}}\n' },
    ['a'],
    [],
  ],
  ['need not be there any more', { 'catalog.json': null }, ['a'], []],
])('a region’s catalog.json %s', async (_, change, expected, said) => {
  const repository = newRepository()
  const base = repository.commit('base', {
    ...shop(),
    '.github/dbt-regions.yml': 'version: 1\nregions: {shop: {project: ., catalog_json: ./catalog.json}}\n',
    'catalog.json': catalog('a'),
  })
  repository.commit('change', change)
  const notices: string[] = []
  const opened = await openRepository(repository.root)
  const options = { env: new Map(), notice: (message: string) => notices.push(message) }
  const { regions } = await readSides(opened, { kind: 'local', base }, options)
  const known = regions.get('shop')?.known
  expect(known?.get('source.shop.raw.orders')?.map(({ name }) => name)).toEqual(expected)
  expect(notices).toEqual(said)
})

test.each<[string, string | null, string]>([
  ['is not there', null, 'is not there at'],
  ['is something else', '[]', 'is no catalog.json'],
  ['is no JSON', 'catalog', 'is no catalog.json'],
])('a region’s catalog.json that %s is said, and stops nothing', async (_, text, said) => {
  const repository = newRepository()
  const files = {
    ...shop(),
    '.github/dbt-regions.yml': 'version: 1\nregions: {shop: {project: ., catalog_json: catalog.json}}\n',
    ...(text !== null && { 'catalog.json': text }),
  }
  const base = repository.commit('base', files)
  repository.commit('change', { 'models/a.sql': 'select 2 as id\n' })
  const notices: string[] = []
  const opened = await openRepository(repository.root)
  const options = { env: new Map(), notice: (message: string) => notices.push(message) }
  const report = await check(await readSides(opened, { kind: 'local', base }, options), startSqlLibrary)
  expect(notices).toEqual([expect.stringContaining(said)])
  expect(report.regions[0]?.changes.map(({ change }) => change)).toEqual(['column'])
})

function gone(root: string): Record<string, null> {
  return Object.fromEntries(Object.keys(project).map((path) => [root + path, null]))
}

const secret = 'SECRET TOKEN PASSWORD PASS PWD API_KEY PAT PRIVATE_KEY_PATH CREDENTIALS DSN'.split(' ')
const environment = new Map(
  [...secret.map((name) => `DBT_${name}`), 'DBT_TARGET', 'DBT_SCHEMA', 'DBT_CATALOG_PATH', 'STAGE', 'MY_TOKEN'].map(
    (name) => [name, 'x'],
  ),
)

test.each([
  [null, ['DBT_TARGET', 'DBT_SCHEMA', 'DBT_CATALOG_PATH']],
  [
    ['STAGE', 'DBT_SCHEMA', 'MY_TOKEN', 'HOME'],
    ['DBT_SCHEMA', 'STAGE'],
  ],
  [[], []],
])('where the configuration names %j a check sees no variable that may hold a credential', (names, seen) => {
  expect([...visibleEnvironment(environment, names).keys()]).toEqual(seen)
})

test('base says which variables a check sees', { timeout: 60_000 }, async () => {
  const repository = newRepository()
  const model = {
    'shop/models/a.sql': "select '{{ env_var('STAGE', 'none') }}' as a, '{{ env_var('TEAM', 'none') }}' as b",
  }
  const config = (names: string) => ({
    '.github/dbt-regions.yml': `version: 1\nregions: {shop: {project: shop}}\nenv_vars: ${names}\n`,
  })
  const base = repository.commit('base', { ...shop('shop/'), ...model, ...config('[STAGE]') })
  repository.commit('change', config('[STAGE, TEAM]'))
  const env = new Map([
    ['STAGE', 'blue'],
    ['TEAM', 'red'],
  ])
  const { regions, config: effective } = await readSides(
    await openRepository(repository.root),
    { kind: 'local', base },
    { env },
  )
  const head = regions.get('shop')?.head?.project
  if (head === undefined) throw new Error('there is no project')
  expect(compileNode(head, 'model.shop.a', { incremental: false }).code).toContain("select 'blue' as a, 'none' as b")
  expect(effective.findings).toMatchObject([
    {
      rule: 'configuration-changed',
      severity: 'warning',
      line: 3,
      message: 'once this is merged, env_var sees STAGE, TEAM in a check, not STAGE',
    },
  ])
})
