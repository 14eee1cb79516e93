import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const READY = '.ready'
const LOCK_PATIENCE_MS = 20 * 60_000
const OWNERLESS_MS = 5_000

/** The folder that keeps the tools between runs: `DBT_REGIONS_CACHE`, or `~/.cache/dbt-regions`. */
export function cacheFolder(): string {
  return process.env.DBT_REGIONS_CACHE || join(homedir(), '.cache', 'dbt-regions')
}

/**
 * The cache's folder of this key, filled by `fill` if it is not there yet. The key carries the pinned versions, so that
 * a new version is a new folder. Processes that ask at once wait for the one that fills; a fill that failed or was
 * killed is begun again by the next one that asks. It is filled in place, since a Python environment cannot be moved.
 */
export async function cached(key: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder(), key)
  const ready = join(folder, READY)
  if (existsSync(ready)) return folder
  return await locked(key, async () => {
    if (existsSync(ready)) return folder
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    await fill(folder)
    await writeFile(ready, `${new Date().toISOString()}\n`)
    return folder
  })
}

/** Runs `work` while no other process runs work under the same name; a lock whose process has died is taken over. */
export async function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  const lock = join(cacheFolder(), `${name}.lock`)
  await acquire(lock)
  try {
    return await work()
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

async function acquire(lock: string): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true })
  const until = Date.now() + LOCK_PATIENCE_MS
  while (!(await tryAcquire(lock))) {
    if (Date.now() > until) throw new Error(`${lock} is held for too long; remove it if nothing is being set up`)
    await sleep(100)
    await removeIfDead(lock)
  }
}

async function tryAcquire(lock: string): Promise<boolean> {
  try {
    await mkdir(lock)
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
  await writeFile(join(lock, 'owner'), String(process.pid))
  return true
}

async function removeIfDead(lock: string): Promise<void> {
  const owner = await readOwner(lock)
  if (owner === undefined || isAlive(owner)) return
  const aside = `${lock}.${process.pid}.${Date.now()}`
  try {
    await rename(lock, aside)
    // Between the look and the rename another process may have taken the lock over: then it gets it back.
    if ((await readOwner(aside)) === owner) await rm(aside, { recursive: true, force: true })
    else await rename(aside, lock)
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
  }
}

/** The process id in the lock; 0 for a lock that has stayed without one; undefined when it is gone or just made. */
async function readOwner(lock: string): Promise<number | undefined> {
  try {
    const owner = Number(await readFile(join(lock, 'owner'), 'utf8'))
    if (owner > 0) return owner
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
  }
  const made = await stat(lock).catch(() => undefined)
  return made && Date.now() - made.mtimeMs > OWNERLESS_MS ? 0 : undefined
}

function isAlive(pid: number): boolean {
  if (pid === 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isCode(error, 'EPERM')
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
