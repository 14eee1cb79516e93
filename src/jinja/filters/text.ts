import { intArgument, textArgument } from '../arguments.ts'
import { type Filter, filter } from '../builtin.ts'
import { callMethod } from '../call-method.ts'
import { isIterable, iterate, length, truthy } from '../iterate.ts'
import { checkLength } from '../limits.ts'
import { MarkedText, markup, textOf } from '../marked.ts'
import { binary } from '../operators.ts'
import { sliceValue } from '../slice.ts'
import { str, typeName } from '../text.ts'
import { replaceText, splitLines } from '../text-operations.ts'
import { failUndefined } from '../undefined.ts'
import { unpack } from '../unpack.ts'
import { Dict, type Kwargs, PythonError, Tuple, typeError, Undefined, type Value } from '../value.ts'
import { wrapLines } from './wrap.ts'

/** The value as a str; a str with a mark keeps it. */
function soft(value: Value): Value {
  return textOf(value) === undefined ? str(value) : value
}

const WORD_START = /([-\s({[<]+)/

function title(text: string): string {
  return text
    .split(WORD_START)
    .map((part) => {
      const [first = '', ...rest] = part
      return first.toUpperCase() + rest.join('').toLowerCase()
    })
    .join('')
}

function indent(value: Value, [width = 4, first = false, blank = false]: readonly (Value | undefined)[]): Value {
  const unit = textOf(width) ?? ' '.repeat(Math.min(Math.max(0, intArgument(width, 4)), 1_000_000))
  const text = withNewline(value)
  const lines = splitLines(text)
  checkLength(text.length + lines.length * unit.length)
  const [head = '', ...tail] = lines
  const indented = tail.map((line) => (line !== '' || truthy(blank) ? unit + line : line))
  const result = (truthy(first) ? unit : '') + [head, ...indented].join('\n')
  return value instanceof MarkedText && value.mark === 'markup' ? markup(result) : result
}

/** The text with a newline, as Python's `value += "\\n"` gives it. */
function withNewline(value: Value): string {
  const text = textOf(value)
  if (text !== undefined) return `${text}\n`
  if (value instanceof Undefined) failUndefined(value)
  if (Array.isArray(value)) throw noSplitLines(value)
  if (value instanceof Tuple) throw typeError('can only concatenate tuple (not "str") to tuple')
  throw typeError(`unsupported operand type(s) for +=: '${typeName(value)}' and 'str'`)
}

function noSplitLines(value: Value): PythonError {
  return new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'splitlines'`)
}

/** The lines of what must be a text. */
function linesOf(value: Value): string[] {
  const text = textOf(value)
  if (text !== undefined) return splitLines(text)
  if (value instanceof Undefined) failUndefined(value)
  throw noSplitLines(value)
}

function truncate(value: Value, args: readonly (Value | undefined)[]): Value {
  const [width, killWords = false, end = '...', leeway] = args
  const size = intArgument(width, 255)
  const tail = textArgument(end, 'end')
  const slack = leeway === null ? 5 : intArgument(leeway, 5)
  if (size < tail.length) throw new PythonError('AssertionError', `expected length >= ${tail.length}, got ${size}`)
  if (slack < 0) throw new PythonError('AssertionError', `expected leeway >= 0, got ${slack}`)
  if (length(value) <= size + slack) return value
  const cut = sliceValue(value, null, size - tail.length, null)
  if (truthy(killWords)) return binary('+', cut, end)
  const text = textArgument(cut, 'value')
  const space = text.lastIndexOf(' ')
  return (space < 0 ? text : text.slice(0, space)) + tail
}

function format(value: Value, args: readonly Value[], kwargs: Kwargs): Value {
  if (args.length > 0 && kwargs.size > 0) {
    throw new PythonError('FilterArgumentError', "can't handle positional and keyword arguments at the same time")
  }
  return binary('%', soft(value), kwargs.size > 0 ? Dict.from(kwargs) : new Tuple(args))
}

function urlQuote(value: Value, inQuery: boolean): string {
  const text = encodeURIComponent(str(value)).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return inQuery ? text.replaceAll('%20', '+') : text.replaceAll('%2F', '/')
}

function urlEncode(value: Value): string {
  if (textOf(value) !== undefined || !isIterable(value)) return urlQuote(value, false)
  const pairs = value instanceof Dict ? value : Array.from(iterate(value), (pair) => unpack(pair, 2))
  return Array.from(pairs, ([key = null, item = null]) => `${urlQuote(key, true)}=${urlQuote(item, true)}`).join('&')
}

export const TEXT_FILTERS: readonly [string, Filter][] = [
  filter('upper', [], (value) => callMethod(soft(value), 'upper')),
  filter('lower', [], (value) => callMethod(soft(value), 'lower')),
  filter('capitalize', [], (value) => callMethod(soft(value), 'capitalize')),
  filter('title', [], (value) => title(str(value))),
  filter('string', [], soft),
  filter('trim', ['chars?'], (value, [chars = null]) => callMethod(soft(value), 'strip', [chars])),
  filter('center', ['width?'], (value, [width = 80]) => callMethod(soft(value), 'center', [width])),
  filter('replace', ['old', 'new', 'count?'], (value, [old = null, replacement = null, count = null]) =>
    replaceText(str(value), str(old), str(replacement), count === null ? -1 : intArgument(count, -1)),
  ),
  filter('indent', ['width?', 'first?', 'blank?'], indent),
  filter('truncate', ['length?', 'killwords?', 'end?', 'leeway?'], truncate),
  filter(
    'wordwrap',
    ['width?', 'break_long_words?', 'wrapstring?', 'break_on_hyphens?'],
    (value, [width, breakLong = true, between, onHyphens = true]) => {
      const separator = between === undefined || between === null ? '\n' : textArgument(between, 'wrapstring')
      const options = { width: intArgument(width, 79), breakLong: truthy(breakLong), onHyphens: truthy(onHyphens) }
      return linesOf(value)
        .map((line) => wrapLines(line, options).join(separator))
        .join(separator)
    },
  ),
  filter('wordcount', [], (value) => str(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  ['format', format],
  filter('urlencode', [], urlEncode),
]
