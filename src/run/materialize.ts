import type { ManifestNode } from '../dbt/manifest.ts'
import type { Project, ProjectFiles } from '../dbt/project.ts'
import { type Graph, graphOf } from '../graph/graph.ts'
import { buildGraph, topologicalOrder } from '../graph/order.ts'
import type { Build, NodeResult } from './build.ts'
import { BuildError } from './build-error.ts'
import type { Compiler } from './compiler.ts'
import { runDataTest } from './data-test.ts'
import { buildModel } from './model.ts'
import { quoted, relationOf } from './relation.ts'
import { loadSeed } from './seed.ts'
import { type Warehouse, WarehouseError } from './warehouse.ts'

export interface NativeBuild {
  readonly project: Project
  readonly files: ProjectFiles
  readonly compiler: Compiler
  readonly warehouse: Warehouse
  /** Aborted when no further node is to be begun. */
  readonly signal?: AbortSignal
  /** Builds incremental models anew. */
  readonly fullRefresh?: boolean
}

type Outcome = Pick<NodeResult, 'status' | 'message'>

/**
 * Builds nodes without dbt, one after the other in the order of `dbt build`. A node whose parent failed, or a failing
 * test of whose parent stands before it, is skipped; the others go on. An error that is not the node's ends the build.
 */
export function nativeBuild(input: NativeBuild): Build {
  const graph = buildGraph(graphOf(input.project.manifest))
  return async function* (nodes) {
    const schemas = new Set<string>()
    const failed = new Map<string, string>()
    for (const unique_id of topologicalOrder(graph, nodes)) {
      if (input.signal?.aborted) return
      const cause = failedAbove(graph, failed, unique_id)
      if (cause !== null) {
        failed.set(unique_id, cause)
        yield [{ unique_id, status: 'skipped', message: `skipped because ${cause} failed`, execution_time: 0 }]
        continue
      }
      yield [{ unique_id, status: 'started', message: null, execution_time: 0 }]
      const start = performance.now()
      const outcome = await attempt(() => buildNode(input, schemas, unique_id))
      if (outcome.status === 'error' || outcome.status === 'fail') failed.set(unique_id, unique_id)
      yield [{ unique_id, ...outcome, execution_time: (performance.now() - start) / 1000 }]
    }
  }
}

/** The node whose failure keeps this one from being built, if there is one. */
function failedAbove(graph: Graph, failed: ReadonlyMap<string, string>, unique_id: string): string | null {
  const seen = new Set<string>()
  const open = [...(graph.parents.get(unique_id) ?? [])]
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    const cause = failed.get(id)
    if (cause !== undefined) return cause
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...(graph.parents.get(id) ?? []))
  }
  return null
}

async function attempt(build: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await build()
  } catch (error) {
    if (error instanceof BuildError || error instanceof WarehouseError)
      return { status: 'error', message: error.message }
    throw error
  }
}

async function buildNode(input: NativeBuild, schemas: Set<string>, unique_id: string): Promise<Outcome> {
  const { warehouse, compiler, files } = input
  const node = input.project.manifest.nodes.get(unique_id)
  if (node === undefined) throw new Error(`${unique_id} was to be built and is not in the manifest`)
  if (node.resource_type === 'test') return runDataTest(warehouse, compiler, node)
  if (node.resource_type !== 'model' && node.resource_type !== 'seed') {
    throw new BuildError(`a ${node.resource_type} is not run by this engine: deploy with the dbt engine`)
  }
  await createSchema(warehouse, schemas, node)
  const message =
    node.resource_type === 'model'
      ? await buildModel(warehouse, compiler, node, input.fullRefresh ?? false)
      : await loadSeed(warehouse, files, node)
  return { status: 'success', message }
}

async function createSchema(warehouse: Warehouse, created: Set<string>, node: ManifestNode): Promise<void> {
  if (node.config.materialized === 'ephemeral') return
  const { database, schema } = relationOf(node)
  const name = [...(database === null ? [] : [database]), schema].map(quoted).join('.')
  if (created.has(name)) return
  await warehouse.query(`create schema if not exists ${name}`)
  created.add(name)
}
