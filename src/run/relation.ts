import type { ManifestNode, SourceDefinition } from '../dbt/manifest.ts'
import type { RelationName, Warehouse } from './warehouse.ts'

/** Where a node's relation stands. */
export function relationOf(node: ManifestNode | SourceDefinition): RelationName {
  const identifier = node.resource_type === 'source' ? node.identifier : node.alias
  return { database: node.database, schema: node.schema, identifier }
}

/** A relation's name in a statement. */
export function quotedRelation({ database, schema, identifier }: RelationName): string {
  return [...(database === null ? [] : [database]), schema, identifier].map(quoted).join('.')
}

/** An identifier in a statement. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** A text in a statement: a literal with the escapes of Databricks. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** What stands at a place: `view`, `table` for anything else, null for nothing. */
export async function kindOfRelation(warehouse: Warehouse, relation: RelationName): Promise<'table' | 'view' | null> {
  if ((await warehouse.columns(relation)) === null) return null
  const { database, schema, identifier } = relation
  const catalog = database ?? 'hive_metastore'
  const rows = await warehouse.query(
    `select table_type from ${quoted(catalog)}.information_schema.tables
     where lower(table_catalog) = lower(:catalog) and lower(table_schema) = lower(:schema) and lower(table_name) = lower(:identifier)`,
    { catalog, schema, identifier },
  )
  return rows.some((it) => it.table_type === 'VIEW') ? 'view' : 'table'
}
