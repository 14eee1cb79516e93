import { createHash } from 'node:crypto'
import { isPublicAddress } from './packages/address.ts'
import { PackageCache } from './packages/cache.ts'
import { download, type Reach } from './packages/download.ts'
import { GitPackage, type GitPlace } from './packages/git-package.ts'
import { type HubVersion, hubVersions } from './packages/hub.ts'
import { PackageError } from './packages/package-error.ts'
import { untar } from './packages/untar.ts'

export { packageCacheFolder } from './packages/cache.ts'
export type { GitPlace } from './packages/git-package.ts'
export { type HubVersion, hubAddress } from './packages/hub.ts'
export { PackageError, shownUrl } from './packages/package-error.ts'

type Files = ReadonlyMap<string, string>

const TIMEOUT_MS = 60_000
const MAX_BYTES = 64e6

/** What this program decides by itself; only tests set it otherwise, since no test may depend on the internet. */
export interface Rules {
  readonly isPublic: (address: string) => boolean
  readonly timeoutMs: number
}

/**
 * Fetches dbt packages as data: their text files, by path from the package's root, of which nothing is run. Whatever is asked for twice is fetched
 * once; what a version or a commit names for good is kept on disk. All of it throws a PackageError for what cannot be had.
 */
export class PackageSource {
  readonly #hub: string
  readonly #cache: PackageCache
  readonly #rules: Rules
  readonly #versions = new Map<string, Promise<ReadonlyMap<string, HubVersion>>>()
  readonly #files = new Map<string, Promise<Files>>()

  constructor(
    { hub, cache }: { readonly hub: string; readonly cache: string },
    rules: Rules = { isPublic: isPublicAddress, timeoutMs: TIMEOUT_MS },
  ) {
    this.#hub = hub.endsWith('/') ? hub : `${hub}/`
    this.#cache = new PackageCache(cache)
    this.#rules = rules
  }

  /** The versions of a package of the hub. */
  versions(name: string): Promise<ReadonlyMap<string, HubVersion>> {
    return once(this.#versions, [name], async () => {
      if (!/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(name)) throw new PackageError('its name is not like owner/package')
      return hubVersions(await download(`${this.#hub}api/v1/${name}.json`, this.#reach(true)))
    })
  }

  /** A version of a package of the hub; what the hub says of its contents has to be so. */
  hub(name: string, version: string): Promise<Files> {
    return this.#kept(['hub', this.#hub, name, version], async () => {
      const found = (await this.versions(name)).get(version)
      if (found === undefined) throw new PackageError('the hub has no such version')
      const archive = await download(found.tarball, this.#reach(isWithin(this.#hub, found.tarball)))
      if (found.sha1 !== null && createHash('sha1').update(archive).digest('hex') !== found.sha1)
        throw new PackageError('what was downloaded is not what the hub describes: its SHA-1 is another')
      return untar(archive)
    })
  }

  /** A .tar.gz file, which is asked for in every run: its address does not say what is in it. */
  tarball(url: string, isTrusted: boolean): Promise<Files> {
    return once(this.#files, ['tarball', url, String(isTrusted)], async () =>
      untar(await download(url, this.#reach(isTrusted))),
    )
  }

  /** A revision of a git repository. */
  git(place: GitPlace, isTrusted: boolean): Promise<Files> {
    const { url, revision, subdirectory } = place
    return once(this.#files, ['git', url, revision ?? '', subdirectory ?? '', String(isTrusted)], async () => {
      const repository = new GitPackage(place, this.#reach(isTrusted))
      // What the machine's credentials have opened is not for who may not use them.
      const key = ['git', url, await repository.commit(), subdirectory ?? '', String(isTrusted)]
      return this.#kept(key, () => repository.files())
    })
  }

  #reach(isTrusted: boolean): Reach {
    return { ...this.#rules, isTrusted, maxBytes: MAX_BYTES }
  }

  #kept(key: readonly string[], fetch: () => Promise<Files>): Promise<Files> {
    return once(this.#files, ['kept', ...key], async () => {
      const known = await this.#cache.read(key)
      if (known !== null) return known
      const files = await fetch()
      await this.#cache.write(key, files)
      return files
    })
  }
}

function once<T>(asked: Map<string, Promise<T>>, key: readonly string[], ask: () => Promise<T>): Promise<T> {
  const name = JSON.stringify(key)
  const answer = asked.get(name) ?? ask()
  asked.set(name, answer)
  return answer
}

/** A hub that stands in somebody's own network has its files there too. */
function isWithin(hub: string, url: string): boolean {
  return URL.canParse(url) && URL.canParse(hub) && new URL(url).origin === new URL(hub).origin
}
