import { iterate } from './iterate.ts'
import { typeName } from './text.ts'
import { PythonError, Tuple, typeError, type Value, valueError } from './value.ts'

/** The items of a value that is assigned to so many targets. Throws Python's errors for another number of items. */
export function unpack(value: Value, count: number): readonly Value[] {
  if (value instanceof Tuple && value.items.length === count) return value.items
  const items: Value[] = []
  for (const item of unpackable(value)) {
    items.push(item)
    if (items.length > count) throw valueError(`too many values to unpack (expected ${count})`)
  }
  if (items.length < count) {
    throw valueError(`not enough values to unpack (expected ${count}, got ${items.length})`)
  }
  return items
}

function unpackable(value: Value): Iterable<Value> {
  try {
    return iterate(value)
  } catch (error) {
    if (!(error instanceof PythonError)) throw error
    throw typeError(`cannot unpack non-iterable ${typeName(value)} object`)
  }
}
