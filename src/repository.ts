import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { findProjects, isProjectFile, isWithin, readProjectFiles, readText } from './adapters/files.ts'
import { type Git, openGit } from './adapters/git.ts'
import { baseCommit, type Occasion } from './base.ts'
import type { CheckInput, Side, Sides } from './check.ts'
import { regionNamed } from './config/parse.ts'
import { type Config, configFile, discover, type EffectiveRegion, effectiveConfig, parseConfig } from './config.ts'
import { ParseCache } from './dbt/cache.ts'
import { parseProject } from './dbt/parse.ts'
import type { KnownPackages, ProjectFiles } from './dbt/project.ts'
import { join as joinPath } from './dbt/text.ts'
import { outsidePackages } from './dbt/wanted.ts'
import { ConfigurationError } from './errors.ts'
import type { Finding } from './finding.ts'
import { type OpenSource, sidesWithPackages } from './packages.ts'

/** A repository as it stands on disk, with its configuration. */
export interface Repository {
  readonly git: Git
  readonly config: Config
  /** The configuration's path as it was named: tells two configurations of one repository apart. */
  readonly id: string
}

/** Opens the repository around a folder. Throws a ConfigurationError for a configuration that is wrong or not there. */
export async function openRepository(folder: string, namedConfig?: string): Promise<Repository> {
  const git = await openGit(folder)
  const file = namedConfig === undefined ? configFile : pathInRepository(git.root, folder, namedConfig)
  const text = (await isWithin(git.root, dirname(file))) ? await readText(join(git.root, file)) : null
  if (text === null && namedConfig !== undefined) {
    throw new ConfigurationError(`${namedConfig}: there is no such configuration file`)
  }
  if (text === null) await refuseOverlooked(git.root)
  return {
    git,
    id: file === configFile ? 'default' : file,
    config: text === null ? discover(await projectsOnDisk(git)) : parseConfig(text, file),
  }
}

/** Who wrote a configuration that is not read must not take it for one that is. */
async function refuseOverlooked(root: string): Promise<void> {
  for (const name of ['.github/dbt-regions.yaml', 'dbt-regions.yml', 'dbt-regions.yaml']) {
    if ((await readText(join(root, name))) === null) continue
    throw new ConfigurationError(
      `${name} is not where the configuration is looked for: move it to ${configFile}, or name it with --config`,
    )
  }
}

interface ReadOptions {
  readonly region?: string
  readonly env: ReadonlyMap<string, string>
  /** Where packages come from that are not installed; left out, none are fetched. */
  readonly packages?: OpenSource
}

/** Everything that a check looks at: every region's project, or one region's, in the working tree and at the base. */
export async function readSides(repository: Repository, occasion: Occasion, options: ReadOptions): Promise<CheckInput> {
  const { git } = repository
  const [base, head, dirty] = [await baseCommit(git, occasion), await git.commit('HEAD'), await git.isDirty()]
  const before = base === null ? null : await configAt(repository, base)
  const moved = base === null || before === null ? undefined : await movedProjects(git, base, before, repository.config)
  const config = effectiveConfig(before, repository.config, moved)
  const chosen = options.region === undefined ? config.regions : [regionNamed(config.regions, options.region)]
  const cache = new ParseCache()
  const folders = new Folders(git)
  const regions = await Promise.all(
    chosen.map(async (region) => [region.name, await sidesOf(folders, region, base, options, cache)] as const),
  )
  return {
    base,
    head: occasion.kind === 'pull_request' ? occasion.head : dirty ? null : head,
    config,
    regions: new Map(regions),
  }
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

/** A word of a name that says that the value is nobody's to see. */
const credential = /SECRET|TOKEN|PASS|PWD|KEY|CRED|AUTH|PRIVATE|CERT|SIGNATURE|(?:^|_)(?:PAT|SAS|DSN|URI|URL)(?:_|$)/i

/**
 * The environment that `env_var` may see while code that nobody has merged is read: dbt's own variables, but for its
 * secrets, so that a pull request cannot write a token into its comment.
 */
export function harmlessEnvironment(env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && entry[0].startsWith('DBT_') && !credential.test(entry[0]),
    ),
  )
}

/** Base and head are one and the same where nothing differs, so that a region which a pull request leaves alone is looked at once. */
async function sidesOf(
  folders: Folders,
  region: EffectiveRegion,
  base: string | null,
  { env, packages }: ReadOptions,
  cache: ParseCache,
): Promise<Sides> {
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
  const head = side(working, region.head, env, cache)
  if (before === null || region.base === null) return { head, base: null }
  const same =
    region.base.project === region.head.project && region.base.target === region.head.target && equal(before, working)
  return { head, base: same ? head : side(before, region.base, env, cache) }
}

function equal(some: Read, others: Read): boolean {
  return (
    some.files.size === others.files.size &&
    [...some.files].every(([path, text]) => others.files.get(path) === text) &&
    some.links.join('\0') === others.links.join('\0') &&
    JSON.stringify(some.packages?.problems) === JSON.stringify(others.packages?.problems)
  )
}

/** What is read of a folder, and the symbolic links in it that count, which are not followed. Paths of links are the repository's. */
interface Read {
  readonly files: ProjectFiles
  readonly links: readonly string[]
  readonly packages?: KnownPackages
}

/** Folders of projects and of the local packages that they share: each is read once, however many regions use it. */
class Folders {
  readonly #git: Git
  readonly #read = new Map<string, Promise<Read>>()

  constructor(git: Git) {
    this.#git = git
  }

  /** A project in the working tree, with its local packages. */
  working(project: string): Promise<Read> {
    return withPackages(project, (folder) => this.#working(folder))
  }

  /** A project at a commit, with its local packages; `now` is its folder in the working tree. */
  at(commit: string, project: string, now = project): Promise<Read> {
    return withPackages(project, (folder) =>
      this.#once(`${commit}:${folder}`, async () => {
        const place = folder === project ? now : folder
        return sideAt(this.#git, commit, folder, (await this.#working(place)).files, place)
      }),
    )
  }

  #working(folder: string): Promise<Read> {
    return this.#once(folder, () => workingSide(this.#git, folder))
  }

  #once(key: string, read: () => Promise<Read>): Promise<Read> {
    const known = this.#read.get(key) ?? read()
    this.#read.set(key, known)
    return known
  }
}

/**
 * A project's folder with the local packages outside of it, as far as they lie in the repository: their paths start with `..`. `read` is given
 * paths from the repository's root.
 */
export async function withPackages(project: string, read: (folder: string) => Promise<Read>): Promise<Read> {
  const own = await read(project)
  const files = new Map(own.files)
  const links = [...own.links]
  const seen = new Set<string>()
  for (let next = outsidePackages(files, project); next.length > 0; ) {
    for (const found of next) {
      seen.add(found)
      const folder = joinPath(project, found)
      const of = await read(folder)
      for (const [path, text] of of.files) {
        if (!joinPath(folder, path).startsWith(`${project}/`)) files.set(`${found}/${path}`, text)
      }
      links.push(...of.links)
    }
    next = outsidePackages(files, project).filter((found) => !seen.has(found))
  }
  return { files, links }
}

/** A folder's files in the working tree; none when it is reached by a symbolic link, which may lead out of the repository. */
async function workingSide(git: Git, folder: string): Promise<Read> {
  if (!(await isWithin(git.root, folder))) return { files: new Map(), links: [] }
  const [files, links] = await Promise.all([readProjectFiles(join(git.root, folder)), git.links(null, folder)])
  return { files, links: counting(links, folder) }
}

async function sideAt(
  git: Git,
  commit: string,
  folder: string,
  working: ProjectFiles,
  workingFolder = folder,
): Promise<Read> {
  const [files, links] = await Promise.all([
    filesAt(git, commit, folder, working, workingFolder),
    git.links(commit, folder),
  ])
  return { files, links: counting(links, folder) }
}

/** Links that dbt may follow: those in folders, and YAML at the top. */
function counting(links: readonly string[], folder: string): string[] {
  const prefix = folder === '' ? '' : `${folder}/`
  return links.filter((link) => /\/|\.ya?ml$/i.test(link.slice(prefix.length)))
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
): Side | null {
  if (!files.has('dbt_project.yml')) return null
  const project = parseProject({
    files,
    root: place.project,
    env,
    cache,
    ...(packages !== undefined && { packages }),
    ...(place.target !== null && { target: place.target }),
    ...(place.profiles !== undefined && { profiles: place.profiles }),
  })
  return { files, project, findings: linkFindings(links) }
}

/**
 * A folder's files at a commit. What git does not see as changed is taken from the working tree, and so is what it ignores: packages
 * that are installed there.
 */
async function filesAt(
  git: Git,
  commit: string,
  folder: string,
  working: ProjectFiles,
  workingFolder = folder,
): Promise<ReadonlyMap<string, string>> {
  const prefix = folder === '' ? '' : `${folder}/`
  const same = folder === workingFolder
  const found = same ? await git.changed(commit, folder) : await git.list(commit, [folder])
  const paths = found.filter((path) => isProjectFile(path.slice(prefix.length)))
  const files = new Map(same ? working : [])
  for (const path of paths) files.delete(path.slice(prefix.length))
  if (same) removeSubmodules(files, found, prefix)
  for (const [path, text] of await git.read(commit, paths)) files.set(path.slice(prefix.length), text)
  return files
}

/** A submodule that differs is one path to git. What it held is not here, so all of it counts as new. */
function removeSubmodules(files: Map<string, string>, differing: readonly string[], prefix: string): void {
  const folders = differing.map((path) => `${path.slice(prefix.length)}/`.replace(/\/+$/, '/'))
  const other = new Set(folders.filter((folder) => !isProjectFile(folder.slice(0, -1))))
  if (other.size === 0) return
  for (const path of [...files.keys()]) {
    const parts = path.split('/')
    if (parts.some((_, index) => index > 0 && other.has(`${parts.slice(0, index).join('/')}/`))) files.delete(path)
  }
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
    const { files } = await workingSide(git, project)
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

async function projectsOnDisk(git: Git): Promise<Map<string, string>> {
  const paths = await findProjects(git.root)
  const texts = await Promise.all(paths.map(async (path) => [path, await readText(join(git.root, path))] as const))
  return new Map(texts.filter((entry): entry is readonly [string, string] => entry[1] !== null))
}

/** A path that a person names, from the repository's root. Throws a ConfigurationError when it leads out of it. */
export function pathInRepository(root: string, folder: string, path: string): string {
  const inside = relative(root, resolve(realpathSync(folder), path))
  if (inside.startsWith('..') || isAbsolute(inside))
    throw new ConfigurationError(`${path} is outside of the repository ${root}`)
  return inside.split(sep).join('/')
}
