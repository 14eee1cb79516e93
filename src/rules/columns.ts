import type { Finding } from '../finding.ts'
import { sortFindings } from '../finding.ts'
import { ambiguousColumn } from './ambiguous-column.ts'
import { brokenContract } from './broken-contract.ts'
import { brokenMetric } from './broken-metric.ts'
import { brokenTest } from './broken-test.ts'
import { brokenUnitTest } from './broken-unit-test.ts'
import type { ColumnRule, ColumnRuleInput } from './column-rule.ts'
import { columnTypeChange } from './column-type-change.ts'
import { droppedColumn } from './dropped-column.ts'
import { exposureColumn } from './exposure-column.ts'
import { fullRefresh } from './full-refresh.ts'
import { incrementalSchema } from './incremental-schema.ts'
import { orphanColumn } from './orphan-column.ts'
import type { Ruled } from './told.ts'
import { told } from './told.ts'
import { undescribedColumn } from './undescribed-column.ts'
import { unresolvedColumn } from './unresolved-column.ts'
import { unresolvedConfigColumn } from './unresolved-config-column.ts'

/** Every rule that needs the columns of a project, by id. */
export const columnRules: readonly ColumnRule[] = [
  ambiguousColumn,
  brokenContract,
  brokenMetric,
  brokenTest,
  brokenUnitTest,
  columnTypeChange,
  droppedColumn,
  exposureColumn,
  fullRefresh,
  incrementalSchema,
  orphanColumn,
  undescribedColumn,
  unresolvedColumn,
  unresolvedConfigColumn,
]

/** What the rules about columns find at a region's severities, without what it allows. Sorted. */
export function columnFindingsOf(input: Omit<ColumnRuleInput, 'options'>, region: Ruled): Finding[] {
  return sortFindings(
    columnRules.flatMap((rule) => [...told(rule, region, (options) => rule.check({ ...input, options }))]),
  )
}
