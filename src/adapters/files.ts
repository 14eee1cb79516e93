import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { glob } from 'tinyglobby'
import { decodeUtf8 } from './utf8.ts'

/** What dbt reads as text in a project: models and macros, properties, documentation, seeds, Python models. It does not tell upper from lower case. */
const read = /(?:\.(?:sql|ya?ml|md|csv|py|jinja2?)|(?:^|\/)\.dbtignore)$/i
/** Only beside dbt_project.yml: `models/venv` is a folder of models. */
const skipped = /^(?:target|logs|\.dbt-regions|node_modules|\.?venv)(?:\/|$)|(?:^|\/)\.git(?:\/|$)/

/** Whether a path, relative to its project, is one that `readProjectFiles` would read. */
export function isProjectFile(path: string): boolean {
  return read.test(path) && !skipped.test(path)
}

/**
 * Reads a project's text files from disk: path relative to `folder` -> text. Symbolic links are not followed, so that a
 * pull request cannot make the check read what is outside of the repository.
 */
export async function readProjectFiles(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  // Not by promises: for thousands of small files those take four times the time.
  for (const path of pathsBelow(folder, '').sort()) {
    const text = orAbsent(() => readFileSync(join(folder, path), 'utf8'))
    if (text !== undefined)
      files.set(path, text.includes('\ufffd') ? decodeUtf8(readFileSync(join(folder, path))) : text)
  }
  return files
}

function pathsBelow(root: string, folder: string): string[] {
  const entries = orAbsent((): Dirent[] => readdirSync(join(root, folder), { withFileTypes: true })) ?? []
  return entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return skipped.test(path) ? [] : pathsBelow(root, path)
    return entry.isFile() && isProjectFile(path) ? [path] : []
  })
}

function orAbsent<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** Whether a folder below `root` is reached without a symbolic link; one that is not there is. */
export async function isWithin(root: string, folder: string): Promise<boolean> {
  try {
    const real = relative(await realpath(root), await realpath(join(root, folder)))
    return real.split(sep).join('/') === (folder === '.' ? '' : folder)
  } catch (error) {
    if (isAbsent(error)) return true
    throw error
  }
}

/** A file's text, or null when it is not a regular file or not there. */
export async function readText(path: string): Promise<string | null> {
  try {
    if (!(await lstat(path)).isFile()) return null
    return decodeUtf8(await readFile(path))
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

/** The dbt projects of a repository that discovery considers, as paths of their dbt_project.yml relative to `root`. */
export async function findProjects(root: string): Promise<string[]> {
  return (
    await glob(['dbt_project.yml', 'dbt_projects/*/dbt_project.yml'], { cwd: root, followSymbolicLinks: false })
  ).sort()
}

/** Makes a folder for what this program keeps between runs, which git ignores whatever the repository's own .gitignore says. */
export async function makeIgnoredFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  await writeFile(join(path, '.gitignore'), '*\n')
}
