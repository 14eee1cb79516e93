import { isProjectFile } from '../files.ts'
import { PackageError } from './package-error.ts'

export const MAX_ENTRIES = 50_000
/** Of everything in a package, unpacked, and of the text that is kept of it. */
export const MAX_BYTES = 256e6
const MAX_TEXT_BYTES = 48e6

/** What may be a link: dbt reads nothing there. */
const HARMLESS_LINK = /^(?:\.|integration_tests\/)|^[^/]*\.(?:md|txt|rst)$|^LICEN[CS]E$/i

/** Gathers a package's text files: path from the package's root -> text, of those that are read of a project too. */
export class Contents {
  readonly #files = new Map<string, string>()
  #entries = 0
  #bytes = 0
  #text = 0

  /**
   * Whether an entry's bytes are wanted; `path` is from the package's root. Throws a PackageError for a package that is too large, for a link
   * and for a path that leads out of it.
   */
  admits(path: string, kind: 'file' | 'folder' | 'link' | 'other', size: number): boolean {
    this.#entries += 1
    this.#bytes += size
    if (this.#entries > MAX_ENTRIES) throw new PackageError(`it holds more than ${MAX_ENTRIES} files`)
    if (this.#bytes > MAX_BYTES) throw new PackageError(`it is larger than ${MAX_BYTES / 1e6} MB`)
    if (leadsOut(path)) throw new PackageError('a path in it leads out of it')
    if (kind === 'other') throw new PackageError('it holds what is neither a file nor a folder')
    if (kind === 'link' && !HARMLESS_LINK.test(path)) throw new PackageError('it holds a link, which is not followed')
    if (kind !== 'file' || !isProjectFile(path)) return false
    this.#text += size
    if (this.#text > MAX_TEXT_BYTES) throw new PackageError(`it holds more than ${MAX_TEXT_BYTES / 1e6} MB of text`)
    return true
  }

  add(path: string, text: string): void {
    this.#files.set(path, text)
  }

  /** Throws a PackageError for what is no dbt package. */
  files(): ReadonlyMap<string, string> {
    if (!this.#files.has('dbt_project.yml')) throw new PackageError('it has no dbt_project.yml')
    return new Map([...this.#files].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

/** Whether a path is none that stays below the folder that it counts from, on any system. */
export function leadsOut(path: string): boolean {
  return /^(?:\/|[a-z]:)|[\\\0]/i.test(path) || path.split('/').includes('..')
}
