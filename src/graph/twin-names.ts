import type { Json } from '../dbt/manifest.ts'
import type { Project } from '../dbt/project.ts'

/** A name without its region's, as a word of its own: `orders` of `orders_eu`, `Orders` of `Orders (EU)`. */
export function withoutRegion(name: string, region: string): string {
  const isRegion = (word: string | undefined) => word?.toLowerCase() === region.toLowerCase()
  const words = name.split(/(\s*\([^()]*\)|[^\p{L}\p{N}()]+)/u)
  const kept = words.filter((it, index) => {
    const inner = /^\s*\(([^()]*)\)$/.exec(it)?.[1]
    return !isRegion(it) && !isRegion(inner) && !(isRegion(words[index + 1]) && index % 2 === 1)
  })
  return kept.join('')
}

/** A unique_id without its project and its region's name: what twins of other regions are called too. */
export function twinId(unique_id: string, { manifest }: Project, region: string): string {
  const [type = '', package_name = '', ...name] = unique_id.split('.')
  const own = package_name === manifest.metadata.project_name ? '' : package_name
  return [type, own, withoutRegion(name.join('.'), region)].join('.')
}

/** Data with the region's name taken out of every word in it, code such as `ref('orders_eu')` included. */
export function dataWithoutRegion(value: Json, region: string): Json {
  const plain = (text: string) => text.replace(/[\p{L}\p{N}_]+/gu, (word) => withoutRegion(word, region))
  const visit = (each: Json): Json => {
    if (typeof each === 'string') return plain(each)
    if (Array.isArray(each)) return each.map((one: Json) => visit(one))
    if (typeof each !== 'object' || each === null) return each
    return Object.fromEntries(Object.entries(each).map(([key, one]) => [plain(key), visit(one)]))
  }
  return visit(value)
}
