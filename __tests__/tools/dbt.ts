import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pythonBin } from './python.ts'

export const dbtVersions = ['dbt111', 'dbt112'] as const
export type DbtVersion = (typeof dbtVersions)[number]

export interface DbtNodeResult {
  readonly unique_id: string
  readonly status: string
  readonly message: string | null
}

export interface DbtRun {
  readonly status: number | null
  readonly output: string
  /** By node, from run_results.json; empty when dbt wrote none. */
  readonly results: readonly DbtNodeResult[]
}

/** A dbt project as a real dbt runs it; what dbt writes goes to a temporary folder, kept from one command to the next. */
export class DbtProject {
  readonly target = mkdtempSync(join(tmpdir(), 'dbt-regions-target-'))
  readonly #version: DbtVersion
  readonly #folder: string

  /** `name` is a folder of dbt_projects, or any folder by its whole path. */
  constructor(version: DbtVersion, name: string) {
    this.#version = version
    this.#folder = resolve(import.meta.dirname, '../../dbt_projects', name)
  }

  /** Runs `dbt ARGS` in the project to its end; the environment is added to this process's own. */
  async run(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<DbtRun> {
    const program = join(await pythonBin(this.#version), 'dbt')
    const places = ['--target-path', this.target, '--log-path', this.target, '--profiles-dir', this.#folder]
    const quiet = { DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', DBT_VERSION_CHECK: 'false', PYTHONDONTWRITEBYTECODE: '' }
    const env = { ...process.env, ...quiet, ...environment }
    const child = spawn(program, ['--no-use-colors', ...args, ...places], { cwd: this.#folder, env })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const status = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
    return { status, output, results: this.#results() }
  }

  /** Removes what dbt wrote. */
  remove(): void {
    rmSync(this.target, { recursive: true, force: true })
  }

  #results(): DbtNodeResult[] {
    const file = join(this.target, 'run_results.json')
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).results : []
  }
}
