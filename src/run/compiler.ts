import type { Compiled } from '../graph/fingerprint.ts'
import { BuildError } from './build-error.ts'

export interface CompileOptions {
  /** What `is_incremental()` answers. */
  readonly incremental: boolean
}

/** Turns the templates of one project into SQL, with `execute` on. */
export interface Compiler {
  /** A node's code. */
  code(unique_id: string, options: CompileOptions): Compiled
  /** Another template, rendered as if it stood in the node's file: a hook. */
  template(unique_id: string, template: string, options: CompileOptions): Compiled
}

/** SQL that is known to be exactly what dbt would send, without a closing semicolon. Throws a `BuildError` when it is not. */
export function exactly({ code, unresolved }: Compiled): string {
  if (unresolved.length > 0) {
    throw new BuildError(`it cannot be compiled without dbt (${unresolved.join('; ')}): deploy with the dbt engine`)
  }
  return code.trim().replace(/;$/, '').trimEnd()
}
