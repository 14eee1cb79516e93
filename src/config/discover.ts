import { ConfigurationError } from '../errors.ts'
import { type Config, defaultEnvironment, isEuropean, type Region } from './config.ts'

/**
 * The configuration of a repository without one. `projects` holds every `dbt_projects/<folder>/dbt_project.yml` and a
 * `dbt_project.yml` at the root: path -> text. Each folder is a region named by its prefix (`us_analytics` is `us`), by its whole
 * name where two share a prefix; a project at the root is one region when there is no folder. Throws a ConfigurationError when there is none.
 */
export function discover(projects: ReadonlyMap<string, string>): Config {
  const folders = [...projects.keys()]
    .map((path) => /^(dbt_projects\/([^/]+))\/dbt_project\.ya?ml$/.exec(path))
    .filter((match) => match !== null)
    .map((match) => ({ project: match[1] ?? '', folder: match[2] ?? '' }))
  const root = projects.get('dbt_project.yml')
  const found =
    folders.length > 0 ? named(folders) : root === undefined ? [] : [{ name: projectName(root), project: '' }]
  if (found.length === 0) {
    throw new ConfigurationError(
      'no dbt project found: there is no dbt_project.yml in dbt_projects/<folder>/ or at the root of the repository. ' +
        'Name the projects in .github/dbt-regions.yml, for example\n  version: 1\n  regions:\n    us:\n      project: path/to/project',
    )
  }
  return {
    file: null,
    regions: found.map(region).sort((a, b) => (a.name < b.name ? -1 : 1)),
    rules: new Map(),
    envVars: null,
    twins: [],
    locate: () => ({ file: '.github/dbt-regions.yml', line: 1, column: 1 }),
  }
}

function region({ name, project }: { name: string; project: string }): Region {
  return {
    name,
    project,
    target: null,
    environment: defaultEnvironment(name),
    host: null,
    catalog: null,
    catalogJson: null,
    gdpr: isEuropean(name),
    rules: new Map(),
  }
}

function named(folders: readonly { project: string; folder: string }[]): { name: string; project: string }[] {
  const count = new Map<string, number>()
  for (const { folder } of folders) count.set(prefix(folder), (count.get(prefix(folder)) ?? 0) + 1)
  return folders.map(({ project, folder }) => ({
    project,
    name: count.get(prefix(folder)) === 1 ? prefix(folder) : regionName(folder),
  }))
}

function prefix(folder: string): string {
  return regionName(folder.split(/[_-]/).find((part) => part !== '') ?? folder)
}

function projectName(text: string): string {
  const name = /^name:[ \t]*['"]?([\w.-]+)/m.exec(text)?.[1]
  return regionName(name ?? 'dbt')
}

/** What is left of a name when only characters that a region may have are kept. */
function regionName(name: string): string {
  const kept = name.replace(/[^A-Za-z0-9_-]/g, '_')
  return (/^[A-Za-z]/.test(kept) ? kept : `r${kept}`).slice(0, 63)
}
