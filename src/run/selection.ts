import type { Manifest, ManifestNode } from '../dbt/manifest.ts'

/** From this many on, a package's nodes of a type that are all meant are one selector: dbt looks at every node for each. */
const MANY = 200

/**
 * dbt's selectors of nodes (unique_ids of the manifest), one a node: the fully qualified name, which dbt takes for a folder
 * too, narrowed by package, resource type and file; tests that share all of these by what they read. Sorted. A node that
 * the manifest does not have has no selector.
 * https://docs.getdbt.com/reference/node-selection/methods
 */
export function selectorsOf(manifest: Manifest, nodes: readonly string[]): readonly string[] {
  const meant = nodes.flatMap((id) => manifest.nodes.get(id) ?? [])
  const whole = meant.length < MANY ? new Set<string>() : wholeKinds(manifest, new Set(nodes))
  const alike = grouped(manifest, narrowest)
  const selectors = meant.map((node) => {
    if (whole.has(kindOf(node))) return kindOf(node)
    const ambiguous = (alike.get(narrowest(node)) ?? []).length > 1
    return [narrowest(node), ...(ambiguous ? readsOf(manifest, node) : [])].join(',')
  })
  return [...new Set(selectors)].sort()
}

/** How what dbt would run differs from what was planned, both ways, sorted. An ephemeral model is listed and never run. */
export function exactly(
  manifest: Manifest,
  planned: readonly string[],
  listed: readonly string[],
): { readonly beside: readonly string[]; readonly missing: readonly string[] } {
  const wanted = new Set(planned)
  const found = new Set(listed.filter((id) => manifest.nodes.get(id)?.config.materialized !== 'ephemeral'))
  return {
    beside: [...found].filter((id) => !wanted.has(id)).sort(),
    missing: [...wanted].filter((id) => !found.has(id)).sort(),
  }
}

/** Packages' types of nodes of which every node is meant; an ephemeral model is selected with the others and never run. */
function wholeKinds(manifest: Manifest, meant: ReadonlySet<string>): Set<string> {
  const isWhole = (nodes: readonly ManifestNode[]) =>
    nodes.every((node) => meant.has(node.unique_id) || node.config.materialized === 'ephemeral')
  return new Set([...grouped(manifest, kindOf)].filter(([, nodes]) => isWhole(nodes)).map(([kind]) => kind))
}

function grouped(manifest: Manifest, key: (node: ManifestNode) => string): Map<string, ManifestNode[]> {
  const groups = new Map<string, ManifestNode[]>()
  for (const node of manifest.nodes.values()) {
    const group = groups.get(key(node))
    if (group === undefined) groups.set(key(node), [node])
    else group.push(node)
  }
  return groups
}

function kindOf(node: ManifestNode): string {
  return `package:${literal(node.package_name)},resource_type:${node.resource_type}`
}

function narrowest(node: ManifestNode): string {
  const file = node.original_file_path.split('/').at(-1) ?? ''
  return `fqn:${node.fqn.map(literal).join('.')},${kindOf(node)},file:${literal(file)}`
}

/** `+1` is "and what reads it directly". */
function readsOf(manifest: Manifest, node: ManifestNode): string[] {
  return node.depends_on.nodes.flatMap((id) => {
    const parent = manifest.nodes.get(id)
    if (parent !== undefined) return `fqn:${parent.fqn.map(literal).join('.')}+1`
    const source = manifest.sources.get(id)
    if (source === undefined) return []
    return `source:${[source.package_name, source.source_name, source.name].map(literal).join('.')}+1`
  })
}

/** dbt splits arguments at spaces and commas and reads operators; `?` matches any one character. */
function literal(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}_.-]/gu, '?')
}
