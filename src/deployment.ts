import type { Git } from './adapters/git.ts'
import type { Side } from './check.ts'
import type { Region } from './config.ts'
import { compileNode, compileTemplate } from './dbt/compile.ts'
import { type CommitRelation, commitsOf, commitsToReread, deploy, planSteps } from './deploy.ts'
import { ConfigurationError } from './errors.ts'
import type { Finding } from './finding.ts'
import { type Fingerprints, fingerprints, settingsOf } from './graph/fingerprint.ts'
import { graphOf } from './graph/graph.ts'
import type { Progress } from './progress.ts'
import { type Deployment, resultLine } from './report/deployment.ts'
import { planLines } from './report/plan.ts'
import { type Repository, readCommit, readHead } from './repository.ts'
import { findingsOf } from './rules/index.ts'
import { execute } from './run/execute.ts'
import { appendEvents, createLedger, currentState, type LedgerState, ledgerRelation, readLedger } from './run/ledger.ts'
import type { Plan } from './run/plan.ts'
import { WarehouseError } from './run/warehouse.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

export interface DeployOptions {
  readonly engine: string | undefined
  /** Another one for every attempt. */
  readonly runId: string
  readonly progress: Progress
}

/**
 * Makes one region equal to the commit that is checked out: reads its ledger, plans, runs, and records each node. Throws a
 * ConfigurationError for wrong use; what fails while it runs is in the deployment.
 */
export async function deployRegion(
  repository: Repository,
  region: Region,
  options: DeployOptions,
): Promise<Deployment> {
  const started = performance.now()
  const { progress } = options
  const { git } = repository
  const commit = await git.commit('HEAD')
  if (commit === null) throw new ConfigurationError('there is no commit to deploy: commit first')
  const place = { project: region.project, target: region.target }
  const env = new Map(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
  const head = await readHead(git, place, env)
  if (head === null)
    throw new ConfigurationError(`${region.project} has no dbt_project.yml: mend the project of region ${region.name}`)
  refuseBroken(region.name, head)
  progress.now(`opening the workspace of ${region.name}`)
  const workspace = await openWorkspace(options.engine, git.root, region.name, head)
  try {
    const at = (id: string) => readCommit(git, id, place, env)
    const { plan, ledger } = await planned(git, region.name, head, commit, workspace, at)
    for (const line of planLines(plan)) progress.say(line)
    const done = await execute({
      plan,
      build: workspace.build,
      ledger: (events) => appendEvents(workspace.warehouse, ledger, events),
      commit,
      runId: options.runId,
      now: () => new Date(),
      onResult: (result) => {
        if (result.status === 'started') progress.now(`  building ${result.unique_id.split('.').slice(2).join('.')} …`)
        else progress.say(resultLine(result))
      },
    })
    if (done.error !== null && !(done.error instanceof WarehouseError)) throw done.error
    return {
      region: region.name,
      environment: region.environment,
      target: head.project.target.name,
      commit,
      conclusion: plan.refused === null ? done.conclusion : 'failure',
      refused: plan.refused,
      planned: plan.nodes,
      results: done.results,
      leftBehind: planSteps({ ...plan, nodes: [] }),
      notes: [...plan.notes, ...(done.error === null ? [] : [`The run was stopped: ${done.error.message}`])],
      elapsed: (performance.now() - started) / 1000,
    }
  } finally {
    progress.now('')
    await workspace.close()
  }
}

/** dbt runs no project that it cannot parse as a whole, and a part of a graph is not what was reviewed. */
function refuseBroken(region: string, { project }: Side): void {
  const errors = findingsOf(project, graphOf(project.manifest), { name: region, gdpr: false, rules: new Map() }).filter(
    (finding) => finding.severity === 'error',
  )
  if (errors.length > 0)
    throw new ConfigurationError(
      [`region ${region} cannot be deployed, its project is broken:`, ...errors.map(lineOf)].join('\n'),
    )
}

function lineOf({ file, line, column, message }: Finding): string {
  return `  ${file}:${line}:${column}: ${message}`
}

async function planned(
  git: Git,
  region: string,
  head: Side,
  commit: string,
  { warehouse }: Workspace,
  at: (commit: string) => Promise<Side | null>,
): Promise<{ plan: Plan; ledger: ReturnType<typeof ledgerRelation> }> {
  const { target } = head.project
  const ledger = ledgerRelation(target.database, target.schema)
  await createLedger(warehouse, ledger)
  const state = currentState(await readLedger(warehouse, ledger))
  const recorded = [...new Set([...commitsOf(state), ...commitsToReread(state)])]
  await git.complete(recorded.filter((each) => each !== commit))
  const reread = await rereadCommits(git, state, at)
  const plan = deploy({
    region,
    project: head.project,
    fingerprints: fingerprintsOf(head),
    commit,
    ledger: state,
    history: await historyOf(git, state, commit),
    reread: (id) => reread.get(id) ?? null,
  })
  return { plan, ledger }
}

function fingerprintsOf({ project, files }: Side): Fingerprints {
  return fingerprints(project, compileNode, settingsOf(files), compileTemplate)
}

async function historyOf(git: Git, state: LedgerState, commit: string): Promise<ReadonlyMap<string, CommitRelation>> {
  return new Map(
    await Promise.all(commitsOf(state).map(async (each) => [each, await relationOf(git, each, commit)] as const)),
  )
}

async function relationOf(git: Git, recorded: string, commit: string): Promise<CommitRelation> {
  if (recorded === commit) return 'same'
  if (!(await git.has(recorded))) return 'gone'
  if (await git.isAncestor(recorded, commit)) return 'older'
  return (await git.isAncestor(commit, recorded)) ? 'newer' : 'diverged'
}

async function rereadCommits(git: Git, state: LedgerState, at: (commit: string) => Promise<Side | null>) {
  const read = new Map<string, Fingerprints | null>()
  for (const commit of commitsToReread(state)) {
    const side = (await git.has(commit)) ? await at(commit) : null
    read.set(commit, side && fingerprintsOf(side))
  }
  return read
}
