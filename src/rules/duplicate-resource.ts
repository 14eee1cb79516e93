import { located } from './resource.ts'
import type { Rule } from './rule.ts'

/** One name given to two resources: dbt refuses the project. */
export const duplicateResource: Rule = {
  id: 'duplicate-resource',
  severity: 'error',
  description: 'Two resources have one name.',
  *check({ project }) {
    for (const { kind, name, unique_ids, positions } of project.duplicates) {
      if (kind !== 'resource') continue
      const [first, ...others] = positions.map((position) => located(project, position))
      for (const [at, location] of others.entries()) {
        const unique_id = unique_ids[at + 1] ?? name
        const message = `'${name}' is already defined in ${first?.file}; rename one of the two, or remove it`
        yield { unique_id, location, message }
      }
    }
  },
}
