import { spawn } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Repository } from '../repository.ts'
import { temporaryFolder } from '../repository.ts'
import { goProgram } from '../tools/go.ts'
import { node24Bin } from '../tools/node24.ts'
import { projectRoot, regionalRepository } from './program.ts'

export const token = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz'

/** A repository with the two projects, this action as it is bundled, and its workflows; its origin is acme/analytics. */
export function actionRepository(workflows: Readonly<Record<string, string>> = {}): Repository {
  const repository = regionalRepository()
  for (const path of ['action.yml', 'dist', '.github/workflows/dbt.yml']) {
    cpSync(join(projectRoot, path), join(repository.root, path), { recursive: true })
  }
  const files = Object.entries(workflows).map(([name, text]) => [`.github/workflows/${name}`, text] as const)
  repository.commit('the action', Object.fromEntries(files))
  repository.git('remote', 'add', 'origin', 'https://github.com/acme/analytics.git')
  return repository
}

export interface PullRequest {
  readonly head: string
  readonly base: string
}

/** Commits files on the branch of the pull request, and checks out its merge with main as GitHub makes it. */
export function push(repository: Repository, files: Readonly<Record<string, string>>): PullRequest {
  const exists = repository.git('branch', '--list', 'feature') !== ''
  repository.git('checkout', '--quiet', ...(exists ? ['feature'] : ['-b', 'feature', 'main']))
  const head = repository.commit('a change', files)
  const base = repository.git('rev-parse', 'main')
  repository.git('checkout', '--quiet', '--detach', 'main')
  repository.git('merge', '--quiet', '--no-ff', '-m', `Merge ${head} into ${base}`, head)
  return { head, base }
}

export interface Run {
  readonly status: number
  /** What the steps printed. */
  readonly log: string
  readonly annotations: readonly {
    readonly level: string
    readonly message: string
    readonly title: string
    readonly file: string
    readonly line: number
  }[]
  readonly summary: string
  readonly outputs: Readonly<Record<string, string>>
  /** Everything, for what must not be in it. */
  readonly all: string
}

/** Runs a workflow of the repository for its pull request 7 with act, without containers: https://github.com/nektos/act */
export async function runWorkflow(
  repository: Repository,
  { head, base }: PullRequest,
  options: { readonly api: string; readonly workflow?: string; readonly fork?: boolean; readonly runId?: number },
): Promise<Run> {
  const { api, workflow = 'dbt.yml', fork = false, runId = 1 } = options
  const place = (full_name: string) => ({
    full_name,
    name: full_name.split('/')[1],
    owner: { login: full_name.split('/')[0] },
  })
  const event = join(temporaryFolder(), 'event.json')
  writeFileSync(
    event,
    JSON.stringify({
      action: 'synchronize',
      number: 7,
      repository: { ...place('acme/analytics'), default_branch: 'main' },
      pull_request: {
        number: 7,
        head: { sha: head, ref: 'feature', repo: place(fork ? 'mallory/analytics' : 'acme/analytics') },
        base: { sha: base, ref: 'main', repo: place('acme/analytics') },
      },
    }),
  )
  const args = [
    'pull_request',
    '--platform',
    'ubuntu-latest=-self-hosted',
    '--eventpath',
    event,
    '--json',
    '--no-cache-server',
  ]
  args.push('--workflows', join('.github/workflows', workflow), '--secret', `GITHUB_TOKEN=${token}`)
  args.push('--env', `GITHUB_API_URL=${api}`, '--env', `GITHUB_RUN_ID=${runId}`)
  const path = [await node24Bin(), process.env.PATH].join(delimiter)
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(GITHUB_|ACTIONS_|DBT_|DATABRICKS_|DAGSTER_|CI$)/.test(name),
  )
  const child = spawn(await goProgram('act'), args, {
    cwd: repository.root,
    env: { ...Object.fromEntries(clean), PATH: path },
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const status = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? -1))
  })
  return runOf(status, Buffer.concat(chunks).toString())
}

interface Line {
  readonly msg?: string
  readonly raw_output?: boolean
  readonly command?: string
  readonly arg?: string
  readonly content?: string
  readonly name?: string
  readonly kvPairs?: Readonly<Record<string, string>>
}

function runOf(status: number, all: string): Run {
  const lines = all.split('\n').flatMap((line): Line[] => (line.startsWith('{') ? [JSON.parse(line)] : []))
  const annotations = lines.flatMap(({ command = '', arg: message = '', kvPairs = {} }) => {
    const { title = '', file = '', line = '0' } = kvPairs
    return ['error', 'warning', 'notice'].includes(command)
      ? [{ level: command, message, title, file, line: Number(line) }]
      : []
  })
  const outputs = lines.flatMap(({ command, name = '', arg = '' }) =>
    command === 'set-output' ? [[name, arg] as const] : [],
  )
  return {
    status,
    log: lines.flatMap(({ raw_output, msg = '' }) => (raw_output ? [msg] : [])).join(''),
    annotations,
    summary: lines.flatMap(({ command, content = '' }) => (command === 'summary' ? [content] : [])).join(''),
    outputs: Object.fromEntries(outputs),
    all,
  }
}
