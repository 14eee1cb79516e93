import {
  type Callable,
  call,
  Dict,
  HostObject,
  type Kwargs,
  PythonError,
  PythonIterator,
  repr,
  str,
  Tuple,
  textOf,
  typeError,
  typeName,
  type Value,
} from '../jinja/index.ts'
import { charge, checkLength } from '../jinja/limits.ts'
import { allMatches, firstMatch } from './python-match.ts'
import { FLAGS, javascriptPattern } from './python-pattern.ts'

/** Python's `re`, as far as templates use it. https://docs.python.org/3/library/re.html */
export function reModule(): Value {
  const module: [string, Value][] = [
    ['compile', (args, kwargs) => compiled(args[0] ?? kwargs.get('pattern'), args[1] ?? kwargs.get('flags'))],
    ['escape', (args) => textIn(args[0]).replaceAll(/[\s#$&()*+\-.?[\\\]^{|}~]/g, '\\$&')],
  ]
  for (const [name, method] of Object.entries(METHODS)) {
    const flagsAt = method.parameters.length + 1
    module.push([
      name,
      (args, kwargs, site) => {
        const pattern = compiled(args[0] ?? kwargs.get('pattern'), args[flagsAt] ?? kwargs.get('flags'))
        return method.run(pattern, bound(method.parameters, args.slice(1), kwargs), site)
      },
    ])
  }
  for (const [name, letter] of Object.entries(FLAG_NAMES))
    module.push([name, FLAGS[letter]], [letter.toUpperCase(), FLAGS[letter]])
  return Dict.from(module)
}

const FLAG_NAMES = { IGNORECASE: 'i', MULTILINE: 'm', DOTALL: 's', VERBOSE: 'x', ASCII: 'a', UNICODE: 'u' } as const

function compiled(pattern: Value | undefined, flags: Value | undefined): Pattern {
  return pattern instanceof Pattern ? pattern : new Pattern(textIn(pattern), typeof flags === 'number' ? flags : 0)
}

/** What is taken for a string: what a template does not know may stand for one. */
function textIn(value: Value | undefined): string {
  const text = value === undefined ? undefined : textOf(value)
  if (text !== undefined) return text
  if (value instanceof HostObject) return str(value)
  throw typeError(`expected string or bytes-like object, got '${typeName(value ?? null)}'`)
}

type Given = ReadonlyMap<string, Value>

function bound(parameters: readonly string[], args: readonly Value[], kwargs: Kwargs): Given {
  const pairs = parameters.map((name, index): [string, Value | undefined] => [name, args[index] ?? kwargs.get(name)])
  return new Map(pairs.filter((pair): pair is [string, Value] => pair[1] !== undefined))
}

interface Method {
  readonly parameters: readonly string[]
  run(pattern: Pattern, given: Given, site: Parameters<Callable>[2]): Value
}

const find = (before: string, after: string): Method => ({
  parameters: ['string'],
  run: (pattern, given) => {
    const text = textIn(given.get('string'))
    const found = firstMatch(pattern.expression('d', before, after), text)
    return found ? new Match(found, pattern) : null
  },
})

const METHODS: Readonly<Record<string, Method>> = {
  match: find('^(?:', ')'),
  fullmatch: find('^(?:', ')$'),
  search: find('', ''),
  findall: {
    parameters: ['string'],
    run: (pattern, given) =>
      allMatches(pattern.expression('g'), textIn(given.get('string'))).map(([whole, ...groups]) => {
        const texts = groups.map((group) => group ?? '')
        return texts.length > 1 ? new Tuple(texts) : (texts[0] ?? whole)
      }),
  },
  finditer: {
    parameters: ['string'],
    run: (pattern, given) => {
      const found = allMatches(pattern.expression('gd'), textIn(given.get('string')))
      return new PythonIterator(
        found.map((each) => new Match(each, pattern)),
        'callable_iterator',
      )
    },
  },
  split: { parameters: ['string', 'maxsplit'], run: split },
  sub: {
    parameters: ['repl', 'string', 'count'],
    run: (pattern, given, site) => substituted(pattern, given, site).text,
  },
  subn: {
    parameters: ['repl', 'string', 'count'],
    run: (pattern, given, site) => {
      const { text, count } = substituted(pattern, given, site)
      return new Tuple([text, count])
    },
  },
}

function split(pattern: Pattern, given: Given): Value {
  const text = textIn(given.get('string'))
  const most = Number(given.get('maxsplit') ?? 0)
  const parts: Value[] = []
  let from = 0
  let count = 0
  for (const found of allMatches(pattern.expression('g'), text)) {
    if (most > 0 && count === most) break
    parts.push(text.slice(from, found.index), ...found.slice(1).map((group) => group ?? null))
    from = found.index + found[0].length
    count += 1
  }
  return [...parts, text.slice(from)]
}

function substituted(pattern: Pattern, given: Given, site: Parameters<Callable>[2]): { text: string; count: number } {
  const by = given.get('repl') ?? null
  const text = textIn(given.get('string'))
  const most = Number(given.get('count') ?? 0)
  const written = textOf(by)
  let [out, from, count] = ['', 0, 0]
  for (const found of allMatches(pattern.expression('gd'), text)) {
    if (most > 0 && count === most) break
    const match = new Match(found, pattern)
    out += text.slice(from, found.index)
    out += written === undefined ? str(call(by, [match], undefined, site)) : expanded(written, match)
    checkLength(out.length)
    from = found.index + found[0].length
    count += 1
  }
  charge(out.length)
  return { text: out + text.slice(from), count }
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** The text to put in a match's place, with its `\1`, `\g<name>` and escapes. */
function expanded(text: string, match: Match): string {
  return text.replaceAll(
    /\\(?:(\d{1,2})|g<(\w+)>|([\s\S]))/g,
    (whole, number: string | undefined, name: string | undefined, char: string | undefined) => {
      if (number !== undefined) return number === '0' ? '\0' : (match.group(Number(number)) ?? '')
      if (name !== undefined) return match.group(/^\d+$/.test(name) ? Number(name) : name) ?? ''
      if (char === '\\') return char
      const written = ESCAPES[char ?? '']
      if (written === undefined && /[A-Za-z]/.test(char ?? '')) throw new PythonError('error', `bad escape ${whole}`)
      return written ?? whole
    },
  )
}

class Pattern extends HostObject {
  readonly typeName = 'Pattern'
  override readonly qualifiedName = 're.Pattern'
  readonly #source: string
  readonly #flags: number
  readonly #own: ReturnType<typeof javascriptPattern>

  constructor(source: string, flags: number) {
    super()
    this.#source = source
    this.#flags = flags
    this.#own = javascriptPattern(source, flags)
  }

  /** The pattern as JavaScript's, with more around it. */
  expression(flags: string, before = '', after = ''): RegExp {
    try {
      return new RegExp(before + this.#own.source + after, flags + this.#own.flags)
    } catch (error) {
      throw new PythonError('error', `this pattern cannot be read: ${this.#source}`, { cause: error })
    }
  }

  override attribute(name: string): Value | undefined {
    if (name === 'pattern') return this.#source
    if (name === 'flags') return this.#flags | FLAGS.u
    const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
    return method && ((args, kwargs, site) => method.run(this, bound(method.parameters, args, kwargs), site))
  }
  override text(): string {
    return `re.compile(${repr(this.#source)})`
  }
  override equals(other: Value): boolean {
    return other instanceof Pattern && other.#source === this.#source && other.#flags === this.#flags
  }
}

class Match extends HostObject {
  readonly typeName = 'Match'
  override readonly qualifiedName = 're.Match'
  readonly #found: RegExpExecArray
  readonly #pattern: Pattern

  constructor(found: RegExpExecArray, pattern: Pattern) {
    super()
    this.#found = found
    this.#pattern = pattern
  }

  /** A group's text, null when it took no part. Throws Python's IndexError for a group that is not there. */
  group(key: Value): string | null {
    const { groups } = this.#found
    const isThere =
      typeof key === 'string' ? groups !== undefined && Object.hasOwn(groups, key) : Number(key) in this.#found
    if (!isThere) throw new PythonError('IndexError', 'no such group')
    return (typeof key === 'string' ? groups?.[key] : this.#found[Number(key)]) ?? null
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'group':
        return (args) => (args.length > 1 ? new Tuple(args.map((key) => this.group(key))) : this.group(args[0] ?? 0))
      case 'groups':
        return (args) => new Tuple(this.#found.slice(1).map((text) => text ?? args[0] ?? null))
      case 'groupdict':
        return (args) =>
          Dict.from(
            Object.entries(this.#found.groups ?? {}).map(([key, text]): [Value, Value] => [
              key,
              text ?? args[0] ?? null,
            ]),
          )
      case 'start':
        return (args) => this.#span(args[0])[0]
      case 'end':
        return (args) => this.#span(args[0])[1]
      case 'span':
        return (args) => new Tuple([...this.#span(args[0])])
      case 'expand':
        return (args) => expanded(textIn(args[0]), this)
      case 'string':
        return this.#found.input
      case 're':
        return this.#pattern
      default:
        return undefined
    }
  }

  /** Where a group is, in characters; -1 when it took no part. */
  #span(key: Value | undefined): readonly [number, number] {
    const { indices, input } = this.#found
    const span = typeof key === 'string' ? indices?.groups?.[key] : indices?.[Number(key ?? 0)]
    if (!span) return [-1, -1]
    const [start, end] = span.map((at) => [...input.slice(0, at)].length)
    return [start ?? 0, end ?? 0]
  }

  override item(key: Value): Value | undefined {
    return this.group(key)
  }
  override text(): string {
    const [start, end] = this.#span(0)
    return `<re.Match object; span=(${start}, ${end}), match=${repr(this.#found[0])}>`
  }
  override truthy(): boolean {
    return true
  }
}
