import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { companyProject } from './project/index.ts'

/** A repository with dbt projects. Its last commit changes one model. */
export interface Workload {
  readonly name: string
  readonly root: string
  /** The project that is parsed alone; a check reads all that are there. */
  readonly project: string
}

/** The two projects of this repository, or a generated one of so many models, in a new repository in this folder. */
export function workload(name: string, repository: string, folder: string, seed: number): Workload {
  const root = join(folder, name)
  mkdirSync(root)
  if (name === 'regional') {
    const filter = (path: string) => !/[\\/](?:target|logs|dbt_packages)$/.test(path)
    cpSync(join(repository, 'dbt_projects'), join(root, 'dbt_projects'), { recursive: true, filter })
    return committed(name, root, 'dbt_projects/eu_analytics_dbt', 'models/gold/customer_cohorts.sql')
  }
  const files = companyProject(Number(name), seed)
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const changed = [...files.keys()].find((path) => path.startsWith('models/staging/') && path.endsWith('.sql'))
  return committed(name, root, '.', changed ?? 'models/key.md')
}

function committed(name: string, root: string, project: string, changed: string): Workload {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', '-c', 'gc.auto=0', ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('commit', '--quiet', '--message=all')
  const file = join(root, project, changed)
  writeFileSync(file, readFileSync(file, 'utf8').replace(/\n*$/, '\nlimit 1000000\n'))
  git('commit', '--quiet', '--all', '--message=one file')
  // As a clone has it: in one pack.
  git('repack', '-a', '-d', '--quiet')
  return { name, root, project }
}
