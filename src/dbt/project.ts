import type { Finding } from '../finding.ts'
import type { ParseCache } from './cache.ts'
import type { Manifest, Position, RefArgs } from './manifest.ts'

/** A project's text files, path relative to the project's root (forward slashes) -> content. A folder, a commit or a literal. */
export type ProjectFiles = ReadonlyMap<string, string>

export interface ProjectInput {
  readonly files: ProjectFiles
  /** Where the project's root is in the repository, `''` for the repository itself: findings are located from there. */
  readonly root: string
  /** The target of profiles.yml; its own default when absent. */
  readonly target?: string
  /** The text of a profiles.yml outside the project; the project's own when absent. */
  readonly profiles?: string
  /** The environment variables that `env_var` may see, and no others. */
  readonly env: ReadonlyMap<string, string>
  /** As dbt's `--vars`. */
  readonly vars?: Readonly<Record<string, unknown>>
  /** What is known of packages besides the files of those that are there. */
  readonly packages?: KnownPackages
  /** A project that was parsed before: what both have alike is kept of it. Give base the head of its pull request. */
  readonly beside?: Project
  /** What other parses have read already: give the same one for base and head, and the same text is read once. */
  readonly cache?: ParseCache
}

/** What came of fetching packages. */
export interface KnownPackages {
  /** The name of a package by what its entry in packages.yml names it (`pinKey`). */
  readonly names: ReadonlyMap<string, string>
  /** Names of those that could not be fetched. */
  readonly absent: readonly string[]
  /** Which could not be fetched, and why: a sentence each, without its full stop. */
  readonly problems: readonly string[]
}

/** A parsed project: what is right in it as a Manifest, what is wrong as findings, and what is needed to compile its nodes. */
export interface Project {
  readonly root: string
  /** Where the chosen target builds what names no place of its own. */
  readonly target: {
    readonly profile: string
    readonly name: string
    readonly database: string | null
    readonly schema: string
  }
  readonly manifest: Manifest
  /** What the parser itself finds: syntax, dbt_project.yml, properties, macros, variables, missing packages. */
  readonly findings: readonly Finding[]
  /** Refs and sources that lead nowhere, sorted by unique_id and position: rules say them. */
  readonly unresolved: readonly Unresolved[]
  /** Names and relations that more than one resource claims. */
  readonly duplicates: readonly Duplicate[]
  /** YAML that describes what is not there. */
  readonly orphans: readonly Orphan[]
  /** unique_id -> where the resource is defined (its SQL file, or its YAML entry for a source, an exposure or a test). */
  readonly positions: ReadonlyMap<string, Position>
  /** unique_id -> where the YAML that describes it stands, when there is one. */
  readonly patchPositions: ReadonlyMap<string, Position>
  /** `unique_id` + `.` + column name -> the column's place in the YAML. */
  readonly columnPositions: ReadonlyMap<string, Position>
  /** Packages that the project names but that are not there: their macros are symbolic. */
  readonly missingPackages: readonly string[]
  /** Whether dbt_project.yml says too little to know the project by: its resources are a guess. */
  readonly isUnreadable?: boolean
}

/** One `ref()`, `source()` or `function()` (or `depends_on` entry of an exposure) that leads nowhere. */
export interface Unresolved {
  /** Who asks: a node, an exposure or a unit test. */
  readonly unique_id: string
  readonly kind: 'ref' | 'source' | 'function'
  /** For a ref what it names; for a source `package` is the source's name and `name` the table's. */
  readonly args: RefArgs
  /** The call in the asking resource's own file, or its first line when the call stands in a macro that it reaches. */
  readonly position: Position
  /**
   * `disabled`: there is one, but it is disabled; `package`: it is in another package than the one asked for; `version`: the
   * model is there, the version is not; `private`: its access forbids it; `table`: the source is known, the table is not; `missing`: nothing of it is there.
   */
  readonly reason: 'missing' | 'disabled' | 'package' | 'version' | 'private' | 'table'
  /** The unique_id that the reason speaks of: what is disabled, or stands in another package. */
  readonly found: string | null
  /** The nearest name that exists (`name`, or `source.table` for a source), when one is near. */
  readonly suggestion: string | null
}

/** Two or more that claim one thing. */
export interface Duplicate {
  /** `resource`: one unique_id defined twice, or two models, seeds and snapshots of a package with one name; `relation`: two nodes at one place in the warehouse; `patch`: two YAML entries for one resource. */
  readonly kind: 'resource' | 'relation' | 'patch'
  /** What is claimed: a unique_id, or a relation's name. */
  readonly name: string
  /** All who claim it, sorted; for `resource` and `patch` the same one twice. */
  readonly unique_ids: readonly string[]
  /** In the order of unique_ids. */
  readonly positions: readonly Position[]
}

/** A YAML entry for a model, seed, snapshot, macro or column that is not there. */
export interface Orphan {
  readonly kind:
    | 'model'
    | 'seed'
    | 'snapshot'
    | 'analysis'
    | 'function'
    | 'macro'
    | 'unit_test'
    | 'data_test'
    | 'version'
  /** The name in the YAML. */
  readonly name: string
  readonly position: Position
  /** The unique_id of one of that name that is disabled, when that is the reason. */
  readonly disabled: string | null
  readonly suggestion: string | null
}
