import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { Repository } from '../repository.ts'
import { goProgram } from '../tools/go.ts'
import { node24Bin } from '../tools/node24.ts'
import { projectRoot, regionalRepository } from './program.ts'

export const token = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz'

/** A repository with the two projects, this action as it is bundled, and its workflows; its origin is acme/analytics. */
export function actionRepository(workflows: Readonly<Record<string, string>> = {}, root?: string): Repository {
  const repository = regionalRepository(root)
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

export interface RunOptions {
  readonly api: string
  readonly workflow?: string
  readonly runId?: number
  readonly secrets?: Readonly<Record<string, string>>
  readonly vars?: Readonly<Record<string, string>>
  /** What the runner's own environment adds to that of every step. */
  readonly env?: Readonly<Record<string, string>>
  /** Folders before those of this process's own PATH. */
  readonly path?: readonly string[]
  /** The folder of act's own server of caches; left out, the job has no cache. */
  readonly caches?: string
}

const place = (full_name: string) => ({
  full_name,
  name: full_name.split('/')[1],
  owner: { login: full_name.split('/')[0] },
})
const repositoryOfEvents = { ...place('acme/analytics'), default_branch: 'main' }

/** Runs a workflow of the repository for its pull request 7 with act, without containers: https://github.com/nektos/act */
export async function runWorkflow(
  repository: Repository,
  { head, base }: PullRequest,
  { fork = false, ...options }: RunOptions & { readonly fork?: boolean },
): Promise<Run> {
  const payload = {
    action: 'synchronize',
    number: 7,
    repository: repositoryOfEvents,
    pull_request: {
      number: 7,
      head: { sha: head, ref: 'feature', repo: place(fork ? 'mallory/analytics' : 'acme/analytics') },
      base: { sha: base, ref: 'main', repo: place('acme/analytics') },
    },
  }
  return runAct(repository, 'pull_request', payload, options)
}

/** Runs a workflow of the repository for a push of what is checked out to main. */
export async function runOnPush(repository: Repository, options: RunOptions): Promise<Run> {
  const after = repository.git('rev-parse', 'HEAD')
  return runAct(repository, 'push', { ref: 'refs/heads/main', after, repository: repositoryOfEvents }, options)
}

async function runAct(repository: Repository, name: string, payload: object, options: RunOptions): Promise<Run> {
  const { api, workflow = 'dbt.yml', runId = 1, secrets = {}, vars = {}, env = {}, path = [], caches } = options
  const event = join(mkdtempSync(join(tmpdir(), 'dbt-regions-event-')), 'event.json')
  writeFileSync(event, JSON.stringify(payload))
  const args = [name, '--platform', 'ubuntu-latest=-self-hosted', '--eventpath', event, '--json']
  args.push(
    ...(caches === undefined
      ? ['--no-cache-server']
      : ['--cache-server-addr', '127.0.0.1', '--cache-server-path', caches]),
  )
  args.push('--workflows', join('.github/workflows', workflow))
  const values = (flag: string, of: Readonly<Record<string, string>>) =>
    Object.entries(of).flatMap(([key, value]) => [flag, `${key}=${value}`])
  args.push(...values('--secret', { GITHUB_TOKEN: token, ...secrets }), ...values('--var', vars))
  args.push(...values('--env', { GITHUB_API_URL: api, GITHUB_RUN_ID: String(runId), ...env }))
  const clean = Object.entries(process.env).filter(
    ([key]) => !/^(GITHUB_|ACTIONS_|DBT_|DATABRICKS_|DAGSTER_|CI$)/.test(key),
  )
  const PATH = [await node24Bin(), ...path, process.env.PATH].join(delimiter)
  const child = spawn(await goProgram('act'), args, {
    cwd: repository.root,
    env: { ...Object.fromEntries(clean), PATH },
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const status = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? -1))
  })
  rmSync(dirname(event), { recursive: true, force: true })
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
