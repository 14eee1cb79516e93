import type { Finding } from '../finding.ts'
import type { RuleSettings } from '../rules/rule.ts'
import type { Config } from './config.ts'

/** What a pull request is checked with: the rules of its base, and what it would change in them. */
export interface EffectiveConfig {
  /** Sorted by name. */
  readonly regions: readonly EffectiveRegion[]
  /** `configuration-changed`: what the pull request relaxes (warnings) or tightens (notices). */
  readonly findings: readonly Finding[]
}

/** A region with where its project is on either side. */
export interface EffectiveRegion {
  readonly name: string
  /** Null when there is no such region at base. */
  readonly base: Place | null
  /** Where the project is looked for at head: still at base's place when head no longer names the region. */
  readonly head: Place
  readonly environment: string
  readonly gdpr: boolean
  readonly rules: RuleSettings
}

export interface Place {
  /** The project's folder from the repository's root. */
  readonly project: string
  readonly target: string | null
}

/**
 * Base's rules, severities, allow-lists and GDPR flags for every region that base has, head's own for a new one: a pull request cannot
 * relax its own check. `base` is what is discovered at base when there is no configuration there, null when there is no base.
 */
export function effectiveConfig(base: Config | null, head: Config): EffectiveConfig {
  throw new Error(`not there yet: ${base?.file} ${head.file}`)
}
