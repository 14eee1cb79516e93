import type { Json, JsonObject } from '../dbt/manifest.ts'
import { shownMessage } from './dbt-log.ts'

/** Fields of a result that hold no rows. Compiled code may: a macro can ask the warehouse for values while it compiles. */
const kept = ['status', 'timing', 'thread_id', 'execution_time', 'failures', 'unique_id', 'compiled', 'relation_name']

/**
 * dbt's run_results.json, schema v6, as it may be kept as an artifact: messages in words that quote no data, no compiled
 * code, of the adapter's response the counts alone, and no secret. Null when it is none.
 */
export function publishedRunResults(document: unknown, redact: (text: string) => string): JsonObject | null {
  const clean = published(document, redact)
  if (!isObject(clean) || !Array.isArray(clean.results)) return null
  return { ...clean, results: clean.results.filter(isObject).map(resultOf) }
}

/** The text of a JSON document, such as manifest.json, with `redact` applied to every text in it. */
export function publishedText(json: string, redact: (text: string) => string): string {
  return JSON.stringify(published(JSON.parse(json), redact))
}

/** A JSON document with `redact` applied to every text in it. */
export function published(document: unknown, redact: (text: string) => string): Json {
  if (typeof document === 'string') return redact(document)
  if (document === null || typeof document === 'boolean' || typeof document === 'number') return document
  if (Array.isArray(document)) return document.map((item) => published(item, redact))
  if (typeof document !== 'object') return null
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [redact(key), published(value, redact)]))
}

function resultOf(result: JsonObject): JsonObject {
  const { status, message, adapter_response } = result
  return {
    ...Object.fromEntries(kept.map((key) => [key, result[key] ?? null])),
    message: shownMessage(String(status), typeof message === 'string' ? message : null),
    adapter_response: isObject(adapter_response) ? counts(adapter_response) : {},
    compiled_code: null,
    batch_results: null,
  }
}

function counts({ code, query_id, rows_affected }: JsonObject): JsonObject {
  const known = Object.entries({ code, query_id, rows_affected })
  return Object.fromEntries(known.filter((entry): entry is [string, Json] => entry[1] !== undefined))
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
