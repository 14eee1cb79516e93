import type { Manifest } from '../dbt/manifest.ts'

/** The dependency graph of a manifest, by unique_id: nodes, sources, exposures and unit tests. Neighbours are sorted. */
export interface Graph {
  readonly parents: ReadonlyMap<string, readonly string[]>
  readonly children: ReadonlyMap<string, readonly string[]>
}

/** The graph that a manifest holds. */
export function graphOf(manifest: Manifest): Graph {
  return { parents: manifest.parent_map, children: manifest.child_map }
}
