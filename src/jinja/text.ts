import { charge } from './limits.ts'
import { floatText } from './number.ts'
import { quote } from './quote.ts'
import { Dict, Float, HostObject, PythonError, Tuple, Undefined, type Value } from './value.ts'

/** Python's `type(value).__name__`. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'str'
    case 'number':
    case 'bigint':
      return 'int'
    case 'boolean':
      return 'bool'
    case 'function':
      return 'function'
  }
  if (value === null) return 'NoneType'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Dict) return 'dict'
  if (value instanceof Tuple) return 'tuple'
  if (value instanceof Float) return 'float'
  if (value instanceof Undefined) return 'Undefined'
  return value.typeName
}

/** Python's `str(value)`: what `{{ value }}` prints. */
export function str(value: Value): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (value instanceof Undefined) return ''
  if (value instanceof HostObject && value.text) return value.text()
  return repr(value)
}

/** Python's `repr(value)`. */
export function repr(value: Value): string {
  return represent(value, undefined)
}

/** `open` holds the containers that are being written, since a list can hold itself. */
function represent(value: Value, open: Set<unknown> | undefined): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      return String(value)
    case 'bigint':
      return bigText(value)
    case 'boolean':
      return value ? 'True' : 'False'
    case 'function':
      return `<function ${value.name || 'anonymous'}>`
  }
  if (value === null) return 'None'
  if (value instanceof Float) return floatText(value.value)
  if (value instanceof Undefined) return 'Undefined'
  if (value instanceof HostObject) return value.repr?.() ?? value.text?.() ?? `<${value.typeName} object>`
  return container(value, open ?? new Set())
}

function container(value: Value[] | Tuple | Dict, open: Set<unknown>): string {
  if (open.has(value)) return Array.isArray(value) ? '[...]' : value instanceof Dict ? '{...}' : '(...)'
  open.add(value)
  try {
    if (value instanceof Dict) {
      const pairs: string[] = []
      for (const [key, item] of value) pairs.push(`${represent(key, open)}: ${represent(item, open)}`)
      return joined('{', pairs, '}')
    }
    if (Array.isArray(value))
      return joined(
        '[',
        value.map((item) => represent(item, open)),
        ']',
      )
    const items = value.items.map((item) => represent(item, open))
    return joined('(', items, items.length === 1 ? ',)' : ')')
  } finally {
    open.delete(value)
  }
}

/** A list may hold another list twice, and that one a third: few lists can make a text that has no end. */
function joined(open: string, items: readonly string[], close: string): string {
  const text = open + items.join(', ') + close
  charge(text.length)
  return text
}

function bigText(value: bigint): string {
  const text = String(value)
  if (text.length > 4300) {
    throw new PythonError('ValueError', 'Exceeds the limit (4300 digits) for integer string conversion')
  }
  return text
}

const SURROGATE = /[\ud800-\udfff]/

/** Python's characters (code points) of a text. */
export function characters(text: string): string[] {
  return SURROGATE.test(text) ? Array.from(text) : text.split('')
}

/** Python's `len(text)`: code points. */
export function textLength(text: string): number {
  return SURROGATE.test(text) ? Array.from(text).length : text.length
}

/** Whether offsets in the text are the same in UTF-16 units as in Python's characters. */
export function isPlain(text: string): boolean {
  return !SURROGATE.test(text)
}
