import type { Comparison, Side } from '../check.ts'
import { compileNode } from '../dbt/compile.ts'
import type { Finding } from '../finding.ts'
import type { ProjectColumns } from '../graph/columns.ts'
import { concerned, withOtherColumns } from '../graph/concerned.ts'
import { columnFindingsOf } from '../rules/columns.ts'
import type { Ruled } from '../rules/index.ts'

/** The columns of both sides. */
export interface ComparedSides {
  readonly base: ProjectColumns
  readonly head: ProjectColumns
}

/** What the rules about columns find: in head, and of the same resources what base has by itself. */
export interface ColumnFindings {
  readonly base: readonly Finding[]
  readonly head: readonly Finding[]
}

export interface ComparedRegion {
  readonly base: Side | null
  readonly head: Side | null
  readonly comparison: Comparison
}

const none: ColumnFindings = { base: [], head: [] }

/**
 * Runs the rules about columns over what a change concerns. Nothing is looked at, and the SQL library not loaded, where
 * nothing differs that has columns, or where there is no base to compare with.
 */
export async function columnFindings(
  { base, head, comparison }: ComparedRegion,
  region: Ruled,
  startSql: (models: number) => Promise<void>,
): Promise<ColumnFindings> {
  if (base === null || head === null || comparison.after === null) return none
  const starts = withOtherColumns(base.project, head.project, comparison.changes)
  if (starts.length === 0) return none
  if (comparison.columns === null) await startSql(starts.length)
  const [{ ColumnFacts }, { ProjectColumns }] = await Promise.all([
    import('../graph/column-facts.ts'),
    import('../graph/columns.ts'),
  ])
  const columns = comparison.columns ?? {
    base: new ProjectColumns(base.project, compileNode),
    head: new ProjectColumns(head.project, compileNode),
  }
  const before = new ColumnFacts(base.project, base.files, columns.base, compileNode)
  const after = new ColumnFacts(head.project, head.files, columns.head, compileNode)
  const ids = concerned(starts, before, after)
  const found = columnFindingsOf({ base: before, head: after, ids }, region)
  const known = [...new Set(found.flatMap(({ unique_id }) => unique_id ?? []))].sort()
  return { base: columnFindingsOf({ base: null, head: before, ids: known }, region), head: found }
}
