import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { isProjectFile, readText } from './adapters/files.ts'
import type { Git } from './adapters/git.ts'
import { baseCommit, type Occasion } from './base.ts'
import type { CheckInput, Side, Sides } from './check.ts'
import { visibleEnvironment } from './config/environment.ts'
import { regionNamed } from './config/parse.ts'
import {
  type Config,
  configFile,
  discover,
  type EffectiveConfig,
  type EffectiveRegion,
  effectiveConfig,
  parseConfig,
} from './config.ts'
import { ParseCache } from './dbt/cache.ts'
import { readCatalog } from './dbt/catalog.ts'
import { parseProject } from './dbt/parse.ts'
import type { Project } from './dbt/project.ts'
import { ConfigurationError } from './errors.ts'
import type { Finding } from './finding.ts'
import { Folders, type Read, readFolder } from './folders.ts'
import { type OpenSource, sidesWithPackages } from './packages.ts'
import type { Repository } from './repository.ts'

interface ReadOptions {
  readonly region?: string
  /** All environment variables: a check of a pull request sees those of them that the configuration lets it see. */
  readonly env: ReadonlyMap<string, string>
  /** Where packages come from that are not installed; left out, none are fetched. */
  readonly packages?: OpenSource
  /** Told what is not as the configuration says, and stops nothing. */
  readonly notice?: (message: string) => void
}

/** What a check is of, before any of it is parsed. */
export interface CheckContents {
  /** How many files the projects have at head. */
  readonly files: number
  /** A hash of all that the report follows from but for the commits' names, and this program. */
  hash(): string
}

/** Everything that a check looks at: every region's project, or one region's, in the working tree and at the base. */
export async function readSides(
  repository: Repository,
  occasion: Occasion,
  options: ReadOptions,
): Promise<CheckInput & { readonly contents: CheckContents }> {
  const { git } = repository
  const [base, head, dirty] = [await baseCommit(git, occasion), await git.commit('HEAD'), await git.isDirty()]
  const before = base === null ? null : await configAt(repository, base)
  const moved = base === null || before === null ? undefined : await movedProjects(git, base, before, repository.config)
  const config = effectiveConfig(before, repository.config, moved)
  const chosen = options.region === undefined ? config.regions : [regionNamed(config.regions, options.region)]
  const visible = { ...options, env: visibleEnvironment(options.env, config.envVars) }
  const cache = new ParseCache()
  const folders = new Folders(git)
  const regions = await Promise.all(
    chosen.map(async (region): Promise<[string, ReadRegion]> => {
      const catalog = await catalogText(git, region, base, options)
      return [region.name, await sidesOf(folders, region, base, visible, cache, catalog)]
    }),
  )
  return {
    base,
    head: occasion.kind === 'pull_request' ? occasion.head : dirty ? null : head,
    config,
    regions: new Map(regions.map(([name, { sides }]) => [name, sides])),
    contents: contentsOf(
      config,
      regions.map(([name, { contents }]) => [name, contents]),
    ),
  }
}

/** A region's catalog.json: that of base, which a pull request cannot write. Null where there is none that can be read. */
async function catalogText(
  git: Git,
  { name, catalogJson: path }: EffectiveRegion,
  base: string | null,
  { notice }: ReadOptions,
): Promise<string | null> {
  if (path === null) return null
  const commit = base ?? (await git.commit('HEAD'))
  const text = commit === null ? undefined : (await git.read(commit, [path])).get(path)
  if (text !== undefined && readCatalog(text) !== null) return text
  const what = text === undefined ? `is not there at ${commit?.slice(0, 7) ?? 'any commit'}` : 'is no catalog.json'
  notice?.(`${path}, the catalog_json of the region '${name}', ${what}: columns are known by SQL and YAML alone`)
  return null
}

/** A region's project, with the text of a profiles.yml outside of it. */
type DeployedPlace = EffectiveRegion['head'] & { readonly profiles?: string }

/** One region's project in the working tree. */
export async function readHead(git: Git, place: DeployedPlace, env: ReadonlyMap<string, string>): Promise<Side | null> {
  return side(await new Folders(git).working(place.project), place, env, new ParseCache())
}

/** One region's project at a commit that is in the checkout. */
export async function readCommit(
  git: Git,
  commit: string,
  place: DeployedPlace,
  env: ReadonlyMap<string, string>,
): Promise<Side | null> {
  return side(await new Folders(git).at(commit, place.project), place, env, new ParseCache())
}

/** A project in the working tree and at a commit. */
export async function readProjectSides(
  git: Git,
  place: DeployedPlace,
  base: string | null,
  options: ReadOptions,
): Promise<Sides> {
  return (await sidesOf(new Folders(git), { head: place, base: place }, base, options, new ParseCache())).sides
}

async function sidesOf(
  folders: Folders,
  region: { readonly head: DeployedPlace; readonly base: DeployedPlace | null },
  base: string | null,
  { env, packages }: ReadOptions,
  cache: ParseCache,
  catalog: string | null = null,
): Promise<ReadRegion> {
  const own = await folders.working(region.head.project)
  const old =
    base === null || region.base === null ? null : await folders.at(base, region.base.project, region.head.project)
  const root = { head: region.head.project, base: region.base?.project ?? '' }
  const fetched =
    packages &&
    (await sidesWithPackages(
      { files: own.files, root: root.head },
      old && { files: old.files, root: root.base },
      packages,
    ))
  const [working, before] = [{ ...own, ...fetched?.head }, old && { ...old, ...fetched?.base }]
  const contents = { region, env, catalog, head: working, base: region.base === null ? null : before }
  return { contents, sides: lazily(() => parsed(contents, cache)) }
}

/** All that a region's sides are made of. */
interface Contents {
  readonly region: { readonly head: DeployedPlace; readonly base: DeployedPlace | null }
  readonly env: ReadonlyMap<string, string>
  /** The text of a catalog.json. */
  readonly catalog: string | null
  readonly head: Read
  readonly base: Read | null
}

interface ReadRegion {
  readonly contents: Contents
  /** Parsed when they are asked for. */
  readonly sides: Sides
}

/** Base and head are one and the same where nothing differs, so that a region which a pull request leaves alone is looked at once. */
function parsed({ region, env, catalog, head: working, base: before }: Contents, cache: ParseCache): Sides {
  const known = (catalog === null ? null : readCatalog(catalog)) ?? new Map()
  const head = side(working, region.head, env, cache)
  if (before === null || region.base === null) return { head, base: null, known }
  const same =
    region.base.project === region.head.project && region.base.target === region.head.target && equal(before, working)
  return { head, base: same ? head : side(before, region.base, env, cache, head?.project), known }
}

function lazily(make: () => Sides): Sides {
  let made: Sides | undefined
  const both = (): Sides => {
    made ??= make()
    return made
  }
  return {
    get base() {
      return both().base
    },
    get head() {
      return both().head
    },
    get known() {
      return both().known ?? new Map()
    },
  }
}

function contentsOf(config: EffectiveConfig, regions: readonly (readonly [string, Contents])[]): CheckContents {
  const files = regions.reduce((sum, [, { head }]) => sum + head.files.size, 0)
  const hash = (): string => {
    const all = createHash('sha256')
    const add = (value: unknown): void => void all.update(`${JSON.stringify(value, mapsToo)}\n`)
    add(config)
    for (const [name, { head, base, ...rest }] of regions) {
      add([name, rest, head.links, head.packages, head.files.size, base?.links, base?.packages])
      for (const [path, text] of head.files) add([path, text])
      for (const [path, text] of base?.files ?? []) add(text === head.files.get(path) ? [path] : [path, text])
    }
    return all.digest('hex')
  }
  return { files, hash }
}

function mapsToo(_: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value
}

function equal(some: Read, others: Read): boolean {
  return (
    some.files.size === others.files.size &&
    [...some.files].every(([path, text]) => others.files.get(path) === text) &&
    some.links.join('\0') === others.links.join('\0') &&
    JSON.stringify(some.packages?.problems) === JSON.stringify(others.packages?.problems)
  )
}

/** dbt follows links, so what stands behind one would be deployed without having been looked at. */
function linkFindings(links: readonly string[]): Finding[] {
  return [...new Set(links)].map((file) => ({
    rule: 'invalid-project',
    severity: 'error',
    file,
    line: 1,
    column: 1,
    message: 'this is a symbolic link, which dbt follows and no check does: put the file itself here',
  }))
}

function side(
  { files, links, packages }: Read,
  place: DeployedPlace,
  env: ReadonlyMap<string, string>,
  cache: ParseCache,
  beside?: Project,
): Side | null {
  if (!files.has('dbt_project.yml')) return null
  const project = parseProject({
    files,
    root: place.project,
    env,
    cache,
    ...(beside !== undefined && { beside }),
    ...(packages !== undefined && { packages }),
    ...(place.target !== null && { target: place.target }),
    ...(place.profiles !== undefined && { profiles: place.profiles }),
  })
  return { files, project, findings: linkFindings(links) }
}

/** What is discovered stands in for a configuration that is not valid at base: a pull request must be able to mend it. */
async function configAt({ git, id }: Repository, commit: string): Promise<Config | null> {
  const file = id === 'default' ? configFile : id
  const texts = await git.read(commit, [...new Set([file, configFile])])
  for (const [path, text] of texts) {
    const config = parsedOrNull(text, path)
    if (config !== null) return config
  }
  const projects = (await git.list(commit, ['dbt_project.yml', 'dbt_projects'])).filter(isDiscovered)
  return projects.length === 0 ? null : discover(await git.read(commit, projects))
}

/**
 * Which folder of base a project of head comes from: project's folder at head -> at base. Asked only of folders that are gone, and answered with the
 * one that has most paths in common.
 */
async function movedProjects(git: Git, commit: string, base: Config, head: Config): Promise<Map<string, string>> {
  const before = new Set(base.regions.map((region) => region.project))
  const moved = new Map<string, string>()
  const gone = new Map<string, readonly string[]>()
  for (const folder of before) {
    if ((await readText(join(git.root, folder, 'dbt_project.yml'))) !== null) continue
    const listed = await git.list(commit, folder === '' ? [] : [folder])
    const start = folder === '' ? 0 : folder.length + 1
    gone.set(folder, listed.map((path) => path.slice(start)).filter(isProjectFile))
  }
  if (gone.size === 0) return moved
  for (const { project } of head.regions) {
    if (before.has(project)) continue
    const { files } = await readFolder(git, project)
    let most = 0
    for (const [folder, paths] of gone) {
      const shared = paths.filter((path) => files.has(path)).length
      if (shared <= most) continue
      most = shared
      moved.set(project, folder)
    }
  }
  return moved
}

function parsedOrNull(text: string, file: string): Config | null {
  try {
    return parseConfig(text, file)
  } catch (error) {
    if (error instanceof ConfigurationError) return null
    throw error
  }
}

function isDiscovered(path: string): boolean {
  return path === 'dbt_project.yml' || /^dbt_projects\/[^/]+\/dbt_project\.yml$/.test(path)
}
