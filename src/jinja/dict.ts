import { charge } from './limits.ts'
import { Float, HostObject, Tuple, typeError, Undefined, type Value } from './value.ts'

/**
 * A Python dict: insertion ordered, and keys that are equal in Python (`1`, `1.0` and `True`; tuples of the same items) are
 * one key. A list, dict or set as a key throws Python's TypeError.
 */
export class Dict implements Iterable<[Value, Value]> {
  /** By the key's identity (see `identity`), which for a text is nearly always the text itself. */
  readonly #values = new Map<unknown, Value>()
  /** Keys whose identity is not themselves. */
  #keys: Map<unknown, Value> | undefined

  /** A dict of an object's own entries: `Dict.of({ name: 'x' })`. */
  static of(entries: { readonly [key: string]: Value }): Dict {
    const dict = new Dict()
    for (const key of Object.keys(entries)) dict.set(key, entries[key] as Value)
    return dict
  }

  /** A dict of pairs; a later pair with the same key wins, in the place of the first. */
  static from(entries: Iterable<readonly [Value, Value]>): Dict {
    const dict = new Dict()
    for (const [key, value] of entries) dict.set(key, value)
    return dict
  }

  get size(): number {
    return this.#values.size
  }

  get(key: Value): Value | undefined {
    return this.#values.get(identity(key))
  }

  has(key: Value): boolean {
    return this.#values.has(identity(key))
  }

  set(key: Value, value: Value): void {
    const id = identity(key)
    if (id !== key && !this.#values.has(id)) {
      this.#keys ??= new Map()
      this.#keys.set(id, key)
    }
    this.#values.set(id, value)
  }

  delete(key: Value): boolean {
    const id = identity(key)
    this.#keys?.delete(id)
    return this.#values.delete(id)
  }

  clear(): void {
    this.#values.clear()
    this.#keys = undefined
  }

  *keys(): IterableIterator<Value> {
    for (const id of this.#values.keys()) yield this.#key(id)
  }

  values(): IterableIterator<Value> {
    return this.#values.values()
  }

  *entries(): IterableIterator<[Value, Value]> {
    for (const [id, value] of this.#values) yield [this.#key(id), value]
  }

  [Symbol.iterator](): IterableIterator<[Value, Value]> {
    return this.entries()
  }

  copy(): Dict {
    return Dict.from(this)
  }

  #key(id: unknown): Value {
    return this.#keys?.has(id) ? (this.#keys.get(id) as Value) : (id as Value)
  }
}

/**
 * What stands for a key in a Map: the same for keys that Python holds equal. Throws Python's TypeError for what cannot be
 * hashed.
 */
export function identity(key: Value): unknown {
  if (typeof key === 'string') return key.charCodeAt(0) === 0 ? `\0s${key}` : key
  if (key === null || typeof key === 'number' || typeof key === 'bigint' || typeof key === 'function') return key
  if (typeof key === 'boolean') return key ? 1 : 0
  if (key instanceof Float) {
    const { value } = key
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value === 0 ? 0 : value
  }
  if (key instanceof Tuple) {
    const text = `\0t${key.items.map(part).join('')}`
    charge(text.length)
    return text
  }
  if (key instanceof Undefined) return Undefined
  if (key instanceof HostObject) return key.hash ? key.hash() : key
  throw typeError(`unhashable type: '${Array.isArray(key) ? 'list' : 'dict'}'`)
}

const ids = new WeakMap<object, number>()
let lastId = 0

function part(item: Value): string {
  const id = identity(item)
  if (typeof id === 'string') return `s${id.length}:${id}`
  if ((typeof id === 'object' && id !== null) || typeof id === 'function') {
    let known = ids.get(id)
    if (known === undefined) {
      lastId += 1
      known = lastId
      ids.set(id, known)
    }
    return `o${known};`
  }
  return `${typeof id}${String(id)};`
}
