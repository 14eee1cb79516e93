import { floatText, type Int, intOfDouble, type Numeric, plainInt, scaledDecimal } from './number.ts'
import { Float } from './value.ts'

/** The number as a bigint, a float cut towards zero. */
export function intOf(value: Numeric): bigint {
  return BigInt(value instanceof Float ? intOfDouble(value.value) : plainInt(value))
}

/** Zeros in front of digits up to a width; Python puts them before `inf` and `nan` too. */
export function zeroPadded(digits: string, width: number): string {
  return digits.padStart(width, '0')
}

/** A non-negative int in hexadecimal (`x`, `X`), octal (`o`) or binary (`b`). */
export function formatRadix(value: Int, kind: string): string {
  const text = value.toString(kind === 'o' ? 8 : kind === 'b' ? 2 : 16)
  return kind === 'X' ? text.toUpperCase() : text
}

/** A non-negative double as `%e`, `%f` or `%g` write it. `alternate` keeps the point and `%g`'s zeros. */
export function formatDouble(value: number, kind: string, precision: number, alternate = false): string {
  const lower = kind.toLowerCase()
  const text = Number.isFinite(value) ? finite(value, lower, precision, alternate) : floatText(value)
  return kind === lower ? text : text.toUpperCase()
}

function finite(value: number, kind: string, precision: number, alternate: boolean): string {
  if (kind === 'f') return fixed(value, precision) + (alternate && precision === 0 ? '.' : '')
  if (kind === 'e') return exponential(value, precision, alternate)
  return general(value, precision === 0 ? 1 : precision, alternate)
}

/** Digits after the point, ties to even. */
export function fixed(value: number, digits: number): string {
  const text = scaledDecimal(value, digits)
    .toString()
    .padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** The digits and the decimal exponent of a value in scientific notation with `precision` digits after the point. */
function scientific(value: number, precision: number): [digits: string, exponent: number] {
  if (value === 0) return ['0'.repeat(precision + 1), 0]
  let exponent = Number(value.toExponential().split('e')[1])
  let digits = scaledDecimal(value, precision - exponent).toString()
  if (digits.length > precision + 1) {
    exponent += 1
    digits = scaledDecimal(value, precision - exponent).toString()
  }
  return [digits, exponent]
}

function exponentText(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function exponential(value: number, precision: number, alternate: boolean): string {
  const [digits, exponent] = scientific(value, precision)
  const point = precision > 0 || alternate ? '.' : ''
  return `${digits[0]}${point}${digits.slice(1)}${exponentText(exponent)}`
}

function general(value: number, precision: number, alternate: boolean): string {
  const [digits, exponent] = scientific(value, precision - 1)
  const kept = alternate ? digits : digits.replace(/0+$/, '')
  if (exponent < -4 || exponent >= precision) {
    const rest = kept.slice(1)
    return `${digits[0]}${rest === '' ? '' : `.${rest}`}${exponentText(exponent)}`
  }
  if (exponent < 0) return kept === '' ? '0' : `0.${'0'.repeat(-exponent - 1)}${kept}`
  const whole = digits.slice(0, exponent + 1)
  const fraction = kept.slice(exponent + 1)
  return fraction === '' ? (alternate ? `${whole}.` : whole) : `${whole}.${fraction}`
}
