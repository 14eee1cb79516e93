import type { EffectiveConfig } from './config/effective.ts'
import type { Project, ProjectFiles } from './dbt/project.ts'
import type { Report } from './report/report.ts'

/** A region's project at one commit. */
export interface Side {
  readonly files: ProjectFiles
  readonly project: Project
}

/** A region's project before and after; null where there is none. */
export interface Sides {
  readonly base: Side | null
  readonly head: Side | null
}

export interface CheckInput {
  /** Commit ids; `head` is null when the working tree holds what no commit does. */
  readonly base: string | null
  readonly head: string | null
  readonly config: EffectiveConfig
  /** Region's name -> its project on both sides. A region of the configuration that is not here is left out of the report. */
  readonly regions: ReadonlyMap<string, Sides>
}

/** Runs every region's rules on both sides and compares. The conclusion is `failure` when head has an error that base has not. */
export function check(input: CheckInput): Report {
  throw new Error(`not there yet: ${input.head}`)
}
