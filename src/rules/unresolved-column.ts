import type { ColumnRule } from './column-rule.ts'
import { droppedFrom, lacking, locationOfUse, ownUses, suggestion } from './column-use.ts'
import { called } from './resource.ts'

/** A model or a snapshot that names a column which what it reads does not have, and did not have at base either. */
export const unresolvedColumn: ColumnRule = {
  id: 'unresolved-column',
  severity: 'error',
  description: 'A column is used that its parent does not have.',
  *check({ base, head, ids }) {
    for (const unique_id of ids) {
      if (!/^(model|snapshot)\./.test(unique_id)) continue
      for (const use of ownUses(head, unique_id)) {
        if (droppedFrom(base, use).length > 0) continue
        const message = `${called(head.project, unique_id)} uses column '${use.column}', which ${lacking(head, use.relations)}${suggestion(head, use)}`
        yield { unique_id, columnName: use.column, location: locationOfUse(head, unique_id, use), message }
      }
    }
  },
}
