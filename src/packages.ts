import { PackageError, shownUrl } from './adapters/packages/package-error.ts'
import type { PackageSource } from './adapters/packages.ts'
import { installedName, namedSources, type Pin, packageName, pinsOf, pinsOfPackage } from './dbt/pins.ts'
import type { KnownPackages, ProjectFiles } from './dbt/project.ts'
import { join } from './dbt/text.ts'
import { allowsDbt, highestVersion } from './dbt/version.ts'
import { PROJECT_FILE, type Source } from './dbt/wanted.ts'

export type OpenSource = () => Promise<PackageSource>

/** Where packages come from: dbt's hub, the internet, and what is kept of them on this machine. Loaded when it is first asked for. */
export function packageSource(env: NodeJS.ProcessEnv): OpenSource {
  let source: Promise<PackageSource> | undefined
  return () => {
    source ??= import('./adapters/packages.ts').then(
      ({ hubAddress, PackageSource, packageCacheFolder }) =>
        new PackageSource({ hub: hubAddress(env), cache: packageCacheFolder(env) }),
    )
    return source
  }
}

/** A project's files, and where packages that they do not hold come from. */
export interface Fetching extends Source {
  /** Asked for when a package is missing. */
  readonly source: OpenSource
  /** The addresses that whoever owns the repository has named: they may be in a private network. */
  readonly trusted: ReadonlySet<string>
  /** Packages that are there, but not as this side wants them. */
  readonly outdated?: (pin: Pin) => boolean
}

interface Fetched {
  readonly files: ProjectFiles
  readonly packages: KnownPackages
}

/**
 * Both sides of a pull request with the packages that they want and do not have. Only what the base names may come from elsewhere than public
 * hosts, since anybody may open a pull request.
 */
export async function sidesWithPackages(
  head: Source,
  base: Source | null,
  source: OpenSource,
): Promise<{ readonly head: Fetched; readonly base: Fetched | null }> {
  const trusted = base === null ? new Set<string>() : namedSources(base)
  const [now, then] = await Promise.all([
    withFetchedPackages({ ...head, source, trusted }),
    base && withFetchedPackages({ ...base, source, trusted, outdated: asHead(base, head) }),
  ])
  const own = now.packages.problems
  const atBase = then?.packages.problems.filter((problem) => !own.includes(problem)) ?? []
  const problems = [...own, ...atBase.map((problem) => `at base, ${problem}`)]
  return { head: { ...now, packages: { ...now.packages, problems } }, base: then }
}

/** Whether a package that the base has from the working tree is there in the version of the head, which is another. */
function asHead(base: Source, head: Source): (pin: Pin) => boolean {
  const { folder, pins } = pinsOf(head)
  const wanted = new Map(pins.map((pin) => [pin.key, JSON.stringify(pin)]))
  return (pin) => {
    const file = join(folder, installedName(base, folder, pin) ?? '', PROJECT_FILE)
    return wanted.get(pin.key) !== JSON.stringify(pin) && base.files.get(file) === head.files.get(file)
  }
}

/** No project has as many: a file that lists more is made to keep us busy. */
const MAX_PACKAGES = 100

/**
 * A project's files together with those of the packages that `dbt deps` would install and that are not there. What cannot be had is left out
 * and told. dbt's own order of things: https://docs.getdbt.com/reference/commands/deps
 */
export async function withFetchedPackages(fetching: Fetching): Promise<Fetched> {
  const { folder, pins, isComplete } = pinsOf(fetching)
  const installed = new Map(pins.map((pin) => [pin.key, installedName(fetching, folder, pin)]))
  const names = new Map(pins.map((pin) => [pin.key, installed.get(pin.key) ?? pin.names[0] ?? pin.source]))
  const missing = pins.filter((pin) => installed.get(pin.key) === null || fetching.outdated?.(pin) === true)
  if (missing.length === 0) return { files: fetching.files, packages: { names, absent: [], problems: [] } }
  const context = { source: await fetching.source(), trusted: fetching.trusted }
  const problems = new Map<string, string>()
  const attempt = async <T>(pin: Pin, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof PackageError)) throw error
      problems.set(pin.key, `the package ${shown(pin)} was not fetched: ${error.message}`)
      return null
    }
  }
  const wanted = missing.slice(0, MAX_PACKAGES)
  if (missing.length > MAX_PACKAGES)
    problems.set('', `of more than ${MAX_PACKAGES} packages the others were not fetched`)
  const all = isComplete ? wanted : await withTheirOwn(wanted, context, attempt)
  const found = await Promise.all(
    all
      .filter((pin) => !problems.has(pin.key))
      .map(async (pin) => [pin, await attempt(pin, () => filesOf(pin, context))] as const),
  )
  const files = new Map(fetching.files)
  for (const [pin, contents] of found) {
    if (contents === null) continue
    const name = packageName(contents)
    if (name === null) {
      problems.set(pin.key, `the package ${shown(pin)} was not used: its dbt_project.yml has no name`)
      continue
    }
    names.set(pin.key, name)
    const place = join(folder, name)
    if (files.has(`${place}/dbt_project.yml`))
      for (const path of files.keys()) if (path.startsWith(`${place}/`)) files.delete(path)
    for (const [path, text] of contents) files.set(`${place}/${path}`, text)
  }
  const absent = all.filter((pin) => problems.has(pin.key)).map((pin) => pin.names[0] ?? pin.source)
  return { files, packages: { names, absent, problems: [...problems.values()].sort() } }
}

interface Context {
  readonly source: PackageSource
  readonly trusted: ReadonlySet<string>
}

type Attempt = <T>(pin: Pin, work: () => Promise<T>) => Promise<T | null>

/** Packages with those that they need in their turn, each once, of the one version that all who ask for it allow. */
async function withTheirOwn(wanted: readonly Pin[], context: Context, attempt: Attempt): Promise<Pin[]> {
  const all = new Map<string, Pin>()
  for (let pending = wanted; pending.length > 0 && all.size <= MAX_PACKAGES; ) {
    const changed = new Map<string, Pin>()
    for (const pin of pending) {
      const [known, merged] = [all.get(pin.key), joined(all.get(pin.key), pin)]
      if (merged !== known) changed.set(pin.key, merged)
      all.set(pin.key, merged)
    }
    const own = await Promise.all(
      [...changed.values()].map((pin) => attempt(pin, async () => pinsOfPackage(await filesOf(pin, context)))),
    )
    pending = own.flatMap((pins) => pins ?? [])
  }
  return [...all.values()]
}

/** Two who ask for one package: its version has to do for both. The first who names a revision has its way. */
function joined(known: Pin | undefined, pin: Pin): Pin {
  if (known === undefined || known.kind !== 'hub' || pin.kind !== 'hub') return known ?? pin
  const versions = [...new Set([...known.versions, ...pin.versions])]
  return versions.length === known.versions.length ? known : { ...known, versions }
}

async function filesOf(pin: Pin, { source, trusted }: Context): Promise<ProjectFiles> {
  switch (pin.kind) {
    case 'hub':
      return source.hub(pin.source, await versionOf(pin, source))
    case 'git':
      return source.git({ ...pin, url: pin.source }, trusted.has(pin.source))
    case 'tarball':
      return source.tarball(pin.source, trusted.has(pin.source))
    case 'none':
      throw new PackageError(pin.reason)
  }
}

async function versionOf(pin: Pin & { readonly kind: 'hub' }, source: PackageSource): Promise<string> {
  const { versions, prereleases } = pin
  if (versions.length === 1 && versions[0] !== undefined && /^\d/.test(versions[0])) return versions[0]
  const available = [...(await source.versions(pin.source))].filter(([, { requires }]) => allowsDbt(requires))
  const found = highestVersion(
    versions,
    available.map(([version]) => version),
    prereleases,
  )
  if (found === null) throw new PackageError(`the hub has no version that is ${versions.join(' and ') || 'named'}`)
  return found
}

function shown(pin: Pin): string {
  const version = pin.kind === 'hub' ? pin.versions.join(',') : pin.kind === 'git' ? (pin.revision ?? '') : ''
  return [shownUrl(pin.source), version].filter((part) => part !== '').join(' ')
}
