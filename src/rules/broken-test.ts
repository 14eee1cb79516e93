import type { ColumnRule } from './column-rule.ts'
import { droppedFrom, lacking, locationOfUse, ownUses, renamedTo, suggestion } from './column-use.ts'
import { called, definition } from './resource.ts'

/** A data test that names a column which what it reads does not have: it fails with an error instead of a count. */
export const brokenTest: ColumnRule = {
  id: 'broken-test',
  severity: 'error',
  description: 'A data test is of a column that is not there.',
  *check({ base, head, ids }) {
    const { nodes } = head.project.manifest
    for (const unique_id of ids) {
      const test = nodes.get(unique_id)
      if (test?.resource_type !== 'test') continue
      for (const use of ownUses(head, unique_id)) {
        const location =
          test.test_metadata === null ? locationOfUse(head, unique_id, use) : definition(head.project, unique_id)
        const [parent] = droppedFrom(base, use)
        const now = base === null || parent === undefined ? null : renamedTo(base, head, parent, use.column)
        const advice = now === null ? suggestion(head, use) : `; it is called '${now}' now`
        const message = `data ${called(head.project, unique_id)} reads column '${use.column}', which ${lacking(head, use.relations)}${advice}`
        yield { unique_id, columnName: use.column, location, message }
      }
    }
  },
}
