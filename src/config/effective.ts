import type { Finding } from '../finding.ts'
import type { RuleSettings } from '../rules/rule.ts'
import { configurationChanged, type Twins } from './changed.ts'
import type { Config, DeclaredTwins, Region } from './config.ts'

/** What a pull request is checked with: the rules of its base, and what it would change in them. */
export interface EffectiveConfig {
  /** Sorted by name. */
  readonly regions: readonly EffectiveRegion[]
  /** `configuration-changed`: what the pull request relaxes (warnings) or tightens (notices). */
  readonly findings: readonly Finding[]
  /** The environment variables that `env_var` may see; null for dbt's own. */
  readonly envVars: readonly string[] | null
  /** Where twins are meant to differ, as head says: it only tells differences apart, and nothing fails by them. */
  readonly twins: readonly DeclaredTwins[]
}

/** A region with where its project is on either side. */
export interface EffectiveRegion {
  readonly name: string
  /** Null when there is no such region at base. */
  readonly base: Place | null
  /** Where the project is looked for at head: still at base's place when head no longer names the region. */
  readonly head: Place
  /** Whether head no longer has the region. */
  readonly removed: boolean
  readonly environment: string
  readonly gdpr: boolean
  readonly rules: RuleSettings
  /** dbt's catalog.json as base's configuration names it; null for none. */
  readonly catalogJson: string | null
}

export interface Place {
  /** The project's folder from the repository's root. */
  readonly project: string
  readonly target: string | null
}

/**
 * Base's rules, severities, allow-lists and GDPR flags for every region that base has, head's own for a new one: a pull request cannot
 * relax its own check. `base` is what is discovered at base when there is no configuration there, null when there is no base. `moved` says
 * which folder at base a project of head comes from, where that folder is gone: neither does another name let go of the rules.
 */
export function effectiveConfig(
  base: Config | null,
  head: Config,
  moved: ReadonlyMap<string, string> = new Map(),
): EffectiveConfig {
  const twins = twinsOf(base?.regions ?? [], head.regions, moved)
  const kept = new Set(twins.values())
  const regions = [
    ...[...twins].map(([one, after]) => ({
      ...effective(one, after ?? one, ownersOf(after ?? one, twins, moved)),
      base: placeOf(one),
      removed: after === null,
    })),
    ...head.regions
      .filter((region) => !kept.has(region))
      .map((region) => {
        const owners = ownersOf(region, twins, moved)
        return {
          ...effective(owners[0] ?? region, region, owners),
          base: owners[0] ? placeOf(owners[0]) : null,
          removed: false,
        }
      }),
  ]
  return {
    regions: regions.sort((a, b) => (a.name < b.name ? -1 : 1)),
    findings: base === null ? [] : configurationChanged(base, head, twins),
    envVars: (base ?? head).envVars,
    twins: head.twins,
  }
}

/** The regions of base that had the project which a region of head has now, and have it no more. */
function ownersOf({ project }: Region, twins: Twins, moved: ReadonlyMap<string, string>): Region[] {
  return [...twins]
    .filter(([before, after]) => before.project === (moved.get(project) ?? project) && after?.project !== project)
    .map(([before]) => before)
}

/** Head's region for every region of base: the one of its name, else one that has its project, else one that its project moved to. */
function twinsOf(base: readonly Region[], head: readonly Region[], origins: ReadonlyMap<string, string>): Twins {
  const named = new Map(base.map((before) => [before, head.find((after) => after.name === before.name) ?? null]))
  const free = new Set(head.filter((region) => ![...named.values()].includes(region)))
  for (const [before, after] of named) {
    if (after !== null) continue
    const moved =
      [...free].find((region) => region.project === before.project && region.target === before.target) ??
      [...free].find((region) => region.project === before.project) ??
      [...free].find((region) => origins.get(region.project) === before.project)
    if (moved === undefined) continue
    free.delete(moved)
    named.set(before, moved)
  }
  return named
}

function effective(rules: Region, place: Region, owners: readonly Region[]): Omit<EffectiveRegion, 'base' | 'removed'> {
  return {
    name: place.name,
    head: placeOf(place),
    environment: place.environment,
    gdpr: rules.gdpr || owners.some((owner) => owner.gdpr),
    rules: rules.rules,
    catalogJson: rules.catalogJson,
  }
}

function placeOf({ project, target }: Region): Place {
  return { project, target }
}
