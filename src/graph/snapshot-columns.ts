import type { ManifestNode } from '../dbt/manifest.ts'
import { isObject } from './canonical.ts'

/** A column that dbt adds to a snapshot's table. */
export interface SnapshotColumn {
  readonly name: string
  readonly type: string | null
  /** Names of the SQL's columns that it is made from. */
  readonly from: readonly string[]
  /** How, beside handing them on. */
  readonly function: string | null
}

/** The columns that dbt adds to a snapshot's SQL: https://docs.getdbt.com/docs/build/snapshots#snapshot-meta-fields */
export function snapshotColumns({ config }: ManifestNode): SnapshotColumn[] {
  const names = isObject(config.snapshot_meta_column_names) ? config.snapshot_meta_column_names : {}
  const named = (name: string): string => {
    const own = names[name]
    return typeof own === 'string' && own !== '' ? own : name
  }
  const keys = (Array.isArray(config.unique_key) ? config.unique_key : [config.unique_key]).filter(
    (key) => typeof key === 'string',
  )
  const updated = config.strategy === 'timestamp' && typeof config.updated_at === 'string' ? [config.updated_at] : []
  const time = (name: string, from: readonly string[]) => ({ name: named(name), type: null, from, function: null })
  const added = [
    { name: named('dbt_scd_id'), type: 'string', from: [...keys, ...updated], function: 'md5' },
    time('dbt_updated_at', updated),
    time('dbt_valid_from', updated),
    time('dbt_valid_to', updated),
  ]
  return config.hard_deletes === 'new_record' ? [...added, time('dbt_is_deleted', [])] : added
}
