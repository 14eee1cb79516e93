import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import picomatch from 'picomatch'
import { glob } from 'tinyglobby'

/** What dbt reads as text in a project: models and macros, properties, documentation, seeds, Python models. */
const read = ['**/*.{sql,yml,yaml,md,csv,py,jinja,jinja2}', '**/.dbtignore']
const skipped = [
  'target/**',
  'logs/**',
  '.dbt-regions/**',
  '**/node_modules/**',
  '**/.git/**',
  '**/.venv/**',
  '**/venv/**',
]

/** Whether a path, relative to its project, is one that `readProjectFiles` would read. */
export const isProjectFile: (path: string) => boolean = picomatch(read, { dot: true, ignore: skipped })

/**
 * Reads a project's text files from disk: path relative to `folder` -> text. Symbolic links are not followed, so that a
 * pull request cannot make the check read what is outside of the repository.
 */
export async function readProjectFiles(folder: string): Promise<Map<string, string>> {
  const paths = await glob(read, {
    cwd: folder,
    ignore: skipped,
    dot: true,
    followSymbolicLinks: false,
    expandDirectories: false,
  })
  const texts = await Promise.all(paths.sort().map(async (path) => [path, await readText(join(folder, path))] as const))
  return new Map(texts.filter((entry): entry is readonly [string, string] => entry[1] !== null))
}

/** A file's text, or null when it is not a regular file or not there. */
export async function readText(path: string): Promise<string | null> {
  try {
    if (!(await lstat(path)).isFile()) return null
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null
    throw error
  }
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
