import { spawn } from 'node:child_process'
import { lookup } from 'node:dns/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { blobs } from '../git.ts'
import { Contents, leadsOut } from './contents.ts'
import { type Reach, refused } from './download.ts'
import { PackageError, shownUrl } from './package-error.ts'

/** A package in a git repository, as packages.yml names it. */
export interface GitPlace {
  readonly url: string
  /** A tag, a branch or a whole commit id; null is the repository's own branch. */
  readonly revision: string | null
  readonly subdirectory: string | null
}

interface Found {
  readonly commit: string
  /** What to ask the server for. */
  readonly ref: string
}

const COMMIT = /^[\da-f]{40}$/
/** What git lets a ref be called, and no pattern. */
const REVISION = /^[^\s~^:?*[\\-][^\s~^:?*[\\]*$/
const SAFE = [
  ...['core.hooksPath=/dev/null', 'fetch.recurseSubmodules=no', 'gc.auto=0', 'maintenance.auto=false'],
  ...['http.lowSpeedLimit=1000', 'http.lowSpeedTime=20'],
]
/** What git needs to know of the machine, and nothing that signs in somewhere. */
const NEEDED =
  /^(?:PATH|SYSTEMROOT|TMP|TEMP|TMPDIR|LANG|(?:https?|no|all)_proxy|SSL_CERT_\w+|GIT_SSL_CAINFO|CURL_CA_BUNDLE)$/i

/**
 * One git repository, asked with the program `git` in a bare repository that is gone afterwards: there is no work tree, no hook and no submodule.
 * What the base branch does not name is asked of public hosts over https alone, without any of the machine's credentials and settings.
 */
export class GitPackage {
  readonly #place: GitPlace
  readonly #reach: Reach
  #asked: Promise<Found> | undefined

  constructor(place: GitPlace, reach: Reach) {
    if (place.revision !== null && !REVISION.test(place.revision))
      throw new PackageError('its revision is no name of a tag, a branch or a commit')
    if (place.subdirectory !== null && leadsOut(place.subdirectory))
      throw new PackageError('its subdirectory leads out of the repository')
    this.#place = place
    this.#reach = reach
  }

  /** The id of the commit that the revision is now. Throws a PackageError. */
  async commit(): Promise<string> {
    return (await this.#found()).commit
  }

  /** The text files of the package at that commit. Throws a PackageError. */
  async files(): Promise<ReadonlyMap<string, string>> {
    const { url, subdirectory } = this.#place
    const { commit, ref } = await this.#found()
    return this.#bare(async (git) => {
      await git(['fetch', '--quiet', '--depth=1', '--no-tags', '--', url, ref])
      const fetched = (await git(['rev-parse', 'FETCH_HEAD^{commit}'])).toString('utf8').trim()
      if (fetched !== commit) throw new PackageError(`${shownUrl(url)} has changed meanwhile`)
      const folder = (subdirectory ?? '')
        .split('/')
        .filter((part) => part !== '' && part !== '.')
        .join('/')
      const prefix = folder === '' ? '' : `${folder}/`
      const tree = (await git(['ls-tree', '-r', '-l', '-z', '--full-tree', commit, '--', ...(prefix ? [prefix] : [])]))
        .toString('utf8')
        .split('\0')
      const contents = new Contents()
      const paths = tree.flatMap((line) => {
        const entry = /^(\d+) (\w+) \w+ +(\d+|-)\t(.*)$/s.exec(line)
        if (entry === null || entry[2] === 'commit') return []
        const [, mode, , size, path = ''] = entry
        const kind = mode === '120000' ? 'link' : 'file'
        return contents.admits(path.slice(prefix.length), kind, Number(size)) && !path.includes('\n') ? [path] : []
      })
      const answer = await git(['cat-file', '--batch'], paths.map((path) => `${commit}:${path}\n`).join(''))
      for (const [path, text] of blobs(answer, paths)) contents.add(path.slice(prefix.length), text)
      return contents.files()
    })
  }

  #found(): Promise<Found> {
    const { url, revision } = this.#place
    if (revision !== null && COMMIT.test(revision)) return Promise.resolve({ commit: revision, ref: revision })
    this.#asked ??= this.#bare(async (git) => {
      const wanted = revision === null ? ['HEAD'] : tagsFirst(revision)
      const listed = (await git(['ls-remote', '--', url, ...wanted])).toString('utf8')
      const ids = new Map(listed.split('\n').map((line): [string, string] => [line.slice(41), line.slice(0, 40)]))
      for (const name of wanted) {
        const commit = ids.get(name)
        if (commit !== undefined) return { commit, ref: name.replace(/\^\{\}$/, '') }
      }
      throw new PackageError(`${shownUrl(url)} has no tag and no branch '${revision ?? 'HEAD'}'`)
    })
    return this.#asked
  }

  async #bare<T>(work: (git: (args: readonly string[], input?: string) => Promise<Buffer>) => Promise<T>): Promise<T> {
    const settings = await this.#settings()
    const folder = await mkdtemp(join(tmpdir(), 'dbt-regions-git-'))
    const env = this.#environment(folder)
    const run = (args: readonly string[], input = '') =>
      runGit(['-C', folder, ...settings, ...args], input, { ...this.#reach, env, host: shownUrl(this.#place.url) })
    try {
      await run(['init', '--quiet', '--bare', '--template='])
      return await work(run)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #settings(): Promise<string[]> {
    const settings = [...SAFE]
    if (!this.#reach.isTrusted) settings.push('http.followRedirects=false', ...(await this.#pinned()))
    return ['--literal-pathspecs', ...settings.flatMap((setting) => ['-c', setting])]
  }

  /** The host's public address, written down for git: its name cannot mean another one a moment later. */
  async #pinned(): Promise<string[]> {
    const { url } = this.#place
    if (!URL.canParse(url) || new URL(url).protocol !== 'https:')
      throw new PackageError(
        `${shownUrl(url)} is no https address, and only what the base branch names may be another: it is fetched once it is merged`,
      )
    const address = new URL(url)
    const { hostname, port } = address
    const host = hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) === 0 && getProxyUrl(address) !== undefined) return []
    const found = await lookup(host, { all: true }).catch((error: unknown) => {
      throw new PackageError(`${host} could not be reached`, { cause: error })
    })
    if (found.length === 0 || found.some(({ address }) => !this.#reach.isPublic(address))) throw refused(host)
    const addresses = found.map(({ address, family }) => (family === 6 ? `[${address}]` : address)).join(',')
    return isIP(host) === 0 ? [`http.curloptResolve=${host}:${port || '443'}:${addresses}`] : []
  }

  #environment(folder: string): NodeJS.ProcessEnv {
    const { isTrusted } = this.#reach
    const own = Object.entries(process.env).filter(([name]) =>
      isTrusted ? !/^GIT_(?!SSH|SSL|CONFIG)/.test(name) : NEEDED.test(name),
    )
    return {
      ...Object.fromEntries(own),
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: '',
      SSH_ASKPASS: '',
      GIT_ALLOW_PROTOCOL: isTrusted ? 'https:http:ssh:git:file' : 'https',
      ...(isTrusted
        ? { GIT_SSH_COMMAND: process.env.GIT_SSH_COMMAND ?? 'ssh -oBatchMode=yes' }
        : { HOME: folder, XDG_CONFIG_HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }),
    }
  }
}

/** As dbt, which prefers a tag to a branch; an annotated tag is the commit that it names. */
function tagsFirst(revision: string): string[] {
  return [`refs/tags/${revision}^{}`, `refs/tags/${revision}`, `refs/heads/${revision}`]
}

/** Nobody's macros take as much: the largest file that git may write, in blocks of 512 bytes, or of 1,024 in some shells. */
const LIMITED_GIT = ['sh', '-c', 'ulimit -f 500000 && exec git "$@"', 'git'] as const

interface Limits {
  readonly env: NodeJS.ProcessEnv
  readonly host: string
  readonly timeoutMs: number
  readonly maxBytes: number
}

/** What git prints on standard output. Its errors are not repeated: they hold what a server answers, and may hold an address with a token. */
function runGit(args: readonly string[], input: string, { env, host, timeoutMs, maxBytes }: Limits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // A group of its own: git leaves the waiting to a child, which has to end with it.
    const [program, ...first] = process.platform === 'win32' ? ['git'] : LIMITED_GIT
    const child = spawn(program, [...first, ...args], {
      env,
      detached: process.platform !== 'win32',
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const parts: Buffer[] = []
    let size = 0
    let reason: string | undefined
    const stop = (why: string) => {
      reason ??= why
      try {
        if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL')
        else child.kill('SIGKILL')
      } catch {
        // It has ended meanwhile.
      }
    }
    const timer = setTimeout(() => stop(`${host} did not answer within ${timeoutMs / 1000} s`), timeoutMs)
    child.stdout.on('data', (part: Buffer) => {
      parts.push(part)
      size += part.length
      if (size > maxBytes) stop(`what ${host} holds is larger than ${maxBytes / 1e6} MB`)
    })
    child.stdin.on('error', () => undefined).end(input)
    child.on('error', () => reject(new PackageError('git could not be started')))
    child.on('close', (status) => {
      clearTimeout(timer)
      if (status === 0) resolve(Buffer.concat(parts))
      else reject(new PackageError(reason ?? `git could not read ${host}`))
    })
  })
}
