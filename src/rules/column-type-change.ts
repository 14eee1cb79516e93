import type { Model } from '../dbt/manifest.ts'
import type { ColumnFacts } from '../graph/column-facts.ts'
import type { ColumnRule } from './column-rule.ts'
import { evolves, incrementalChange } from './incremental.ts'
import { refusal } from './incremental-schema.ts'
import { called, definition, located, properties } from './resource.ts'
import type { Violation } from './rule.ts'
import { isWider, typeWord } from './types.ts'

/** A column that gets another type under an enforced contract, which readers rely on, or in a table that keeps the old one. */
export const columnTypeChange: ColumnRule = {
  id: 'column-type-change',
  severity: 'warning',
  description: 'A column changes its type under a contract or in an incremental model.',
  *check({ base, head, ids }) {
    if (base === null) return
    for (const unique_id of ids) {
      yield* ofContract(base, head, unique_id)
      yield* ofTable(base, head, unique_id)
    }
  },
}

function* ofContract(base: ColumnFacts, head: ColumnFacts, unique_id: string): Generator<Violation> {
  const { project } = head
  const [before, after] = [contracted(base, unique_id), contracted(head, unique_id)]
  if (before === null || after === null) return
  const was = new Map([...before.columns.values()].map(({ name, data_type }) => [name.toLowerCase(), data_type]))
  for (const { name, data_type } of after.columns.values()) {
    const old = was.get(name.toLowerCase()) ?? null
    if (old === null || data_type === null || sameText(old, data_type)) continue
    const position = project.columnPositions.get(`${unique_id}.${name}`)
    const location = position ? located(project, position) : properties(project, unique_id)
    const message = `the contract of ${called(project, unique_id)} promised column '${name}' as ${old} and now as ${data_type}: whoever reads it may rely on that`
    yield { unique_id, columnName: name, location, message }
  }
}

function* ofTable(base: ColumnFacts, head: ColumnFacts, unique_id: string): Generator<Violation> {
  const change = incrementalChange(base, head, unique_id)
  if (change === null || refusal(change, evolves(change, head)) !== null) return
  const { model, retyped, onSchemaChange } = change
  const widens = /"delta\.enableTypeWidening":(true|"true")/i.test(JSON.stringify(model.config.tblproperties ?? null))
  for (const { name, from, to } of retyped) {
    if (onSchemaChange === 'sync_all_columns' && widens && isWider(from, to)) continue
    const what =
      onSchemaChange === 'sync_all_columns'
        ? isWider(from, to)
          ? 'Delta alters that only in a table with delta.enableTypeWidening'
          : 'Delta cannot alter that in a table'
        : `its table keeps ${from}, and new values are cast to that`
    const message = `column '${name}' of ${called(head.project, unique_id)}, which is incremental, was ${from} and is ${to}: ${what}; run it once with --full-refresh`
    yield { unique_id, columnName: name, location: definition(head.project, unique_id), message }
  }
}

function contracted({ project }: ColumnFacts, unique_id: string): Model | null {
  const node = project.manifest.nodes.get(unique_id)
  return node?.resource_type === 'model' && node.contract.enforced ? node : null
}

function sameText(one: string, other: string): boolean {
  const plain = (type: string) => type.toLowerCase().replace(/\s+/g, '')
  return (
    plain(one) === plain(other) ||
    (/^\w+$/.test(plain(one)) &&
      typeWord(one) !== null &&
      typeWord(one) === typeWord(other) &&
      /^\w+$/.test(plain(other)))
  )
}
