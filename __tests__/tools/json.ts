export type Json = null | boolean | number | string | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

/** Reads the text of a JSON object; throws when it holds anything else. */
export function parseJson(text: string): JsonObject {
  const value: Json = JSON.parse(text)
  if (isRecord(value)) return value
  throw new Error(`expected a JSON object, found ${text.slice(0, 80)}`)
}

export function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
