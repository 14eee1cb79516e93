import { getAttribute, getItem } from './attribute.ts'
import { formatSpec } from './format-spec.ts'
import { checkLength } from './limits.ts'
import { MarkedText } from './marked.ts'
import { quote } from './quote.ts'
import { repr, str } from './text.ts'
import { Dict, type Kwargs, PythonError, Undefined, type Value, valueError } from './value.ts'

type Escape = (text: string) => string

interface Fields {
  readonly args: readonly Value[]
  readonly named: (name: string) => Value | undefined
  readonly escapeText: Escape | undefined
  /** The next automatic number; null once numbers were given by hand. */
  automatic: number | null
}

/**
 * Python's `template.format(*args, **kwargs)`, attributes by the sandbox's rules. `escapeText` is applied to what each field gives,
 * as Markup does. See https://docs.python.org/3/library/string.html#formatstrings
 */
export function formatText(template: string, args: readonly Value[], kwargs: Kwargs, escapeText?: Escape): string {
  const fields: Fields = { args, named: (name) => kwargs.get(name), escapeText, automatic: 0 }
  return expand(template, fields, 2)
}

/** Python's `template.format_map(mapping)`. */
export function formatMap(template: string, mapping: Value): string {
  const named = (name: string) => {
    if (mapping instanceof Dict) return mapping.get(name)
    const value = getItem(mapping, name)
    return value instanceof Undefined ? undefined : value
  }
  return expand(template, { args: [], named, escapeText: undefined, automatic: 0 }, 2)
}

function expand(template: string, fields: Fields, depth: number): string {
  if (depth === 0) throw valueError('Max string recursion exceeded')
  let result = ''
  let at = 0
  while (at < template.length) {
    const brace = nextBrace(template, at)
    result += template.slice(at, brace)
    if (brace >= template.length) break
    const char = template[brace]
    if (template[brace + 1] === char) {
      result += char
      at = brace + 2
    } else if (char === '}') {
      throw valueError("Single '}' encountered in format string")
    } else {
      const end = closing(template, brace)
      result += field(template.slice(brace + 1, end), fields, depth)
      checkLength(result.length)
      at = end + 1
    }
  }
  return result
}

function nextBrace(template: string, from: number): number {
  for (let at = from; at < template.length; at++) if (template[at] === '{' || template[at] === '}') return at
  return template.length
}

function closing(template: string, open: number): number {
  if (open + 1 >= template.length) throw valueError("Single '{' encountered in format string")
  let depth = 0
  let bracket = false
  for (let at = open; at < template.length; at++) {
    const char = template[at]
    if (char === '[') bracket = true
    else if (char === ']') bracket = false
    else if (bracket) continue
    else if (char === '{') depth += 1
    else if (char === '}') {
      depth -= 1
      if (depth === 0) return at
    }
  }
  throw valueError("expected '}' before end of string")
}

/** `name.attribute[key]!r:spec` */
function field(text: string, fields: Fields, depth: number): string {
  const match = /^((?:[^[\]!:]|\[[^\]]*\])*)(?:!([^:]*))?(?::([\s\S]*))?$/.exec(text)
  if (!match) throw valueError("expected ':' after conversion specifier")
  const [, name = '', conversion, specification = ''] = match
  const value = lookUp(name, fields)
  const spec = specification.includes('{') ? expand(specification, fields, depth - 1) : specification
  const converted = conversion === undefined ? value : convert(value, conversion)
  const formatted = formatSpec(converted, spec)
  const safe = converted instanceof MarkedText && converted.mark === 'markup'
  return fields.escapeText && !safe ? fields.escapeText(formatted) : formatted
}

function convert(value: Value, conversion: string): string {
  if (conversion === 's') return str(value)
  if (conversion === 'r' || conversion === 'a') return repr(value)
  throw valueError(`Unknown conversion specifier ${conversion}`)
}

function lookUp(name: string, fields: Fields): Value {
  const first = /^[^.[]*/.exec(name)?.[0] ?? ''
  let value = start(first, fields)
  for (const step of name.slice(first.length).matchAll(/\.([^.[]*)|\[([^\]]*)\]|([\s\S])/g)) {
    const [, attribute, key] = step
    if (attribute === undefined && key === undefined) {
      throw valueError("Only '.' or '[' may follow ']' in format field specifier")
    }
    if (attribute === '' || key === '') throw valueError('Empty attribute in format string')
    if (attribute !== undefined) value = getAttribute(value, attribute)
    else value = getItem(value, /^\d+$/.test(key ?? '') ? Number(key) : (key ?? ''))
  }
  return value
}

function start(name: string, fields: Fields): Value {
  if (name !== '' && !/^\d+$/.test(name)) {
    const value = fields.named(name)
    if (value === undefined) throw new PythonError('KeyError', quote(name))
    return value
  }
  let index: number
  if (name === '') {
    if (fields.automatic === null) {
      throw valueError('cannot switch from manual field specification to automatic field numbering')
    }
    index = fields.automatic
    fields.automatic += 1
  } else {
    if (fields.automatic) {
      throw valueError('cannot switch from automatic field numbering to manual field specification')
    }
    fields.automatic = null
    index = Number(name)
  }
  const value = fields.args[index]
  if (value === undefined) {
    throw new PythonError('IndexError', 'tuple index out of range')
  }
  return value
}
