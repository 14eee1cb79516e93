import type { JsonObject } from '../dbt/manifest.ts'
import type { Project } from '../dbt/project.ts'
import type { Location, Severity } from '../finding.ts'
import type { Graph } from '../graph/graph.ts'

/** What a rule looks at: one region's project at one commit. */
export interface RuleInput {
  readonly project: Project
  readonly graph: Graph
  readonly region: { readonly name: string; readonly gdpr: boolean }
  /** The rule's own keys of the configuration; they have passed config.schema.json. */
  readonly options: JsonObject
}

/** What a rule yields; the rule's id and the severity are put on by whoever runs it. */
export interface Violation {
  readonly unique_id?: string
  /** The column of that resource, when it is about one: an allow-list may name `unique_id.column`. */
  readonly columnName?: string
  readonly location: Location
  /** Free of line numbers, so that the same finding at base and at head reads the same. */
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
  /** Its options where the configuration is silent. Every option is a list that makes the rule stricter as it grows. */
  readonly defaults?: JsonObject
  check(input: RuleInput): Iterable<Violation>
}

/** What a configuration says about one rule. */
export interface RuleSetting {
  /** The rule's own severity when absent. */
  readonly severity?: Severity | 'off'
  /** Globs of unique_ids, of `unique_id.column` and of paths from the repository's root: findings there are not told. */
  readonly allow: readonly string[]
  readonly options: JsonObject
}

/** Rule id -> what is configured for it. */
export type RuleSettings = ReadonlyMap<string, RuleSetting>
