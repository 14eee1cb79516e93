import { isJsonObject } from '../../src/dbt/data.ts'
import type { Json, JsonObject } from '../../src/dbt/manifest.ts'

/** What of each section is compared: everything but what names a moment, a machine or a random id. */
const SECTIONS = [
  'nodes',
  'sources',
  'exposures',
  'metrics',
  'semantic_models',
  'saved_queries',
  'unit_tests',
  'functions',
  'groups',
  'selectors',
  'docs',
  'macros',
  'disabled',
  'parent_map',
  'child_map',
] as const
const MOMENTS = new Set(['created_at', 'root_path', 'checksum_of_unit_test'])
/** Lists whose order means nothing to dbt, at any depth. */
const SETS = new Set(['tags', 'nodes', 'macros', 'refs', 'sources', 'primary_key'])
/** Macros that come with dbt: their bodies are not known here, and which of them calls which is dbt's own affair. */
const OF_DBT = /^(?:macro|doc)\.dbt(?:_databricks|_spark)?\./

/** How much of dbt's manifest ours says too. */
export interface Comparison {
  /** The values that either of the two manifests holds: of each resource every leaf, and every list as one. */
  readonly facts: number
  /** One line each: where, what is expected, what is there. */
  readonly differences: readonly string[]
}

/** Compares dbt's manifest with ours, value by value. */
export function compared(expected: JsonObject, actual: JsonObject): Comparison {
  const facts = SECTIONS.flatMap((section) => {
    const [left, right] = [objectOf(expected[section]), objectOf(actual[section])]
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((key) => !OF_DBT.test(key)).sort()
    return keys.flatMap((key) =>
      compare(`${section}.${key}`, left[key] ?? null, right[key] ?? null, section.slice(0, -1)),
    )
  })
  return { facts: facts.length, differences: facts.filter((fact) => fact !== '') }
}

/** The differences between dbt's manifest and ours, one line each: where, what is expected, what is there. */
export function differences(expected: JsonObject, actual: JsonObject): readonly string[] {
  return compared(expected, actual).differences
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** For each fact its difference, or nothing where both sides agree. */
function compare(path: string, expected: Json, actual: Json, key: string): string[] {
  const [left, right] = [canonical(expected, key), canonical(actual, key)]
  if (isJsonObject(left) && isJsonObject(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort()
    return keys.flatMap((name) => compare(`${path}.${name}`, left[name] ?? null, right[name] ?? null, name))
  }
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)]
  return a === b ? [''] : [`${path}\n  expected ${a}\n  actual   ${b}`]
}

/** An absent field, a null and an empty value are the same; sets are sorted. */
function canonical(value: Json, key: string): Json {
  if (Array.isArray(value)) {
    const items = value
      .filter((item) => !(key === 'macros' && OF_DBT.test(String(item))))
      .map((item) => canonical(item, ''))
    if (items.length === 0) return null
    return SETS.has(key) ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items
  }
  if (!isJsonObject(value)) return value === '' ? null : value
  const entries = Object.entries(value).filter(([name]) => !MOMENTS.has(name))
  const kept = entries
    .map(([name, item]): [string, Json] => [name, canonical(item, name)])
    .filter(([, item]) => item !== null)
  return kept.length === 0 ? null : Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)))
}
