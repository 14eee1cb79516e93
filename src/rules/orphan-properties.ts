import { located } from './resource.ts'
import type { Rule } from './rule.ts'

/** YAML for something that is not there: its tests, tags and contract hold for nothing. What is only disabled is left alone. */
export const orphanProperties: Rule = {
  id: 'orphan-properties',
  severity: 'error',
  description: 'YAML describes what is not there.',
  *check({ project }) {
    for (const { kind, name, position, disabled, suggestion } of project.orphans) {
      if (disabled !== null) continue
      const todo = suggestion === null ? 'create it, or remove this entry' : `did you mean '${suggestion}'?`
      const message = `this describes ${kind.replace('_', ' ')} '${name}', which does not exist; ${todo}`
      yield { location: located(project, position), message }
    }
  },
}
