import type { Location } from '../finding.ts'
import type { RuleSettings } from '../rules/rule.ts'

/** Which regions there are and what they are held to: `.github/dbt-regions.yml`, or what is discovered without it. */
export interface Config {
  /** The file that it was read from, from the repository's root; null when it was discovered. */
  readonly file: string | null
  /** Sorted by name. */
  readonly regions: readonly Region[]
  /** The rules for every region, before a region's own. */
  readonly rules: RuleSettings
  /** The environment variables that `env_var` may see in a check; null for dbt's own. */
  readonly envVars: readonly string[] | null
  /** Where twins are meant to differ. */
  readonly twins: readonly DeclaredTwins[]
  /** Place of a key in the file, by its path (`regions`, `eu`, `gdpr`), or of the nearest one around it. */
  locate(path: readonly string[]): Location
}

/** Where regions that hold the same models are meant to differ, and why. */
export interface DeclaredTwins {
  /** Names without the region's, or globs of them. */
  readonly models: readonly string[]
  /** Null for everything. */
  readonly differs: readonly string[] | null
  /** Globs of the columns alone in which they differ; null for all, and for what is of no column. */
  readonly columns: readonly string[] | null
  readonly reason: string
}

/** One dbt project with its target, its environment and its rules. */
export interface Region {
  readonly name: string
  /** The project's folder from the repository's root, `''` for the root itself. */
  readonly project: string
  /** The target of profiles.yml; null for the profile's own default. */
  readonly target: string | null
  /** The GitHub environment that it is deployed from. */
  readonly environment: string
  /** The host name of its workspace, in lower case; a deploy to another is refused. Null when any will do. */
  readonly host: string | null
  /** The catalog that it is built in; a deploy to another is refused. Null when any will do. */
  readonly catalog: string | null
  /** dbt's catalog.json of the region, from the repository's root; null for none. */
  readonly catalogJson: string | null
  /** Whether the GDPR rules run. */
  readonly gdpr: boolean
  /** The rules of the whole configuration with the region's own on top. */
  readonly rules: RuleSettings
}

/** The GitHub environment of a region that names none. */
export function defaultEnvironment(region: string): string {
  return `${region}-production`
}

/** Whether a region's name says that it is the EU: it then is under GDPR unless its configuration says otherwise. */
export function isEuropean(region: string): boolean {
  return /^eu([_-]|$)/i.test(region)
}
