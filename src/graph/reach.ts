import type { Manifest, ManifestNode } from '../dbt/manifest.ts'

/** The macros that a node can reach, with those that they call, sorted. */
export function reachableMacros(manifest: Manifest, start: readonly string[]): string[] {
  const reached = new Set<string>()
  const open = [...start]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue
    reached.add(id)
    open.push(...(manifest.macros.get(id)?.depends_on.macros ?? []))
  }
  return [...reached].sort()
}

/** The ephemeral models that are inlined in a node's SQL, with those inlined in them, sorted. */
export function ephemeralParents(manifest: Manifest, node: ManifestNode): ManifestNode[] {
  const found = new Map<string, ManifestNode>()
  const open = [...node.depends_on.nodes]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const parent = manifest.nodes.get(id)
    if (parent === undefined || found.has(id) || parent.config.materialized !== 'ephemeral') continue
    found.set(id, parent)
    open.push(...parent.depends_on.nodes)
  }
  return [...found.values()].sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
}

/** The relation of a node or source as it is written in SQL. */
export function relationOf(manifest: Manifest, unique_id: string): string | null {
  return manifest.nodes.get(unique_id)?.relation_name ?? manifest.sources.get(unique_id)?.relation_name ?? null
}

/** What a node's compiled query depends on besides what is inlined in it, sorted. */
export function readByQuery(manifest: Manifest, unique_id: string): string[] {
  const node = manifest.nodes.get(unique_id)
  if (node === undefined) return []
  const inlined = ephemeralParents(manifest, node)
  const names = new Set(inlined.map((each) => each.unique_id))
  const all = new Set([node, ...inlined].flatMap((each) => each.depends_on.nodes))
  return [...all].filter((id) => !names.has(id)).sort()
}
