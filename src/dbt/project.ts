import type { Finding } from '../finding.ts'
import type { Manifest, Position } from './manifest.ts'

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
}

/** A parsed project: what is right in it as a Manifest, what is wrong as findings, and what is needed to compile its nodes. */
export interface Project {
  readonly root: string
  readonly manifest: Manifest
  readonly findings: readonly Finding[]
  /** unique_id -> where the resource is defined (its SQL file, or its YAML entry for a source, an exposure or a test). */
  readonly positions: ReadonlyMap<string, Position>
  /** unique_id -> where the YAML that describes it stands, when there is one. */
  readonly patchPositions: ReadonlyMap<string, Position>
  /** `unique_id` + `.` + column name -> the column's place in the YAML. */
  readonly columnPositions: ReadonlyMap<string, Position>
  /** Packages that the project names but that are not there: their macros are symbolic. */
  readonly missingPackages: readonly string[]
}
