import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../tools/cache.ts'
import type { Workload } from './workload.ts'

/** What is timed: its command for a workload, with a folder to write to that is new for each run. */
export interface Tool {
  readonly label: string
  /** Runs that take seconds or minutes are fewer. */
  readonly slow?: boolean
  /** Why it cannot run here. */
  readonly missing?: string
  command(workload: Workload, output: string): readonly string[]
}

const READ = `
  const { readdirSync, readFileSync } = require('node:fs')
  for (const entry of readdirSync('.', { recursive: true, withFileTypes: true }))
    if (/\\.(?:sql|ya?ml|md|csv|py)$/.test(entry.name)) readFileSync(entry.parentPath + '/' + entry.name, 'utf8')
`

/** By the name that `--tools` takes, in the order of the table. */
export function toolsOf(repository: string): ReadonlyMap<string, Tool> {
  const program = [process.execPath, join(repository, 'dist/index.js')]
  const check = (base: string) => [...program, 'check', '--base', base, '--packages', 'installed']
  const anew = (base: string) => [...check(base), '--no-cache']
  const missing = existsSync(join(repository, 'dist/index.js')) ? {} : { missing: '`npm run build` makes it' }
  return new Map<string, Tool>([
    ['node', { label: 'node, doing nothing', command: () => [process.execPath, '-e', '0'] }],
    ['read', { label: 'node, reading the files', command: () => [process.execPath, '-e', READ] }],
    [
      'manifest',
      {
        label: 'manifest',
        ...missing,
        command: ({ project }, output) => [
          ...[...program, 'manifest', '--project', project, '--packages', 'installed'],
          ...['--output', join(output, 'manifest.json')],
        ],
      },
    ],
    ['check', { label: 'check, nothing changed', ...missing, command: () => anew('HEAD') }],
    ['change', { label: 'check, one file changed', ...missing, command: () => anew('HEAD~1') }],
    ['changes', { label: 'check, ten files changed', ...missing, command: () => anew('HEAD~2') }],
    ['again', { label: 'check, the same ten once more', ...missing, command: () => check('HEAD~2') }],
    ['dbt', dbt('dbt-core 1.12.5 parse', 'dbt', ['--no-partial-parse'])],
    ['rust', dbt('dbt-core 2.0.0a4 parse', 'dbt-core-experimental-parser', [])],
  ])
}

/** Both programs come with one environment of the tests. */
function dbt(label: string, name: string, flags: readonly string[]): Tool {
  const cache = cacheFolder()
  const environments = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith('python-dbt112-')) : []
  const program = environments.map((name_) => join(cache, name_, 'venv/bin', name)).find((path) => existsSync(path))
  const missing = 'not in the cache folder; `node __tests__/tools/run.mjs setup dbt112` sets it up'
  return {
    label,
    slow: true,
    ...(program === undefined && { missing }),
    command: ({ root, project }, output) => [
      ...[program ?? name, 'parse', ...flags],
      ...['--project-dir', join(root, project), '--profiles-dir', join(root, project)],
      ...['--target-path', output, '--log-path', output],
    ],
  }
}
