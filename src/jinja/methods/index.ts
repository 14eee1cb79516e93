import { PythonSet } from '../collections.ts'
import { MarkedText } from '../marked.ts'
import { typeName } from '../text.ts'
import { type CallSite, Dict, Float, HostObject, type Kwargs, Tuple, type Value } from '../value.ts'
import { DICT_METHODS } from './dict.ts'
import { LIST_METHODS, TUPLE_METHODS } from './list.ts'
import { MARKUP_METHODS } from './markup.ts'
import { FLOAT_METHODS, INT_METHODS } from './number.ts'
import { SET_METHODS } from './set.ts'
import { STR_METHODS } from './str.ts'

/** A method of one of Python's types; `self` is of that type. */
export type Method = (self: Value, args: readonly Value[], kwargs: Kwargs, site: CallSite) => Value

/** The method of that name that Python's type of the value has. */
export function findMethod(value: Value, name: string): Method | undefined {
  if (typeof value === 'string') return STR_METHODS.get(name)
  if (Array.isArray(value)) return LIST_METHODS.get(name)
  if (value instanceof Dict) return DICT_METHODS.get(name)
  if (value instanceof Tuple) return TUPLE_METHODS.get(name)
  if (value instanceof Float) return FLOAT_METHODS.get(name)
  if (value instanceof MarkedText) {
    if (value.mark === 'markup') return MARKUP_METHODS.get(name)
    const method = STR_METHODS.get(name)
    return method && ((_, args, kwargs, site) => method(value.value, args, kwargs, site))
  }
  if (value instanceof PythonSet) return SET_METHODS.get(name)
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return INT_METHODS.get(name)
  return undefined
}

/** A method that was taken from its object without being called. */
export class BoundMethod extends HostObject {
  readonly typeName = 'builtin_function_or_method'
  readonly #self: Value
  readonly #name: string
  readonly #method: Method
  constructor(self: Value, name: string, method: Method) {
    super()
    this.#self = self
    this.#name = name
    this.#method = method
  }

  override call(args: readonly Value[], kwargs: Kwargs, site: CallSite): Value {
    return this.#method(this.#self, args, kwargs, site)
  }

  override equals(other: Value): boolean {
    return other instanceof BoundMethod && other.#self === this.#self && other.#name === this.#name
  }

  override repr(): string {
    return `<built-in method ${this.#name} of ${typeName(this.#self)} object>`
  }
}
