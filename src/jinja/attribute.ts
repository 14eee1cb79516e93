import { placeOf } from './arguments.ts'
import { NamedTuple } from './collections.ts'
import { MarkedText, markup, textOf } from './marked.ts'
import { BoundMethod, findMethod } from './methods/index.ts'
import { isInt, isNumeric } from './number.ts'
import { sliceValue } from './slice.ts'
import { characters, isPlain, typeName } from './text.ts'
import { failUndefined } from './undefined.ts'
import { Dict, Float, HostObject, PythonError, Tuple, Undefined, type Value } from './value.ts'

/** What every Python object has, and the sandbox keeps from templates. */
const INTERNAL = new Set(
  `class delattr dir doc eq format ge getattribute getstate gt hash init init_subclass le lt ne new reduce reduce_ex repr
  setattr sizeof str subclasshook`.split(/\s+/),
)

/**
 * `object.name` as Jinja's sandbox gives it: the attribute, else the item, else an Undefined. Python's internals (`__class__`)
 * are an Undefined whose use is a SecurityError. `chainable` is what the Undefined is then.
 */
export function getAttribute(object: Value, name: string, chainable = false): Value {
  if (object instanceof Dict && !name.startsWith('_')) {
    const method = findMethod(object, name)
    if (method) return new BoundMethod(object, name, method)
    return found(object.get(name), object, name, chainable)
  }
  if (object instanceof Undefined) return undefinedAttribute(object, name)
  const value = attributeOf(object, name)
  return value === undefined ? found(itemOf(object, name), object, name, chainable) : value
}

/** `object[key]` as Jinja's sandbox gives it: the item, else (for a text) the attribute, else an Undefined. */
export function getItem(object: Value, key: Value, chainable = false): Value {
  if (object instanceof Undefined) return object.facts.chainable ? object : failUndefined(object)
  const item = safeItem(object, key)
  if (item !== undefined) return item
  const name = textOf(key)
  return found(name === undefined ? undefined : attributeOf(object, name), object, key, chainable)
}

/** `object.name` without falling back to the item, as the filter `attr` has it. */
export function getAttributeOnly(object: Value, name: string, chainable = false): Value {
  if (object instanceof Undefined) return undefinedAttribute(object, name)
  return found(attributeOf(object, name), object, name, chainable)
}

/** The value, or an Undefined when there is none. Not `??`: null is Python's None, which was found. */
function found(value: Value | undefined, owner: Value, name: Value, chainable: boolean): Value {
  if (value !== undefined) return value
  // dbt's chainable undefined forgets what it was looked for in.
  return new Undefined(chainable ? { name, chainable } : { owner, name })
}

function undefinedAttribute(object: Undefined, name: string): Value {
  const { facts } = object
  if (!facts.chainable) return failUndefined(object)
  // dbt's undefined carries these two as attributes of its own.
  if (name === 'name') return facts.name ?? null
  if (name === 'hint') return facts.hint ?? null
  if (name.startsWith('__') && name.endsWith('__')) return object
  return new Undefined({ ...facts, name })
}

function attributeOf(object: Value, name: string): Value | undefined {
  if (name.startsWith('_')) return internal(object, name)
  if (object instanceof NamedTuple) {
    const value = object.named(name)
    if (value !== undefined) return value
  }
  if (object instanceof HostObject && !(object instanceof MarkedText)) {
    const value = object.attribute?.(name)
    if (value !== undefined) return value
  }
  const method = findMethod(object, name)
  if (method) return new BoundMethod(object, name, method)
  return isNumeric(object) ? numberAttribute(object, name) : undefined
}

function internal(object: Value, name: string): Undefined | undefined {
  if (!name.startsWith('__') || !name.endsWith('__') || !INTERNAL.has(name.slice(2, -2))) return undefined
  const hint = `access to attribute '${name}' of '${typeName(object)}' object is unsafe.`
  return new Undefined({ hint, name, owner: object, raises: 'SecurityError' })
}

function numberAttribute(object: Value, name: string): Value | undefined {
  if (name === 'real') return typeof object === 'boolean' ? Number(object) : object
  if (name === 'imag') return object instanceof Float ? new Float(0) : 0
  if (object instanceof Float) return undefined
  if (name === 'numerator') return typeof object === 'boolean' ? Number(object) : object
  return name === 'denominator' ? 1 : undefined
}

function safeItem(object: Value, key: Value): Value | undefined {
  try {
    return itemOf(object, key)
  } catch (error) {
    // As Jinja: what Python holds for a wrong key is the same as a key that is not there.
    if (error instanceof PythonError && (error.type === 'TypeError' || error.type === 'KeyError')) return undefined
    throw error
  }
}

function itemOf(object: Value, key: Value): Value | undefined {
  if (object instanceof Dict) return object.get(key)
  if (Array.isArray(object)) return isInt(key) ? object[placeOf(key, object.length) ?? -1] : undefined
  if (object instanceof Tuple) return isInt(key) ? object.items[placeOf(key, object.items.length) ?? -1] : undefined
  const text = textOf(object)
  if (text !== undefined) {
    if (!isInt(key)) return undefined
    const all = isPlain(text) ? text : characters(text)
    const char = all[placeOf(key, all.length) ?? -1]
    return char !== undefined && object instanceof MarkedText && object.mark === 'markup' ? markup(char) : char
  }
  return object instanceof HostObject ? object.item?.(key) : undefined
}

/** `object[start:stop:step]`. Throws TypeError as Python, since Jinja leaves slices to Python. */
export function getSlice(object: Value, start: Value, stop: Value, step: Value): Value {
  if (object instanceof Undefined) return object.facts.chainable ? object : failUndefined(object)
  return sliceValue(object, start, stop, step)
}
