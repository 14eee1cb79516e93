import type { ColumnRule } from './column-rule.ts'
import { droppedFrom, locationOfUse, ownUses, renamedTo } from './column-use.ts'
import { called } from './resource.ts'

/** A column that a model loses while a model or a snapshot that reads it still names it: told where it is used. */
export const droppedColumn: ColumnRule = {
  id: 'dropped-column',
  severity: 'error',
  description: 'A column is dropped that something downstream still uses.',
  *check({ base, head, ids }) {
    if (base === null) return
    for (const unique_id of ids) {
      if (!/^(model|snapshot)\./.test(unique_id)) continue
      for (const use of ownUses(head, unique_id)) {
        const [parent] = droppedFrom(base, use)
        if (parent === undefined) continue
        const now = renamedTo(base, head, parent, use.column)
        const advice = now === null ? 'keep it there, or use another one here' : `it is called '${now}' now`
        const message = `${called(head.project, unique_id)} uses column '${use.column}', which ${called(head.project, parent)} no longer has; ${advice}`
        yield { unique_id, columnName: use.column, location: locationOfUse(head, unique_id, use), message }
      }
    }
  },
}
