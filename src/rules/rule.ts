import type { Project } from '../dbt/project.ts'
import type { Location, Severity } from '../finding.ts'
import type { Graph } from '../graph/graph.ts'

/** What a rule looks at: one region's project at one commit. */
export interface RuleInput {
  readonly project: Project
  readonly graph: Graph
  readonly region: { readonly name: string; readonly gdpr: boolean }
}

/** What a rule yields; the rule's id and the severity are put on by whoever runs it. */
export interface Violation {
  readonly unique_id?: string
  readonly location: Location
  readonly message: string
}

/** One rule: its id is the name of its file, of its test, of its page in docs/rules and of its key in the configuration. */
export interface Rule {
  readonly id: string
  readonly severity: Severity
  /** One line, for lists. */
  readonly description: string
  /** Runs only in regions with `gdpr: true`. */
  readonly gdpr?: true
  check(input: RuleInput): Iterable<Violation>
}
