import type { ColumnRule } from './column-rule.ts'
import { called, definition } from './resource.ts'

/** A column that a change adds to a model whose YAML lists its columns, and that is not among them. */
export const undescribedColumn: ColumnRule = {
  id: 'undescribed-column',
  severity: 'notice',
  description: 'SQL gives a column that the YAML, which lists columns, does not have.',
  *check({ base, head, ids }) {
    const { project } = head
    for (const unique_id of ids) {
      const node = project.manifest.nodes.get(unique_id)
      if (node?.resource_type !== 'model' || node.contract.enforced || node.columns.size === 0) continue
      const described = new Set([...node.columns.keys()].map((name) => name.toLowerCase()))
      const before = base?.project.manifest.nodes.get(unique_id)
      const then = new Set([...(before?.columns.keys() ?? [])].map((name) => name.toLowerCase()))
      for (const { name } of head.given(unique_id) ?? []) {
        const lower = name.toLowerCase()
        // What stood there without a word before is nobody's news.
        if (described.has(lower) || (base?.has(unique_id, name) && !then.has(lower))) continue
        const message = `${called(project, unique_id)} gives column '${name}', which its YAML does not list; describe it there`
        yield { unique_id, columnName: name, location: definition(project, unique_id), message }
      }
    }
  },
}
