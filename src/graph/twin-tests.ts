import type { Json } from '../dbt/manifest.ts'
import type { Project } from '../dbt/project.ts'
import { canonicalJson } from './canonical.ts'
import { dataWithoutRegion, twinId, withoutRegion } from './twin-names.ts'

export interface TwinTest {
  readonly words: string
  readonly column: string | null
}

/** The data tests and unit tests of a node, by what they test, without the region's name. */
export function testsOf(project: Project, region: string, unique_id: string): Map<string, TwinTest> {
  const found = new Map<string, TwinTest>()
  const { nodes, unit_tests, child_map } = project.manifest
  for (const id of child_map.get(unique_id) ?? []) {
    const node = nodes.get(id)
    const unit = unit_tests.get(id)
    if (unit !== undefined) {
      found.set(twinId(id, project, region), { words: `unit test ${withoutRegion(unit.name, region)}`, column: null })
    }
    if (node?.resource_type !== 'test') continue
    const { test_metadata, column_name, attached_node, config } = node
    // One that compares with another model is that one's.
    if (attached_node !== null && attached_node !== unique_id) continue
    const column = column_name === null ? null : withoutRegion(column_name, region)
    if (test_metadata === null) {
      found.set(twinId(id, project, region), { words: `test ${withoutRegion(node.name, region)}`, column })
      continue
    }
    const { name, namespace, kwargs } = test_metadata
    const { model: _, ...given } = kwargs
    const settings: Json = [namespace, name, column, given, config.severity ?? null, config.where ?? null]
    const words = `test ${name}${column === null ? '' : ` of ${column}`}`
    found.set(canonicalJson(dataWithoutRegion(settings, region)), { words, column })
  }
  return found
}
