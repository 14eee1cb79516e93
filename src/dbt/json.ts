import { define } from './data.ts'
import type { Json } from './manifest.ts'

/** Parts of a manifest as JSON: a Map is an object, an absent field is left out. */
export function jsonOf(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (Array.isArray(value)) return value.map(jsonOf)
  if (typeof value !== 'object') return null
  const result: Record<string, Json> = {}
  const entries = value instanceof Map ? value : Object.entries(value)
  for (const [key, item] of entries) if (item !== undefined) define(result, String(key), jsonOf(item))
  return result
}
