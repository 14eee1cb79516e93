import { textOf } from './marked.ts'
import { type Int, isInt, plainInt } from './number.ts'
import { typeName } from './text.ts'
import { failUndefined } from './undefined.ts'
import { type Kwargs, type PythonError, typeError, Undefined, type Value } from './value.ts'

/** The parameters of a built-in function: `name` is required, `name?` is optional, `/` ends those that are positional only. */
export type Signature = readonly string[]

/**
 * Positional and keyword arguments in the order of a signature; `undefined` for what was not given. Throws Python's TypeError
 * for too many, too few and unknown ones.
 */
export function bind(
  name: string,
  signature: Signature,
  args: readonly Value[],
  kwargs: Kwargs,
): (Value | undefined)[] {
  const slash = signature.indexOf('/')
  const names = slash < 0 ? signature : signature.filter((each) => each !== '/')
  if (args.length > names.length) throw tooMany(name, names, args.length)
  const bound: (Value | undefined)[] = [...args]
  if (kwargs.size > 0) {
    for (const [key, value] of kwargs) {
      const index = names.findIndex((each, at) => at >= slash && (each === key || each === `${key}?`))
      if (index < 0) throw typeError(`${name}() got an unexpected keyword argument '${key}'`)
      if (bound[index] !== undefined) throw typeError(`${name}() got multiple values for argument '${key}'`)
      bound[index] = value
    }
  }
  for (let index = args.length; index < names.length; index++) {
    const each = names[index] ?? ''
    if (bound[index] === undefined && !each.endsWith('?')) {
      throw typeError(`${name}() missing 1 required positional argument: '${each}'`)
    }
  }
  return bound
}

function tooMany(name: string, names: readonly string[], given: number): PythonError {
  const required = names.filter((each) => !each.endsWith('?')).length
  const takes =
    names.length === 0
      ? 'no arguments'
      : required === names.length
        ? `${required}`
        : `from ${required} to ${names.length}`
  if (names.length === 0) return typeError(`${name}() takes no arguments (${given} given)`)
  const plural = takes === '1' ? 'argument' : 'arguments'
  return typeError(`${name}() takes ${takes} positional ${plural} but ${given} ${given === 1 ? 'was' : 'were'} given`)
}

/** The argument as a str; `name` is what the message begins with. Throws TypeError. */
export function textArgument(value: Value | undefined, name: string): string {
  const text = value === undefined ? undefined : textOf(value)
  if (text !== undefined) return text
  if (value instanceof Undefined) failUndefined(value)
  throw typeError(`${name} must be str, not ${typeName(value ?? null)}`.trimStart())
}

/** The argument as a whole number; `fallback` when it was not given. Throws TypeError. */
export function intArgument(value: Value | undefined, fallback: number): number {
  if (value === undefined) return fallback
  if (value instanceof Undefined) failUndefined(value)
  if (!isInt(value)) throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`)
  return Number(plainInt(value))
}

/** An index or None, as a slice has it. */
export function indexArgument(value: Value | undefined): number | undefined {
  if (value === undefined || value === null) return undefined
  if (value instanceof Undefined || !isInt(value)) {
    throw typeError('slice indices must be integers or None or have an __index__ method')
  }
  return Number(plainInt(value))
}

/** The place that an index means in something of that length, from the end when negative; undefined when outside. */
export function placeOf(index: Int | boolean, length: number): number | undefined {
  const number = Number(plainInt(index))
  const place = number < 0 ? number + length : number
  return place >= 0 && place < length ? place : undefined
}
