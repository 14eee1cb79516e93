import type { Project } from '../dbt/project.ts'
import { type Finding, sortFindings } from '../finding.ts'
import type { Graph } from '../graph/graph.ts'
import { cycle } from './cycle.ts'
import { duplicateProperties } from './duplicate-properties.ts'
import { duplicateRelation } from './duplicate-relation.ts'
import { duplicateResource } from './duplicate-resource.ts'
import { gdprColumnClass } from './gdpr-column-class.ts'
import { gdprContract } from './gdpr-contract.ts'
import { gdprTags } from './gdpr-tags.ts'
import { orphanProperties } from './orphan-properties.ts'
import type { Rule } from './rule.ts'
import { allowance, type Ruled, settingOf, told } from './told.ts'
import { undeclaredSource } from './undeclared-source.ts'
import { unresolvedRef } from './unresolved-ref.ts'
import { unresolvedSource } from './unresolved-source.ts'

export type { Ruled } from './told.ts'

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

/** Everything wrong in a project: the parser's findings and every rule's, at the region's severities, without what it allows. Sorted. */
export function findingsOf(project: Project, graph: Graph, region: Ruled): Finding[] {
  return sortFindings([
    ...parsed(project, region),
    ...rules.flatMap((rule) => [...told(rule, region, (options) => rule.check({ project, graph, region, options }))]),
  ])
}

function* parsed(project: Project, region: Ruled): Generator<Finding> {
  for (const finding of project.findings) {
    const setting = settingOf(finding.rule, region)
    const severity = setting.severity ?? finding.severity
    if (severity !== 'off' && !allowance(setting)(finding.file, finding)) yield { ...finding, severity }
  }
}
