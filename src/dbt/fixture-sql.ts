import { isJsonObject, ownValue } from './data.ts'
import type { Json, JsonObject } from './manifest.ts'

/** The rows of a unit test's input as SQL. Their columns have the types of their literals. */
export function fixtureSql(given: JsonObject): string {
  const { rows, format } = given
  if (format === 'sql') return typeof rows === 'string' ? rows : ''
  const list = Array.isArray(rows) ? rows.filter(isJsonObject) : []
  const columns = [...new Set(list.flatMap((row) => Object.keys(row)))]
  if (columns.length === 0) return 'select 1 where false'
  return list
    .map((row) => `select ${columns.map((name) => `${literal(ownValue(row, name) ?? null)} as ${name}`).join(', ')}`)
    .join('\nunion all\n')
}

function literal(value: Json): string {
  if (value === null) return 'null'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return `'${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
