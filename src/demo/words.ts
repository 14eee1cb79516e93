import type { Side } from '../check.ts'
import type { Model } from '../dbt/manifest.ts'
import { counted, listed } from '../report/words.ts'
import type { NodeResult } from '../run/build.ts'
import { relationOf } from '../run/relation.ts'
import type { RelationName } from '../run/warehouse.ts'

export function heading(print: (line: string) => void, title: string): void {
  print(`\n=== ${title} ===\n`)
}

/** What a project holds: `2 sources, 2 models and 20 data tests`. */
export function contents({ project: { manifest } }: Side): string {
  const count = (kind: string) => [...manifest.nodes.values()].filter((it) => it.resource_type === kind).length
  const sources = counted(manifest.sources.size, 'source')
  return listed([sources, counted(count('model'), 'model'), counted(count('test'), 'data test')])
}

/** How the tests ended, and how long all of it took. */
export function testLine(results: readonly NodeResult[], seconds: number): string {
  const tests = results.filter((it) => it.unique_id.startsWith('test.'))
  const passed = tests.filter((it) => it.status === 'success').length
  return `  ${passed} of ${counted(tests.length, 'data test')} passed; ${seconds.toFixed(1)} s in all`
}

/** The models that no other model is built from: gold. */
export function lastModels({ project: { manifest } }: Side): { readonly name: string; readonly table: RelationName }[] {
  return [...manifest.nodes.values()]
    .filter((it): it is Model => it.resource_type === 'model' && it.config.materialized !== 'ephemeral')
    .filter((it) => !(manifest.child_map.get(it.unique_id) ?? []).some((child) => child.startsWith('model.')))
    .sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
    .map((it) => ({ name: it.relation_name ?? it.name, table: relationOf(it) }))
}
