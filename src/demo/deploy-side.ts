import type { Side } from '../check.ts'
import { compileNode, compileTemplate } from '../dbt/compile.ts'
import { deploy } from '../deploy.ts'
import { fingerprints, settingsOf } from '../graph/fingerprint.ts'
import type { Build, NodeResult } from '../run/build.ts'
import { type Execution, execute } from '../run/execute.ts'
import { openLedger } from '../run/ledger.ts'
import type { Plan } from '../run/plan.ts'
import type { Warehouse } from '../run/warehouse.ts'

export interface DeploySide {
  readonly region: string
  readonly side: Side
  readonly warehouse: Warehouse
  readonly build: Build
  /** Names what is deployed, and what was deployed before it. */
  readonly commit: string
  readonly earlier: readonly string[]
  readonly onPlan: (plan: Plan) => void
  readonly onResult: (result: NodeResult) => void
}

/** Brings a region to the given project as a deploy does, but without a repository: the ledger is read, what differs is planned and run. */
export async function deploySide(input: DeploySide): Promise<{ plan: Plan; execution: Execution }> {
  const { region, side, warehouse, build, commit, earlier, onResult } = input
  const { project, files } = side
  const ledger = await openLedger(warehouse, project.target)
  const plan = deploy({
    region,
    otherRegions: [],
    project,
    fingerprints: fingerprints(project, compileNode, settingsOf(files), compileTemplate),
    commit,
    ledger: ledger.state,
    history: new Map(earlier.map((it) => [it, 'older'])),
  })
  input.onPlan(plan)
  const execution = await execute({
    plan,
    build,
    runsByItself: false,
    ledger: ledger.append,
    commit,
    runId: commit,
    now: () => new Date(),
    onResult,
  })
  return { plan, execution }
}
