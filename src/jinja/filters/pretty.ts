import { sorted } from '../compare.ts'
import { charge } from '../limits.ts'
import { repr } from '../text.ts'
import { Dict, PythonError, Tuple, type Value } from '../value.ts'

const WIDTH = 80

/** Python's `pprint.pformat(value)`: on one line when it fits in 80 columns, else an item a line; dicts by key. */
export function prettyPrint(value: Value): string {
  return format(value, 0, 0)
}

/** `indent` columns are before the value, `after` characters follow it on its last line. */
function format(value: Value, indent: number, after: number): string {
  const line = ordered(value)
  charge(line.length)
  if (line.length <= WIDTH - indent - after) return line
  if (value instanceof Dict && value.size > 0) {
    const keys = sortedKeys(value)
    const items = keys.map((key, index) => {
      const name = repr(key)
      const last = index === keys.length - 1
      return `${name}: ${format(value.get(key) ?? null, indent + name.length + 3, last ? after + 1 : 1)}`
    })
    return `{${items.join(`,\n${' '.repeat(indent + 1)}`)}}`
  }
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : []
  if (items.length === 0) return line
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['(', items.length === 1 ? ',)' : ')']
  const parts = items.map((item, index) => {
    return format(item, indent + 1, index === items.length - 1 ? after + close.length : 1)
  })
  return open + parts.join(`,\n${' '.repeat(indent + 1)}`) + close
}

/** The `repr`, with dicts in the order of their keys. */
function ordered(value: Value): string {
  charge(1)
  if (value instanceof Dict) {
    return `{${sortedKeys(value)
      .map((key) => `${repr(key)}: ${ordered(value.get(key) ?? null)}`)
      .join(', ')}}`
  }
  if (Array.isArray(value)) return `[${value.map(ordered).join(', ')}]`
  if (value instanceof Tuple) return `(${value.items.map(ordered).join(', ')}${value.items.length === 1 ? ',' : ''})`
  return repr(value)
}

function sortedKeys(value: Dict): Value[] {
  try {
    return sorted(value.keys())
  } catch (error) {
    if (error instanceof PythonError) return [...value.keys()]
    throw error
  }
}
