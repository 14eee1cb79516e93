import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { companyProject } from './project/index.ts'

/** A repository with dbt projects. Its last commit changes one model, the one before it nine more where there are as many. */
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
  const [changed = 'models/key.md'] = [...files.keys()].filter((path) => /^models\/staging\/.*\.sql$/.test(path))
  const models = [...files.keys()].filter((path) => /^models\/.*\.sql$/.test(path) && path !== changed)
  const others = Array.from({ length: 9 }, (_, index) => models[Math.floor((index * models.length) / 9)] ?? changed)
  return committed(name, root, '.', changed, [...new Set(others)])
}

function committed(
  name: string,
  root: string,
  project: string,
  changed: string,
  others: readonly string[] = [],
): Workload {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', '-c', 'gc.auto=0', ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('commit', '--quiet', '--message=all')
  const edit = (path: string) => {
    const file = join(root, project, path)
    writeFileSync(file, readFileSync(file, 'utf8').replace(/\n*$/, '\nlimit 1000000\n'))
  }
  for (const each of others) edit(each)
  git('commit', '--quiet', '--all', '--allow-empty', '--message=nine files')
  edit(changed)
  git('commit', '--quiet', '--all', '--message=one file')
  // As a clone has it: in one pack.
  git('repack', '-a', '-d', '--quiet')
  return { name, root, project }
}
