import { characters, textLength, typeName } from './text.ts'
import { Dict, HostObject, PythonError, Tuple, typeError, Undefined, type Value } from './value.ts'

/** What Python's `iter(value)` goes through. Throws TypeError for what cannot be iterated. */
export function iterate(value: Value): Iterable<Value> {
  if (Array.isArray(value)) return value
  if (typeof value === 'string') return characters(value)
  if (value instanceof Tuple) return value.items
  if (value instanceof Dict) return dictKeys(value)
  if (value instanceof Undefined) return []
  if (value instanceof HostObject && value.iterate) return value.iterate()
  throw typeError(`'${typeName(value)}' object is not iterable`)
}

/** Whether `iterate` would not throw. */
export function isIterable(value: Value): boolean {
  if (value instanceof HostObject) return value.iterate !== undefined
  return typeof value === 'string' || (typeof value === 'object' && value !== null && typeName(value) !== 'float')
}

function* dictKeys(dict: Dict): Iterable<Value> {
  const { size } = dict
  for (const key of dict.keys()) {
    yield key
    if (dict.size !== size) throw new PythonError('RuntimeError', 'dictionary changed size during iteration')
  }
}

/** Python's `list(value)`. */
export function toList(value: Value): Value[] {
  return Array.from(iterate(value))
}

/** Python's `len(value)`; `undefined` when it has none. */
export function lengthOf(value: Value): number | undefined {
  if (typeof value === 'string') return textLength(value)
  if (Array.isArray(value)) return value.length
  if (value instanceof Tuple) return value.items.length
  if (value instanceof Dict) return value.size
  if (value instanceof Undefined) return 0
  return value instanceof HostObject ? value.length?.() : undefined
}

/** Python's `len(value)`. Throws TypeError when it has none. */
export function length(value: Value): number {
  const size = lengthOf(value)
  if (size === undefined) throw typeError(`object of type '${typeName(value)}' has no len()`)
  return size
}

/** Python's `bool(value)`. */
export function truthy(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      return value !== ''
    case 'number':
      return value !== 0
    case 'bigint':
    case 'function':
      return true
  }
  if (value === null || value instanceof Undefined) return false
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Dict) return value.size > 0
  if (value instanceof Tuple) return value.items.length > 0
  if (value instanceof HostObject) return value.truthy?.() ?? (value.length?.() ?? 1) > 0
  return value.value !== 0
}

/** A one-way iterator, as filters such as `map` and `select` give: what is taken from it is gone. */
export class PythonIterator extends HostObject {
  readonly typeName: string
  readonly #iterator: Iterator<Value>
  constructor(iterable: Iterable<Value>, name = 'generator') {
    super()
    this.typeName = name
    this.#iterator = iterable[Symbol.iterator]()
  }

  /** The next item; `undefined` (JavaScript's) at the end. */
  next(): Value | undefined {
    const { done, value } = this.#iterator.next()
    return done ? undefined : value
  }

  override *iterate(): Iterable<Value> {
    for (let item = this.next(); item !== undefined; item = this.next()) yield item
  }

  override repr(): string {
    return `<${this.typeName} object>`
  }
}
