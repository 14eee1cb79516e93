import type { Tree } from './sdk.ts'
import { isParts, type Parts } from './tree.ts'

const yesOrNo = new Set(
  'eq neq lt lte gt gte and or not like i_like regexp_like in between exists is_null is_true is_false null_safe_eq null_safe_neq any all'.split(
    ' ',
  ),
)
const byFunction: ReadonlyMap<string, string> = new Map([
  ...['count', 'count_if', 'approx_count_distinct'].map((it) => [it, 'bigint'] as const),
  ...['concat', 'lower', 'upper', 'trim', 'sha2', 'md5', 'date_format', 'substring', 'replace'].map(
    (it) => [it, 'string'] as const,
  ),
  ...['current_date', 'to_date', 'last_day', 'add_months'].map((it) => [it, 'date'] as const),
  ...['current_timestamp', 'date_trunc', 'to_timestamp'].map((it) => [it, 'timestamp'] as const),
  ...['year', 'month', 'day', 'quarter', 'length', 'datediff'].map((it) => [it, 'int'] as const),
])

/** The type that a node of this kind gives whatever it is given, in Databricks' words; null when that depends, or is not known here. */
export function typeOf(kind: string, parts: Parts): string | null {
  if (kind === 'cast' || kind === 'try_cast') return typeName(parts.to)
  if (yesOrNo.has(kind)) return 'boolean'
  if (kind === 'literal') return literalType(parts)
  if (kind === 'boolean') return 'boolean'
  return byFunction.get(kind) ?? null
}

function literalType({ literal_type, value }: Parts): string | null {
  if (literal_type === 'number') return typeof value === 'string' && /^\d{1,9}$/.test(value) ? 'int' : null
  if (literal_type === 'string' || literal_type === 'date' || literal_type === 'timestamp') return literal_type
  return null
}

function typeName(tree: Tree | undefined): string | null {
  if (!isParts(tree) || typeof tree.data_type !== 'string') return null
  const names: Readonly<Record<string, string>> = {
    text: 'string',
    var_char: 'string',
    big_int: 'bigint',
    small_int: 'smallint',
    tiny_int: 'tinyint',
  }
  const name = names[tree.data_type] ?? tree.data_type
  if (name === 'decimal') return `decimal(${tree.precision ?? 10},${tree.scale ?? 0})`
  return /^(string|bigint|smallint|tinyint|int|double|float|boolean|date|timestamp|binary)$/.test(name) ? name : null
}
