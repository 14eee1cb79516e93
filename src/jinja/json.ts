import { sorted } from './compare.ts'
import { iterate } from './iterate.ts'
import { charge } from './limits.ts'
import { floatText } from './number.ts'
import { str, typeName } from './text.ts'
import { Dict, Float, HostObject, type PythonError, Tuple, typeError, type Value, valueError } from './value.ts'

/**
 * JSON or YAML data as a value: an object is a Dict, a whole number an int, any other number a float. What is a value already
 * (a Dict, a Float, a host's object, a function) stays as it is. Throws TypeError for what is neither.
 */
export function fromJson(data: unknown): Value {
  if (data === null || data === undefined) return null
  switch (typeof data) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return data
    case 'number':
      return Number.isSafeInteger(data) && !Object.is(data, -0) ? data : new Float(data)
  }
  if (Array.isArray(data)) return data.map(fromJson)
  if (data instanceof Dict || data instanceof Tuple || data instanceof Float || data instanceof HostObject) return data
  if (isPlainObject(data)) {
    const dict = new Dict()
    for (const key of Object.keys(data)) dict.set(key, fromJson(data[key]))
    return dict
  }
  throw typeError(`a ${typeof data} is not a value that a template can have`)
}

function isPlainObject(data: unknown): data is { readonly [key: string]: unknown } {
  if (typeof data !== 'object' || data === null) return false
  const prototype: unknown = Object.getPrototypeOf(data)
  return prototype === Object.prototype || prototype === null
}

/**
 * A value as plain data: a Dict is an object, a tuple an array, a float a number. Throws Python's TypeError for what JSON has
 * not, such as an Undefined or a function.
 */
export function toJson(value: Value): unknown {
  return plain(value, new Set())
}

function plain(value: Value, open: Set<unknown>): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Float) return value.value
  if (value instanceof HostObject && value.json) return value.json()
  return nested(value, open, () => {
    if (Array.isArray(value)) return value.map((item) => plain(item, open))
    if (value instanceof Tuple) return value.items.map((item) => plain(item, open))
    if (!isMapping(value)) throw unserializable(value)
    const result: { [key: string]: unknown } = {}
    for (const [key, item] of pairs(value)) {
      // Defined, not assigned, so that the key `__proto__` is a key like any other.
      Object.defineProperty(result, keyText(key), {
        value: plain(item, open),
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
    return result
  })
}

/** What a list or object takes, in characters of text. */
const NODE = 64

function nested<T>(value: Value, open: Set<unknown>, run: () => T): T {
  if (open.has(value)) throw valueError('Circular reference detected')
  charge(NODE)
  open.add(value)
  const result = run()
  open.delete(value)
  return result
}

function isMapping(value: Value): boolean {
  return value instanceof Dict || (value instanceof HostObject && value.isMapping === true)
}

function pairs(value: Value): Iterable<readonly [Value, Value]> {
  if (value instanceof Dict) return value
  const host = value
  return Array.from(iterate(value), (key): [Value, Value] => [
    key,
    (host instanceof HostObject ? host.item?.(key) : undefined) ?? null,
  ])
}

function unserializable(value: Value): PythonError {
  return typeError(`Object of type ${typeName(value)} is not JSON serializable`)
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key
  if (key === null) return 'null'
  if (typeof key === 'boolean') return key ? 'true' : 'false'
  if (typeof key === 'number' || typeof key === 'bigint') return String(key)
  if (key instanceof Float) return floatText(key.value)
  if (key instanceof HostObject && typeof key.json?.() === 'string') return str(key)
  throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`)
}

export interface DumpOptions {
  readonly sortKeys?: boolean
  /** Spaces, or the text, that a level is indented by. */
  readonly indent?: number | string
}

/** Python's `json.dumps(value)`: `", "` and `": "` between, all beyond ASCII escaped. Throws as `toJson`. */
export function dumpJson(value: Value, options: DumpOptions = {}): string {
  const { indent } = options
  const unit = typeof indent === 'number' ? ' '.repeat(Math.min(Math.max(indent, 0), 100)) : indent
  return dump(value, options.sortKeys ?? false, unit, '\n', new Set())
}

function dump(value: Value, sort: boolean, unit: string | undefined, newline: string, open: Set<unknown>): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return jsonText(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
    case 'bigint':
      return String(value)
  }
  if (value instanceof Float) return jsonFloat(value.value)
  if (value instanceof HostObject && value.json && !isMapping(value)) {
    return dump(fromJson(value.json()), sort, unit, newline, open)
  }
  return nested(value, open, () => {
    const inner = unit === undefined ? newline : newline + unit
    if (Array.isArray(value) || value instanceof Tuple) {
      const items = Array.isArray(value) ? value : value.items
      return wrap(
        '[',
        ']',
        items.map((item) => dump(item, sort, unit, inner, open)),
        unit,
        newline,
      )
    }
    if (!isMapping(value)) throw unserializable(value)
    const entries = [...pairs(value)]
    const ordered = sort ? sortedEntries(entries) : entries
    const parts = ordered.map(([key, item]) => `${jsonText(keyText(key))}: ${dump(item, sort, unit, inner, open)}`)
    return wrap('{', '}', parts, unit, newline)
  })
}

function sortedEntries(entries: readonly (readonly [Value, Value])[]): (readonly [Value, Value])[] {
  const byKey = Dict.from(entries)
  return sorted(byKey.keys()).map((key): readonly [Value, Value] => [key, byKey.get(key) ?? null])
}

function wrap(
  open: string,
  close: string,
  parts: readonly string[],
  unit: string | undefined,
  newline: string,
): string {
  if (parts.length === 0) return open + close
  const text =
    unit === undefined
      ? open + parts.join(', ') + close
      : `${open}${newline}${unit}${parts.join(`,${newline}${unit}`)}${newline}${close}`
  charge(text.length)
  return text
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  return floatText(value)
}

const BEYOND_ASCII = /[\x7f-\uffff]/g

function jsonText(text: string): string {
  return JSON.stringify(text).replace(BEYOND_ASCII, (unit) =>
    unit === '\x7f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
