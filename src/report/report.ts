import type { Finding } from '../finding.ts'
import type { NodeChange } from '../graph/change.ts'
import type { Coverage } from '../graph/column-lineage.ts'
import type { TwinChange } from '../graph/twin-change.ts'

export { type AffectedExposure, type ChangeClass, changeClasses, type NodeChange } from '../graph/change.ts'
export type { TwinChange } from '../graph/twin-change.ts'

/** What a check found, for every region: what the comment, the annotations, the summary and the JSON are rendered from. */
export interface Report {
  readonly version: 1
  /** Commit ids; `head` is null when the working tree holds what no commit does. */
  readonly base: string | null
  readonly head: string | null
  readonly conclusion: 'success' | 'failure'
  readonly regions: readonly RegionReport[]
  /** Findings about the configuration itself, such as what the pull request changes in its own rules. */
  readonly configuration: readonly ReportedFinding[]
}

export interface ReportedFinding extends Finding {
  /** Absent at base under the same rules. Only a new error fails the check. */
  readonly new: boolean
}

export interface RegionReport {
  readonly name: string
  /** Folder of the project in the repository. */
  readonly project: string
  readonly environment: string
  readonly target: string
  readonly changes: readonly NodeChange[]
  readonly findings: readonly ReportedFinding[]
  readonly plan: readonly PlanStep[]
  /** The changed part of the graph with its neighbours, for the picture. */
  readonly lineage: Lineage
  /** How much is known of the columns of the models that were looked at; null when no SQL was. */
  readonly coverage: Coverage | null
  /** What the region's last deploy left behind, as GitHub's deployment says; null when it left nothing or nothing is known. */
  readonly leftPending: LeftPending | null
  /** What its changes do beside the regions that hold the same models; empty where there are none, or where it is checked alone. */
  readonly twins: readonly TwinChange[]
}

/** Nodes that an earlier deploy of a region did not finish, which its next deploy runs too. */
export interface LeftPending {
  /** Its whole id, or its first seven characters. */
  readonly commit: string
  /** The workflow run that deployed. */
  readonly run: number | null
  /** One that was cut short said only what it began with, so that `count` is the most that it left. */
  readonly deploy: 'failed' | 'cancelled' | 'cut short'
  readonly count: number
  /** Names of the nodes, or of the first of them. */
  readonly names: readonly string[]
}

export interface PlanStep {
  readonly unique_id: string
  readonly action: 'run' | 'drop-review'
  readonly because: string
}

export interface Lineage {
  readonly nodes: readonly LineageNode[]
  /** [parent, child] unique_ids. */
  readonly edges: readonly (readonly [string, string])[]
}

export interface LineageNode {
  readonly unique_id: string
  readonly name: string
  readonly resource_type: 'model' | 'seed' | 'snapshot' | 'source' | 'exposure'
  /** bronze for sources and seeds; else the folder or schema that says silver or gold; `other` when nothing does; `exposure`. */
  readonly layer: 'bronze' | 'silver' | 'gold' | 'other' | 'exposure'
  /** `affected` is downstream of a change, `context` a neighbour shown to make the picture readable. */
  readonly state: 'new' | 'modified' | 'removed' | 'affected' | 'context'
}
