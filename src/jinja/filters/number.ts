import { intArgument } from '../arguments.ts'
import { type Filter, filter } from '../builtin.ts'
import { truthy } from '../iterate.ts'
import { textOf } from '../marked.ts'
import {
  type Int,
  intOfDouble,
  isInt,
  isNumeric,
  negate,
  parseFloatText,
  parseInt10,
  plainInt,
  round,
  toDouble,
} from '../number.ts'
import { fixed } from '../number-format.ts'
import { binary } from '../operators.ts'
import { repr, typeName } from '../text.ts'
import { failUndefined } from '../undefined.ts'
import { Float, PythonError, typeError, Undefined, type Value, valueError } from '../value.ts'

/** Python's `float(value)`. Throws TypeError and ValueError. */
export function toFloat(value: Value): number {
  if (isNumeric(value)) return toDouble(value)
  if (value instanceof Undefined) failUndefined(value)
  const text = textOf(value)
  if (text === undefined) {
    throw typeError(`float() argument must be a string or a real number, not '${typeName(value)}'`)
  }
  const number = parseFloatText(text)
  if (number === undefined) throw valueError(`could not convert string to float: ${repr(value)}`)
  return number
}

/** Python's `int(value, base)`. Throws TypeError, ValueError and OverflowError. */
export function toInt(value: Value, base = 10): Int {
  if (isInt(value)) return plainInt(value)
  if (value instanceof Float) return intOfDouble(value.value)
  if (value instanceof Undefined) failUndefined(value)
  const text = textOf(value)
  if (text !== undefined) return parseInt10(text, base)
  throw typeError(`int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`)
}

/** Runs, or gives the fallback when one of Python's exceptions of these types is thrown. */
function attempt<T>(run: () => T, types: readonly string[], fallback: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof PythonError && types.includes(error.type)) return fallback()
    throw error
  }
}

function intFilter(value: Value, [fallback = 0, base]: readonly (Value | undefined)[]): Value {
  return attempt<Value>(
    () => toInt(value, intArgument(base, 10)),
    ['TypeError', 'ValueError'],
    () =>
      attempt<Value>(
        () => intOfDouble(toFloat(value)),
        ['TypeError', 'ValueError', 'OverflowError'],
        () => fallback,
      ),
  )
}

function roundFilter(value: Value, [precision, method = 'common']: readonly (Value | undefined)[]): Value {
  if (method !== 'common' && method !== 'ceil' && method !== 'floor') {
    throw new PythonError('FilterArgumentError', 'method must be common, ceil or floor')
  }
  const digits = intArgument(precision, 0)
  if (!isNumeric(value)) {
    if (value instanceof Undefined && method !== 'common') failUndefined(value)
    if (method === 'common') throw typeError(`type ${typeName(value)} doesn't define __round__ method`)
    const product = binary('*', value, binary('**', 10, digits))
    throw typeError(`must be real number, not ${typeName(product)}`)
  }
  if (method === 'common') return round(value, digits)
  const scale = binary('**', 10, digits)
  const scaled = toFloat(binary('*', value, scale))
  return binary('/', intOfDouble(method === 'ceil' ? Math.ceil(scaled) : Math.floor(scaled)), scale)
}

const SIZES = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']

function fileSize(value: Value, [binaryPrefixes = false]: readonly (Value | undefined)[]): string {
  const bytes = toFloat(value)
  const base = truthy(binaryPrefixes) ? 1024 : 1000
  if (bytes === 1) return '1 Byte'
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`
  let unit = base
  let prefix = ''
  for (const size of SIZES) {
    unit *= base
    prefix = base === 1024 ? `${size === 'k' ? 'K' : size}iB` : `${size}B`
    if (bytes < unit) break
  }
  return `${fixed((base * bytes) / unit, 1)} ${prefix}`
}

export const NUMBER_FILTERS: readonly [string, Filter][] = [
  filter('abs', [], (value) => {
    if (!isNumeric(value)) throw typeError(`bad operand type for abs(): '${typeName(value)}'`)
    return toDouble(value) < 0 ? negate('-', value) : negate('+', value)
  }),
  filter('int', ['default?', 'base?'], intFilter),
  filter('float', ['default?'], (value, [fallback = new Float(0)]) =>
    attempt<Value>(
      () => new Float(toFloat(value)),
      ['TypeError', 'ValueError'],
      () => fallback,
    ),
  ),
  filter('round', ['precision?', 'method?'], roundFilter),
  filter('filesizeformat', ['binary?'], fileSize),
]
