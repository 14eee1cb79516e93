import { compileNode, compileTemplate } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import type { NodeChange } from '../../src/graph/change.ts'
import { type KnownColumns, ProjectColumns, type Versions } from '../../src/graph/columns.ts'
import { effectsOf } from '../../src/graph/effects.ts'
import { type Fingerprinted, fingerprints, settingsOf } from '../../src/graph/fingerprint.ts'
import { alongColumns } from '../../src/graph/impact.ts'
import type { Affected } from '../../src/graph/spread.ts'
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

/** What differs, with what it does and whom it reaches; the SQL library must have been started. */
export function compared(from: Fingerprinted, to: Fingerprinted, known: KnownColumns = new Map()): NodeChange[] {
  return [...affected(from, to, known).changes]
}

/** The same, with what of everything downstream differs. */
export function affected(from: Fingerprinted, to: Fingerprinted, known: KnownColumns = new Map()): Affected {
  const base = new ProjectColumns(from.project, compileNode, { known })
  const effects = effectsOf(base, new ProjectColumns(to.project, compileNode, { known }), nodesWithOtherSql(from, to))
  const head = (versions: Versions) => new ProjectColumns(to.project, compileNode, { known, versions })
  return alongColumns(changes(from, to, effects), { from, to, effects, base, head })
}
