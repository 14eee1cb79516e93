import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { isPublicAddress } from '../../src/adapters/packages/address.ts'
import { shownUrl } from '../../src/adapters/packages/package-error.ts'
import { untar } from '../../src/adapters/packages/untar.ts'
import { PackageSource } from '../../src/adapters/packages.ts'
import { archive, packageFiles, serve, serveGit, serveHub, serveTls, tarball } from '../package-server.ts'
import { newRepository, temporaryFolder } from '../repository.ts'

const texts = ['README.md', 'dbt_project.yml', 'macros/version.sql']
const nowhere = 'http://127.0.0.1:9/'

/** With what only tests may set: which addresses are public, and how long is waited. */
function source(hub: string, { cache = temporaryFolder(), isPublic = isPublicAddress, timeoutMs = 20_000 } = {}) {
  return new PackageSource({ hub, cache }, { isPublic, timeoutMs })
}

const paths = async (files: Promise<ReadonlyMap<string, string>>) => [...(await files).keys()]

describe('an address', () => {
  it.each([
    ['1.1.1.1', true],
    ['140.82.112.9', true],
    ['2606:50c0:8000::153', true],
    ['0.0.0.0', false],
    ['10.1.2.3', false],
    ['100.64.0.1', false],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['168.63.129.16', false],
    ['172.31.255.255', false],
    ['192.168.1.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:1.1.1.1', false],
    ['64:ff9b::7f00:1', false],
    ['2002:7f00:1::', false],
    ['fd00:ec2::254', false],
    ['fe80::1', false],
    ['ff02::1', false],
    ['localhost', false],
  ])('%s is public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected)
  })

  it.each([
    ['https://x-access-token:ghp_1@github.com/acme/tools.git', 'https://github.com/acme/tools.git'],
    ['https://user:p@ss@example.com/a.tar.gz?sig=1#x', 'https://example.com/a.tar.gz'],
    ['git@github.com:acme/tools.git', 'github.com:acme/tools.git'],
  ])('%s is shown as %s', (url, expected) => {
    expect(shownUrl(url)).toBe(expected)
  })
})

describe('the hub', () => {
  it('gives the text files of a version, once', async () => {
    const hub = await serveHub({ 'acme/tools': { '1.0.0': { files: packageFiles('acme_tools', '1.0.0') } } })
    const cache = temporaryFolder()
    const from = source(hub.url, { cache })
    const [files, again] = await Promise.all([from.hub('acme/tools', '1.0.0'), from.hub('acme/tools', '1.0.0')])
    expect([...files.keys()]).toEqual(texts)
    expect(again).toBe(files)
    expect(hub.requests).toEqual(['/api/v1/acme/tools.json', '/tar/acme/tools/1.0.0.tar.gz'])
    expect(await source(nowhere, { cache: temporaryFolder() }).hub('acme/tools', '1.0.0').catch(String)).toBe(
      'PackageError: 127.0.0.1:9 could not be reached',
    )
  })

  it('is not asked for what is on disk, unless that is damaged', async () => {
    const hub = await serveHub({ 'acme/tools': { '1.0.0': { files: packageFiles('acme_tools', '1.0.0') } } })
    const cache = temporaryFolder()
    const first = await source(hub.url, { cache }).hub('acme/tools', '1.0.0')
    hub.requests.length = 0
    expect(await source(hub.url, { cache }).hub('acme/tools', '1.0.0')).toEqual(first)
    expect(hub.requests).toEqual([])
    const [name = '', ...others] = readdirSync(cache)
    expect(others).toEqual([])
    const whole = gunzipSync(readFileSync(join(cache, name))).toString()
    for (const damaged of [Buffer.from('half'), gzipSync(whole.replace("'1.0.0'", "'6.6.6'")), gzipSync('[]')]) {
      writeFileSync(join(cache, name), damaged)
      expect(await source(hub.url, { cache }).hub('acme/tools', '1.0.0')).toEqual(first)
    }
    expect(hub.requests).toHaveLength(6)
  })

  it.each<[string, string, string]>([
    ['acme/tools', '2.0.0', 'the hub has no such version'],
    ['acme/other', '1.0.0', '127.0.0.1:PORT answered with HTTP status 404'],
    ['acme/odd', '1.0.0', "the hub's answer is none"],
    ['acme/list', '1.0.0', "the hub's answer is none"],
    ['acme/wrong', '1.0.0', 'what was downloaded is not what the hub describes: its SHA-1 is another'],
    ['acme/tools/../../secret', '1.0.0', 'its name is not like owner/package'],
    ['../secret', '1.0.0', 'its name is not like owner/package'],
  ])('says why %s %s cannot be had', async (name, version, expected) => {
    const files = packageFiles('acme_tools', '1.0.0')
    const hub = await serveHub(
      { 'acme/tools': { '1.0.0': { files } }, 'acme/wrong': { '1.0.0': { files, sha1: 'f'.repeat(40) } } },
      [
        ['/api/v1/acme/odd.json', 'sorry'],
        ['/api/v1/acme/list.json', '{"versions": []}'],
      ],
    )
    const told = await source(hub.url).hub(name, version).catch(String)
    expect(told).toBe(`PackageError: ${expected.replace('PORT', new URL(hub.url).port)}`)
  })

  it('does not send to a private host', async () => {
    const inside = await serve(new Map([['/x.tar.gz', await archive('x', packageFiles('x', '1.0.0'))]]))
    const versions = { '1.0.0': { downloads: { tarball: `${inside.url}x.tar.gz` } } }
    const hub = await serve(new Map([['/api/v1/acme/x.json', JSON.stringify({ name: 'x', versions })]]))
    expect(await source(hub.url).hub('acme/x', '1.0.0').catch(String)).toMatch('is not an https address')
    expect(inside.requests).toEqual([])
  })
})

describe('a tarball', () => {
  it('comes from a host of the base over http, and from a public one over https alone', async () => {
    const tar = await archive('x', packageFiles('x', '1.0.0'))
    const [plain, tls] = [await serve(new Map([['/x.tgz', tar]])), await serveTls(new Map([['/x.tgz', tar]]))]
    expect(await paths(source(nowhere).tarball(`${plain.url}x.tgz`, true))).toEqual(texts)
    expect(await paths(source(nowhere, { isPublic: () => true }).tarball(`${tls.url}x.tgz`, false))).toEqual(texts)
    const told = (url: string) => source(nowhere).tarball(url, false).catch(String)
    expect(await told(`${plain.url}x.tgz`)).toMatch('is not an https address')
    expect(await told(`${tls.url}x.tgz`)).toMatch('localhost is not a public host')
    expect(await told('https://127.0.0.1:9/x.tgz')).toMatch('127.0.0.1 is not a public host')
    expect(await told('https://0x7f.1/x.tgz')).toMatch('127.0.0.1 is not a public host')
    expect(await told('https://[::ffff:a9fe:a9fe]/x.tgz')).toMatch('is not a public host')
    expect(await told('file:///etc/passwd')).toMatch('is not an https address')
    expect(await told('nothing')).toMatch('nothing is no address')
    expect([plain.requests.length, tls.requests.length]).toEqual([1, 1])
  })

  it('is followed to https alone, and not into a private network', async () => {
    const to = (location: string) => (response: import('node:http').ServerResponse) =>
      void response.writeHead(302, { location }).end()
    const tar = await archive('x', packageFiles('x', '1.0.0'))
    const tls = await serveTls(
      new Map<string, Buffer | ReturnType<typeof to>>([
        ['/x.tgz', tar],
        ['/moved', to('/x.tgz')],
        ['/down', to('http://127.0.0.1:9/x.tgz')],
        ['/in', to('https://127.0.0.1:9/x.tgz')],
        ['/round', to('/round')],
      ]),
    )
    const from = (path: string, isTrusted: boolean, isPublic = (address: string) => !address.startsWith('127.')) =>
      source(nowhere, { isPublic }).tarball(`${tls.url}${path}`, isTrusted)
    expect(await paths(from('moved', false, () => true))).toEqual(texts)
    expect(await paths(from('moved', true))).toEqual(texts)
    expect(await from('down', true).catch(String)).toMatch('http://127.0.0.1:9/x.tgz is not an https address')
    expect(await from('in', true).catch(String)).toMatch('127.0.0.1 is not a public host')
    expect(await from('round', true).catch(String)).toMatch('redirects too often')
  })

  it('that hangs is given up', async () => {
    const server = await serve(
      new Map([
        ['/silent.tgz', () => undefined],
        ['/slow.tgz', (response: import('node:http').ServerResponse) => void response.writeHead(200).write('x')],
      ]),
    )
    for (const path of ['silent.tgz', 'slow.tgz']) {
      const told = await source(nowhere, { timeoutMs: 300 }).tarball(`${server.url}${path}`, true).catch(String)
      expect(told).toMatch('did not answer within 0.3 s')
    }
  })

  it('that fails is asked for again', async () => {
    const tar = await archive('x', packageFiles('x', '1.0.0'))
    let asked = 0
    const flaky = (response: import('node:http').ServerResponse) => {
      asked += 1
      if (asked === 1) response.destroy()
      else if (asked === 2) response.writeHead(503).end()
      else response.end(tar)
    }
    const server = await serve(new Map([['/x.tgz', flaky]]))
    expect(await paths(source(nowhere).tarball(`${server.url}x.tgz`, true))).toEqual(texts)
  })
})

describe('what is in an archive', () => {
  const file = { name: 'x/dbt_project.yml', text: 'name: x\n' }

  it.each<[string, Parameters<typeof tarball>[0], string]>([
    ['a path upwards', [file, { name: 'x/../../evil.sql', text: '' }], 'a path in it leads out of it'],
    ['a path from the root', [file, { name: '/etc/evil.sql', text: '' }], 'a path in it leads out of it'],
    ['a path of Windows', [file, { name: 'x/macros\\..\\..\\evil.sql', text: '' }], 'a path in it leads out of it'],
    ['a drive', [file, { name: 'C:/evil.sql', text: '' }], 'a path in it leads out of it'],
    [
      'a symbolic link',
      [file, { name: 'x/macros/a.sql', type: 'symlink', linkname: '/etc/passwd' }],
      'it holds a link, which is not followed',
    ],
    [
      'a folder that is a link',
      [file, { name: 'x/macros', type: 'symlink', linkname: '/etc' }],
      'it holds a link, which is not followed',
    ],
    [
      'a hard link',
      [file, { name: 'x/macros/a.sql', type: 'link', linkname: 'x/dbt_project.yml' }],
      'it holds a link, which is not followed',
    ],
    [
      'a device',
      [file, { name: 'x/macros/a.sql', type: 'character-device' }],
      'it holds what is neither a file nor a folder',
    ],
    ['two folders', [file, { name: 'y/a.sql', text: '' }], 'what is in it is not in one folder'],
    ['no project', [{ name: 'x/a.sql', text: '' }], 'it has no dbt_project.yml'],
    ['nothing', [], 'it has no dbt_project.yml'],
  ])('%s is refused', async (_, entries, expected) => {
    await expect(tarball(entries).then(untar)).rejects.toThrow(`${expected}`)
  })

  it.each<[string, Buffer]>([
    ['no archive', Buffer.from('not found')],
    ['no tar file', gzipSync('x'.repeat(2000))],
    ['half of one', gzipSync(Buffer.alloc(5000)).subarray(0, 20)],
  ])('%s is none', async (_, bytes) => {
    await expect(untar(bytes)).rejects.toThrow(/^it (is not a \.tar\.gz file|has no dbt_project\.yml)$/)
  })

  it.each<[string, Parameters<typeof altered>[0]]>([
    ['a folder with a size', { type: '5', size: '00000000035\0' }],
    ['a file of a negative size', { size: '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff' }],
    ['a file larger than what is there', { size: '00000077777\0' }],
    ['a long name without an end', { type: 'L', size: '00000077777\0' }],
  ])('%s is none, and nobody waits for it', async (_, change) => {
    await expect(untar(await altered(change))).rejects.toThrow(/^it (is not a \.tar\.gz file|has no dbt_project\.yml)$/)
  })

  /** An archive whose first header says something else. */
  async function altered(change: { readonly type?: string; readonly size?: string }): Promise<Buffer> {
    const bytes = gunzipSync(await tarball([file]))
    if (change.type !== undefined) bytes.write(change.type, 156, 'latin1')
    if (change.size !== undefined) bytes.write(change.size, 124, 'latin1')
    bytes.fill(' ', 148, 156)
    const sum = bytes.subarray(0, 512).reduce((all, byte) => all + byte, 0)
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    return gzipSync(bytes)
  }

  it('may be large only so far', async () => {
    const zeros = gzipSync(Buffer.alloc(400e6), { level: constants.Z_BEST_SPEED })
    await expect(untar(zeros)).rejects.toThrow('it is larger than 256 MB')
    const text = { name: 'x/seeds/a.csv', text: 'x'.repeat(30e6) }
    await expect(tarball([file, text, { ...text, name: 'x/seeds/b.csv' }]).then(untar)).rejects.toThrow(
      'it holds more than 48 MB of text',
    )
  })

  it('is kept as text: long names, other letters, and what is not UTF-8', async () => {
    const long = `x/models/${'long/'.repeat(40)}é.sql`
    const files = await untar(
      await tarball([file, { name: long, text: 'select 1' }, { name: './x/LICENSE', type: 'symlink', linkname: 'y' }]),
    )
    expect([...files.keys()]).toEqual(['dbt_project.yml', long.slice(2)])
  })
})

describe('a git repository', () => {
  function upstream() {
    const repository = newRepository()
    const one = repository.commit(
      'one',
      packageFiles('acme_tools', '1.0.0', { 'dbt/dbt_project.yml': 'name: inner\n', 'dbt/macros/a.sql': 'x\n' }),
    )
    repository.git('tag', '-a', 'v1', '-m', 'one')
    repository.git('branch', 'v1')
    repository.commit('two', { 'macros/version.sql': "{% macro version() %}'2'{% endmacro %}\n" })
    repository.git('branch', '-f', 'v1')
    repository.git('branch', 'feature/x')
    return { url: `file://${repository.root}`, one, repository }
  }

  it('gives a tag before a branch, a branch, a commit, its own branch and a folder', async () => {
    const { url, one } = upstream()
    const from = source(nowhere)
    const version = async (revision: string | null) =>
      (await from.git({ url, revision, subdirectory: null }, true)).get('macros/version.sql')
    expect([await version('v1'), await version(one)]).toEqual(
      Array(2).fill("{% macro version() %}'1.0.0'{% endmacro %}\n"),
    )
    expect([await version('feature/x'), await version(null)]).toEqual(
      Array(2).fill("{% macro version() %}'2'{% endmacro %}\n"),
    )
    expect(await paths(from.git({ url, revision: 'v1', subdirectory: './dbt/' }, true))).toEqual([
      'dbt_project.yml',
      'macros/a.sql',
    ])
  })

  it('keeps a commit on disk', async () => {
    const { url, one, repository } = upstream()
    const cache = temporaryFolder()
    const place = { url, revision: one, subdirectory: null }
    const files = await source(nowhere, { cache }).git(place, true)
    repository.git('update-ref', '-d', 'HEAD')
    expect(await source(nowhere, { cache }).git(place, true)).toEqual(files)
    // What the machine could read is not for who may not.
    expect(await source(nowhere, { cache }).git(place, false).catch(String)).toMatch('is no https address')
  })

  it.each<[string, string | null, string | null, string]>([
    ['v2', 'v2', null, "has no tag and no branch 'v2'"],
    ['an option', '--upload-pack=touch x', null, 'its revision is no name of a tag, a branch or a commit'],
    ['a pattern', 'v*', null, 'its revision is no name of a tag, a branch or a commit'],
    ['a commit that is not there', '0'.repeat(40), null, 'git could not read'],
    ['a folder outside', 'v1', '../x', 'its subdirectory leads out of the repository'],
    ['a folder that is not there', 'v1', 'nothing', 'it has no dbt_project.yml'],
  ])('says why %s cannot be had', async (_, revision, subdirectory, expected) => {
    const { url } = upstream()
    expect(await source(nowhere).git({ url, revision, subdirectory }, true).catch(String)).toMatch(expected)
  })

  it('with a link in it is refused', async () => {
    const { url, repository } = upstream()
    repository.git(
      '-c',
      'core.symlinks=true',
      'update-index',
      '--add',
      '--cacheinfo',
      `120000,${repository.git('rev-parse', 'HEAD:README.md')},macros/link.sql`,
    )
    repository.git('commit', '-qm', 'link')
    expect(await source(nowhere).git({ url, revision: 'main', subdirectory: null }, true).catch(String)).toMatch(
      'it holds a link',
    )
  })

  it.each([
    'ext::sh -c touch% evil',
    '--upload-pack=evil',
    '/nowhere/at/all',
    'git://127.0.0.1:9/x',
    'ssh://127.0.0.1:9/x',
  ])('%s runs nothing', async (url) => {
    const place = { url, revision: 'v1', subdirectory: null }
    expect(await source(nowhere).git(place, false).catch(String)).toMatch('is no https address')
    expect(await source(nowhere).git(place, true).catch(String)).toMatch('git could not read')
  })

  it('comes from a public host over https, without the credentials and settings of the machine', async () => {
    const { repository, one } = upstream()
    const server = await serveGit(repository.root)
    const url = `${server.url}x.git`
    const home = temporaryFolder()
    // Whoever's settings these are, git would go elsewhere with them.
    writeFileSync(join(home, '.gitconfig'), `[url "https://127.0.0.1:9/"]\n  insteadOf = ${server.url}\n`)
    vi.stubEnv('HOME', home)
    vi.stubEnv('GIT_CONFIG_GLOBAL', join(home, '.gitconfig'))
    onTestFinished(() => void vi.unstubAllEnvs())
    const from = source(nowhere, { isPublic: () => true })
    for (const revision of ['v1', one]) {
      const files = await from.git({ url, revision, subdirectory: null }, false)
      expect(files.get('macros/version.sql')).toBe("{% macro version() %}'1.0.0'{% endmacro %}\n")
    }
    expect(server.requests).toContain('/x.git/git-upload-pack')
    expect(await from.git({ url, revision: 'v1', subdirectory: null }, true).catch(String)).toMatch(
      'git could not read',
    )
  })

  it('is not asked of a private host, nor waited for', async () => {
    const silent = await serveTls(new Map([['/x.git/info/refs?service=git-upload-pack', () => undefined]]))
    const place = { url: `${silent.url}x.git`, revision: 'v1', subdirectory: null }
    expect(await source(nowhere).git(place, false).catch(String)).toMatch('localhost is not a public host')
    expect(silent.requests).toEqual([])
    const plain = await serve(new Map([['/x.git/info/refs?service=git-upload-pack', () => undefined]]))
    const hung = source(nowhere, { timeoutMs: 1500 }).git({ ...place, url: `${plain.url}x.git` }, true)
    expect(await hung.catch(String)).toMatch('did not answer within 1.5 s')
    expect(plain.requests).toHaveLength(1)
  })
})
