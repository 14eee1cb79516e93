import type { JsonObject } from '../dbt/manifest.ts'
import type { Severity } from '../finding.ts'
import type { ColumnFacts } from '../graph/column-facts.ts'
import type { Violation } from './rule.ts'

/** What a rule about columns looks at: the resources that a change concerns, with what is known of columns on both sides. */
export interface ColumnRuleInput {
  /** Null where nothing is compared: then only what is wrong in head by itself is told. */
  readonly base: ColumnFacts | null
  readonly head: ColumnFacts
  /** unique_ids of head's resources, sorted: nothing else is looked at. */
  readonly ids: readonly string[]
  /** The rule's own keys of the configuration; they have passed config.schema.json. */
  readonly options: JsonObject
}

/**
 * A rule that needs the columns of a project. It runs for what a change concerns alone, and tells only what is certain:
 * where the columns of a relation are not known, nothing.
 */
export interface ColumnRule {
  readonly id: string
  readonly severity: Severity
  /** One line, for lists. */
  readonly description: string
  readonly gdpr?: true
  readonly defaults?: JsonObject
  check(input: ColumnRuleInput): Iterable<Violation>
}
