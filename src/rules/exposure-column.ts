import type { ColumnRule } from './column-rule.ts'
import { columnsLost, renamedTo } from './column-use.ts'
import { called, definition } from './resource.ts'

/** An exposure that reads a model which loses columns. dbt does not know which of them it uses, so somebody has to ask. */
export const exposureColumn: ColumnRule = {
  id: 'exposure-column',
  severity: 'warning',
  description: 'A model that an exposure reads loses a column.',
  *check({ base, head, ids }) {
    if (base === null) return
    const { project } = head
    for (const unique_id of ids) {
      const exposure = project.manifest.exposures.get(unique_id)
      for (const parent of exposure?.depends_on.nodes ?? []) {
        const lost = columnsLost(base, head, parent)
        if (exposure === undefined || lost.length === 0) continue
        const names = lost.map((name) => {
          const now = renamedTo(base, head, parent, name)
          return now === null ? `'${name}'` : `'${name}' (now '${now}')`
        })
        const { name, email } = exposure.owner
        const who = name ?? (typeof email === 'string' ? email : (email?.[0] ?? 'its owner'))
        const message = `${called(project, unique_id)} reads ${called(project, parent)}, which loses ${names.join(', ')}: ask ${who} whether it is used`
        yield { unique_id, location: definition(project, unique_id), message }
      }
    }
  },
}
