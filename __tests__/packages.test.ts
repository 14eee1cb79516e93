import { execFileSync } from 'node:child_process'
import { beforeEach, expect, test } from 'vitest'
import { isPublicAddress } from '../src/adapters/packages/address.ts'
import { PackageSource } from '../src/adapters/packages.ts'
import { check } from '../src/check.ts'
import { packagesHash } from '../src/dbt/pins.ts'
import { openRepository } from '../src/repository.ts'
import { readSides } from '../src/sides.ts'
import { startSqlLibrary } from '../src/start-sql.ts'
import { archive, type Published, packageFiles, serve, serveHub } from './package-server.ts'
import { newRepository, type Repository, temporaryFolder } from './repository.ts'

type Files = Record<string, string | null>

/** A project whose one model shows the package's version. */
function shop(packages: string, more: Files = {}): Files {
  return {
    'dbt_project.yml': 'name: shop\nprofile: shop\n',
    'profiles.yml': 'shop: {target: prod, outputs: {prod: {type: databricks, catalog: main, schema: shop}}}\n',
    'packages.yml': `packages:\n${packages}`,
    'models/a.sql': 'select {{ acme_tools.version() }} as version\n',
    'models/b.sql': 'select 1 as one\n',
    '.gitignore': 'dbt_packages/\n',
    ...more,
  }
}

const version = (version: string): Published => ({ files: packageFiles('acme_tools', version) })
const versions = { '1.0.0': version('1.0.0'), '1.1.0': version('1.1.0'), '2.0.0': version('2.0.0') }
const pinned = (version: string) => `  - package: acme/acme_tools\n    version: ${version}\n`

let cache = ''
beforeEach(() => {
  cache = temporaryFolder()
})

/** The new findings of a check (`file: message`), and what it finds changed. Nothing on loopback is public, as for everybody. */
async function checked(repository: Repository, base: string, hub: string, timeoutMs = 20_000) {
  const source = new PackageSource({ hub, cache }, { isPublic: isPublicAddress, timeoutMs })
  const opened = await openRepository(repository.root)
  const occasion = { kind: 'local', base } as const
  const input = await readSides(opened, occasion, { env: new Map(), packages: async () => source })
  const [region] = (await check(input, startSqlLibrary)).regions
  return {
    told: region?.findings.map(({ message }) => message) ?? [],
    changes: region?.changes.map(({ unique_id }) => unique_id) ?? [],
    macros: [...(input.regions.values().next().value?.head?.project.manifest.macros.keys() ?? [])].filter((id) =>
      id.startsWith('macro.acme_tools.'),
    ),
  }
}

const known = { told: [], macros: ['macro.acme_tools.version'] }
const unknown = expect.stringContaining('not installed, so not known here: acme_tools;')

test('base and head have each the version of a package that they name', async () => {
  const hub = await serveHub({ 'acme/acme_tools': versions })
  const repository = newRepository()
  const base = repository.commit('base', shop(pinned('1.0.0')))
  expect(await checked(repository, base, hub.url)).toEqual({ ...known, changes: [] })
  repository.commit('bump', { 'packages.yml': `packages:\n${pinned('2.0.0')}` })
  expect(await checked(repository, base, hub.url)).toEqual({ ...known, changes: ['model.shop.a'] })
  // Everything is on disk now.
  hub.requests.length = 0
  expect(await checked(repository, base, hub.url)).toEqual({ ...known, changes: ['model.shop.a'] })
  expect(hub.requests).toEqual([])
})

test('a lock file of this packages.yml decides, and a range takes the highest version', async () => {
  const hub = await serveHub({ 'acme/acme_tools': { ...versions, '1.2.0-rc1': version('1.2.0-rc1') } })
  const repository = newRepository()
  const range = { package: 'acme/acme_tools', version: ['>=1.0.0', '<2.0.0'] }
  const lock = (version: string, of: typeof range) =>
    `packages:\n  - {name: acme_tools, package: acme/acme_tools, version: ${version}}\nsha1_hash: ${packagesHash([of])}\n`
  const listed = JSON.stringify([range])
  const base = repository.commit(
    'base',
    shop('', { 'packages.yml': `packages: ${listed}\n`, 'package-lock.yml': lock('1.0.0', range) }),
  )
  expect(await checked(repository, base, hub.url)).toEqual({ ...known, changes: [] })
  repository.commit('upgrade', { 'package-lock.yml': lock('1.1.0', range) })
  expect(await checked(repository, base, hub.url)).toEqual({ ...known, changes: ['model.shop.a'] })
  // A lock file of another packages.yml is made anew by dbt.
  repository.commit('stale', { 'package-lock.yml': lock('1.0.0', { ...range, version: [] }) })
  expect(await checked(repository, base, hub.url)).toEqual({ ...known, changes: ['model.shop.a'] })
  expect(hub.requests.filter((path) => path.endsWith('.gz'))).toEqual([
    '/tar/acme/acme_tools/1.0.0.tar.gz',
    '/tar/acme/acme_tools/1.1.0.tar.gz',
  ])
})

const needed = [{ package: 'acme/deep', version: ['>=0.1.0', '<0.3.0'] }]
const calling: Published = {
  files: packageFiles('acme_tools', '1.0.0', {
    'macros/version.sql': '{% macro version() %}{{ deep.half() }}{% endmacro %}\n',
    'packages.yml': JSON.stringify({ packages: needed }),
  }),
  packages: needed,
}

test('packages of packages come with them, in a version that all allow', async () => {
  const half = (text: string) => ({
    files: { 'dbt_project.yml': 'name: deep\n', 'macros/half.sql': `{% macro half() %}${text}{% endmacro %}\n` },
  })
  const hub = await serveHub({
    'acme/acme_tools': { '1.0.0': calling },
    'acme/deep': {
      '0.1.0': half('1'),
      '0.2.0': half('2'),
      '0.3.0': half('3'),
      '0.2.1': { ...half('4'), requires: ['>=1.0.0', '<1.5.0'] },
    },
  })
  const repository = newRepository()
  const base = repository.commit('base', shop(pinned('1.0.0')))
  expect(await checked(repository, base, hub.url)).toMatchObject({ told: [] })
  repository.commit('narrow', {
    'packages.yml': `packages:\n${pinned('1.0.0')}  - {package: acme/deep, version: "<0.2.0"}\n`,
  })
  expect(await checked(repository, base, hub.url)).toMatchObject({ told: [], changes: ['model.shop.a'] })
  expect(hub.requests.filter((path) => path.endsWith('.gz')).sort()).toEqual([
    '/tar/acme/acme_tools/1.0.0.tar.gz',
    '/tar/acme/deep/0.1.0.tar.gz',
    '/tar/acme/deep/0.2.0.tar.gz',
  ])
})

test('what a package needs and cannot be had stays unknown', async () => {
  const hub = await serveHub({ 'acme/acme_tools': { '1.0.0': calling } })
  const repository = newRepository()
  const base = repository.commit('base', shop(pinned('1.0.0')))
  repository.commit('change', { 'models/b.sql': 'select 2 as one\n' })
  expect(await checked(repository, base, hub.url)).toEqual({
    ...known,
    told: [
      expect.stringContaining('not installed, so not known here: deep;'),
      expect.stringMatching('^the package acme/deep >=0.1.0,<0.3.0 was not fetched: .* HTTP status 404$'),
    ],
    changes: ['model.shop.b'],
  })
})

test('packages of git and of tarballs, whatever they are called', async () => {
  const upstream = newRepository()
  upstream.commit('one', packageFiles('acme_tools', '1.0.0'))
  upstream.git('tag', 'v1')
  upstream.commit('two', packageFiles('acme_tools', '2.0.0'))
  upstream.git('tag', 'v2')
  const server = await serve(new Map([['/t.tar.gz', await archive('x', packageFiles('other', '1.0.0'))]]))
  const listed = (revision: string) =>
    `  - git: file://${upstream.root}\n    revision: ${revision}\n  - {tarball: "${server.url}t.tar.gz", name: other}\n`
  const repository = newRepository()
  const base = repository.commit('base', shop(listed('v1')))
  expect(await checked(repository, base, server.url)).toEqual({ ...known, changes: [] })
  repository.commit('bump', { 'packages.yml': `packages:\n${listed('v2')}` })
  expect(await checked(repository, base, server.url)).toEqual({ ...known, changes: ['model.shop.a'] })
})

test('what only the pull request names does not come from a private host, nor from this machine', async () => {
  const server = await serve(new Map([['/t.tar.gz', await archive('x', packageFiles('acme_tools', '1.0.0'))]]))
  const upstream = newRepository()
  upstream.commit('one', packageFiles('acme_tools', '1.0.0'))
  const hub = await serveHub({ 'acme/acme_tools': versions })
  const repository = newRepository()
  const base = repository.commit('base', shop(pinned('1.0.0')))
  for (const entry of [
    `{tarball: "${server.url}t.tar.gz?token=hidden", name: acme_tools}`,
    `{git: "file://${upstream.root}", revision: main}`,
    `{git: "https://someone:hidden@${new URL(server.url).host}/x.git", revision: main}`,
    `{git: "https://{{ env_var('DBT_ENV_SECRET_TOKEN') }}@example.com/x.git", revision: main}`,
  ]) {
    repository.commit('change', { 'packages.yml': `packages: [${entry}]\n` })
    const { told, changes } = await checked(repository, base, hub.url)
    expect(told).toContainEqual(
      expect.stringMatching(/^the package .* was not fetched: .*(https address|public host|environment variables)/),
    )
    expect(told.join()).not.toContain('hidden')
    // The model's macro is unknown now, so it may mean anything; the one without it does not change.
    expect(changes).toEqual(['model.shop.a'])
  }
  expect(server.requests).toEqual([])
})

test.each<[string, (url: string) => string, Published, string]>([
  ['offline', () => 'http://127.0.0.1:9/', version('1.0.0'), '127.0.0.1:9 could not be reached'],
  ['with another checksum', (url) => url, { ...version('1.0.0'), sha1: 'f'.repeat(40) }, 'its SHA-1 is another'],
  ['without that version', (url) => url, version('9.9.9'), 'the hub has no such version'],
])('a package that cannot be had, %s, is told and stays unknown', async (_, of, published, expected) => {
  const number = expected.endsWith('version') ? '9.9.9' : '1.0.0'
  const hub = await serveHub({ 'acme/acme_tools': { [number]: published } })
  const repository = newRepository()
  const base = repository.commit('base', shop(pinned('1.0.0')))
  repository.commit('change', { 'models/b.sql': 'select 2 as one\n' })
  expect(await checked(repository, base, of(hub.url))).toEqual({
    told: [unknown, expect.stringMatching(`^the package acme/acme_tools 1.0.0 was not fetched: .*${expected}$`)],
    changes: ['model.shop.b'],
    macros: [],
  })
})

test('a server that hangs is not waited for', async () => {
  const hub = await serve(new Map([['/api/v1/acme/acme_tools.json', () => undefined]]))
  const repository = newRepository()
  const base = repository.commit('base', shop(pinned('1.0.0')))
  const { told } = await checked(repository, base, hub.url, 300)
  expect(told).toContainEqual(expect.stringContaining('did not answer within 0.3 s'))
})

test('a package that fails for the base alone is told too', async () => {
  const hub = await serveHub({ 'acme/acme_tools': { '2.0.0': version('2.0.0') } })
  const repository = newRepository()
  const base = repository.commit('base', shop(pinned('1.0.0')))
  repository.commit('bump', { 'packages.yml': `packages:\n${pinned('2.0.0')}` })
  const { told, changes } = await checked(repository, base, hub.url)
  expect(told).toEqual(['at base, the package acme/acme_tools 1.0.0 was not fetched: the hub has no such version'])
  expect(changes).toEqual(['model.shop.a'])
})

test('two versions of which neither can be had are not taken for the same', async () => {
  const repository = newRepository()
  const base = repository.commit('base', shop(pinned('1.0.0')))
  repository.commit('bump', { 'packages.yml': `packages:\n${pinned('2.0.0')}` })
  const { changes } = await checked(repository, base, 'http://127.0.0.1:9/')
  expect(changes).toEqual(['model.shop.a'])
})

test('what is installed is left alone, but for a base that wants another version', async () => {
  const hub = await serveHub({ 'acme/acme_tools': versions })
  const repository = newRepository()
  repository.commit('base', shop(pinned('1.0.0')))
  const installed = Object.entries(packageFiles('acme_tools', '2.0.0 of mine'))
  repository.write(Object.fromEntries(installed.map(([path, text]) => [`dbt_packages/acme_tools/${path}`, text])))
  const lock = (version: string) =>
    `packages:\n  - {name: acme_tools, package: acme/acme_tools, version: ${version}}\nsha1_hash: ${packagesHash([{ package: 'acme/acme_tools', version }])}\n`
  const locked = repository.commit('lock', { 'package-lock.yml': lock('1.0.0') })
  expect(await checked(repository, locked, hub.url)).toEqual({ ...known, changes: [] })
  expect(hub.requests).toEqual([])
  repository.commit('bump', { 'packages.yml': `packages:\n${pinned('2.0.0')}`, 'package-lock.yml': lock('2.0.0') })
  expect(await checked(repository, locked, hub.url)).toEqual({ ...known, changes: ['model.shop.a'] })
  expect(hub.requests.filter((path) => path.endsWith('.gz'))).toEqual(['/tar/acme/acme_tools/1.0.0.tar.gz'])
  expect(execFileSync('git', ['status', '--porcelain'], { cwd: repository.root, encoding: 'utf8' })).toBe('')
})

test('a file that lists hundreds of packages does not keep anybody busy', async () => {
  const hub = await serveHub({ 'acme/acme_tools': versions })
  const repository = newRepository()
  const base = repository.commit('base', shop(pinned('1.0.0')))
  const many = Array.from({ length: 300 }, (_, index) => `  - {package: acme/p${index}, version: 1.0.0}\n`).join('')
  repository.commit('many', { 'packages.yml': `packages:\n${many}` })
  const { told } = await checked(repository, base, hub.url)
  expect(told).toContain('of more than 100 packages the others were not fetched')
  expect(new Set(hub.requests).size).toBeLessThan(105)
})
