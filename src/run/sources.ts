import type { Manifest, SourceDefinition } from '../dbt/manifest.ts'
import type { Project } from '../dbt/project.ts'
import { mayDeclareVariables } from '../graph/session-variables.ts'
import { didYouMean } from '../nearest.ts'
import { type KnownRelation, missingColumns } from '../sql/columns-read.ts'
import { SqlError } from '../sql/sdk.ts'
import type { Compiler } from './compiler.ts'
import { relationOf } from './relation.ts'
import { columnsOfRelations, describedColumns, relationKey } from './relation-columns.ts'
import { readersOf } from './source-readers.ts'
import type { Warehouse } from './warehouse.ts'

/** A source's relation, or a column of it, that planned nodes read and that is not there. */
export interface MissingSource {
  /** unique_id of the source. */
  readonly unique_id: string
  /** `catalog.schema.table`. */
  readonly relation: string
  /** Null when the relation itself is missing. */
  readonly column: string | null
  /** Other relations that could have been meant by the column's name, and that lack it too. */
  readonly also: readonly string[]
  /** unique_ids of planned nodes, sorted. */
  readonly readBy: readonly string[]
  /** Where the source, or its column, is declared, from the root of the repository. */
  readonly file: string
  readonly line: number | null
  /** The relation's columns in their order; empty when it is missing. */
  readonly has: readonly string[]
}

export interface SourcesInput {
  readonly project: Project
  /** unique_ids of the planned nodes. */
  readonly nodes: readonly string[]
  readonly warehouse: Warehouse
  readonly compiler: Pick<Compiler, 'code'>
}

/**
 * What the planned nodes read from sources, directly or through ephemeral models, and is not there, sorted by source and column.
 * Of columns it tells what is certain; nodes whose SQL cannot be compiled or read here are looked at for relations alone.
 * Throws what the warehouse throws when it cannot be asked. The SQL library must have been started.
 */
export async function missingSources({ project, nodes, warehouse, compiler }: SourcesInput): Promise<MissingSource[]> {
  const readers = readersOf(project.manifest, nodes)
  const columns = await columnsOfRelations(warehouse, [...readers.keys()].map(relationOf))
  const lookedUp = [...readers].map(([source, readBy]): LookedUp => {
    return { source, readBy, columns: columns.get(relationKey(relationOf(source))) ?? null }
  })
  const first = missingOf(project, lookedUp, compiler)
  const suspects = new Set(first.filter(({ column }) => column !== null).map(({ unique_id }) => unique_id))
  if (suspects.size === 0) return first
  // Before a deploy is stopped, the relation itself is asked.
  const asked = lookedUp.map(async (each): Promise<LookedUp> => {
    if (!suspects.has(each.source.unique_id)) return each
    return { ...each, columns: await describedColumns(warehouse, relationOf(each.source)) }
  })
  return missingOf(project, await Promise.all(asked), compiler)
}

/** A source as it stands in the warehouse. */
interface LookedUp {
  readonly source: SourceDefinition
  /** Planned nodes, sorted. */
  readonly readBy: readonly string[]
  /** Null when it is not there. */
  readonly columns: readonly string[] | null
}

function missingOf(project: Project, sources: readonly LookedUp[], compiler: Pick<Compiler, 'code'>): MissingSource[] {
  const found = new Map<string, MissingSource>()
  const known = new Map<KnownRelation, LookedUp>()
  for (const each of sources) {
    const { source, columns, readBy } = each
    if (columns === null) found.set(source.unique_id, { ...placed(project, source, null), readBy })
    // A table without columns says nothing: it may be waiting for its first rows.
    else if (columns.length > 0) known.set({ name: nameOf(source), columns }, each)
  }
  for (const node of new Set(sources.flatMap(({ readBy }) => readBy))) {
    const read = [...known].filter(([, { readBy }]) => readBy.includes(node)).map(([relation]) => relation)
    if (read.length === 0) continue
    for (const { relations, column } of missingColumnsOf(project.manifest, node, read, compiler)) {
      const [meant, ...others] = declaring(
        relations.flatMap((relation) => known.get(relation) ?? []),
        column,
      )
      if (meant === undefined) continue
      const also = others.map(({ source }) => nameOf(source).join('.'))
      const key = JSON.stringify([meant.source.unique_id, column.toLowerCase(), also])
      const place = { ...placed(project, meant.source, column), also, has: meant.columns ?? [] }
      const readBy = new Set([...(found.get(key)?.readBy ?? []), node])
      found.set(key, { ...place, ...found.get(key), readBy: [...readBy].sort() })
    }
  }
  return [...found.values()].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
}

/** What is missing, in a sentence each, for people. */
export function missingSourceLines(missing: readonly MissingSource[]): string[] {
  return missing.map(({ unique_id, relation, column, also, readBy, file, line, has }) => {
    const source = unique_id.split('.').slice(2).join('.')
    const table = `${relation} (source ${source}, ${file}${line === null ? '' : `:${line}`})`
    const who = listed(
      readBy.map((id) =>
        id
          .split('.')
          .slice(2, id.startsWith('model.') ? undefined : 3)
          .join('.'),
      ),
    )
    if (column === null)
      return `${table}, which ${who} ${readBy.length > 1 ? 'read' : 'reads'}, is not there, or the principal of this deploy may not see it: create it, grant SELECT on it, or put its place right`
    const lacks =
      also.length === 0 ? `${table} has no column` : `neither ${table} nor ${also.join(' nor ')} has a column`
    return `${lacks} '${column}', which ${who} ${readBy.length > 1 ? 'read' : 'reads'}; it has ${listed(has, 12)}${didYouMean(column, has)}`
  })
}

/** In every state in which the node may be built. */
function missingColumnsOf(
  manifest: Manifest,
  unique_id: string,
  relations: readonly KnownRelation[],
  compiler: Pick<Compiler, 'code'>,
): ReturnType<typeof missingColumns> {
  const node = manifest.nodes.get(unique_id)
  if (node === undefined || node.resource_type === 'seed' || node.language !== 'sql') return []
  // The arguments of a function read like columns.
  if (node.resource_type === 'function') return []
  if (mayDeclareVariables(manifest, node)) return []
  const states = node.config.materialized === 'incremental' ? [false, true] : [false]
  const texts = states.map((incremental) => compiler.code(unique_id, { incremental }))
  const exact = new Set(texts.filter(({ unresolved }) => unresolved.length === 0).map(({ code }) => code))
  return [...exact].flatMap((code) => {
    try {
      return missingColumns(code.trim().replace(/;$/, ''), relations)
    } catch (error) {
      if (error instanceof SqlError) return []
      throw error
    }
  })
}

/** Of the sources that could have been meant, those whose YAML declares the column; all where none does. */
function declaring(sources: readonly LookedUp[], column: string): readonly LookedUp[] {
  const declared = sources.filter(({ source }) => declaredName(source, column) !== null)
  return declared.length > 0 ? declared : sources
}

function declaredName(source: SourceDefinition, column: string): string | null {
  return [...source.columns.keys()].find((name) => name.toLowerCase() === column.toLowerCase()) ?? null
}

function placed(project: Project, source: SourceDefinition, column: string | null): Omit<MissingSource, 'readBy'> {
  const { unique_id } = source
  const declared = column === null ? null : declaredName(source, column)
  const position =
    (declared === null ? undefined : project.columnPositions.get(`${unique_id}.${declared}`)) ??
    project.positions.get(unique_id)
  const path = position?.path ?? source.original_file_path
  const file = project.root === '' ? path : `${project.root}/${path}`
  return {
    unique_id,
    relation: nameOf(source).join('.'),
    column,
    also: [],
    file,
    line: position?.line ?? null,
    has: [],
  }
}

function nameOf(source: SourceDefinition): string[] {
  const { database, schema, identifier } = relationOf(source)
  return [...(database === null ? [] : [database]), schema, identifier]
}

function sortKey({ unique_id, column, also }: MissingSource): string {
  return JSON.stringify([unique_id, column ?? '', also])
}

/** Names with what is left out counted. */
function listed(names: readonly string[], most = 3): string {
  const rest = names.length - most
  return rest > 1 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ')
}
