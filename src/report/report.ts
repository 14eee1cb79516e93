import type { Finding } from '../finding.ts'

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
}

/**
 * The classes of change, most severe first. `unknown` is a change whose effect is not known: never shown as safe.
 */
export const changeClasses = ['unknown', 'rows', 'column', 'config', 'additive', 'governance', 'none'] as const
export type ChangeClass = (typeof changeClasses)[number]

/** How one node differs between base and head. */
export interface NodeChange {
  readonly unique_id: string
  readonly name: string
  readonly resource_type: string
  readonly state: 'new' | 'modified' | 'removed'
  readonly change: ChangeClass
  readonly all: readonly ChangeClass[]
  /** Columns concerned, where they are known. */
  readonly columns: readonly string[]
  readonly reason: string
  /** unique_ids of everything downstream of it, sorted. */
  readonly affects: readonly string[]
  /** The exposures among `affects`, with whom to ask. */
  readonly exposures: readonly AffectedExposure[]
  /** Where it is defined (at base for a removed node). */
  readonly file: string
  readonly line: number
}

export interface AffectedExposure {
  readonly unique_id: string
  readonly name: string
  readonly label: string | null
  readonly type: string
  readonly owner: string | null
  readonly url: string | null
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
