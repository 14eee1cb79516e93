import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { command, onPath } from './command.ts'

const UV_VERSION = '0.13.9'
const PYTHONS = ['python3.13', 'python3.12', 'python3.11', 'python3']

/** Each has its pinned packages in `python/<name>.lock`, made by uv from `python/<name>.in`. */
export const environments = [
  'dbt111',
  'dbt112',
  'jinja',
  'openlineage',
  'readers',
  'spark',
  'sqlglot',
  'zizmor',
] as const
export type EnvironmentName = (typeof environments)[number]

/** A Python environment with the packages of its lock file: the folder with its programs (`python`, `dbt`, …). */
export async function pythonBin(name: EnvironmentName): Promise<string> {
  const lock = join(import.meta.dirname, 'python', `${name}.lock`)
  python ??= findPython()
  const interpreter = await python
  const digest = createHash('sha256')
    .update(await readFile(lock))
    .update(interpreter)
    .digest('hex')
    .slice(0, 12)
  const folder = await cached(`python-${name}-${digest}`, async (folder) => {
    const uv = await findUv(interpreter)
    const environment = join(folder, 'venv')
    await command(uv, ['venv', '--quiet', '--python', interpreter, environment])
    // The lock is whole; resolving again would trip over the one dependency that it overrides.
    await command(uv, ['pip', 'install', '--quiet', '--no-deps', '--python', environment, '--requirements', lock])
  })
  return join(folder, 'venv', 'bin')
}

/** The interpreter of `pythonBin`. */
export async function venv(name: EnvironmentName): Promise<string> {
  return join(await pythonBin(name), 'python')
}

const VERSION = 'import sys; print(sys.executable); print(sys.version_info.minor if sys.version_info.major == 3 else 0)'

let python: Promise<string> | undefined

async function findPython(): Promise<string> {
  for (const name of PYTHONS) {
    const path = onPath(name)
    // A version manager's stand-in may be on PATH for a version that is not switched on: it fails.
    const version = path && (await command(path, ['-c', VERSION]).catch(() => undefined))
    const [executable, minor] = version?.trim().split('\n') ?? []
    if (executable && Number(minor) >= 11 && Number(minor) <= 13) return executable
  }
  throw new Error(
    `These tests need Python 3.11, 3.12 or 3.13 on PATH, as one of ${PYTHONS.join(', ')}; none was found.`,
  )
}

async function findUv(python: string): Promise<string> {
  const found = onPath('uv')
  if (found) return found
  const folder = await cached(`uv-${UV_VERSION}`, async (folder) => {
    await command(python, ['-m', 'venv', folder])
    await command(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', `uv==${UV_VERSION}`])
  })
  return join(folder, 'bin', 'uv')
}
