import { compileNode, compileTemplate } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import type { NodeChange } from '../../src/graph/change.ts'
import { ProjectColumns } from '../../src/graph/columns.ts'
import { effectsOf } from '../../src/graph/effects.ts'
import { type Fingerprinted, fingerprints, settingsOf } from '../../src/graph/fingerprint.ts'
import { changes, nodesWithOtherSql } from '../../src/graph/state.ts'

/** A project of files, with its fingerprints. */
export function fingerprinted(
  files: ReadonlyMap<string, string>,
  env: ReadonlyMap<string, string> = new Map(),
  root = '',
): Fingerprinted {
  const project = parseProject({ files, root, env })
  return { project, fingerprints: fingerprints(project, compileNode, settingsOf(files), compileTemplate) }
}

/** What differs, with what it does; the SQL library must have been started. */
export function compared(base: Fingerprinted, head: Fingerprinted): NodeChange[] {
  const columns = ({ project }: Fingerprinted) => new ProjectColumns(project, compileNode)
  return changes(base, head, effectsOf(columns(base), columns(head), nodesWithOtherSql(base, head)))
}
