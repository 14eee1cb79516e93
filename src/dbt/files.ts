import { ignored } from './gitignore.ts'
import type { PackageFiles, PackagePaths } from './package.ts'
import type { ProjectFiles } from './project.ts'
import { basename, compare, join, leading, strip } from './text.ts'

/** A file of a package. */
export interface SourceFile {
  /** From the project's root. */
  readonly file: string
  /** From the package's root: dbt's `original_file_path`. */
  readonly original: string
  /** From the folder that was searched: dbt's `path`. */
  readonly relative: string
  /** The text without whitespace around it, as dbt reads it; and how much of it was taken off the front. */
  readonly contents: string
  readonly shift: number
}

/** Finds what dbt reads below a package's folder, sorted by path. Follows .dbtignore (gitignore's patterns). */
export function packageFiles(files: ProjectFiles, folder: string, paths: PackagePaths): PackageFiles {
  const isIgnored = ignored(files.get(join(folder, '.dbtignore')))
  const prefix = folder === '' ? '' : `${folder}/`
  const own: string[] = []
  for (const file of files.keys()) {
    if (file.startsWith(prefix) && !isIgnored(file.slice(prefix.length))) own.push(file.slice(prefix.length))
  }
  own.sort(compare)
  const find = (folders: readonly string[], ...extensions: string[]): SourceFile[] =>
    distinct(folders).flatMap(([searched, written]) => {
      return own
        .filter((path) => isIn(path, searched) && isNamed(basename(path), extensions))
        .map((path) => {
          const relative = searched === '' ? path : path.slice(searched.length + 1)
          const original = searched === written ? path : `${written}/${relative}`
          return sourceFile(prefix + path, original, relative, files.get(prefix + path) ?? '')
        })
    })
  const below = (name: string): string[] => paths.tests.map((path) => (path === '' ? name : `${path}/${name}`))
  return {
    macros: find(paths.macros, '.sql'),
    models: find(paths.models, '.sql', '.py'),
    snapshots: find(paths.snapshots, '.sql'),
    analyses: find(paths.analyses, '.sql'),
    singularTests: find(paths.tests, '.sql').filter((found) => !/^(?:generic|fixtures)\//.test(found.relative)),
    genericTests: find(below('generic'), '.sql'),
    seeds: find(paths.seeds, '.csv'),
    docs: find(paths.docs, '.md'),
    properties: find(paths.all, '.yml', '.yaml'),
    fixtures: find(below('fixtures'), '.csv', '.sql'),
    functions: find(paths.functions, '.sql', '.py', '.js'),
  }
}

/** Folders as they are searched, each once however often and in whatever way it is written: searched -> written. */
function distinct(folders: readonly string[]): [searched: string, written: string][] {
  const found = new Map<string, string>()
  for (const written of folders) {
    const searched = join(written)
    if (!found.has(searched)) found.set(searched, written)
  }
  return [...found]
}

/** A text as a file of a package. */
export function sourceFile(file: string, original: string, relative: string, text: string): SourceFile {
  return { file, original, relative, contents: strip(text), shift: leading(text) }
}

function isIn(path: string, folder: string): boolean {
  return folder === '' || (path.startsWith(folder) && path.charCodeAt(folder.length) === 47)
}

function isNamed(name: string, extensions: readonly string[]): boolean {
  if (name.startsWith('.') || name.startsWith('#') || name.startsWith('~')) return false
  const lower = name.toLowerCase()
  return extensions.some((extension) => lower.endsWith(extension))
}
