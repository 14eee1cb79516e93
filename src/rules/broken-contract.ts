import type { Model } from '../dbt/manifest.ts'
import { didYouMean } from '../nearest.ts'
import type { ColumnRule } from './column-rule.ts'
import { called, definition, located, properties } from './resource.ts'
import type { Violation } from './rule.ts'
import { typeWord } from './types.ts'

/** A model whose SQL does not give the columns, or the types, of its enforced contract: dbt refuses to build it. */
export const brokenContract: ColumnRule = {
  id: 'broken-contract',
  severity: 'error',
  description: 'The SQL of a model does not keep its enforced contract.',
  *check({ head, ids }) {
    const { project } = head
    for (const unique_id of ids) {
      const model = project.manifest.nodes.get(unique_id)
      const given = head.given(unique_id)
      if (model?.resource_type !== 'model' || given === null || !isHeld(model)) continue
      const about = called(project, unique_id)
      const promised = new Map([...model.columns.values()].map((column) => [column.name.toLowerCase(), column]))
      const names = given.map(({ name }) => name)
      const told = (column: string, message: string): Violation => {
        const position = project.columnPositions.get(`${unique_id}.${column}`)
        const location = position ? located(project, position) : properties(project, unique_id)
        return { unique_id, columnName: column, location, message }
      }
      for (const { name } of promised.values())
        if (!names.some((each) => each.toLowerCase() === name.toLowerCase())) {
          const message = `the contract of ${about} promises column '${name}', which its SQL does not give${didYouMean(name, names)}`
          yield told(name, message)
        }
      for (const column of given) {
        const { name } = column
        const promise = promised.get(name.toLowerCase())
        if (promise === undefined) {
          const message = `${about} gives column '${name}', which its contract does not have; add it to the YAML with its data_type, or leave it out`
          yield { unique_id, columnName: name, location: definition(project, unique_id), message }
          continue
        }
        const [wanted, is] = [typeWord(promise.data_type), typeWord(head.typeOf(column))]
        if (wanted === null || is === null || wanted === is) continue
        const message = `the contract of ${about} promises column '${promise.name}' as ${wanted}, and its SQL gives ${is}: cast it, or change the contract`
        yield told(promise.name, message)
      }
    }
  },
}

/** Whether dbt holds the model to its contract when it builds it. */
function isHeld({ contract, config, columns }: Model): boolean {
  return contract.enforced && columns.size > 0 && ['table', 'view', 'incremental'].includes(config.materialized)
}
