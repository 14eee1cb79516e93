import picomatch from 'picomatch'
import type { Project } from '../dbt/project.ts'
import { type Finding, type Severity, sortFindings } from '../finding.ts'
import type { Graph } from '../graph/graph.ts'
import { cycle } from './cycle.ts'
import { duplicateProperties } from './duplicate-properties.ts'
import { duplicateRelation } from './duplicate-relation.ts'
import { duplicateResource } from './duplicate-resource.ts'
import { gdprColumnClass } from './gdpr-column-class.ts'
import { gdprContract } from './gdpr-contract.ts'
import { gdprTags } from './gdpr-tags.ts'
import { orphanProperties } from './orphan-properties.ts'
import type { Rule, RuleSetting, RuleSettings, Violation } from './rule.ts'
import { undeclaredSource } from './undeclared-source.ts'
import { unresolvedRef } from './unresolved-ref.ts'
import { unresolvedSource } from './unresolved-source.ts'

/** Every rule that looks at a project, by id. The parser's own findings are not here: they come with the project. */
export const rules: readonly Rule[] = [
  cycle,
  duplicateProperties,
  duplicateRelation,
  duplicateResource,
  gdprColumnClass,
  gdprContract,
  gdprTags,
  orphanProperties,
  undeclaredSource,
  unresolvedRef,
  unresolvedSource,
]

/** Whose rules are run: a region, or what stands for one in a test. */
export interface Ruled {
  readonly name: string
  readonly gdpr: boolean
  readonly rules: RuleSettings
}

const unset: RuleSetting = { allow: [], options: {} }

/** Everything wrong in a project: the parser's findings and every rule's, at the region's severities, without what it allows. Sorted. */
export function findingsOf(project: Project, graph: Graph, region: Ruled): Finding[] {
  return sortFindings([
    ...parsed(project, region),
    ...rules.flatMap((rule) => [...ruled(rule, project, graph, region)]),
  ])
}

function* ruled(rule: Rule, project: Project, graph: Graph, region: Ruled): Generator<Finding> {
  const setting = region.rules.get(rule.id) ?? unset
  const severity = setting.severity ?? rule.severity
  if (severity === 'off' || (rule.gdpr && !region.gdpr)) return
  const allowed = allowance(setting)
  const options = { ...rule.defaults, ...setting.options }
  for (const violation of rule.check({ project, graph, region, options })) {
    if (!allowed(violation.location.file, violation)) yield finding(rule.id, severity, violation)
  }
}

function* parsed(project: Project, region: Ruled): Generator<Finding> {
  for (const finding of project.findings) {
    const setting = region.rules.get(finding.rule) ?? unset
    const severity = setting.severity ?? finding.severity
    if (severity !== 'off' && !allowance(setting)(finding.file, finding)) yield { ...finding, severity }
  }
}

function finding(rule: string, severity: Severity, { unique_id, location, message }: Violation): Finding {
  return { rule, severity, ...(unique_id !== undefined && { unique_id }), ...location, message }
}

/** Whether an allow-list names a file, a resource or a column. */
function allowance({
  allow,
}: RuleSetting): (file: string, about: Pick<Violation, 'unique_id' | 'columnName'>) => boolean {
  if (allow.length === 0) return () => false
  const matches = picomatch([...allow], { dot: true })
  return (file, { unique_id, columnName }) =>
    matches(file) ||
    (unique_id !== undefined &&
      (matches(unique_id) || (columnName !== undefined && matches(`${unique_id}.${columnName}`))))
}
