import { quoted } from './relation.ts'
import { type Cell, type RelationName, type Warehouse, WarehouseError } from './warehouse.ts'
import { kindOf } from './warehouse-conditions.ts'

/** Catalogs that are not Unity Catalog's and have no information schema. */
const legacy = new Set(['hive_metastore', 'spark_catalog'])

/** A statement with this many names stays below what warehouses take in parameters (256). */
const namesPerStatement = 200

/** A relation's name for looking it up: Databricks does not tell upper from lower case. */
export function relationKey({ database, schema, identifier }: RelationName): string {
  return JSON.stringify([database, schema, identifier].map((part) => part?.toLowerCase()))
}

/**
 * The column names of each relation in order, by `relationKey`, tables and views alike; null for one that is not there or
 * that may not be seen, which Unity Catalog does not tell apart. One statement for a catalog's relations
 * (https://docs.databricks.com/en/sql/language-manual/information-schema/columns.html), one more for each that it does not show.
 */
export async function columnsOfRelations(
  warehouse: Warehouse,
  relations: readonly RelationName[],
): Promise<Map<string, readonly string[] | null>> {
  const found = new Map<string, readonly string[] | null>()
  for (const [catalog, all] of byCatalog(relations)) {
    const unity = catalog !== null && !legacy.has(catalog)
    const listed = unity ? await listColumns(warehouse, catalog, all) : new Map<string, string[]>()
    for (const relation of all) {
      const key = relationKey(relation)
      if (found.has(key)) continue
      found.set(
        key,
        listed === 'no catalog' ? null : (listed.get(key) ?? (await describedColumns(warehouse, relation))),
      )
    }
  }
  return found
}

function byCatalog(relations: readonly RelationName[]): ReadonlyMap<string | null, readonly RelationName[]> {
  const catalogs = new Map<string | null, RelationName[]>()
  for (const relation of relations) {
    const catalog = relation.database?.toLowerCase() ?? null
    catalogs.set(catalog, [...(catalogs.get(catalog) ?? []), relation])
  }
  return catalogs
}

async function listColumns(
  warehouse: Warehouse,
  catalog: string,
  relations: readonly RelationName[],
): Promise<Map<string, string[]> | 'no catalog'> {
  const columns = new Map<string, string[]>()
  for (const each of statementsOf(catalog, relations)) {
    try {
      for (const row of await warehouse.query(each.sql, each.parameters)) {
        const [schema, identifier] = [String(row.table_schema), String(row.table_name)]
        const key = relationKey({ database: catalog, schema, identifier })
        const known = columns.get(key)
        if (known === undefined) columns.set(key, [String(row.column_name)])
        else known.push(String(row.column_name))
      }
    } catch (error) {
      if (!(error instanceof WarehouseError)) throw error
      if (kindOf(error.condition, null) === 'catalog') return 'no catalog'
      // Whoever may read a table need not be let into the information schema.
      return columns
    }
  }
  return columns
}

/** Names are compared as they are kept, in lower case: a function around the column would make it read the whole catalog. */
function* statementsOf(
  catalog: string,
  relations: readonly RelationName[],
): Generator<{ sql: string; parameters: Record<string, Cell> }> {
  for (let start = 0; start < relations.length; start += namesPerStatement / 2) {
    const parameters: Record<string, Cell> = { catalog }
    const some = relations.slice(start, start + namesPerStatement / 2)
    const list = (letter: string, names: readonly string[]): string =>
      [...new Set(names.map((name) => name.toLowerCase()))]
        .map((name, index) => {
          parameters[`${letter}${index}`] = name
          return `:${letter}${index}`
        })
        .join(', ')
    const schemas = list(
      's',
      some.map(({ schema }) => schema),
    )
    const tables = list(
      't',
      some.map(({ identifier }) => identifier),
    )
    const sql = `select table_schema, table_name, column_name from ${quoted(catalog)}.information_schema.columns
     where table_catalog = :catalog and table_schema in (${schemas}) and table_name in (${tables}) order by ordinal_position`
    yield { sql, parameters }
  }
}

/** The column names of one relation, asked of itself: later than the information schema's, which follows foreign catalogs behind. */
export async function describedColumns(
  warehouse: Warehouse,
  relation: RelationName,
): Promise<readonly string[] | null> {
  try {
    return (await warehouse.columns(relation))?.map(({ name }) => name) ?? null
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error
    if (['relation', 'schema', 'catalog', 'permission'].includes(kindOf(error.condition, null))) return null
    throw error
  }
}
