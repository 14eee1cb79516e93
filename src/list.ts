import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { readText } from './adapters/files.ts'
import { openGit } from './adapters/git.ts'
import { baseCommit } from './base.ts'
import { compareSides, type Side } from './check.ts'
import { readProfiles } from './deployment/profiles.ts'
import { ConfigurationError } from './errors.ts'
import { type ProjectOptions, printFindings, readProjectFolder } from './project-folder.ts'
import { pathInRepository, wholeEnvironment } from './repository.ts'
import { type Listing, listed } from './selection/list.ts'
import type { Selectable } from './selection/methods.ts'
import { SelectionError } from './selection/specification.ts'
import { readProjectSides } from './sides.ts'
import { startSqlLibrary } from './start-sql.ts'

export interface ListOptions extends ProjectOptions, Listing {
  /** A branch, tag or commit, for `state:` and `change:`. */
  readonly base?: string
}

/**
 * What a selection means in a project, a line each. Prints the project's findings on standard error;
 * `failed` when there are errors among them. Throws a ConfigurationError for a selection that cannot be, or when there is no project.
 */
export async function list(
  options: ListOptions,
): Promise<{ readonly lines: readonly string[]; readonly failed: boolean }> {
  const { side, from } = options.base === undefined ? await alone(options) : await besideBase(options, options.base)
  try {
    const lines = listed(from, options)
    if (lines.length === 0) console.error('nothing is selected')
    return { lines, failed: printFindings(side) }
  } catch (error) {
    throw error instanceof SelectionError ? new ConfigurationError(error.message) : error
  }
}

async function alone(options: ListOptions): Promise<{ side: Side; from: Selectable }> {
  const side = await readProjectFolder(options)
  return { side, from: selectable(side, null) }
}

async function besideBase(options: ListOptions, name: string): Promise<{ side: Side; from: Selectable }> {
  const git = await openGit(options.project)
  const project = pathInRepository(git.root, await realpath(options.project), '.')
  const hasOwn = (await readText(join(options.project, 'profiles.yml'))) !== null
  const profiles = await readProfiles(options.profilesDir, hasOwn)
  const place = { project, target: options.target ?? null, ...(profiles !== null && { profiles: profiles.text }) }
  const { packages } = options
  const commit = await baseCommit(git, { kind: 'local', base: name })
  const { base, head } = await readProjectSides(git, place, commit, {
    env: wholeEnvironment(),
    ...(packages && { packages }),
  })
  if (head === null) throw new ConfigurationError(`${options.project} has no dbt_project.yml`)
  const { changes } = await compareSides({ base, head }, startSqlLibrary)
  return { side: head, from: selectable(head, changes) }
}

/** What can be selected of a project. */
export function selectable({ files, project }: Side, changes: Selectable['changes']): Selectable {
  const folders = new Set<string>()
  for (const path of files.keys()) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.add(path.slice(0, at))
  }
  return { manifest: project.manifest, paths: [...files.keys(), ...folders], changes }
}
