import type { Git } from '../adapters/git.ts'
import type { Side } from '../check.ts'
import type { Region } from '../config.ts'
import { compileNode, compileTemplate } from '../dbt/compile.ts'
import { type CommitRelation, commitsOf, commitsToReread, type DeployInput, deploy, planSteps } from '../deploy.ts'
import { ConfigurationError } from '../errors.ts'
import { type Fingerprints, fingerprints, settingsOf } from '../graph/fingerprint.ts'
import type { Progress } from '../progress.ts'
import { type Deployment, resultLine } from '../report/deployment.ts'
import { planLines } from '../report/plan.ts'
import { type Repository, wholeEnvironment } from '../repository.ts'
import type { Build, NodeResult } from '../run/build.ts'
import { type Execution, execute } from '../run/execute.ts'
import { type LedgerState, type OpenLedger, openLedger } from '../run/ledger.ts'
import type { Plan, RecordedNode } from '../run/plan.ts'
import { WarehouseError } from '../run/warehouse.ts'
import { readCommit, readHead } from '../sides.ts'
import { startSqlLibrary } from '../start-sql.ts'
import { unbroken } from './project.ts'
import type { Prepared, Workspace } from './workspace.ts'

export type Engine = 'dbt' | 'demo'

export interface DeployOptions {
  readonly engine: Engine
  /** Whether everything downstream of what differs is run, and not only what that affects. */
  readonly all: boolean
  /** Another one for every attempt. */
  readonly runId: string
  readonly progress: Progress
  /** Aborted when whoever started the deploy wants it to end. */
  readonly signal: AbortSignal
  /** Told what must never be seen, before anything else can say it. */
  readonly onSecret?: (secret: string) => void
  /** Told what is going to be run, before anything is. */
  readonly onPlan?: (plan: Plan) => Promise<void>
}

export interface Deployed {
  readonly deployment: Deployment
  /** dbt's artifacts, as text by file name. */
  readonly artifacts: ReadonlyMap<string, string>
}

/**
 * Makes one region equal to the commit that is checked out: reads its ledger, plans, runs, and records each node. Throws a
 * ConfigurationError for wrong use; what fails while it runs is in the deployment.
 */
export async function deployRegion(repository: Repository, region: Region, options: DeployOptions): Promise<Deployed> {
  const { git } = repository
  const commit = await git.commit('HEAD')
  if (commit === null) throw new ConfigurationError('there is no commit to deploy: commit first')
  const [dirty, opened] = await Promise.all([git.isDirty(), open(repository, region, options)])
  try {
    return await new Deploy(repository, region, options, { id: commit, dirty }, opened).run()
  } finally {
    options.progress.now('')
    await opened.workspace.close()
  }
}

/** Which engine a deploy uses: the one that is named, the demo where DAGSTER_DEMO_MODE says so, else dbt. */
export function engineOf(named: string | undefined): Engine {
  if (named === 'dbt' || named === 'demo') return named
  if (named !== undefined) {
    throw new ConfigurationError(
      `the engine '${named}' is none: write dbt for the workspace of the profile, or demo for the embedded DuckDB`,
    )
  }
  return process.env.DAGSTER_DEMO_MODE === 'true' ? 'demo' : 'dbt'
}

/** A region's workspace, with its project. */
export interface Opened {
  readonly workspace: Workspace
  readonly head: Side
  /** The project as it was at a commit, read in the same way. */
  readonly at: (commit: string) => Promise<Side | null>
}

async function open(repository: Repository, region: Region, options: DeployOptions): Promise<Opened> {
  if (options.engine === 'dbt') {
    const { openDatabricksWorkspace } = await import('./databricks-workspace.ts')
    return openDatabricksWorkspace(repository, region, options)
  }
  const { git } = repository
  const place = { project: region.project, target: region.target }
  const env = wholeEnvironment()
  const head = unbroken(region, await readHead(git, place, env))
  options.progress.now(`opening the workspace of ${region.name}`)
  const { openKeptDemoWorkspace } = await import('./workspace.ts')
  const workspace = await openKeptDemoWorkspace(git.root, region.name, head, options.signal)
  return { workspace, head, at: (commit) => readCommit(git, commit, place, env) }
}

/** What is checked out; `dirty` with changes that are not committed. */
interface Commit {
  readonly id: string
  readonly dirty: boolean
}

/** One deploy of one region on an open workspace. */
class Deploy {
  readonly #git: Git
  readonly #region: Region
  readonly #otherRegions: readonly string[]
  readonly #options: DeployOptions
  readonly #commit: Commit
  readonly #opened: Opened
  readonly #started = performance.now()

  constructor({ git, config }: Repository, region: Region, options: DeployOptions, commit: Commit, opened: Opened) {
    this.#git = git
    this.#region = region
    this.#otherRegions = config.regions.map(({ name }) => name).filter((name) => name !== region.name)
    this.#options = options
    this.#commit = commit
    this.#opened = opened
  }

  async run(): Promise<Deployed> {
    const { warehouse } = this.#opened.workspace
    const ledger = await openLedger(warehouse, this.#opened.head.project.target)
    const plan = await this.#plan(ledger)
    for (const line of planLines(plan)) this.#options.progress.say(line)
    await this.#options.onPlan?.(plan)
    const prepared = plan.nodes.length === 0 ? nothingToBuild : await this.#opened.workspace.prepare(plan)
    const execution = prepared.refused === null ? await this.#execute(plan, prepared.build, ledger) : notRun(plan)
    if (execution.error !== null && !isStop(execution.error)) throw execution.error
    if (this.#opened.workspace.runsByItself) this.#recall(execution)
    const deployment = this.#deployment(plan, prepared, execution, ledger.state)
    const artifacts = await this.#opened.workspace.artifacts(deployment.results, deployment.elapsed)
    return { deployment, artifacts }
  }

  async #plan({ state: ledger, outputs }: OpenLedger): Promise<Plan> {
    const { head, at } = this.#opened
    const commit = this.#commit.id
    const recorded = [...new Set([...commitsOf(ledger), ...commitsToReread(ledger)])]
    await this.#git.complete(recorded.filter((each) => each !== commit))
    const reread = await rereadCommits(this.#git, ledger, at)
    const input: DeployInput = {
      region: this.#region.name,
      otherRegions: this.#otherRegions,
      project: head.project,
      fingerprints: fingerprintsOf(head),
      commit,
      ledger,
      history: await historyOf(this.#git, ledger, commit),
      reread: (id) => reread.get(id) ?? null,
    }
    const whole = deploy(input)
    if (whole.nodes.length === 0) return whole
    // Only now, for most deploys have nothing to do.
    const [{ AlongLedger }, found] = await Promise.all([
      import('../run/along.ts'),
      outputs(),
      startSqlLibrary(whole.nodes.length),
    ])
    const along = new AlongLedger(input, compileNode, found)
    return withOutputs(this.#options.all ? whole : deploy({ ...input, along }), along)
  }

  async #execute(plan: Plan, build: Build, ledger: OpenLedger): Promise<Execution> {
    const { progress, runId } = this.#options
    return execute({
      plan,
      build,
      runsByItself: this.#opened.workspace.runsByItself,
      ledger: ledger.append,
      commit: this.#commit.id,
      runId,
      now: () => new Date(),
      onResult: (result) => {
        if (this.#opened.workspace.runsByItself) return
        if (result.status === 'started') progress.now(`  building ${result.unique_id.split('.').slice(2).join('.')} …`)
        else progress.say(resultLine(result))
      },
    })
  }

  #uncommitted(): string[] {
    const { id, dirty } = this.#commit
    return dirty ? [`What was deployed is ${id.slice(0, 7)} with changes that are not committed.`] : []
  }

  /** What is worth a second look among all that has been shown. */
  #recall({ results }: Execution): void {
    const isWorthIt = ({ unique_id, status }: NodeResult) => status !== 'success' || !unique_id.startsWith('test.')
    for (const result of results.filter(isWorthIt)) this.#options.progress.say(resultLine(result))
  }

  #deployment(plan: Plan, prepared: Prepared, execution: Execution, before: LedgerState): Deployment {
    const { conclusion, results, recorded, error } = execution
    const unfinished = (id: string) => (before.get(id)?.last.status ?? 'success') !== 'success'
    const stopped = isStop(error) ? [`The run was stopped: ${error.message}`] : []
    const noted = prepared.refused === null ? prepared.notes : []
    const cancelled = this.#options.signal.aborted ? ['The run was cancelled.'] : []
    return {
      region: this.#region.name,
      environment: this.#region.environment,
      target: this.#opened.head.project.target.name,
      commit: this.#commit.id,
      conclusion,
      refused: plan.refused ?? prepared.refused,
      planned: plan.nodes,
      results,
      pendingBefore: plan.nodes.map((node) => node.unique_id).filter(unfinished),
      pending: plan.nodes.map((node) => node.unique_id).filter((id) => recorded.get(id) !== 'success'),
      leftBehind: planSteps({ ...plan, nodes: [] }),
      notes: [...cancelled, ...stopped, ...this.#uncommitted(), ...noted, ...plan.notes],
      elapsed: (performance.now() - this.#started) / 1000,
    }
  }
}

/** The plan with what each node gives, for the ledger. */
function withOutputs(plan: Plan, along: { outputs(unique_id: string): string }): Plan {
  const recorded = <N extends RecordedNode>(node: N): N => ({ ...node, outputs: along.outputs(node.unique_id) })
  const of = <N extends RecordedNode>(nodes: readonly N[]) =>
    nodes.map((node) => (node.unique_id.startsWith('test.') ? node : recorded(node)))
  return { ...plan, nodes: of(plan.nodes), restated: of(plan.restated) }
}

/** An outage, or a credential that expired on the way: what was done is recorded, as far as it could be. */
function isStop(error: unknown): error is WarehouseError | ConfigurationError {
  return error instanceof WarehouseError || error instanceof ConfigurationError
}

const nothingToBuild: Prepared = { build: async function* () {}, refused: null, notes: [] }

function notRun({ nodes }: Plan): Execution {
  const results = nodes.map(({ unique_id }) => ({
    unique_id,
    status: 'skipped' as const,
    message: 'not run',
    execution_time: 0,
  }))
  return { conclusion: 'failure', results, recorded: new Map(), error: null }
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
