import type { Unresolved } from '../dbt/project.ts'
import { called, located } from './resource.ts'
import type { Rule } from './rule.ts'

/** A `ref()` that leads to nothing that may be read, or a `function()` to none. */
export const unresolvedRef: Rule = {
  id: 'unresolved-ref',
  severity: 'error',
  description: 'A ref leads nowhere.',
  *check({ project }) {
    for (const unresolved of project.unresolved) {
      if (unresolved.kind === 'source') continue
      const { unique_id, position } = unresolved
      const asked = `${called(project, unique_id)} ${unresolved.kind === 'ref' ? 'refs' : 'calls the function'} ${target(unresolved)}`
      const found = unresolved.found === null ? 'it' : called(project, unresolved.found)
      yield { unique_id, location: located(project, position), message: `${asked}, ${because(unresolved, found)}` }
    }
  },
}

function target({ args }: Unresolved): string {
  const name = args.package === null ? args.name : `${args.package}.${args.name}`
  return args.version === null ? `'${name}'` : `version ${args.version} of '${name}'`
}

function because({ kind, reason, args, suggestion }: Unresolved, found: string): string {
  const meant = suggestion === null ? null : `did you mean '${suggestion}'?`
  switch (reason) {
    case 'disabled':
      return `but ${found} is disabled: enable it, or remove the ${kind === 'ref' ? 'ref' : 'call'}`
    case 'package':
      return `but ${found} is in another package: name that package${kind === 'ref' ? ' in the ref' : ''}`
    case 'version':
      return `which does not exist; ${meant ?? 'write a version that the model has'}`
    case 'private':
      return `which is private to its group: join the group, or make it protected`
    default:
      return `which does not exist; ${meant ?? `create '${args.name}', or correct the name`}`
  }
}
