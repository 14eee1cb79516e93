import { quote } from './quote.ts'
import { type BinaryOperator, Float, PythonError, typeError, type Value, valueError } from './value.ts'

export type Int = number | bigint
/** What Python counts as a number; a bool is an int. */
export type Numeric = Int | boolean | Float

/** More bits than this are refused: `10 ** 10 ** 10` must not stop the program. */
const MAX_BITS = 1_000_000
const LARGEST = 2n ** BigInt(MAX_BITS)

export function isNumeric(value: Value): value is Numeric {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || value instanceof Float
}

export function isInt(value: Value): value is Int | boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

/** A number where it is safe, else a bigint: ints have one form each, so `===` compares them. */
export function normalize(value: bigint): Int {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}

export function plainInt(value: Int | boolean): Int {
  return typeof value === 'boolean' ? (value ? 1 : 0) : value
}

/** The number as a double. Throws OverflowError for an int beyond a float's range. */
export function toDouble(value: Numeric): number {
  if (value instanceof Float) return value.value
  const double = Number(value)
  if (!Number.isFinite(double)) throw new PythonError('OverflowError', 'int too large to convert to float')
  return double
}

/** A whole double as an int. Throws for infinity and NaN as Python's `int()`. */
export function intOfDouble(value: number): Int {
  if (Number.isNaN(value)) throw valueError('cannot convert float NaN to integer')
  if (!Number.isFinite(value)) throw new PythonError('OverflowError', 'cannot convert float infinity to integer')
  const whole = Math.trunc(value)
  return Number.isSafeInteger(whole) ? whole + 0 : BigInt(whole)
}

/** An operation on two numbers, as Python does it. */
export function arithmetic(operator: BinaryOperator, a: Numeric, b: Numeric): Value {
  if (a instanceof Float || b instanceof Float) return floatArithmetic(operator, toDouble(a), toDouble(b))
  return intArithmetic(operator, plainInt(a), plainInt(b))
}

function intArithmetic(operator: BinaryOperator, a: Int, b: Int): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const result = smallArithmetic(operator, a, b)
    if (result !== undefined) return result
  }
  const left = BigInt(a)
  const right = BigInt(b)
  switch (operator) {
    case '+':
      return normalize(left + right)
    case '-':
      return normalize(left - right)
    case '*':
      return multiplied(left, right)
    case '/':
      return divide(left, right)
    case '//':
    case '%': {
      if (right === 0n) {
        const what = operator === '//' ? 'integer division or modulo by zero' : 'integer modulo by zero'
        throw new PythonError('ZeroDivisionError', what)
      }
      const rest = left % right
      const adjust = rest !== 0n && rest < 0n !== right < 0n
      if (operator === '%') return normalize(adjust ? rest + right : rest)
      return normalize(left / right - (adjust ? 1n : 0n))
    }
    case '**':
      return power(left, right)
  }
}

function multiplied(left: bigint, right: bigint): Int {
  const result = left * right
  if (result > LARGEST || result < -LARGEST) throw new PythonError('LimitError', 'the result of * is too large')
  return normalize(result)
}

/** The common case, when everything is exact in a double; `undefined` when it is not. */
function smallArithmetic(operator: BinaryOperator, a: number, b: number): Value | undefined {
  let result: number
  switch (operator) {
    case '+':
      result = a + b
      break
    case '-':
      result = a - b
      break
    case '*':
      result = a * b
      break
    case '/':
      if (b === 0) return undefined
      return new Float(a / b)
    case '%':
      if (b === 0) return undefined
      result = a % b
      if (result !== 0 && result < 0 !== b < 0) result += b
      break
    case '//': {
      if (b === 0) return undefined
      const rest = a % b
      result = (a - rest) / b - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0)
      break
    }
    default:
      return undefined
  }
  return Number.isSafeInteger(result) ? result + 0 : undefined
}

function divide(a: bigint, b: bigint): Float {
  if (b === 0n) throw new PythonError('ZeroDivisionError', 'division by zero')
  const negative = a < 0n !== b < 0n
  const left = a < 0n ? -a : a
  const right = b < 0n ? -b : b
  // Keep 64 significant bits of the quotient, with a sticky last bit, so that the one rounding is right.
  const shift = BigInt(Math.max(0, bits(right) - bits(left) + 66))
  const scaled = left << shift
  const quotient = scaled / right
  const sticky = scaled % right === 0n ? 0n : 1n
  const value = scale((quotient << 1n) | sticky, -Number(shift) - 1)
  if (!Number.isFinite(value)) {
    throw new PythonError('OverflowError', 'integer division result too large for a float')
  }
  return new Float(negative ? -value : value)
}

function bits(value: bigint): number {
  return value.toString(2).length
}

/** `value * 2 ** exponent` as a double. */
function scale(value: bigint, exponent: number): number {
  const excess = Math.max(0, bits(value) - 66)
  const kept = value >> BigInt(excess)
  const lost = excess > 0 && kept << BigInt(excess) !== value ? 1n : 0n
  const double = Number((kept << 1n) | lost)
  const total = exponent + excess - 1
  return total < -1000 ? double * 2 ** -1000 * 2 ** (total + 1000) : double * 2 ** total
}

function power(base: bigint, exponent: bigint): Value {
  if (exponent < 0n) {
    if (base === 0n) throw new PythonError('ZeroDivisionError', '0.0 cannot be raised to a negative power')
    return new Float(Number(base) ** Number(exponent))
  }
  if (base !== 0n && base !== 1n && base !== -1n && exponent * BigInt(bits(base)) > MAX_BITS) {
    throw new PythonError('LimitError', 'the result of ** is too large')
  }
  return normalize(base ** exponent)
}

function floatArithmetic(operator: BinaryOperator, a: number, b: number): Float {
  switch (operator) {
    case '+':
      return new Float(a + b)
    case '-':
      return new Float(a - b)
    case '*':
      return new Float(a * b)
    case '/':
      if (b === 0) throw new PythonError('ZeroDivisionError', 'float division by zero')
      return new Float(a / b)
    case '%':
      if (b === 0) throw new PythonError('ZeroDivisionError', 'float modulo')
      return new Float(floatModulo(a, b))
    case '//':
      if (b === 0) throw new PythonError('ZeroDivisionError', 'float floor division by zero')
      return new Float(floatFloorDivide(a, b))
    case '**':
      return new Float(floatPower(a, b))
  }
}

function floatModulo(a: number, b: number): number {
  const rest = a % b
  if (rest === 0) return b < 0 ? -0 : 0
  return rest < 0 !== b < 0 ? rest + b : rest
}

function floatFloorDivide(a: number, b: number): number {
  const rest = a % b
  let quotient = (a - rest) / b
  if (rest !== 0 && rest < 0 !== b < 0) quotient -= 1
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

function floatPower(a: number, b: number): number {
  if (a === 0 && b < 0) throw new PythonError('ZeroDivisionError', '0.0 cannot be raised to a negative power')
  if (a === 1 || b === 0) return 1
  if (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) return 1
  const result = a ** b
  if (Number.isNaN(result) && !Number.isNaN(a) && !Number.isNaN(b)) throw typeError('complex numbers are not supported')
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) {
    throw new PythonError('OverflowError', "(34, 'Numerical result out of range')")
  }
  return result
}

/** Compares two numbers exactly, also an int with a float. NaN gives NaN. */
export function compareNumbers(a: Numeric, b: Numeric): number {
  const left = a instanceof Float ? a.value : plainInt(a)
  const right = b instanceof Float ? b.value : plainInt(b)
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.NaN
  return left < right ? -1 : left > right ? 1 : 0
}

/** `-value`, or `+value`. */
export function negate(operator: '-' | '+', value: Numeric): Value {
  if (value instanceof Float) return operator === '-' ? new Float(-value.value) : value
  const int = plainInt(value)
  if (operator === '+') return int
  return typeof int === 'number' ? 0 - int : normalize(-int)
}

/** Python's `repr` of a float: the shortest digits that read back as the same number. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+'
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  const text = String(value)
  return text.includes('.') ? text : `${text}.0`
}

/**
 * `value * 10 ** digits`, rounded to a whole number with ties to even, exactly: as Python rounds and formats floats, where
 * `toFixed` rounds ties up.
 */
export function scaledDecimal(value: number, digits: number): bigint {
  const [mantissa, exponent] = exactParts(Math.abs(value))
  let numerator = mantissa
  let denominator = 1n
  if (digits >= 0) numerator *= 10n ** BigInt(digits)
  else denominator *= 10n ** BigInt(-digits)
  if (exponent >= 0) numerator <<= BigInt(exponent)
  else denominator <<= BigInt(-exponent)
  const whole = divideHalfEven(numerator, denominator)
  return value < 0 ? -whole : whole
}

function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  const twice = (numerator % denominator) * 2n
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n)
  return up ? quotient + 1n : quotient
}

const buffer = new DataView(new ArrayBuffer(8))

/** A positive double as `mantissa * 2 ** exponent`. */
function exactParts(value: number): [bigint, number] {
  buffer.setFloat64(0, value)
  const raw = buffer.getBigUint64(0)
  const exponent = Number((raw >> 52n) & 0x7ffn)
  const fraction = raw & 0xfffffffffffffn
  return exponent === 0 ? [fraction, -1074] : [fraction | 0x10000000000000n, exponent - 1075]
}

/** Python's `round(value, digits)`. */
export function round(value: Numeric, digits: number): Value {
  if (value instanceof Float) {
    if (!Number.isFinite(value.value) || value.value === 0 || digits > 330) return value
    if (digits < -330) return new Float(value.value < 0 ? -0 : 0)
    const result = Number(`${scaledDecimal(value.value, digits)}e${-digits}`)
    if (!Number.isFinite(result)) throw new PythonError('OverflowError', 'rounded value too large to represent')
    return new Float(result === 0 && value.value < 0 ? -0 : result)
  }
  const int = plainInt(value)
  if (digits >= 0) return int
  if (digits < -10_000) return 0
  const unit = 10n ** BigInt(-digits)
  const big = BigInt(int)
  const rounded = divideHalfEven(big < 0n ? -big : big, unit) * unit
  return normalize(big < 0n ? -rounded : rounded)
}

/** Python's `int(text, base)`. Throws ValueError. */
export function parseInt10(text: string, base = 10): Int {
  const bad = () => valueError(`invalid literal for int() with base ${base}: ${quote(text)}`)
  if (base !== 0 && (base < 2 || base > 36)) throw valueError('int() base must be >= 2 and <= 36, or 0')
  const match = /^\s*([-+]?)(0[xX]|0[oO]|0[bB])?_?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)\s*$/.exec(text)
  if (!match) throw bad()
  let [, sign = '', prefix = '', digits = ''] = match
  const prefixBase = PREFIXES[prefix.toLowerCase()]
  if (prefixBase !== undefined && base !== 0 && base !== prefixBase) {
    digits = prefix + digits
    prefix = ''
  }
  const real = prefix !== '' && prefixBase !== undefined ? prefixBase : base === 0 ? 10 : base
  digits = digits.replaceAll('_', '').toLowerCase()
  if (base === 0 && prefix === '' && /^0+[1-9]/.test(digits)) throw bad()
  let value = 0n
  for (const digit of digits) {
    const number = Number.parseInt(digit, 36)
    if (number >= real) throw bad()
    value = value * BigInt(real) + BigInt(number)
    if (digits.length > 4300) throw valueError('Exceeds the limit (4300 digits) for integer string conversion')
  }
  return normalize(sign === '-' ? -value : value)
}

const PREFIXES: { readonly [prefix: string]: number } = { '0x': 16, '0o': 8, '0b': 2 }

/** Python's `float(text)`; `undefined` when it is not a number. */
export function parseFloatText(text: string): number | undefined {
  const trimmed = text.trim()
  if (
    /^[-+]?(?:\d+(?:_\d+)*)?(?:\.(?:\d+(?:_\d+)*)?)?(?:e[-+]?\d+(?:_\d+)*)?$/i.test(trimmed) &&
    /^[-+]?\.?\d/.test(trimmed)
  ) {
    return Number(trimmed.replaceAll('_', ''))
  }
  const word = /^([-+]?)(inf|infinity|nan)$/i.exec(trimmed)
  if (!word) return undefined
  if (word[2]?.toLowerCase() === 'nan') return Number.NaN
  return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}
