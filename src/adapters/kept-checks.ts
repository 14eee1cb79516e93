import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { cacheFolder } from './cache-folder.ts'

/** What checks found, kept between runs by a key that names for good what was checked. What cannot be kept or read only costs time. */
export interface KeptChecks {
  /** The text that was kept under a key; null when there is none. */
  read(key: string): Promise<string | null>
  write(key: string, text: string): Promise<void>
}

/** In a workflow the cache of GitHub Actions, elsewhere the user's cache folder. Null where a workflow has no cache. */
export function keptChecks(env: NodeJS.ProcessEnv): KeptChecks | null {
  if (env.GITHUB_ACTIONS !== 'true') return new Folder(join(cacheFolder(env), 'checks'))
  return env.ACTIONS_CACHE_URL || env.ACTIONS_RESULTS_URL ? new ActionsCache() : null
}

/** More than anybody works on at once. */
const MOST = 100

class Folder implements KeptChecks {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async read(key: string): Promise<string | null> {
    try {
      return gunzipSync(await readFile(this.#path(key))).toString('utf8')
    } catch {
      return null
    }
  }

  async write(key: string, text: string): Promise<void> {
    const unfinished = join(this.#folder, `${randomUUID()}.part`)
    try {
      await mkdir(this.#folder, { recursive: true })
      await writeFile(unfinished, gzipSync(text))
      await rename(unfinished, this.#path(key))
      await this.#forgetOldest()
    } catch {
      await rm(unfinished, { force: true }).catch(() => undefined)
    }
  }

  async #forgetOldest(): Promise<void> {
    const names = await readdir(this.#folder)
    if (names.length <= MOST) return
    const dated = await Promise.all(
      names.map(async (name) => [(await stat(join(this.#folder, name))).mtimeMs, name] as const),
    )
    dated.sort(([a], [b]) => a - b)
    for (const [, name] of dated.slice(0, -MOST)) await rm(join(this.#folder, name), { force: true })
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.json.gz`)
  }
}

/** https://github.com/actions/toolkit/tree/main/packages/cache: an entry is never replaced, and a pull request reads what its base's branch has kept, and its own. */
class ActionsCache implements KeptChecks {
  async read(key: string): Promise<string | null> {
    if (!(await makePlace())) return null
    try {
      const { restoreCache } = await import('@actions/cache')
      const found = await restoreCache([FILE], nameOf(key))
      return found === undefined ? null : await readFile(FILE, 'utf8')
    } catch {
      return null
    } finally {
      await rm(FILE, { force: true }).catch(() => undefined)
    }
  }

  async write(key: string, text: string): Promise<void> {
    if (!(await makePlace())) return
    try {
      const { saveCache } = await import('@actions/cache')
      await writeFile(FILE, text)
      await saveCache([FILE], nameOf(key))
    } catch {
      // The next run does without.
    } finally {
      await rm(FILE, { force: true }).catch(() => undefined)
    }
  }
}

/** From the workspace, where a job's process starts: the name of a file is a part of what an entry is found by, so it is the same on every machine. */
const FILE = '.dbt-regions/check.json'

/** Makes room for the file. False where the folder is a link: what is checked out may come from anybody. */
async function makePlace(): Promise<boolean> {
  try {
    await mkdir(dirname(FILE), { recursive: true })
    if (!(await lstat(dirname(FILE))).isDirectory()) return false
    await rm(FILE, { force: true })
    return true
  } catch {
    return false
  }
}

function nameOf(key: string): string {
  return `dbt-regions-check-${key}`
}
