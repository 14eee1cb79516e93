import type { Manifest } from '../dbt/manifest.ts'
import type { ColumnLineage, ColumnOf, Coverage, LineageColumn, NodeColumns, Role } from '../graph/column-lineage.ts'
import type { ColumnId, ColumnWalk } from '../graph/column-walk.ts'

/** What `lineage --format json` prints: `schemas/lineage.schema.json` describes it. Keys are only ever added. */
export interface LineageJson {
  readonly version: 1
  readonly project: string
  readonly target: string
  readonly nodes: readonly LineageNodeJson[]
  readonly coverage: Coverage
  /** The column that was asked for and what it is reached from; null when none was. */
  readonly walk: WalkJson | null
}

export interface LineageNodeJson extends Omit<NodeColumns, 'uses'> {
  readonly resource_type: string
  readonly name: string
  readonly relation: string | null
  readonly file: string
  readonly columns: readonly LineageColumn[]
  readonly uses: Readonly<Partial<Record<Role, readonly ColumnOf[]>>>
}

export interface Walked {
  readonly start: ColumnId
  /** Null for a direction that was not asked for. */
  readonly upstream: ColumnWalk | null
  readonly downstream: ColumnWalk | null
}

export type WalkJson = Walked

/** A project's column lineage as data for other programs; with a walk, of the nodes that it reaches alone. */
export function lineageJson(lineage: ColumnLineage, manifest: Manifest, walk: Walked | null): LineageJson {
  const wanted = walk === null ? null : nodesOf(walk)
  const nodes = [...lineage.nodes.values()].filter(({ unique_id }) => wanted === null || wanted.has(unique_id))
  return {
    version: 1,
    project: manifest.metadata.project_name ?? '',
    target: manifest.metadata.target_name,
    nodes: nodes.map((node) => nodeJson(node, manifest)),
    coverage: lineage.coverage,
    walk,
  }
}

function nodeJson({ unique_id, columns, passes, uses, unknown }: NodeColumns, manifest: Manifest): LineageNodeJson {
  const node = manifest.nodes.get(unique_id)
  const of = node ?? manifest.sources.get(unique_id)
  return {
    unique_id,
    resource_type: of?.resource_type ?? '',
    name: of === undefined ? '' : of.resource_type === 'source' ? `${of.source_name}.${of.name}` : of.name,
    relation: of?.relation_name ?? null,
    file: of?.original_file_path ?? '',
    columns,
    passes,
    uses,
    unknown,
  }
}

function nodesOf({ start, upstream, downstream }: Walked): Set<string> {
  const walks = [upstream, downstream].filter((walk) => walk !== null)
  const reached = walks.flatMap(({ columns, uses, unknown }) => [
    ...columns.map(({ unique_id }) => unique_id),
    ...uses.flatMap(({ unique_id, by }) => [unique_id, by]),
    ...unknown.map(({ unique_id }) => unique_id),
  ])
  return new Set([start.unique_id, ...reached])
}
