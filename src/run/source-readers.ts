import type { Manifest, SourceDefinition } from '../dbt/manifest.ts'
import { relationOf } from './relation.ts'
import { relationKey } from './relation-columns.ts'

/** The planned nodes that read each source, seen through ephemeral models, sorted by source; but for what the project builds itself. */
export function readersOf(manifest: Manifest, nodes: readonly string[]): Map<SourceDefinition, readonly string[]> {
  // It need not be there yet.
  const built = new Set([...manifest.nodes.values()].map((node) => relationKey(relationOf(node))))
  const readers = new Map<string, string[]>()
  for (const node of [...nodes].sort()) {
    for (const source of sourcesOf(manifest, node)) readers.set(source, [...(readers.get(source) ?? []), node])
  }
  return new Map(
    [...readers].sort().flatMap(([unique_id, all]) => {
      const source = manifest.sources.get(unique_id)
      return source === undefined || built.has(relationKey(relationOf(source))) ? [] : [[source, all] as const]
    }),
  )
}

function sourcesOf(manifest: Manifest, node: string): ReadonlySet<string> {
  const found = new Set<string>()
  const seen = new Set<string>()
  const visit = (unique_id: string): void => {
    for (const parent of manifest.parent_map.get(unique_id) ?? []) {
      if (seen.has(parent)) continue
      seen.add(parent)
      if (manifest.sources.has(parent)) found.add(parent)
      else if (manifest.nodes.get(parent)?.config.materialized === 'ephemeral') visit(parent)
    }
  }
  visit(node)
  return found
}
