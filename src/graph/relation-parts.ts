import { define } from '../dbt/data.ts'
import type { ColumnInfo, Json, JsonObject, Macro, Manifest, ManifestNode } from '../dbt/manifest.ts'
import { hash, isEmpty, isObject } from './canonical.ts'
import { reachableMacros } from './reach.ts'

/** What says something about a resource and alters nothing in the warehouse, or is a part of its own. */
const notConfig = new Set(
  'enabled tags meta docs group access description database schema alias persist_docs contract databricks_tags row_filter grants freshness pre-hook post-hook pre_hook post_hook'.split(
    ' ',
  ),
)

/** What shapes the relation: every setting that is not known to shape nothing, an enforced contract, a materialization of the project's own. */
export function configOf(manifest: Manifest, node: ManifestNode): JsonObject {
  const config: Record<string, Json> = {}
  for (const [key, value] of Object.entries(node.config)) {
    if (!notConfig.has(key) && !isEmpty(value)) define(config, key.replaceAll('-', '_'), value)
  }
  const contract = contractOf(node)
  if (contract !== null) config.contract = contract
  return { ...config, ...materializationOf(manifest, node) }
}

function contractOf(node: ManifestNode): JsonObject | null {
  if (node.resource_type !== 'model' || !node.contract.enforced) return null
  const columns = [...node.columns.values()].map((column): readonly [string, Json] => [
    column.name,
    { data_type: column.data_type, constraints: column.constraints, quote: column.quote },
  ])
  return {
    columns: Object.fromEntries(columns),
    // Under a contract dbt selects the columns in the order of the YAML.
    order: [...node.columns.keys()],
    constraints: node.constraints,
    alias_types: node.contract.alias_types,
  }
}

/** The text of a materialization that is not dbt's own. */
function materializationOf(manifest: Manifest, node: ManifestNode): JsonObject {
  const prefix = `materialization_${node.config.materialized}_`
  const own = materializationsOf(manifest).filter((macro) => macro.name.startsWith(prefix))
  return own.length === 0
    ? {}
    : macroTexts(
        manifest,
        own.map((macro) => macro.unique_id),
      )
}

/** The hashes of macros and of those that they call, as settings. */
export function macroTexts(manifest: Manifest, start: readonly string[]): JsonObject {
  const hashes = reachableMacros(manifest, start).map(
    (id) => [id, hash(manifest.macros.get(id)?.macro_sql ?? null)] as const,
  )
  return { macros: Object.fromEntries(hashes) }
}

const materializations = new WeakMap<Manifest, readonly Macro[]>()

function materializationsOf(manifest: Manifest): readonly Macro[] {
  const known = materializations.get(manifest)
  if (known !== undefined) return known
  const shipped = new Set(['dbt', 'dbt_spark', `dbt_${manifest.metadata.adapter_type}`])
  const own = [...manifest.macros.values()].filter(
    (macro) => macro.name.startsWith('materialization_') && !shipped.has(macro.package_name),
  )
  materializations.set(manifest, own)
  return own
}

/** dbt-core's own keys of a column; what else stands at its top level is the adapter's, such as `databricks_tags`. */
const columnKeys = new Set(
  'name description data_type meta tags quote constraints config granularity doc_blocks dimension entity'.split(' '),
)

/** What Unity Catalog holds about the relation: tags, masks, filters, grants, and descriptions that are persisted. */
export function governanceOf(node: ManifestNode): JsonObject {
  const governance: Record<string, Json> = {}
  for (const key of ['databricks_tags', 'row_filter', 'grants'] as const) {
    const value = node.config[key]
    if (value !== undefined && !isEmpty(value)) governance[key] = value
  }
  const persist = node.config.persist_docs
  if (flag(persist, 'relation') && node.description !== '') governance.description = node.description
  const columns = [...node.columns.values()]
    .map((column): readonly [string, JsonObject] => [column.name, columnGovernance(column, flag(persist, 'columns'))])
    .filter(([, value]) => Object.keys(value).length > 0)
  if (columns.length > 0) governance.columns = Object.fromEntries(columns)
  return governance
}

function columnGovernance(column: ColumnInfo, persisted: boolean): JsonObject {
  const extra = Object.entries(column).filter(([key, value]) => !columnKeys.has(key) && !isEmpty(value))
  const description = persisted && column.description !== '' ? [['description', column.description] as const] : []
  return Object.fromEntries([...extra, ...description])
}

function flag(value: Json | undefined, key: string): boolean {
  return isObject(value) && value[key] === true
}
