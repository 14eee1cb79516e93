import type { Side } from '../check.ts'
import type { Region } from '../config.ts'
import { ConfigurationError } from '../errors.ts'
import type { Finding } from '../finding.ts'
import { graphOf } from '../graph/graph.ts'
import { findingsOf } from '../rules/index.ts'

/** The region's project. Throws a ConfigurationError where there is none. */
export function present(region: Region, head: Side | null): Side {
  if (head !== null) return head
  throw new ConfigurationError(`${region.project} has no dbt_project.yml: mend the project of region ${region.name}`)
}

/**
 * The region's project as it is. Throws a ConfigurationError with all that is broken in it: dbt runs no project that it cannot
 * parse as a whole, and a part of a graph is not what was reviewed.
 */
export function unbroken(region: Region, head: Side | null): Side {
  const side = present(region, head)
  const { project } = side
  const errors = findingsOf(project, graphOf(project.manifest), {
    name: region.name,
    gdpr: false,
    rules: new Map(),
  }).filter((finding) => finding.severity === 'error')
  if (errors.length === 0) return side
  throw new ConfigurationError(
    [`region ${region.name} cannot be deployed, its project is broken:`, ...errors.map(lineOf)].join('\n'),
  )
}

function lineOf({ file, line, column, message }: Finding): string {
  return `  ${file}:${line}:${column}: ${message}`
}
