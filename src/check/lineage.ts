import type { Manifest } from '../dbt/manifest.ts'
import type { Project } from '../dbt/project.ts'
import type { Lineage, LineageNode, NodeChange } from '../report/report.ts'

type Kind = LineageNode['resource_type']

interface Drawable {
  readonly name: string
  readonly resource_type: Kind
  readonly layer: LineageNode['layer']
}

/** The part of the graph that a reviewer looks at: what changed, what is downstream of it up to the exposures, and what the changed nodes read. */
export function lineageOf(base: Project | null, head: Project | null, changes: readonly NodeChange[]): Lineage {
  const states = new Map<string, LineageNode['state']>()
  const drawable = (id: string): Drawable | null =>
    (head && drawn(head.manifest, id)) ?? (base && drawn(base.manifest, id)) ?? null
  const add = (id: string, state: LineageNode['state']) => {
    if (!states.has(id) && drawable(id) !== null) states.set(id, state)
  }
  const parents = (id: string): readonly string[] =>
    head?.manifest.parent_map.get(id) ?? base?.manifest.parent_map.get(id) ?? []
  for (const { unique_id, state } of changes) add(unique_id, state)
  for (const { affects } of changes) for (const id of affects) add(id, 'affected')
  for (const { unique_id } of changes)
    if (states.has(unique_id)) for (const id of parents(unique_id)) add(id, 'context')

  const ids = [...states.keys()].sort()
  const nodes = ids.flatMap((unique_id): LineageNode[] => {
    const node = drawable(unique_id)
    return node === null ? [] : [{ unique_id, ...node, state: states.get(unique_id) ?? 'context' }]
  })
  const edges = ids.flatMap((child) =>
    [...new Set([...parents(child), ...readBefore(base, child, states)])]
      .filter((parent) => states.has(parent))
      .sort()
      .map((parent): [string, string] => [parent, child]),
  )
  return { nodes, edges: edges.sort(([a, b], [c, d]) => order(a, c) || order(b, d)) }
}

/** The removed parents that a node had at base: without them a removed node would stand alone. */
function readBefore(base: Project | null, child: string, states: ReadonlyMap<string, LineageNode['state']>): string[] {
  return (base?.manifest.parent_map.get(child) ?? []).filter((parent) => states.get(parent) === 'removed')
}

/** How a node, source or exposure of a manifest is drawn; null for what is not. */
export function drawn(manifest: Manifest, id: string): Drawable | null {
  const source = manifest.sources.get(id)
  if (source) return { name: `${source.source_name}.${source.name}`, resource_type: 'source', layer: 'bronze' }
  const exposure = manifest.exposures.get(id)
  if (exposure) return { name: exposure.label ?? exposure.name, resource_type: 'exposure', layer: 'exposure' }
  const node = manifest.nodes.get(id)
  if (!node) return null
  const { name, resource_type } = node
  if (resource_type === 'seed') return { name, resource_type, layer: 'bronze' }
  if (resource_type !== 'model' && resource_type !== 'snapshot') return null
  return { name, resource_type, layer: layerOf([...node.fqn.slice(1, -1), node.schema]) }
}

/** The first of a model's folders, then its schema, that says bronze, silver or gold as a word. */
function layerOf(places: readonly string[]): LineageNode['layer'] {
  for (const place of places) {
    const layer = /(?:^|[^a-z])(bronze|silver|gold)(?![a-z])/i.exec(place)?.[1]?.toLowerCase()
    if (layer === 'bronze' || layer === 'silver' || layer === 'gold') return layer
  }
  return 'other'
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
