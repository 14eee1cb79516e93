import type { ManifestNode } from '../dbt/manifest.ts'
import type { ColumnFacts } from '../graph/column-facts.ts'
import { didYouMean } from '../nearest.ts'
import type { ColumnRule } from './column-rule.ts'
import { called, located, member, properties } from './resource.ts'

/** A column of a model's, a snapshot's or a seed's YAML that its SQL or its file does not give. */
export const orphanColumn: ColumnRule = {
  id: 'orphan-column',
  severity: 'warning',
  description: 'YAML describes a column that is not there.',
  *check({ head, ids }) {
    const { project } = head
    for (const unique_id of ids) {
      const node = project.manifest.nodes.get(unique_id)
      const has = node === undefined ? null : columnsOf(head, node)
      if (node === undefined || has === null) continue
      const [about, known] = [called(project, unique_id), new Set(has.map((name) => name.toLowerCase()))]
      const gives = node.resource_type === 'seed' ? 'which its file does not have' : 'which its SQL does not give'
      for (const name of node.columns.keys()) {
        if (known.has(name.toLowerCase()) || known.has(fieldOf(name))) continue
        const position = project.columnPositions.get(`${unique_id}.${name}`)
        const location = position ? located(project, position) : properties(project, unique_id)
        const message = `the YAML of ${about} describes column '${name}', ${gives}${didYouMean(name, has)}`
        yield { unique_id, columnName: name, location, message }
      }
      if (node.resource_type !== 'seed') continue
      const types = node.config.column_types
      for (const name of typeof types === 'object' && types !== null ? Object.keys(types) : []) {
        if (known.has(name.toLowerCase())) continue
        const message = `column_types of ${about} names column '${name}', ${gives}${didYouMean(name, has)}`
        yield { unique_id, columnName: name, location: properties(project, unique_id), message }
      }
    }
  },
}

/** What YAML may describe; null where that is not known, and where an enforced contract says it already. */
function columnsOf(head: ColumnFacts, node: ManifestNode): readonly string[] | null {
  if (node.resource_type === 'seed') return head.known(node.unique_id)?.map(({ name }) => name) ?? null
  if (node.resource_type === 'model' && node.contract.enforced) return null
  if (node.resource_type !== 'model' && node.resource_type !== 'snapshot') return null
  // A hook may add what YAML describes.
  const hooks = [node.config['post-hook'], node.config.post_hook]
  if (hooks.some((each) => each !== undefined && each !== null && !(Array.isArray(each) && each.length === 0)))
    return null
  const given = head.given(node.unique_id)?.map(({ name }) => name) ?? null
  if (given === null || node.resource_type === 'model') return given
  return [...given, ...ofSnapshot(node)]
}

/** The columns that dbt adds to a snapshot: https://docs.getdbt.com/reference/resource-configs/snapshot_meta_column_names */
function ofSnapshot({ config }: ManifestNode): string[] {
  return ['dbt_scd_id', 'dbt_updated_at', 'dbt_valid_from', 'dbt_valid_to', 'dbt_is_deleted'].map((name) => {
    const own = member(config.snapshot_meta_column_names, name)
    return typeof own === 'string' ? own : name
  })
}

/** The column of `address.city`, a field that dbt-databricks lets YAML describe. */
function fieldOf(name: string): string {
  return name.split('.')[0]?.toLowerCase() ?? ''
}
