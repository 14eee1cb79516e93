import { join } from 'node:path'
import { isProjectFile, isWithin, readProjectFiles } from './adapters/files.ts'
import type { Git } from './adapters/git.ts'
import type { KnownPackages, ProjectFiles } from './dbt/project.ts'
import { join as joinPath } from './dbt/text.ts'
import { outsideFolders } from './dbt/wanted.ts'

/** What is read of a folder, and the symbolic links in it that count, which are not followed. Paths of links are the repository's. */
export interface Read {
  readonly files: ProjectFiles
  readonly links: readonly string[]
  readonly packages?: KnownPackages
}

/** Folders of projects and of the local packages that they share: each is read once, however many regions use it. */
export class Folders {
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
        return readFolderAt(this.#git, commit, folder, (await this.#working(place)).files, place)
      }),
    )
  }

  #working(folder: string): Promise<Read> {
    return this.#once(folder, () => readFolder(this.#git, folder))
  }

  #once(key: string, read: () => Promise<Read>): Promise<Read> {
    const known = this.#read.get(key) ?? read()
    this.#read.set(key, known)
    return known
  }
}

/**
 * A project's folder with what it reads outside of it, local packages above all, as far as that lies in the repository: such paths start with
 * `..`. `read` is given paths from the repository's root.
 */
export async function withPackages(project: string, read: (folder: string) => Promise<Read>): Promise<Read> {
  const own = await read(project)
  const files = new Map(own.files)
  const links = [...own.links]
  const seen = new Set<string>()
  for (let next = outsideFolders(files, project); next.length > 0; ) {
    for (const found of next) {
      seen.add(found)
      const folder = joinPath(project, found)
      const of = await read(folder)
      for (const [path, text] of of.files) {
        if (!joinPath(folder, path).startsWith(`${project}/`)) files.set(`${found}/${path}`, text)
      }
      links.push(...of.links)
    }
    next = outsideFolders(files, project).filter((found) => !seen.has(found))
  }
  return { files, links }
}

/** A folder's files in the working tree; none when it is reached by a symbolic link, which may lead out of the repository. */
export async function readFolder(git: Git, folder: string): Promise<Read> {
  if (!(await isWithin(git.root, folder))) return { files: new Map(), links: [] }
  const [files, links] = await Promise.all([readProjectFiles(join(git.root, folder)), git.links(null, folder)])
  return { files, links: counting(links, folder) }
}

async function readFolderAt(
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
