import { ParseCache } from './cache.ts'
import { type DataObject, isList, isObject, textOr, texts } from './data.ts'
import { packagePaths } from './package.ts'
import type { ProjectFiles } from './project.ts'
import { type Place, Sink } from './sink.ts'
import { join, relativeTo, stem } from './text.ts'
import { type Yaml, YamlError } from './yaml.ts'

export const PROJECT_FILE = 'dbt_project.yml'
const NAMING = ['packages.yml', 'dependencies.yml']

/** A package that packages.yml or dependencies.yml asks for. */
export interface Wanted {
  /** What the package may be called, likeliest first. */
  readonly names: readonly string[]
  /** Its folder from the project's root, when it is a local package; `..` leads out of the project's folder. */
  readonly local: string | null
  /** Where it is to come from, as it is written. */
  readonly written: string
  /** All that is written of it. */
  readonly entry: DataObject
  readonly place: Place
}

export interface Source {
  readonly files: ProjectFiles
  readonly root: string
}

/**
 * What the project and its local packages ask for: https://docs.getdbt.com/docs/build/packages. As in dbt, the path of a local package counts
 * from the project's root, also where another package names it.
 */
export function wantedPackages(input: Source, cache: ParseCache, sink: Sink): Wanted[] {
  const wanted: Wanted[] = []
  const folders = ['']
  for (const folder of folders) {
    for (const found of NAMING.flatMap((name) => wantedIn(input, join(folder, name), cache, sink))) {
      wanted.push(found)
      if (found.local === null || folders.includes(found.local)) continue
      if (input.files.has(join(found.local, PROJECT_FILE))) folders.push(found.local)
    }
  }
  return wanted
}

/** What tells an entry of a packages.yml from the others of its file. */
export function pinKey({ entry, written }: Pick<Wanted, 'entry' | 'written'>): string {
  return typeof entry.subdirectory === 'string' ? `${written}#${entry.subdirectory}` : written
}

/**
 * The folders outside of the project's folder, from its root, that it reads: local packages, and what its own paths name. Those that lead out of
 * the repository are left out; what a package asks for is known when its files are there.
 */
export function outsideFolders(files: ProjectFiles, root: string): string[] {
  const input = { files, root }
  const [cache, sink] = [new ParseCache(), new Sink(files, root)]
  const project = readYamlFile(input, PROJECT_FILE, cache, sink)?.data
  const paths = isObject(project) ? packagePaths(project).all : []
  const packages = wantedPackages(input, cache, sink).flatMap(({ local }) => local ?? [])
  const folders = [...paths.map((path) => relativeTo(root, join(root, path))), ...packages]
  const outside = folders.filter((folder) => /^\.\.(?:\/|$)/.test(folder) && !leadsOut(root, folder))
  return [...new Set(outside)].sort()
}

/** Whether a folder, from the project's root, is outside of the repository. */
export function leadsOut(root: string, folder: string): boolean {
  return isElsewhere(folder) || /^\.\.(?:\/|$)/.test(join(root, folder))
}

/** A path of this machine, not of the repository. */
function isElsewhere(path: string): boolean {
  return /^(?:[/\\~]|[A-Za-z]:)/.test(path)
}

/** What one file asks for, of the form of a packages.yml. */
export function wantedIn(input: Source, file: string, cache: ParseCache, sink: Sink): Wanted[] {
  const yaml = readYamlFile(input, file, cache, sink)
  const entries = isObject(yaml?.data) ? yaml.data.packages : undefined
  if (!yaml || !isList(entries)) return []
  return entries.flatMap((entry, index) => {
    const place = { file, offset: yaml.itemOffset(entries, index) }
    const found = isObject(entry) ? wantedPackage(entry, input.root) : undefined
    return found && isObject(entry) ? [{ ...found, entry, place }] : []
  })
}

function wantedPackage(entry: DataObject, root: string): Omit<Wanted, 'entry' | 'place'> | undefined {
  const { package: hub, local, tarball } = entry
  if (typeof hub === 'string') return { names: [hub.slice(hub.lastIndexOf('/') + 1)], local: null, written: hub }
  if (typeof local === 'string') {
    const folder = isElsewhere(local) ? local : relativeTo(root, join(root, local.replace(/\/+$/, '')))
    return { names: [stem(local) || local], local: folder, written: local }
  }
  const git = entry.git ?? entry.private
  if (typeof git === 'string') {
    const name = stem(git.replace(/\/+$/, '')).replaceAll('-', '_')
    const folder = texts(entry.subdirectory).map((path) => path.slice(path.lastIndexOf('/') + 1))
    const names = [...new Set([...folder, name.replace(/^dbt_(?!utils$)/, ''), name])]
    return { names, local: null, written: git }
  }
  return typeof tarball === 'string'
    ? { names: [textOr(entry.name, stem(tarball))], local: null, written: tarball }
    : undefined
}

/** The YAML of one of the project's own files; undefined when it is not there or, which the sink is told, cannot be read. */
export function readYamlFile({ files }: Source, file: string, cache: ParseCache, sink: Sink): Yaml | undefined {
  const text = files.get(file)
  if (text === undefined) return undefined
  try {
    return cache.yaml(text)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    sink.add('yaml-syntax', 'error', { file, offset: error.offset }, `this is not YAML: ${error.message}`)
    return undefined
  }
}
