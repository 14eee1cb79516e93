import { withoutRegion } from '../graph/twin-names.ts'
import { compare, grouped } from './grouped.ts'
import type { Lineage, LineageNode } from './report.ts'
import type { Section } from './section.ts'

export { withoutRegion } from '../graph/twin-names.ts'

/** The lineage of regions that change alike as one picture: twins stand in one node, which bears each of their names. */
export interface Picture {
  readonly nodes: readonly PictureNode[]
  readonly edges: readonly (readonly [string, string])[]
}

export interface PictureNode extends Pick<LineageNode, 'resource_type' | 'layer' | 'state'> {
  readonly key: string
  readonly names: readonly string[]
  /** The regions that have it, when some of the picture's regions have not. */
  readonly only: readonly string[]
}

/**
 * A lineage of at most `most` nodes. First the neighbours that only give context go, then what is merely affected, with an edge
 * where a path led through it, so that every change still reaches its exposures.
 */
export function limited(lineage: Lineage, most: number): Lineage {
  if (lineage.nodes.length <= most) return lineage
  const inner = without(lineage, (it) => it.state === 'context')
  if (inner.nodes.length <= most) return inner
  const outer = without(inner, (it) => it.state === 'affected' && it.resource_type !== 'exposure')
  const kept = new Set([...outer.nodes].sort(changedFirst).slice(0, most))
  return without(outer, (it) => !kept.has(it))
}

function changedFirst(a: LineageNode, b: LineageNode): number {
  return Number(a.state === 'affected') - Number(b.state === 'affected')
}

function without({ nodes, edges }: Lineage, leaves: (node: LineageNode) => boolean): Lineage {
  const kept = nodes.filter((it) => !leaves(it))
  const ids = new Set(kept.map((it) => it.unique_id))
  const children = grouped(edges, ([parent]) => parent)
  const next = (id: string) => (children.get(id) ?? []).map(([, child]) => child)
  return {
    nodes: kept,
    edges: kept.flatMap((it) => reached(it.unique_id, next, ids).map((id) => [it.unique_id, id] as const)),
  }
}

/** The kept nodes that `from` leads to directly or through nodes that are not kept. */
function reached(from: string, next: (id: string) => readonly string[], kept: ReadonlySet<string>): string[] {
  const found = new Set<string>()
  const seen = new Set<string>()
  const queue = [...next(from)]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    if (kept.has(id)) found.add(id)
    else queue.push(...next(id))
  }
  found.delete(from)
  return [...found].sort(compare)
}

/** The picture of one region, or of several that change alike. */
export function pictureOf(sections: readonly Section[]): Picture {
  const nodes = new Map<string, PictureNode>()
  const edges = new Map<string, readonly [string, string]>()
  for (const section of sections) {
    const keys = keysOf(section)
    for (const node of section.lineage.nodes) {
      const key = keys.get(node.unique_id) ?? node.unique_id
      nodes.set(key, withTwin(nodes.get(key), node, key, section.region))
    }
    for (const [parent, child] of section.lineage.edges) {
      const edge = [keys.get(parent) ?? parent, keys.get(child) ?? child] as const
      edges.set(edge.join('\n'), edge)
    }
  }
  const everywhere = (it: PictureNode) => it.only.length === sections.length
  return {
    nodes: [...nodes.values()]
      .map((it) => (everywhere(it) ? { ...it, only: [] } : it))
      .sort((a, b) => compare(a.key, b.key)),
    edges: [...edges.values()].sort((a, b) => compare(a.join('\n'), b.join('\n'))),
  }
}

function withTwin(twin: PictureNode | undefined, node: LineageNode, key: string, region: string): PictureNode {
  const { resource_type, layer, state } = node
  const names = [...new Set([...(twin?.names ?? []), node.name])]
  return { key, resource_type, layer, state, names, only: [...(twin?.only ?? []), region] }
}

/** Twins bear the same name but for their region's, as in `orders_us` and `orders_eu`; a key that is not unique is none. */
function keysOf({ lineage, region }: Section): ReadonlyMap<string, string> {
  const key = (node: LineageNode) =>
    [node.resource_type, node.layer, node.state, withoutRegion(node.name, region)].join(' ')
  const groups = grouped(lineage.nodes, key)
  return new Map(
    lineage.nodes.map((it) => [
      it.unique_id,
      groups.get(key(it))?.length === 1 ? key(it) : `${it.unique_id} ${region}`,
    ]),
  )
}
