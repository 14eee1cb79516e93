import { called, located } from './resource.ts'
import type { Rule } from './rule.ts'

/** One resource described by two YAML entries: dbt refuses the project. */
export const duplicateProperties: Rule = {
  id: 'duplicate-properties',
  severity: 'error',
  description: 'One resource is described by two YAML entries.',
  *check({ project }) {
    for (const { kind, name, unique_ids, positions } of project.duplicates) {
      if (kind !== 'patch') continue
      const [first, ...others] = positions.map((position) => located(project, position))
      for (const [at, location] of others.entries()) {
        const unique_id = unique_ids[at + 1] ?? name
        const message = `${called(project, unique_id)} is already described in ${first?.file}; put both entries into one`
        yield { unique_id, location, message }
      }
    }
  },
}
