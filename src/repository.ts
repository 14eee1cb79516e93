import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { findProjects, isWithin, readText } from './adapters/files.ts'
import { type Git, openGit } from './adapters/git.ts'
import { type Config, configFile, discover, parseConfig } from './config.ts'
import { ConfigurationError } from './errors.ts'

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

/** All that this process was given: for code that is merged, or is whoever's own who runs the command. */
export function wholeEnvironment(): ReadonlyMap<string, string> {
  return new Map(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
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
