import { cycles } from '../graph/cycle.ts'
import { called, definition } from './resource.ts'
import type { Rule } from './rule.ts'

/** Models that read each other in a circle: none of them can be built first. */
export const cycle: Rule = {
  id: 'cycle',
  severity: 'error',
  description: 'Models read each other in a circle.',
  *check({ project, graph }) {
    for (const ids of cycles(graph)) {
      const [first = ''] = ids
      const way = ids.map((id, at) => {
        const next = ids[at + 1] ?? first
        return `${at === 0 ? called(project, id) : 'which'} reads ${called(project, next)} (${definition(project, id).file})`
      })
      const message = `a circle of dependencies: ${way.join(', ')}; remove one of these refs`
      yield { unique_id: first, location: definition(project, first), message }
    }
  },
}
