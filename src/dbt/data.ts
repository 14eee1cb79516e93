import { checkNested } from '../jinja/native.ts'
import { Dict, Float, HostObject, Tuple, Undefined, type Value } from '../jinja/value.ts'
import type { Json } from './manifest.ts'

/** YAML and JSON as Python holds it: a whole float stays a float (`1.0`), everything else is as in JSON. */
export type Data = null | boolean | number | string | Float | readonly Data[] | DataObject
export interface DataObject {
  readonly [key: string]: Data
}

export function isObject(data: Data | undefined): data is DataObject {
  return typeof data === 'object' && data !== null && !Array.isArray(data) && !(data instanceof Float)
}

export function isList(data: Data | undefined): data is readonly Data[] {
  return Array.isArray(data)
}

export function isJsonObject(data: Json | undefined): data is { readonly [key: string]: Json } {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

/** The list of texts that a text or a list of texts stands for; what is no text is left out. */
export function texts(data: Data | undefined): string[] {
  if (typeof data === 'string') return [data]
  return isList(data) ? data.filter((item) => typeof item === 'string') : []
}

export function textOr<T>(data: Data | undefined, otherwise: T): string | T {
  return typeof data === 'string' ? data : otherwise
}

/** As JSON writes it: floats become numbers. Shares what needs no change, so treat it as read-only. */
export function plain(data: Data): Json {
  return isPlain(data) ? data : changed(data)
}

/** Whether data is JSON as it stands: most of it is. */
function isPlain(data: Data): data is Json {
  if (data === null || typeof data !== 'object') return true
  if (data instanceof Float) return false
  if (isList(data)) {
    for (const item of data) if (!isPlain(item)) return false
    return true
  }
  for (const key in data) if (!isPlain(data[key] as Data)) return false
  return true
}

function changed(data: Data): Json {
  if (data instanceof Float) return data.value
  if (isList(data)) return data.map(plain)
  if (!isObject(data)) return data
  const result: Record<string, Json> = {}
  for (const key of Object.keys(data)) define(result, key, plain(data[key] as Data))
  return result
}

export function plainObject(data: Data | undefined): { readonly [key: string]: Json } {
  const result = isObject(data) ? plain(data) : {}
  return isJsonObject(result) ? result : {}
}

/** What an object holds itself under a key: not what each of JavaScript's objects has, such as `constructor`. */
export function ownValue<T>(object: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

const NOTHING = {}

/**
 * A copy with more fields, and for others to be added to. On Node 20 what comes of `{ ...object, more }` has a hidden class of its own each time:
 * slow to make, and to read. Not so when the object is not the first that is spread.
 */
export function copy<T>(
  object: { readonly [key: string]: T },
  more?: { readonly [key: string]: T },
): Record<string, T> {
  return { ...NOTHING, ...object, ...more }
}

/** Sets an own property, `__proto__` too. */
export function define<T>(target: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}

/** The data as a template sees it. */
export function toValue(data: Data | Json | undefined): Value {
  if (data === undefined) return null
  if (typeof data === 'number') return Number.isInteger(data) ? data : new Float(data)
  if (data === null || typeof data !== 'object' || data instanceof Float) return data
  if (Array.isArray(data)) return data.map(toValue)
  return Dict.from(Object.entries(data).map(([key, value]) => [key, toValue(value)]))
}

/**
 * A template's value as data: a tuple is a list, an undefined an empty text, what only the host knows its text. Throws a PythonError for a value
 * that holds itself, or is too large: never for what `renderNative` gives.
 */
export function fromValue(value: Value): Data {
  return convert(checkNested(value))
}

function convert(value: Value): Data {
  if (value === null || typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number')
    return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Float) return Number.isInteger(value.value) ? value : value.value
  if (Array.isArray(value)) return value.map(convert)
  if (value instanceof Tuple) return value.items.map(convert)
  if (value instanceof Dict) {
    const result: Record<string, Data> = {}
    for (const [key, item] of value) define(result, keyText(key), convert(item))
    return result
  }
  if (value instanceof Undefined || typeof value === 'function') return ''
  if (value instanceof HostObject) {
    if (value.isSequence && value.iterate) return [...value.iterate()].map(convert)
    return value.text?.() ?? ''
  }
  return null
}

/** A dict's key as JSON writes it. */
export function keyText(key: Value): string {
  if (key === null) return 'null'
  if (typeof key === 'boolean') return key ? 'true' : 'false'
  if (key instanceof Float) return String(key.value)
  return String(key)
}
