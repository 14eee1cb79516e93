import { bind, intArgument, type Signature, textArgument } from '../arguments.ts'
import { getItem } from '../attribute.ts'
import { iterate, truthy } from '../iterate.ts'
import { checkLength } from '../limits.ts'
import { textOf } from '../marked.ts'
import { bounds } from '../slice.ts'
import { isAllSpace } from '../space.ts'
import { formatMap, formatText } from '../str-format.ts'
import { characters, isPlain, textLength, typeName } from '../text.ts'
import * as operations from '../text-operations.ts'
import { Dict, PythonError, Tuple, typeError, type Value, valueError } from '../value.ts'
import type { Method } from './index.ts'

type Bound = readonly (Value | undefined)[]

function method(name: string, signature: Signature, run: (self: string, args: Bound) => Value): [string, Method] {
  return [
    name,
    (self, args, kwargs) => {
      const text = textOf(self)
      if (text === undefined) throw typeError(`descriptor '${name}' requires a 'str' object`)
      return run(
        text,
        args.length === 0 && signature.length === 0 && kwargs.size === 0 ? [] : bind(name, signature, args, kwargs),
      )
    },
  ]
}

function optionalText(value: Value | undefined, name: string): string | undefined {
  return value === undefined || value === null ? undefined : textArgument(value, name)
}

const strip = (name: string, side: 'left' | 'right' | 'both') =>
  method(name, ['chars?', '/'], (self, [chars]) => operations.stripText(self, optionalText(chars, `${name} arg`), side))

const is = (name: string, test: (self: string) => boolean) => method(name, [], test)

const matches = (pattern: RegExp) => (self: string) => pattern.test(self)

/** Finds within `self[start:end]`, in Python's offsets; -1 when it is not there. */
function find(self: string, [part, start = null, end = null]: Bound, last: boolean): number {
  const wanted = textArgument(part, '')
  const all = isPlain(self) ? self : characters(self)
  const [from, to] = bounds(all.length, start, end, null)
  if (from > to || (typeof start === 'number' && start > all.length)) return -1
  const window = typeof all === 'string' ? all.slice(from, to) : all.slice(from, to).join('')
  const at = last ? window.lastIndexOf(wanted) : window.indexOf(wanted)
  return at < 0 ? -1 : from + textLength(window.slice(0, at))
}

const finder = (name: string, last: boolean, required: boolean) =>
  method(name, ['sub', 'start?', 'end?', '/'], (self, args) => {
    const at = find(self, args, last)
    if (at < 0 && required) throw valueError('substring not found')
    return at
  })

function count(self: string, [part, start = null, end = null]: Bound): number {
  const wanted = textArgument(part, '')
  const all = characters(self)
  const [from, to] = bounds(all.length, start, end, null)
  if (from > to) return 0
  return wanted === '' ? to - from + 1 : all.slice(from, to).join('').split(wanted).length - 1
}

const affix = (name: string, test: (window: string, part: string) => boolean) =>
  method(name, [`${name === 'startswith' ? 'prefix' : 'suffix'}`, 'start?', 'end?', '/'], (self, args) => {
    const [part = null, start = null, end = null] = args
    const all = characters(self)
    const [from, to] = bounds(all.length, start, end, null)
    if (from > to) return false
    const window = all.slice(from, to).join('')
    const parts = part instanceof Tuple ? part.items : [part]
    return parts.some((each) => {
      const text = textOf(each)
      if (text === undefined) {
        throw typeError(`${name} first arg must be str or a tuple of str, not ${typeName(each)}`)
      }
      return test(window, text)
    })
  })

/** Pads to a width in characters. */
function pad(self: string, [width, fill]: Bound, side: 'left' | 'right' | 'both'): string {
  const wide = intArgument(width, 0)
  checkLength(wide)
  const char = fill === undefined ? ' ' : textArgument(fill, 'The fill character')
  if (textLength(char) !== 1) throw typeError('The fill character must be exactly one character long')
  const missing = wide - textLength(self)
  if (missing <= 0) return self
  const left = side === 'left' ? missing : side === 'right' ? 0 : Math.floor(missing / 2) + (missing & wide & 1)
  return char.repeat(left) + self + char.repeat(missing - left)
}

const padder = (name: string, side: 'left' | 'right' | 'both') =>
  method(name, ['width', 'fillchar?', '/'], (self, args) => pad(self, args, side))

const splitter = (name: string, run: typeof operations.splitText) =>
  method(name, ['sep?', 'maxsplit?'], (self, [separator, limit]) =>
    run(self, separatorOf(separator), intArgument(limit, -1)),
  )

function separatorOf(value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = textOf(value)
  if (text === undefined) throw typeError(`must be str or None, not ${typeName(value)}`)
  return text
}

function partition(self: string, part: Value | undefined, last: boolean): Tuple {
  const separator = textArgument(part, '')
  if (separator === '') throw valueError('empty separator')
  const at = last ? self.lastIndexOf(separator) : self.indexOf(separator)
  if (at < 0) return last ? Tuple.of('', '', self) : Tuple.of(self, '', '')
  return Tuple.of(self.slice(0, at), separator, self.slice(at + separator.length))
}

/** Python's `separator.join(items)`. Throws TypeError for an item that is not a str. */
export function joinText(separator: string, items: Iterable<Value>): string {
  const parts: string[] = []
  let size = 0
  for (const item of items) {
    const text = textOf(item)
    if (text === undefined) {
      throw typeError(`sequence item ${parts.length}: expected str instance, ${typeName(item)} found`)
    }
    parts.push(text)
    size += text.length + separator.length
  }
  checkLength(size)
  return parts.join(separator)
}

function translate(self: string, table: Value): string {
  return Array.from(self, (char) => {
    const code = char.codePointAt(0) ?? 0
    const found = table instanceof Dict ? table.get(code) : getItem(table, code)
    if (found === null) return ''
    return typeof found === 'number' ? String.fromCodePoint(found) : ((found && textOf(found)) ?? char)
  }).join('')
}

function makeTable([first = null, second, third]: Bound): Dict {
  const table = new Dict()
  if (second === undefined) {
    if (!(first instanceof Dict)) throw typeError('if you give only one argument to maketrans it must be a dict')
    for (const [key, value] of first) table.set(textOf(key)?.codePointAt(0) ?? key, value)
    return table
  }
  const from = Array.from(textArgument(first, 'maketrans() argument'))
  const to = Array.from(textArgument(second, 'maketrans() argument'))
  if (from.length !== to.length) throw valueError('the first two maketrans arguments must have equal length')
  for (const [index, char] of from.entries()) table.set(char.codePointAt(0) ?? 0, to[index]?.codePointAt(0) ?? 0)
  for (const char of third === undefined ? '' : textArgument(third, 'maketrans() argument')) {
    table.set(char.codePointAt(0) ?? 0, null)
  }
  return table
}

export const STR_METHODS: ReadonlyMap<string, Method> = new Map([
  method('lower', [], (self) => self.toLowerCase()),
  method('upper', [], (self) => self.toUpperCase()),
  method('capitalize', [], operations.capitalize),
  method('title', [], operations.titleText),
  method('swapcase', [], operations.swapCase),
  method('casefold', [], (self) => self.replaceAll('ß', 'ss').toLowerCase()),
  strip('strip', 'both'),
  strip('lstrip', 'left'),
  strip('rstrip', 'right'),
  splitter('split', operations.splitText),
  splitter('rsplit', operations.splitTextRight),
  method('splitlines', ['keepends?'], (self, [keep = false]) => operations.splitLines(self, truthy(keep))),
  method('join', ['iterable', '/'], (self, [items = null]) => joinText(self, iterate(items))),
  method('replace', ['old', 'new', 'count?', '/'], (self, [old, replacement, limit]) =>
    operations.replaceText(
      self,
      textArgument(old, 'replace() argument 1'),
      textArgument(replacement, 'replace() argument 2'),
      intArgument(limit, -1),
    ),
  ),
  finder('find', false, false),
  finder('rfind', true, false),
  finder('index', false, true),
  finder('rindex', true, true),
  method('count', ['sub', 'start?', 'end?', '/'], count),
  affix('startswith', (window, part) => window.startsWith(part)),
  affix('endswith', (window, part) => window.endsWith(part)),
  padder('ljust', 'right'),
  padder('rjust', 'left'),
  padder('center', 'both'),
  method('zfill', ['width', '/'], (self, [width]) => {
    const wide = intArgument(width, 0)
    checkLength(wide)
    const sign = /^[-+]/.exec(self)?.[0] ?? ''
    return sign + '0'.repeat(Math.max(0, wide - textLength(self))) + self.slice(sign.length)
  }),
  method('partition', ['sep', '/'], (self, [separator]) => partition(self, separator, false)),
  method('rpartition', ['sep', '/'], (self, [separator]) => partition(self, separator, true)),
  method('removeprefix', ['prefix', '/'], (self, [prefix]) => {
    const part = textArgument(prefix, 'removeprefix() argument')
    return self.startsWith(part) ? self.slice(part.length) : self
  }),
  method('removesuffix', ['suffix', '/'], (self, [suffix]) => {
    const part = textArgument(suffix, 'removesuffix() argument')
    return part !== '' && self.endsWith(part) ? self.slice(0, -part.length) : self
  }),
  method('expandtabs', ['tabsize?'], (self, [size]) => operations.expandTabs(self, intArgument(size, 8))),
  method('translate', ['table', '/'], (self, [table = null]) => translate(self, table)),
  method('maketrans', ['x', 'y?', 'z?', '/'], (_, args) => makeTable(args)),
  is('isalnum', matches(/^[\p{L}\p{N}]+$/u)),
  is('isalpha', matches(/^\p{L}+$/u)),
  is('isascii', (self) => Array.from(self).every((char) => char < '\x80')),
  is('isdecimal', matches(/^\p{Nd}+$/u)),
  is('isdigit', matches(/^[\p{Nd}\xb2\xb3\xb9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468]+$/u)),
  is('isnumeric', matches(/^\p{N}+$/u)),
  is('isidentifier', matches(/^[\p{XIDS}_]\p{XIDC}*$/u)),
  is('islower', operations.isLower),
  is('isupper', operations.isUpper),
  is('istitle', operations.isTitle),
  is('isspace', isAllSpace),
  is('isprintable', matches(/^[^\p{C}\p{Zl}\p{Zp}\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]*$/u)),
  ['format', (self, args, kwargs) => formatText(textOf(self) ?? '', args, kwargs)],
  method('format_map', ['mapping', '/'], (self, [mapping = null]) => formatMap(self, mapping)),
  method('encode', ['encoding?', 'errors?'], () => {
    throw new PythonError('LimitError', 'bytes are not supported in templates')
  }),
])
