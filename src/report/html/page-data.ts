import type { ChangeClass, LeftPending, LineageNode, PlanStep, ReportedFinding } from '../report.ts'

/**
 * What `lineage.html` holds as data and its own script reads: every region's nodes, what is known of them, and how they hang together. Names,
 * descriptions and code; never a row, a seed's content or an environment variable's value.
 */
export interface PageData {
  readonly version: 1
  /** Address of the repository for links, as in `Place`. */
  readonly repository: string | null
  /** Commit ids; `head` is null for a working tree. */
  readonly base: string | null
  readonly head: string | null
  readonly conclusion: 'success' | 'failure'
  readonly regions: readonly PageRegion[]
  readonly configuration: readonly PageFinding[]
  /** What is left out because of its size: a clause each, for a reader. */
  readonly leftOut: readonly string[]
}

export interface PageRegion {
  readonly name: string
  readonly project: string
  readonly environment: string
  readonly target: string
  /** Sorted by unique_id. */
  readonly nodes: readonly PageNode[]
  /** [parent, child] as indexes into `nodes`. */
  readonly edges: readonly (readonly [number, number])[]
  /** Findings about nothing that is in `nodes`. */
  readonly findings: readonly PageFinding[]
  readonly leftPending: LeftPending | null
  /** How many columns were looked at and of how many it is known what they come from; null when none were looked at. */
  readonly coverage: { readonly columns: number; readonly resolved: number } | null
}

export type PageState = Exclude<LineageNode['state'], 'context'> | 'unchanged'

export interface PageNode {
  readonly unique_id: string
  readonly name: string
  readonly resource_type: string
  readonly layer: LineageNode['layer']
  /** `affected` is reached by a change. */
  readonly state: PageState
  /** Where it is defined, from the repository's root. */
  readonly file: string
  readonly line: number
  readonly materialized: string | null
  readonly relation: string | null
  readonly description: string
  readonly tags: readonly string[]
  /** Of an exposure: whom to ask, and where it is. */
  readonly owner: string | null
  readonly url: string | null
  /** Whether it says in `meta.gdpr` that it holds personal data; null when it says nothing. */
  readonly personal: boolean | null
  readonly change: PageChange | null
  readonly columns: readonly PageColumn[]
  /** Columns that it uses in joins, filters and the like. */
  readonly uses: readonly { readonly role: string; readonly node: number; readonly column: string }[]
  /** Why nothing is known of what its columns come from. */
  readonly unknown: string | null
  readonly sql: PageSql | null
  readonly findings: readonly PageFinding[]
  /** Of a deploy's plan: what is done with it and why, and the tests of it that run. */
  readonly plan: readonly Omit<PlanStep, 'unique_id'>[]
  readonly tests: readonly string[]
}

export interface PageChange {
  readonly change: ChangeClass
  readonly all: readonly ChangeClass[]
  readonly columns: readonly string[]
  readonly reason: string
  /** Indexes of the region's nodes that it reaches, exposures first, and how many there are. */
  readonly affects: readonly number[]
  readonly reached: number
}

export interface PageColumn {
  readonly name: string
  readonly type: string | null
  readonly description: string
  /** `meta.gdpr.class` of its YAML. */
  readonly gdpr: string | null
  /** What it is computed from; null when that was not looked at. */
  readonly upstream: readonly PageOrigin[] | null
  /** Why that is not known, when it was looked at and is not. */
  readonly unknown: string | null
}

export interface PageOrigin {
  /** Index of a node of the region. */
  readonly node: number
  readonly column: string
  /** How it is derived: `identity`, `cast`, `function upper` … */
  readonly how: string
}

export interface PageSql {
  readonly raw: BeforeAfter
  /** As dbt would send it; null when that is not known. */
  readonly compiled: BeforeAfter | null
  /** An incremental run's, where that is another one. */
  readonly incremental: BeforeAfter | null
  /** Why the compiled SQL is not here. */
  readonly note: string | null
}

/** A text at base and at head; null where there is none, and `before` is left out when both are the same. */
export interface BeforeAfter {
  readonly before?: string | null
  readonly after: string | null
}

export type PageFinding = Omit<ReportedFinding, 'unique_id'>
