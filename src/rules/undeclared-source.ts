import { called, located } from './resource.ts'
import type { Rule } from './rule.ts'

/** A `source()` of a source that no YAML declares. */
export const undeclaredSource: Rule = {
  id: 'undeclared-source',
  severity: 'error',
  description: 'A source is read that no YAML declares.',
  *check({ project }) {
    for (const { kind, reason, unique_id, position, args, suggestion } of project.unresolved) {
      if (kind !== 'source' || reason !== 'missing') continue
      const todo =
        suggestion === null
          ? `declare it under 'sources:' with the table '${args.name}', or correct the name`
          : `did you mean '${suggestion}'?`
      const message = `${called(project, unique_id)} reads source '${args.package}.${args.name}', but no YAML declares a source '${args.package}'; ${todo}`
      yield { unique_id, location: located(project, position), message }
    }
  },
}
