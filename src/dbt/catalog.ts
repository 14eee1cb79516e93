import { type Data, isObject, ownValue } from './data.ts'

/** A column as dbt's catalog.json has it. */
export interface CatalogColumn {
  readonly name: string
  readonly type: string | null
}

/** Columns in the order of the warehouse by unique_id, nodes and sources alike. */
export type Catalog = ReadonlyMap<string, readonly CatalogColumn[]>

/**
 * Names and types of a catalog.json (https://schemas.getdbt.com/dbt/catalog/v1.json); all else of it is left alone. Null for a
 * text that is no catalog.
 */
export function readCatalog(text: string): Catalog | null {
  let data: Data
  try {
    data = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  if (!isObject(data) || !isObject(data.nodes) || !isObject(data.sources)) return null
  const entries = [...Object.entries(data.nodes), ...Object.entries(data.sources)]
  return new Map(entries.map(([unique_id, entry]) => [unique_id, columnsOf(entry)]))
}

function columnsOf(entry: Data): CatalogColumn[] {
  const columns = isObject(entry) ? ownValue(entry, 'columns') : undefined
  if (!isObject(columns)) return []
  const all = Object.entries(columns).map(([name, column]) => {
    const type = isObject(column) && typeof column.type === 'string' && column.type !== '' ? typeOf(column.type) : null
    const index = isObject(column) && typeof column.index === 'number' ? column.index : 0
    return { name, type, index }
  })
  return all.sort((a, b) => a.index - b.index).map(({ name, type }) => ({ name, type }))
}

/** In lower case, but for the names of a struct's fields. */
function typeOf(written: string): string {
  return written.includes('<') ? written : written.toLowerCase()
}
