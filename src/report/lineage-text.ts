import type { Manifest } from '../dbt/manifest.ts'
import type { ColumnLineage, ColumnOf, Coverage, LineageColumn, NodeColumns } from '../graph/column-lineage.ts'
import type { ColumnEdge, ColumnId, ColumnWalk } from '../graph/column-walk.ts'
import { plain } from './escape.ts'
import type { Walked } from './lineage-json.ts'
import { counted, thousands } from './words.ts'

/** How deep a tree is printed; JSON has all of it. */
const DEEPEST = 50

/** A project's column lineage for a terminal: every node with its columns, what they are made from, and what is not known. */
export function lineageText(lineage: ColumnLineage, manifest: Manifest): string {
  const names = new Names(manifest)
  const nodes = [...lineage.nodes.values()].filter(({ unique_id }) => /^(model|snapshot)\./.test(unique_id))
  return [...nodes.map((node) => nodeText(node, names)), coverageText(lineage.coverage, names)].join('\n\n')
}

function nodeText({ unique_id, columns, passes, uses, unknown }: NodeColumns, names: Names): string {
  const lines = unknown === null ? columns.map((column) => columnText(column, names)) : [`  ? ${plain(unknown)}`]
  const used = Object.entries(uses).map(([role, all]) => `  ${role} by ${all.map((it) => names.column(it)).join(', ')}`)
  const passed = passes.map(({ reason }) => `  * ? ${plain(reason)}`)
  return [names.node(unique_id), ...lines, ...passed, ...used].join('\n')
}

function columnText({ name, type, upstream, derivation, unknown }: LineageColumn, names: Names): string {
  const from = upstream.map((each) => `${names.column(each)}${made(each)}`)
  const what = from.length > 0 ? ` <- ${from.join(', ')}` : derivation === 'literal' ? ' = literal' : ''
  return `  ${plain(name)}${type === null ? '' : ` ${plain(type)}`}${what}${unknown === null ? '' : ` ? ${plain(unknown)}`}`
}

function made({
  derivation,
  functions,
}: {
  readonly derivation: string
  readonly functions: readonly string[]
}): string {
  if (derivation === 'identity') return ''
  return ` (${[derivation, ...functions].map((it) => plain(it)).join(' ')})`
}

function coverageText({ models, analysed, columns, resolved, unresolved }: Coverage, names: Names): string {
  const lines = unresolved.map(({ unique_id, column, reason }) => {
    return `  ${names.node(unique_id)}${column === null ? '' : `.${plain(column)}`}: ${plain(reason)}`
  })
  const share = `${thousands(analysed)} of ${counted(models, 'model')} analysed, ${thousands(resolved)} of ${counted(columns, 'column')} known`
  return [share, ...(lines.length > 0 ? ['not known:', ...lines] : [])].join('\n')
}

/** One column with what it is made from and what is made from it, as trees. */
export function walkText({ start, upstream, downstream }: Walked, manifest: Manifest): string {
  const names = new Names(manifest)
  const title = names.column({ ...start, relation: null })
  const blocks = [
    ...(upstream === null ? [] : [walkBlock('made from', start, upstream, 'upstream', names)]),
    ...(downstream === null ? [] : [walkBlock('goes into', start, downstream, 'downstream', names)]),
  ]
  return [title, ...blocks].join('\n')
}

function walkBlock(
  title: string,
  start: ColumnId,
  walk: ColumnWalk,
  direction: 'upstream' | 'downstream',
  names: Names,
): string {
  const next = new Map<string, { readonly edge: ColumnEdge; readonly to: ColumnOf }[]>()
  for (const edge of walk.edges) {
    const to = direction === 'upstream' ? edge.from : { ...edge.to, relation: null }
    const from = direction === 'upstream' ? edge.to : edge.from
    const key = `${from.unique_id}\0${from.column}`
    next.set(key, [...(next.get(key) ?? []), { edge, to }])
  }
  const lines: string[] = []
  const seen = new Set<string>()
  const visit = (of: { readonly unique_id: string | null; readonly column: string }, depth: number): void => {
    const key = `${of.unique_id}\0${of.column}`
    const all = next.get(key) ?? []
    if (all.length > 0 && (seen.has(key) || depth > DEEPEST)) {
      lines.push(`${'  '.repeat(depth + 1)}…`)
      return
    }
    seen.add(key)
    for (const { edge, to } of all) {
      lines.push(`${'  '.repeat(depth + 1)}${names.column(to)}${made(edge.from)}`)
      if (to.unique_id !== null) visit(to, depth + 1)
    }
  }
  visit(start, 1)
  const uses = new Map<string, Set<string>>()
  for (const { by, role, ...used } of walk.uses) {
    const key = `${names.node(by)}: ${role} by`
    uses.set(key, (uses.get(key) ?? new Set()).add(names.column({ ...used, relation: null })))
  }
  const unknown = walk.unknown.map(
    ({ unique_id, column, reason }) =>
      `    ${names.node(unique_id)}${column === null ? '' : `.${plain(column)}`}: ${plain(reason)}`,
  )
  return [
    `  ${title}${lines.length === 0 ? ': nothing' : ''}`,
    ...lines,
    ...(uses.size > 0 ? [direction === 'upstream' ? '  in rows decided by' : '  decides rows of'] : []),
    ...[...uses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, columns]) => `    ${key} ${[...columns].join(', ')}`),
    ...(unknown.length > 0 ? ['  not known beyond', ...unknown] : []),
  ].join('\n')
}

/** Nodes as short as they can be told apart. */
class Names {
  readonly #names = new Map<string, string>()

  constructor({ nodes, sources }: Manifest) {
    const owners = new Map<string, string[]>()
    const shorts = new Map<string, string>()
    for (const { unique_id, resource_type, ...of } of [...nodes.values(), ...sources.values()]) {
      if (!/^(model|seed|snapshot|source)$/.test(resource_type)) continue
      const short = unique_id.split('.').slice(2).join('.') || of.name
      shorts.set(unique_id, short)
      owners.set(short, [...(owners.get(short) ?? []), unique_id])
    }
    for (const [unique_id, short] of shorts)
      this.#names.set(unique_id, owners.get(short)?.length === 1 ? short : unique_id)
  }

  node(unique_id: string): string {
    return plain(this.#names.get(unique_id) ?? unique_id)
  }

  column({ unique_id, relation, column }: ColumnOf): string {
    return `${unique_id === null ? plain(relation ?? '') : this.node(unique_id)}.${plain(column)}`
  }
}
