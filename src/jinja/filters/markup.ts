import { intArgument, textArgument } from '../arguments.ts'
import { getAttributeOnly } from '../attribute.ts'
import { type Filter, filter } from '../builtin.ts'
import { iterate, truthy } from '../iterate.ts'
import { dumpJson } from '../json.ts'
import { escapeHtml, type Mark, MarkedText, markup, textOf } from '../marked.ts'
import { itemsOf } from '../methods/dict.ts'
import { escaped, stripTags } from '../methods/markup.ts'
import { repr, str } from '../text.ts'
import { Undefined, type Value, valueError } from '../value.ts'
import { prettyPrint } from './pretty.ts'
import { urlize } from './urlize.ts'

/** JSON that is safe inside HTML. */
function htmlJson(value: Value, [indent = null]: readonly (Value | undefined)[]): Value {
  const unit = indent === null ? {} : { indent: textOf(indent) ?? intArgument(indent, 0) }
  const text = dumpJson(value, { sortKeys: true, ...unit })
  return markup(text.replace(/[<>&']/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`))
}

function xmlAttributes(value: Value, [autospace = true]: readonly (Value | undefined)[]): string {
  const attributes: string[] = []
  for (const [key, item] of itemsOf(value)) {
    if (item === null || item instanceof Undefined) continue
    if (/[ \t\n\r\f\v/>=]/.test(textArgument(key, 'key'))) {
      throw valueError(`Invalid character in attribute name: ${repr(key)}`)
    }
    attributes.push(`${str(escaped(key))}="${str(escaped(item))}"`)
  }
  return (truthy(autospace) && attributes.length > 0 ? ' ' : '') + attributes.join(' ')
}

/** dbt's marks of how native rendering is to read a text; in other renderings they do nothing. */
const marker = (name: string, mark: Mark) =>
  filter(name, [], (value, _, context) => (context.native ? new MarkedText(str(value), mark) : value))

export const MARKUP_FILTERS: readonly [string, Filter][] = [
  filter('escape', [], escaped),
  filter('e', [], escaped),
  filter('forceescape', [], (value) => markup(escapeHtml(str(value)))),
  filter('safe', [], (value) => markup(str(value))),
  filter('striptags', [], (value) => stripTags(str(value))),
  filter('tojson', ['indent?'], htmlJson),
  filter('xmlattr', ['autospace?'], xmlAttributes),
  filter('attr', ['name'], (value, [name = null], context) =>
    getAttributeOnly(value, textArgument(name, 'attribute name'), context.chainable),
  ),
  filter('pprint', [], (value) => prettyPrint(value)),
  filter(
    'urlize',
    ['trim_url_limit?', 'nofollow?', 'target?', 'rel?', 'extra_schemes?'],
    (value, [limit = null, nofollow = false, target = null, rel = null, schemes = null]) =>
      urlize(textArgument(value, 'text'), {
        limit: limit === null ? undefined : intArgument(limit, 0),
        rel: [...(rel === null ? [] : str(rel).split(/\s+/)), ...(truthy(nofollow) ? ['nofollow'] : [])],
        target: target === null ? undefined : str(target),
        schemes: schemes === null ? [] : Array.from(iterate(schemes), str),
      }),
  ),
  filter('default', ['default_value?', 'boolean?'], useDefault),
  filter('d', ['default_value?', 'boolean?'], useDefault),
  marker('as_text', 'text'),
  marker('as_native', 'native'),
  marker('as_bool', 'bool'),
  marker('as_number', 'number'),
  filter('is_list', [], (value) => Array.isArray(value)),
]

function useDefault(value: Value, [fallback = '', whenFalse = false]: readonly (Value | undefined)[]): Value {
  return value instanceof Undefined || (truthy(whenFalse) && !truthy(value)) ? fallback : value
}
