import { called, located } from './resource.ts'
import type { Rule } from './rule.ts'

/** A `source()` whose source is declared, but not with that table. */
export const unresolvedSource: Rule = {
  id: 'unresolved-source',
  severity: 'error',
  description: 'A source is read for a table that it does not declare.',
  *check({ project }) {
    for (const { kind, reason, unique_id, position, args, suggestion, found } of project.unresolved) {
      if (kind !== 'source' || reason === 'missing') continue
      const asked = `${called(project, unique_id)} reads '${args.name}' of source '${args.package}'`
      const problem =
        reason === 'disabled'
          ? `but ${found === null ? 'it' : called(project, found)} is disabled: enable it, or read another table`
          : `which declares no such table; ${suggestion === null ? `add '${args.name}' to its YAML, or correct the name` : `did you mean '${suggestion}'?`}`
      yield { unique_id, location: located(project, position), message: `${asked}, ${problem}` }
    }
  },
}
