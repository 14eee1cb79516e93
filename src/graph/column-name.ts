import type { Manifest } from '../dbt/manifest.ts'
import type { ColumnLineage } from './column-lineage.ts'
import type { ColumnId } from './column-walk.ts'

/** What a written column means: one column, or what is wrong with it. */
export type NamedColumn =
  | { readonly column: ColumnId }
  | { readonly problem: 'node'; readonly name: string; readonly known: readonly string[] }
  | { readonly problem: 'ambiguous'; readonly name: string; readonly known: readonly string[] }
  | { readonly problem: 'column'; readonly name: string; readonly known: readonly string[] }

/**
 * A column written as `MODEL.COLUMN`: the node by its name, `source.table`, `package.name` or unique_id, the column without regard to case. A
 * column that nobody names is one all the same where the node's columns are not all known. `known` are the names that it could have been.
 */
export function namedColumn(written: string, lineage: ColumnLineage, { nodes, sources }: Manifest): NamedColumn {
  const dot = written.lastIndexOf('.')
  const [name, column] = dot < 0 ? [written, ''] : [written.slice(0, dot), written.slice(dot + 1).toLowerCase()]
  const ids = [...lineage.nodes.keys()]
  const namesOf = (id: string): string[] => {
    const parts = id.split('.')
    const source = sources.get(id)
    const own = source === undefined ? (nodes.get(id)?.name ?? '') : `${source.source_name}.${source.name}`
    return [id, own, parts.slice(2).join('.'), parts.slice(1).join('.')]
  }
  const found = ids.filter((id) => namesOf(id).includes(name))
  const exact = found.includes(name) ? [name] : found
  const [unique_id, ...more] = exact
  if (unique_id === undefined)
    return { problem: 'node', name, known: [...new Set(ids.map((id) => id.split('.').slice(2).join('.')))] }
  if (more.length > 0) return { problem: 'ambiguous', name, known: exact }
  const node = lineage.nodes.get(unique_id)
  const columns = node?.columns.map((each) => each.name.toLowerCase()) ?? []
  const isOpen =
    node === undefined || node.unknown !== null || node.passes.length > 0 || !/^(model|snapshot)\./.test(unique_id)
  if (column !== '' && (columns.includes(column) || isOpen)) return { column: { unique_id, column } }
  return { problem: 'column', name: unique_id, known: columns }
}
