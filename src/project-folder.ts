import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { dirname, join, parse, relative, resolve, sep } from 'node:path'
import { isWithin, readProjectFiles } from './adapters/files.ts'
import type { Side } from './check.ts'
import { ParseCache } from './dbt/cache.ts'
import { parseProject } from './dbt/parse.ts'
import { namedSources } from './dbt/pins.ts'
import type { ProjectFiles } from './dbt/project.ts'
import { readProfiles } from './deployment/profiles.ts'
import { ConfigurationError } from './errors.ts'
import { withPackages } from './folders.ts'
import { graphOf } from './graph/graph.ts'
import { type OpenSource, withFetchedPackages } from './packages.ts'
import { plain } from './report/escape.ts'
import { wholeEnvironment } from './repository.ts'
import { findingsOf } from './rules/index.ts'

/** A project as a command is given it. */
export interface ProjectOptions {
  readonly project: string
  readonly target?: string
  readonly profilesDir?: string
  /** Where packages come from that are not installed; left out, none are fetched. */
  readonly packages?: OpenSource
}

/**
 * A project read from its folder, as whoever runs the command has it. Throws a ConfigurationError when there is no project or no such
 * profiles.yml.
 */
export async function readProjectFolder(options: ProjectOptions): Promise<Side> {
  const folder = resolve(options.project)
  const own = { files: await readProject(folder), root: '' }
  if (!own.files.has('dbt_project.yml')) {
    throw new ConfigurationError(
      `${options.project} has no dbt_project.yml: name the folder of a dbt project with --project`,
    )
  }
  const { packages: source } = options
  const { files, packages } =
    source === undefined
      ? { files: own.files, packages: undefined }
      : await withFetchedPackages({ ...own, source, trusted: namedSources(own) })
  const profiles = await readProfiles(options.profilesDir, files.has('profiles.yml'))
  const project = parseProject({
    files,
    root: '',
    env: wholeEnvironment(),
    cache: new ParseCache(),
    ...(packages !== undefined && { packages }),
    ...(options.target !== undefined && { target: options.target }),
    ...(profiles !== null && { profiles: profiles.text }),
  })
  return { files, project }
}

/** Prints a project's findings on standard error; answers whether there are errors among them. */
export function printFindings({ project }: Side): boolean {
  const findings = findingsOf(project, graphOf(project.manifest), { name: '', gdpr: false, rules: new Map() })
  for (const { file, line, column, severity, message } of findings)
    console.error(plain(`${file}:${line}:${column}: ${severity}: ${message}`))
  return findings.some((finding) => finding.severity === 'error')
}

/** A project's files with its local packages: of its repository, or, where there is none, wherever they are. */
async function readProject(folder: string): Promise<ProjectFiles> {
  const real = await realpath(folder).catch(() => folder)
  const boundary = repositoryAround(real) ?? parse(real).root
  const { files } = await withPackages(relative(boundary, real).split(sep).join('/'), async (place) => {
    const isInside = await isWithin(boundary, place)
    return { files: isInside ? await readProjectFiles(join(boundary, place)) : new Map<string, string>(), links: [] }
  })
  return files
}

function repositoryAround(folder: string): string | null {
  if (existsSync(join(folder, '.git'))) return folder
  return dirname(folder) === folder ? null : repositoryAround(dirname(folder))
}
