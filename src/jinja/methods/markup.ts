import { iterate } from '../iterate.ts'
import { escapeHtml, MarkedText, markup, textOf } from '../marked.ts'
import { formatText } from '../str-format.ts'
import { str } from '../text.ts'
import { splitText } from '../text-operations.ts'
import { Tuple, type Value } from '../value.ts'
import type { Method } from './index.ts'
import { joinText, STR_METHODS } from './str.ts'

/** A value as escaped text, as `markupsafe.escape` gives it. */
export function escaped(value: Value): MarkedText {
  if (value instanceof MarkedText && value.mark === 'markup') return value
  return markup(escapeHtml(str(value)))
}

function marked(value: Value): Value {
  if (typeof value === 'string') return markup(value)
  if (Array.isArray(value)) return value.map(marked)
  return value instanceof Tuple ? new Tuple(value.items.map(marked)) : value
}

/** Which arguments (by place) of these methods are escaped before they get into the text. */
const ESCAPED_ARGUMENT: { readonly [name: string]: number } = { replace: 1, ljust: 1, rjust: 1, center: 1 }
const PLAIN = new Set(['maketrans', 'translate'])

/** Markup without its tags and entities, white space collapsed; what is not closed stays. */
export function stripTags(text: string): string {
  let without = ''
  let at = 0
  for (let open = text.indexOf('<'); open >= 0; open = text.indexOf('<', at)) {
    const comment = text.startsWith('<!--', open)
    const close = text.indexOf(comment ? '-->' : '>', comment ? open + 4 : open)
    if (close < 0) break
    without += text.slice(at, open)
    at = close + (comment ? 3 : 1)
  }
  return unescapeHtml(splitText(without + text.slice(at), undefined, -1).join(' '))
}

const ENTITIES: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\xa0' }

function unescapeHtml(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#[xX]([\da-fA-F]+)|(\w+));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole
      const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16)
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
    },
  )
}

/** The methods of a str, giving markup. */
export const MARKUP_METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ...Array.from(STR_METHODS, ([name, method]): [string, Method] => [
    name,
    (self, args, kwargs, site) => {
      const escapedPlace = ESCAPED_ARGUMENT[name]
      const given = args.map((each, index) => (index === escapedPlace ? escaped(each) : each))
      const result = method(textOf(self) ?? '', given, kwargs, site)
      return PLAIN.has(name) ? result : marked(result)
    },
  ]),
  ['join', (self, [items = null]) => markup(joinText(textOf(self) ?? '', Array.from(iterate(items), escaped)))],
  ['format', (self, args, kwargs) => markup(formatText(textOf(self) ?? '', args, kwargs, escapeHtml))],
  ['striptags', (self) => stripTags(textOf(self) ?? '')],
  ['unescape', (self) => unescapeHtml(textOf(self) ?? '')],
])
