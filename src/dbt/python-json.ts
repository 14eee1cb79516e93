import { Dict, Float, HostObject, PythonError, Tuple, Undefined, type Value } from '../jinja/index.ts'
import { keyText } from './data.ts'
import { compare } from './text.ts'

/** Python's `json.dumps(value)`. Throws a PythonError for what JSON has not. */
export function dumpJson(value: Value, sortKeys = false): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof Float) return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value)
  if (Array.isArray(value)) return `[${value.map((item) => dumpJson(item, sortKeys)).join(', ')}]`
  if (value instanceof Tuple) return `[${value.items.map((item) => dumpJson(item, sortKeys)).join(', ')}]`
  if (value instanceof Dict) {
    const pairs = [...value].map(([key, item]): [string, Value] => [keyText(key), item])
    if (sortKeys) pairs.sort(([a], [b]) => compare(a, b))
    return `{${pairs.map(([key, item]) => `${quote(key)}: ${dumpJson(item, sortKeys)}`).join(', ')}}`
  }
  if (value instanceof HostObject && value.json) return JSON.stringify(value.json())
  if (value instanceof Undefined) return '""'
  throw new PythonError('TypeError', 'Object is not JSON serializable')
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
