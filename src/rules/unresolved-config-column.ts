import type { Json, ManifestNode } from '../dbt/manifest.ts'
import type { Location } from '../finding.ts'
import type { ColumnFacts } from '../graph/column-facts.ts'
import { didYouMean } from '../nearest.ts'
import type { ColumnRule } from './column-rule.ts'
import { isTrue } from './incremental.ts'
import { called, definition, properties } from './resource.ts'

/** A setting that names a column which the node's SQL does not give, so that building it fails: a key, a partition, what a snapshot compares. */
export const unresolvedConfigColumn: ColumnRule = {
  id: 'unresolved-config-column',
  severity: 'error',
  description: 'A setting names a column that the model or snapshot does not give.',
  *check({ head, ids }) {
    for (const unique_id of ids) {
      const node = head.project.manifest.nodes.get(unique_id)
      const given = head.given(unique_id)?.map(({ name }) => name)
      if (node === undefined || given === undefined) continue
      const known = new Set(given.map((name) => name.toLowerCase()))
      for (const [setting, name] of named(node)) {
        if (known.has(name.toLowerCase())) continue
        const message = `${setting} of ${called(head.project, unique_id)} names column '${name}', which its SQL does not give${didYouMean(name, given)}`
        yield { unique_id, columnName: name, location: placeOf(head, unique_id, setting), message }
      }
    }
  },
}

/** The columns that a node's settings name, with the setting. An expression names none for certain. */
function named(node: ManifestNode): [setting: string, column: string][] {
  const { config } = node
  return settingsOf(node).flatMap((setting) =>
    texts(config[setting])
      .filter((text) => /^[A-Za-z_]\w*$/.test(text))
      .map((text): [string, string] => [setting, text]),
  )
}

/** https://docs.getdbt.com/reference/resource-configs/databricks-configs and https://docs.getdbt.com/docs/build/snapshots */
function settingsOf({ resource_type, config }: ManifestNode): readonly string[] {
  if (resource_type === 'snapshot')
    return config.strategy === 'check'
      ? ['unique_key', ...(config.check_cols === 'all' ? [] : ['check_cols'])]
      : config.strategy === 'timestamp'
        ? ['unique_key', 'updated_at']
        : []
  if (resource_type !== 'model' || !['table', 'incremental'].includes(config.materialized)) return []
  const layout = [
    'partition_by',
    'liquid_clustered_by',
    ...(typeof config.buckets === 'number' ? ['clustered_by'] : []),
  ]
  if (config.materialized === 'table') return layout
  const strategy = config.incremental_strategy ?? 'merge'
  if (strategy === 'merge')
    return [...layout, 'unique_key', ...(isTrue(config.skip_matched_step) ? [] : ['merge_update_columns'])]
  return strategy === 'delete+insert' ? [...layout, 'unique_key'] : layout
}

/** Where a node's own file sets it, else its YAML. */
function placeOf(head: ColumnFacts, unique_id: string, setting: string): Location {
  const start = definition(head.project, unique_id)
  const text = start.file.endsWith('.sql') ? head.text(unique_id) : null
  const found = text === null ? null : new RegExp(`\\b${setting}\\s*=`).exec(text)
  if (text === null || found === null) return properties(head.project, unique_id)
  const before = text.slice(0, found.index).split('\n')
  return { file: start.file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

function texts(value: Json | undefined): string[] {
  const list = Array.isArray(value) ? value : [value ?? null]
  return list.filter((each): each is string => typeof each === 'string')
}
