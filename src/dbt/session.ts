import type { ParseCache } from './cache.ts'
import type { Configs } from './config.ts'
import type { Work } from './draft.ts'
import type { Kept } from './kept.ts'
import type { Packages } from './packages.ts'
import type { ProjectFiles } from './project.ts'
import type { Runtime } from './runtime.ts'
import type { Sink } from './sink.ts'

/** What the parts of a parse share. */
export interface Session {
  readonly files: ProjectFiles
  readonly cache: ParseCache
  readonly sink: Sink
  readonly packages: Packages
  readonly runtime: Runtime
  readonly configs: Configs
  /** What is taken over from another parse; null for nothing. */
  readonly kept: Kept | null
  /** All nodes so far, in dbt's order. Two may have one unique_id. */
  readonly works: Work[]
}
