import type { ColumnRule } from './column-rule.ts'
import { locationOfUse, ownUses } from './column-use.ts'
import { called, definition } from './resource.ts'

/** A bare column that more than one of the joined relations has, such as after one of them gained it: Spark refuses to choose. */
export const ambiguousColumn: ColumnRule = {
  id: 'ambiguous-column',
  severity: 'error',
  description: 'A column is used that several of the joined relations have.',
  *check({ head, ids }) {
    const { project } = head
    for (const unique_id of ids) {
      if (!/^(model|snapshot|test)\./.test(unique_id)) continue
      const test = project.manifest.nodes.get(unique_id)
      const isGeneric = test?.resource_type === 'test' && test.test_metadata !== null
      for (const use of ownUses(head, unique_id, 'ambiguous')) {
        const names = use.relations.map((id) => called(project, id))
        const whose = names.length > 1 ? `both ${names.join(' and ')} have` : `${names[0]} and something else here have`
        const location = isGeneric ? definition(project, unique_id) : locationOfUse(head, unique_id, use)
        const message = `${called(project, unique_id)} uses column '${use.column}', which ${whose}: write whose it is`
        yield { unique_id, columnName: use.column, location, message }
      }
    }
  },
}
