import { getItem } from './attribute.ts'
import { checkLength } from './limits.ts'
import { textOf } from './marked.ts'
import { isNumeric, toDouble } from './number.ts'
import { formatDouble, formatRadix, intOf, zeroPadded } from './number-format.ts'
import { quote } from './quote.ts'
import { characters, repr, str, textLength, typeName } from './text.ts'
import { failUndefined } from './undefined.ts'
import { Dict, HostObject, PythonError, Tuple, typeError, Undefined, type Value, valueError } from './value.ts'

const SPECIFIER = /%(?:\(((?:[^()]|\([^()]*\))*)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?([\s\S])?/g

/**
 * Python's `template % values`. `escapeText` is applied to what each `%` gives, as Markup does. See
 * https://docs.python.org/3/library/stdtypes.html#printf-style-string-formatting
 */
export function percentFormat(template: string, values: Value, escapeText?: (text: string) => string): string {
  const state = new Arguments(values)
  const result = template.replace(SPECIFIER, (...match) => {
    const [whole, key, flags = '', width, precision, kind] = match as (string | undefined)[]
    const index = Number(match[6])
    if (kind === undefined) throw valueError('incomplete format')
    if (kind === '%') {
      return '%'
    }
    const named = key === undefined ? undefined : state.named(key)
    const wide = width === '*' ? state.star() : width === undefined ? 0 : Number(width)
    const dotted = whole?.slice(0, -1).includes('.', key === undefined ? 0 : key.length + 3)
    const exact =
      precision === '*' ? state.star() : precision === undefined ? (dotted ? 0 : undefined) : Number(precision)
    checkLength(Math.max(Math.abs(wide), exact ?? 0))
    const options = { flags: wide < 0 ? `${flags}-` : flags, width: Math.abs(wide), precision: exact }
    return convert(
      kind,
      () => (named === undefined ? state.next() : named),
      options,
      index + (whole?.length ?? 1) - 1,
      escapeText,
    )
  })
  state.finish()
  return result
}

class Arguments {
  readonly #values: Value
  readonly #items: readonly Value[]
  #index = 0
  #usedMapping = false

  constructor(values: Value) {
    this.#values = values
    this.#items = values instanceof Tuple ? values.items : [values]
  }

  next(): Value {
    const item = this.#items[this.#index]
    if (item === undefined) throw typeError('not enough arguments for format string')
    this.#index += 1
    return item
  }

  star(): number {
    const item = this.next()
    if (typeof item !== 'number') throw typeError('* wants int')
    return item
  }

  named(key: string): Value {
    if (!isMapping(this.#values)) throw typeError('format requires a mapping')
    this.#usedMapping = true
    if (this.#values instanceof Dict && !this.#values.has(key)) throw new PythonError('KeyError', quote(key))
    return getItem(this.#values, key)
  }

  /** All must have been used, except of a mapping (or a list, which Python takes for one). */
  finish(): void {
    const unused = this.#index < this.#items.length && !this.#usedMapping
    if (unused && !isMapping(this.#values) && !Array.isArray(this.#values)) {
      throw typeError('not all arguments converted during string formatting')
    }
  }
}

function isMapping(value: Value): boolean {
  return value instanceof Dict || (value instanceof HostObject && value.isMapping === true)
}

interface Options {
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
}

function convert(
  kind: string,
  value: () => Value,
  options: Options,
  index: number,
  escapeText: ((text: string) => string) | undefined,
): string {
  if (kind !== 's' && kind !== 'r' && kind !== 'a') return convertNumber(kind, value(), options, index)
  return padText(textFor(kind, value(), escapeText), options)
}

function convertNumber(kind: string, value: Value, options: Options, index: number): string {
  if (value instanceof Undefined && 'diueEfFgG'.includes(kind)) failUndefined(value)
  switch (kind) {
    case 'c':
      return padText(characterFor(value), options)
    case 'd':
    case 'i':
    case 'u':
      return padNumber(decimal(value, kind, options), options)
    case 'x':
    case 'X':
    case 'o':
      return padNumber(radix(value, kind, options), options)
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return padNumber(double(value, kind, options), options)
  }
  const code = (kind.codePointAt(0) ?? 0).toString(16)
  throw valueError(`unsupported format character '${kind}' (0x${code}) at index ${index}`)
}

function textFor(kind: string, value: Value, escapeText: ((text: string) => string) | undefined): string {
  const safe = value instanceof HostObject && value.typeName === 'Markup'
  const text = kind === 's' ? str(value) : kind === 'r' ? repr(value) : ascii(value)
  return escapeText && !safe ? escapeText(text) : text
}

function ascii(value: Value): string {
  return Array.from(repr(value), (char) => {
    const code = char.codePointAt(0) ?? 0
    if (code < 0x80) return char
    const hex = code.toString(16)
    return code < 0x100 ? `\\x${hex}` : code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
  }).join('')
}

function characterFor(value: Value): string {
  if (typeof value === 'number') return String.fromCodePoint(value)
  const text = textOf(value)
  if (text === undefined || textLength(text) !== 1) throw typeError('%c requires int or char')
  return text
}

function decimal(value: Value, kind: string, options: Options): string {
  if (!isNumeric(value)) throw typeError(`%${kind} format: a real number is required, not ${typeName(value)}`)
  const text = String(intOf(value))
  const digits = text.replace('-', '').padStart(options.precision ?? 0, '0')
  return sign(text.startsWith('-'), options) + digits
}

function radix(value: Value, kind: string, options: Options): string {
  if (!isNumeric(value) || typeName(value) === 'float') {
    throw typeError(`%${kind} format: an integer is required, not ${typeName(value)}`)
  }
  const int = intOf(value)
  const digits = formatRadix(int < 0 ? -int : int, kind).padStart(options.precision ?? 0, '0')
  return sign(int < 0, options) + (options.flags.includes('#') ? `0${kind}` : '') + digits
}

function double(value: Value, kind: string, options: Options): string {
  if (!isNumeric(value)) throw typeError(`must be real number, not ${typeName(value)}`)
  const number = toDouble(value)
  const text = formatDouble(Math.abs(number), kind, options.precision ?? 6, options.flags.includes('#'))
  return sign(number < 0 || Object.is(number, -0), options) + text
}

function sign(negative: boolean, options: Options): string {
  return negative ? '-' : options.flags.includes('+') ? '+' : options.flags.includes(' ') ? ' ' : ''
}

function padText(text: string, options: Options): string {
  const cut = options.precision === undefined ? text : characters(text).slice(0, options.precision).join('')
  const padding = ' '.repeat(Math.max(0, options.width - textLength(cut)))
  return options.flags.includes('-') ? cut + padding : padding + cut
}

function padNumber(text: string, options: Options): string {
  if (options.flags.includes('-')) return text.padEnd(options.width)
  if (!options.flags.includes('0')) return text.padStart(options.width)
  const head = /^[-+ ]?(?:0[xXo])?/.exec(text)?.[0] ?? ''
  return head + zeroPadded(text.slice(head.length), options.width - head.length)
}
