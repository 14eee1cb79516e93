import { checkLength } from './limits.ts'
import { textOf } from './marked.ts'
import { floatText, isInt, isNumeric, type Numeric, toDouble } from './number.ts'
import { fixed, formatDouble, formatRadix, intOf } from './number-format.ts'
import { characters, str, textLength, typeName } from './text.ts'
import { HostObject, typeError, type Value, valueError } from './value.ts'

interface Spec {
  readonly fill: string
  readonly align: string
  readonly sign: string
  readonly alternate: boolean
  readonly width: number
  readonly group: string
  readonly precision: number | undefined
  readonly type: string
}

const SPEC = /^(?:([\s\S])?([<>=^]))?([-+ ])?z?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u

/**
 * Python's `format(value, spec)` for numbers and texts. Throws ValueError for a spec that the type does not have. See
 * https://docs.python.org/3/library/string.html#format-specification-mini-language
 */
export function formatSpec(value: Value, spec: string): string {
  if (spec === '') return str(value)
  const text = textOf(value)
  if (text === undefined && (!isNumeric(value) || value instanceof HostObject)) {
    throw typeError(`unsupported format string passed to ${typeName(value)}.__format__`)
  }
  const parsed = parse(spec, typeName(value))
  checkLength(Math.max(parsed.width, parsed.precision ?? 0))
  return text !== undefined ? formatString(text, parsed, typeName(value)) : formatNumber(value as Numeric, parsed)
}

function parse(spec: string, type: string): Spec {
  const match = SPEC.exec(spec)
  if (!match) throw valueError(`Invalid format specifier '${spec}' for object of type '${type}'`)
  const [, fill, align, sign = '', alternate, zero, width, group = '', precision, kind = ''] = match
  return {
    fill: fill ?? (zero && !align ? '0' : ' '),
    align: align ?? (zero ? '=' : ''),
    sign,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    group,
    precision: precision === undefined ? undefined : Number(precision),
    type: kind,
  }
}

function formatString(text: string, spec: Spec, type: string): string {
  if (spec.type !== '' && spec.type !== 's') throw unknown(spec, type)
  if (spec.sign) throw valueError('Sign not allowed in string format specifier')
  if (spec.group) throw valueError(`Cannot specify '${spec.group}' with 's'.`)
  // A zero before the width fills, but a str is not aligned by it.
  const align = spec.align === '=' && spec.fill === '0' ? '<' : spec.align || '<'
  if (align === '=') throw valueError("'=' alignment not allowed in string format specifier")
  const cut = spec.precision === undefined ? text : characters(text).slice(0, spec.precision).join('')
  return aligned(cut, { ...spec, align })
}

function unknown(spec: Spec, type: string): Error {
  return valueError(`Unknown format code '${spec.type}' for object of type '${type}'`)
}

function formatNumber(value: Numeric, spec: Spec): string {
  if (typeof value === 'boolean' && spec.type === '') return formatInt(value, spec)
  return isInt(value) && !'eEfFgG%'.includes(spec.type || 'd') ? formatInt(value, spec) : formatFloat(value, spec)
}

function formatInt(value: Numeric, spec: Spec): string {
  if (spec.precision !== undefined) throw valueError('Precision not allowed in integer format specifier')
  const int = intOf(value)
  if (spec.type === 'c') return aligned(String.fromCodePoint(Number(int)), { ...spec, align: spec.align || '<' })
  const kind = spec.type === '' || spec.type === 'n' ? 'd' : spec.type
  if (!'bdoxX'.includes(kind)) throw unknown(spec, 'int')
  const size = int < 0 ? -int : int
  const digits = kind === 'd' ? String(size) : formatRadix(size, kind)
  const prefix = spec.alternate && kind !== 'd' ? `0${kind}` : ''
  return withSign(int < 0n, prefix, grouped(digits, '', spec, kind === 'd' ? 3 : 4), spec)
}

function formatFloat(value: Numeric, spec: Spec): string {
  const number = toDouble(value)
  const negative = number < 0 || Object.is(number, -0)
  const text = floatDigits(Math.abs(number), spec)
  const [, whole = '', rest = ''] = /^(\d*)([\s\S]*)$/.exec(text) ?? []
  return withSign(negative, '', grouped(whole, rest, spec, 3), spec)
}

function floatDigits(number: number, spec: Spec): string {
  switch (spec.type) {
    case '':
      if (spec.precision === undefined) return floatText(number)
      return withPoint(formatDouble(number, 'g', spec.precision || 1, spec.alternate))
    case '%':
      return `${Number.isFinite(number) ? fixed(number * 100, spec.precision ?? 6) : floatText(number)}%`
    case 'n':
      return formatDouble(number, 'g', spec.precision ?? 6, spec.alternate)
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return formatDouble(number, spec.type, spec.precision ?? 6, spec.alternate)
  }
  throw unknown(spec, 'float')
}

/** Without a type, a float keeps at least one digit after the point. */
function withPoint(text: string): string {
  return /^\d+$/.test(text) ? `${text}.0` : text
}

/** Digits with their separators, and zeros in front when the fill asks for them. */
function grouped(whole: string, rest: string, spec: Spec, size: number): string {
  if (!spec.group || whole === '') return whole + rest
  let count = whole.length
  if (spec.align === '=' && spec.fill === '0') {
    const room = spec.width - rest.length - (spec.sign ? 1 : 0)
    while (count + Math.floor((count - 1) / size) < room) count++
  }
  const digits = whole.padStart(count, '0')
  const groups: string[] = []
  for (let end = digits.length; end > 0; end -= size) groups.push(digits.slice(Math.max(0, end - size), end))
  return groups.reverse().join(spec.group) + rest
}

function withSign(negative: boolean, prefix: string, digits: string, spec: Spec): string {
  const sign = negative ? '-' : spec.sign === '-' ? '' : spec.sign
  if (spec.align === '=') {
    const missing = spec.width - textLength(sign + prefix + digits)
    return sign + prefix + spec.fill.repeat(Math.max(0, missing)) + digits
  }
  return aligned(sign + prefix + digits, { ...spec, align: spec.align || '>' })
}

function aligned(text: string, spec: Spec): string {
  const missing = Math.max(0, spec.width - textLength(text))
  const left = spec.align === '>' ? missing : spec.align === '^' ? Math.floor(missing / 2) : 0
  return spec.fill.repeat(left) + text + spec.fill.repeat(missing - left)
}
