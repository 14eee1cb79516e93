import { randomBytes } from 'node:crypto'
import { access, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ConfigurationError } from '../../errors.ts'
import { findProgram, pathOf } from './find.ts'
import { runProcess } from './process.ts'

/** Known to work together; newer versions of dbt-core need a package that downloads from elsewhere while it is installed. */
export const pinned = { core: '1.11.16', databricks: '1.12.7' }

const requirements = [`dbt-core==${pinned.core}`, `dbt-databricks==${pinned.databricks}`]
const pythons = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3', 'python']
const supported = '>=3.10,<3.14'
const advice = `install dbt-databricks yourself and put dbt on PATH (actions/setup-python, then: pip install ${requirements.join(' ')})`
const LAST_LINES = 12

type Environment = Readonly<Record<string, string>>

/**
 * The Python of the pinned dbt in the runner's tool cache (a person's cache folder elsewhere), installed when it is not
 * there: with uv when it is on PATH, else with pip. Throws a ConfigurationError that says what to do.
 *
 * A Python environment cannot be moved, so that each installs into a folder of its own, and the name that the tool cache
 * looks for becomes a link to the first that is whole. The mark beside it is the toolkit's.
 */
export async function installedPython(environment: Environment, say: (line: string) => void): Promise<string> {
  const tool = join(cacheFolder(environment), 'dbt-databricks', `${pinned.databricks}-dbt.${pinned.core}`)
  const place = join(tool, process.arch)
  if ((await exists(`${place}.complete`)) && (await exists(pythonIn(place)))) return pythonIn(place)
  say(`installing ${requirements.join(' and ')}`)
  const folder = join(tool, `${process.arch}-${randomBytes(6).toString('hex')}`)
  await mkdir(folder, { recursive: true })
  try {
    await install(folder, environment)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  try {
    await symlink(folder, place, 'junction')
  } catch {
    // Another job was first; or what is there works no more, since the Python behind it has gone, and makes way.
    if (await exists(pythonIn(place))) await rm(folder, { recursive: true, force: true })
    else {
      await rm(place, { recursive: true, force: true })
      await symlink(folder, place, 'junction')
    }
  }
  await writeFile(`${place}.complete`, '')
  return pythonIn(place)
}

async function install(folder: string, environment: Environment): Promise<void> {
  const uv = await findProgram('uv', pathOf(environment))
  if (uv !== null) {
    await step(uv, ['venv', '--quiet', '--python', supported, folder], environment)
    await step(uv, ['pip', 'install', '--quiet', '--python', pythonIn(folder), ...requirements], environment)
    return
  }
  const python = await findPython(environment)
  await step(python, ['-m', 'venv', folder], environment)
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input']
  await step(pythonIn(folder), [...pip, ...requirements], environment)
}

async function findPython(environment: Environment): Promise<string> {
  for (const name of pythons) {
    const python = await findProgram(name, pathOf(environment))
    // A version manager's stand-in is there for versions that are not switched on, too: it fails.
    if (python !== null && (await isSupported(python, environment))) return python
  }
  throw new ConfigurationError(
    `dbt is not on PATH, and to install it there is neither uv nor a Python ${supported} on PATH: ${advice}`,
  )
}

async function isSupported(python: string, environment: Environment): Promise<boolean> {
  const check = 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))'
  const run = { program: python, args: ['-c', check], cwd: homedir(), environment, onLine: () => {} }
  return (await runProcess(run)).status === 0
}

async function step(program: string, args: readonly string[], environment: Environment): Promise<void> {
  const printed: string[] = []
  const run = { program, args, cwd: homedir(), environment, onLine: (line: string) => void printed.push(line) }
  const { status, stderr } = await runProcess(run)
  if (status === 0) return
  const last = [...printed, ...stderr.split('\n')].filter((line) => line.trim() !== '').slice(-LAST_LINES)
  throw new ConfigurationError(`dbt could not be installed; ${advice}. ${program} says:\n${last.join('\n')}`)
}

function pythonIn(folder: string): string {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')
}

function cacheFolder({ RUNNER_TOOL_CACHE, XDG_CACHE_HOME, LOCALAPPDATA }: Environment): string {
  if (RUNNER_TOOL_CACHE) return RUNNER_TOOL_CACHE
  const user = process.platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME
  return join(user || join(homedir(), '.cache'), 'dbt-regions', 'tools')
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
