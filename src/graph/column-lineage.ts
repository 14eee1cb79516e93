import type { Manifest } from '../dbt/manifest.ts'
import type { Project } from '../dbt/project.ts'
import type { Derivation, Role } from '../sql/analysis.ts'
import { type KnownColumns, ProjectColumns } from './columns.ts'
import type { Compile } from './fingerprint.ts'
import { graphOf } from './graph.ts'
import { NodeReader } from './node-columns.ts'
import { topologicalOrder } from './order.ts'

export type { Derivation, Role } from '../sql/analysis.ts'

/** A column of the project's, or of a relation that the project does not know: one of `unique_id` and `relation` is null. */
export interface ColumnOf {
  readonly unique_id: string | null
  /** The relation's name as the SQL has it, in lower case. */
  readonly relation: string | null
  /** In lower case. */
  readonly column: string
}

/** A column that another one is made from, with the most that is done to it on the way and every function and operator. */
export interface UpstreamColumn extends ColumnOf {
  readonly derivation: Derivation
  readonly functions: readonly string[]
}

export interface LineageColumn {
  /** As the SQL writes it, or the YAML where no SQL does; `(unnamed)` for one that Spark names. */
  readonly name: string
  /** In Databricks' words; null when it is not known. */
  readonly type: string | null
  /** Empty for a literal, for what only counts rows, and for a column of a source or seed. */
  readonly upstream: readonly UpstreamColumn[]
  /** The most that is done to any upstream column; `literal` when nothing is upstream; null when that is not known, and for sources and seeds. */
  readonly derivation: Derivation | 'literal' | null
  /** Why its upstream columns are not certain, in words; null when they are. */
  readonly unknown: string | null
}

/** Columns that a `*` hands on without it being known which they are. */
export interface PassedThrough {
  /** Whose they are: a unique_id, a relation's name, or words. */
  readonly relation: string
  /** Names that it leaves out, in lower case, sorted. */
  readonly except: readonly string[]
  readonly reason: string
}

export interface NodeColumns {
  readonly unique_id: string
  /** In the order of the SQL; for sources and seeds, of the YAML. Then what is declared, or read by others, and can only pass through a `*`. */
  readonly columns: readonly LineageColumn[]
  readonly passes: readonly PassedThrough[]
  /** What it uses besides handing it on, sorted. */
  readonly uses: Readonly<Partial<Record<Role, readonly ColumnOf[]>>>
  /** Why nothing is known of how its columns are made; null when it is, and for sources and seeds, which are made from nothing. */
  readonly unknown: string | null
}

/** How much is known of the models and snapshots that were looked at. */
export interface Coverage {
  readonly models: number
  readonly analysed: number
  /** Those of the SQL, the declared ones where the SQL is not analysed, and one for each `*` that hands on what is not known. */
  readonly columns: number
  readonly resolved: number
  readonly unresolved: readonly Unresolved[]
}

/** What is not known and why; `column` is null for a whole node, and `*` for what a star hands on. */
export interface Unresolved {
  readonly unique_id: string
  readonly column: string | null
  readonly reason: string
}

export interface ColumnLineage {
  /** By unique_id, sorted. */
  readonly nodes: ReadonlyMap<string, NodeColumns>
  readonly coverage: Coverage
}

export interface LineageOptions {
  /** Models, snapshots, seeds and sources; all of them when absent. Others are left out. */
  readonly ids?: readonly string[]
  /** Columns that neither SQL nor YAML names. */
  readonly known?: KnownColumns
  /** `apart`: an ephemeral model is a node like others (the default); `inlined`: what reads it is made from what it reads, as in the warehouse. */
  readonly ephemeral?: 'apart' | 'inlined'
}

/**
 * The columns of a project's models, snapshots, seeds and sources, and what each is made from; both states of an incremental
 * model together. The SQL library must have been started.
 */
export function columnLineage(
  project: Project,
  compile: Compile,
  { ids, known, ephemeral = 'apart' }: LineageOptions = {},
): ColumnLineage {
  const { manifest } = project
  const wanted = lineageIds(manifest, ids)
  const columns = new ProjectColumns(project, compile, {
    ephemeralApart: ephemeral === 'apart',
    ...(known && { known }),
  })
  const reader = new NodeReader(manifest, columns)
  const read = new Map<string, Set<string>>()
  const nodes: NodeColumns[] = []
  // A node's readers come before it, so that what they read of it is known.
  for (const id of topologicalOrder(graphOf(manifest), wanted).reverse()) {
    const node = reader.node(id, read.get(id) ?? new Set())
    nodes.push(node)
    for (const { unique_id, column } of readBy(node)) {
      if (unique_id === null) continue
      const all = read.get(unique_id) ?? new Set()
      read.set(unique_id, all.add(column))
    }
  }
  nodes.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
  return { nodes: new Map(nodes.map((node) => [node.unique_id, node])), coverage: coverageOf(nodes) }
}

function lineageIds({ nodes, sources }: Manifest, ids: readonly string[] = [...nodes.keys(), ...sources.keys()]) {
  return new Set(ids.filter((id) => sources.has(id) || (nodes.has(id) && /^(model|snapshot|seed)\./.test(id))))
}

function readBy({ columns, uses }: NodeColumns): ColumnOf[] {
  return [...columns.flatMap(({ upstream }) => upstream), ...Object.values(uses).flat()]
}

/** How much is known of the nodes whose SQL was looked at, without looking at more. */
export function coverageOfAnalysed(manifest: Manifest, all: readonly ProjectColumns[]): Coverage {
  const nodes = new Map<string, NodeColumns>()
  for (const columns of all) {
    const reader = new NodeReader(manifest, columns)
    for (const id of columns.analysed()) if (!nodes.has(id)) nodes.set(id, reader.node(id, new Set()))
  }
  return coverageOf([...nodes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, node]) => node))
}

/** How much of some nodes is known; sources and seeds do not count. */
export function coverageOf(nodes: Iterable<NodeColumns>): Coverage {
  const made = [...nodes].filter(({ unique_id }) => /^(model|snapshot)\./.test(unique_id))
  const columns = made.reduce((sum, node) => sum + node.columns.length + node.passes.length, 0)
  const unresolved = made.flatMap(({ unique_id, unknown, columns, passes }): Unresolved[] => {
    if (unknown !== null) return [{ unique_id, column: null, reason: unknown }]
    return [
      ...columns.flatMap((each) =>
        each.unknown === null ? [] : [{ unique_id, column: each.name, reason: each.unknown }],
      ),
      ...passes.map(({ reason }) => ({ unique_id, column: '*', reason })),
    ]
  })
  const analysed = made.filter(({ unknown }) => unknown === null)
  const resolved = analysed.reduce(
    (sum, node) => sum + node.columns.filter(({ unknown }) => unknown === null).length,
    0,
  )
  return { models: made.length, analysed: analysed.length, columns, resolved, unresolved }
}
