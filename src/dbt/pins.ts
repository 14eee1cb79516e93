import { createHash } from 'node:crypto'
import { hasJinja } from '../jinja/index.ts'
import { Float } from '../jinja/value.ts'
import { ParseCache } from './cache.ts'
import { type Data, type DataObject, isList, isObject, textOr, toValue } from './data.ts'
import { dumpJson } from './python-json.ts'
import { Sink } from './sink.ts'
import { join } from './text.ts'
import { PROJECT_FILE, pinKey, readYamlFile, type Source, type Wanted, wantedIn, wantedPackages } from './wanted.ts'

const LOCK_FILE = 'package-lock.yml'

/** A package that has to be installed, and where it is to come from. */
export type Pin =
  /** `versions` is one exact version, or what its version has to satisfy. */
  | (PinNames & { readonly kind: 'hub'; readonly versions: readonly string[]; readonly prereleases: boolean })
  | (PinNames & { readonly kind: 'git'; readonly revision: string | null; readonly subdirectory: string | null })
  | (PinNames & { readonly kind: 'tarball' })
  /** What is not fetched, and why. */
  | (PinNames & { readonly kind: 'none'; readonly reason: string })

interface PinNames {
  readonly key: string
  /** What the hub calls it, or its address, as it is written. */
  readonly source: string
  /** What the package may be called, likeliest first. */
  readonly names: readonly string[]
}

/** The packages of a project: https://docs.getdbt.com/docs/build/packages#install-packages-with-dbt-deps */
export interface Pins {
  /** Where dbt puts them, from the project's root. */
  readonly folder: string
  readonly pins: readonly Pin[]
  /** Whether these are all; else their own packages are to be added. */
  readonly isComplete: boolean
}

/** The packages that a project needs besides local ones: those of package-lock.yml, unless it is of another packages.yml. */
export function pinsOf(input: Source): Pins {
  const cache = new ParseCache()
  const sink = new Sink(input.files, input.root)
  const project = readYamlFile(input, PROJECT_FILE, cache, sink)?.data
  const named = isObject(project) ? textOr(project['packages-install-path'], 'dbt_packages') : 'dbt_packages'
  const folder = hasJinja(named) ? 'dbt_packages' : join(named.replace(/\/+$/, ''))
  const wanted = wantedPackages(input, cache, sink)
  const lock = readYamlFile(input, LOCK_FILE, cache, sink)?.data
  const own = wanted.filter(({ place }) => !place.file.includes('/'))
  if (isObject(lock) && isOf(lock, own)) {
    return { folder, pins: wantedIn(input, LOCK_FILE, cache, sink).flatMap(pin), isComplete: true }
  }
  return { folder, pins: wanted.flatMap(pin), isComplete: false }
}

/** The addresses that a project names itself, whichever of its files holds them. */
export function namedSources(input: Source): ReadonlySet<string> {
  const [cache, sink] = [new ParseCache(), new Sink(input.files, input.root)]
  const named = [...wantedPackages(input, cache, sink), ...wantedIn(input, LOCK_FILE, cache, sink)]
  return new Set(named.map(({ written }) => written))
}

/** The packages that a fetched package needs, from its own files. */
export function pinsOfPackage(files: Source['files']): readonly Pin[] {
  const input = { files, root: '' }
  const [cache, sink] = [new ParseCache(), new Sink(files, '')]
  return ['packages.yml', 'dependencies.yml'].flatMap((file) => wantedIn(input, file, cache, sink)).flatMap(pin)
}

/** What a package is called that the project's files hold already; null when they do not. */
export function installedName({ files }: Source, folder: string, { names }: Pin): string | null {
  return names.find((name) => files.has(join(folder, name, PROJECT_FILE))) ?? null
}

/** The name that a package's dbt_project.yml gives it; null when it is none that may be a folder's. */
export function packageName(files: Source['files']): string | null {
  const yaml = readYamlFile({ files, root: '' }, PROJECT_FILE, new ParseCache(), new Sink(files, ''))
  const name = isObject(yaml?.data) ? yaml.data.name : undefined
  return typeof name === 'string' && /^[a-z_]\w*$/i.test(name) ? name : null
}

function pin({ entry, local, names, written }: Wanted): Pin[] {
  if (local !== null) return []
  const of = {
    key: pinKey({ entry, written }),
    source: written,
    names: typeof entry.name === 'string' ? [entry.name, ...names] : names,
  }
  const { version, revision, subdirectory } = entry
  if ([written, textOf(revision), textOf(subdirectory)].some((text) => text !== null && hasJinja(text))) {
    const reason = 'its address is made of environment variables, which a check does not look at'
    return [{ ...of, kind: 'none', reason }]
  }
  if (typeof entry.package === 'string') {
    const versions = (isList(version) ? version : [version]).flatMap((each) => textOf(each) ?? [])
    return [{ ...of, kind: 'hub', versions, prereleases: entry.install_prerelease === true }]
  }
  if (typeof entry.private === 'string') {
    return [{ ...of, kind: 'none', reason: 'a private package is known to the dbt platform alone' }]
  }
  if (typeof entry.git === 'string')
    return [{ ...of, kind: 'git', revision: textOf(revision), subdirectory: textOf(subdirectory) }]
  return [{ ...of, kind: 'tarball' }]
}

function textOf(data: Data | undefined): string | null {
  if (data instanceof Float) return Number.isInteger(data.value) ? `${data.value}.0` : String(data.value)
  return typeof data === 'string' ? data : typeof data === 'number' ? String(data) : null
}

/** Whether a lock file is of these packages: dbt keeps a hash of them in it, and makes it anew when that is another. */
function isOf(lock: DataObject, wanted: readonly Wanted[]): boolean {
  // Its hash is of what the environment makes of them.
  if (wanted.some(({ entry }) => hasJinja(dumpJson(toValue(entry))))) return true
  return lock.sha1_hash === packagesHash(wanted.map(({ entry }) => entry))
}

/** dbt's hash of what a packages.yml lists. */
export function packagesHash(entries: readonly DataObject[]): string {
  const texts = entries.map((entry) => dumpJson(toValue({ ...defaultsOf(entry), ...entry, unrendered: entry }), true))
  return createHash('sha1').update(texts.sort().join('\n')).digest('hex')
}

/** What dbt adds to an entry that does not say it. */
function defaultsOf(entry: DataObject): DataObject {
  if ('package' in entry) return { install_prerelease: false }
  const git = { revision: null, subdirectory: null, 'warn-unpinned': null }
  if ('git' in entry) return git
  return 'private' in entry ? { ...git, provider: null } : {}
}
