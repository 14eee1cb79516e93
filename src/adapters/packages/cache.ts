import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { cacheFolder } from '../cache-folder.ts'

/** Where packages are kept between runs. */
export function packageCacheFolder(env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'packages')
}

/** Packages on disk, each in a file whose name is the hash of the key that names its content for good. */
export class PackageCache {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The package of this key; null when it is not there, or damaged. */
  async read(key: readonly string[]): Promise<ReadonlyMap<string, string> | null> {
    try {
      const stored: unknown = JSON.parse(gunzipSync(await readFile(this.#path(key))).toString('utf8'))
      if (!Array.isArray(stored) || stored[0] !== digest(JSON.stringify(stored[1]))) return null
      return new Map<string, string>(stored[1])
    } catch {
      return null
    }
  }

  /** Keeps a package. A disk that cannot be written keeps none, which only costs the next run time. */
  async write(key: readonly string[], files: ReadonlyMap<string, string>): Promise<void> {
    const contents = [...files]
    const stored = gzipSync(JSON.stringify([digest(JSON.stringify(contents)), contents]))
    const path = this.#path(key)
    const unfinished = `${path}.${randomUUID()}`
    try {
      await mkdir(this.#folder, { recursive: true })
      await writeFile(unfinished, stored)
      await rename(unfinished, path)
    } catch {
      await rm(unfinished, { force: true }).catch(() => undefined)
    }
  }

  #path(key: readonly string[]): string {
    return join(this.#folder, `${digest(JSON.stringify(key))}.json.gz`)
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
