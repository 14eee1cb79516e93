import { execFile } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newRepository, type Repository } from '../repository.ts'

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url))
const program = join(projectRoot, 'dist', 'index.js')

export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the bundled program as a person does, in a process of its own, without what a workflow or dbt may have set around the tests. */
export function dbtRegions(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const [file, all, environment] = programCommand(args, env)
  return new Promise((resolve, reject) => {
    execFile(file, all, { cwd, env: environment, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error)
      else resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

/** File, arguments and environment of the bundled program. */
export function programCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): [file: string, args: string[], env: Record<string, string | undefined>] {
  const clean = Object.entries(process.env).filter(([name]) => !/^(GITHUB_|DBT_|DATABRICKS_|DAGSTER_|CI$)/.test(name))
  return [process.execPath, [program, ...args], { ...Object.fromEntries(clean), ...env }]
}

/** A repository that holds the two regional projects in one commit. */
export function regionalRepository(root?: string): Repository {
  const repository = newRepository(root)
  cpSync(join(projectRoot, 'dbt_projects'), join(repository.root, 'dbt_projects'), {
    recursive: true,
    filter: (path) => !/[\\/](target|logs|dbt_packages|\.user\.yml)$/.test(path),
  })
  repository.commit('the two projects', {})
  return repository
}
