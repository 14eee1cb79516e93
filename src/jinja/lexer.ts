import { TemplateSyntaxError } from './errors.ts'
import { decodeEscapes, integerLiteral } from './literals.ts'
import { quote } from './quote.ts'
import { isAllSpace, SPACE, spaceEnd, spaceStart } from './space.ts'
import type { Value } from './value.ts'
import { Float } from './value.ts'

/** One token; `value` is the text of a name, operator or data, the value of a literal, the message of an error. */
export interface Token {
  readonly type: TokenType
  readonly value: Value
  readonly offset: number
  readonly end: number
}

export type TokenType =
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'eof'
  | 'error'

export interface LexerOptions {
  readonly trimBlocks?: boolean
  readonly lstripBlocks?: boolean
  readonly keepTrailingNewline?: boolean
}

const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy
const NAME = /[\p{L}\p{N}_]+/uy
const IDENTIFIER = /^[\p{XIDS}_]\p{XIDC}*$/u
const STRING = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y
const RAW_BEGIN = new RegExp(`\\{%([-+]?)[${SPACE}]*raw[${SPACE}]*(-%\\}[${SPACE}]*|%\\})`, 'y')
const RAW_END = new RegExp(`\\{%([-+]?)[${SPACE}]*endraw[${SPACE}]*(\\+%\\}|-%\\}[${SPACE}]*|%\\})`, 'g')
const DOUBLE: ReadonlySet<string> = new Set(['//', '**', '==', '!=', '>=', '<='])
const SINGLE: ReadonlySet<string> = new Set('-+/*%~[](){}><=.:|,;')
const CLOSING: { readonly [opening: string]: string } = { '(': ')', '[': ']', '{': '}' }

/** Template text with every line ending as `\n`, as Jinja gives it out. */
export function normalizeNewlines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n|\r/g, '\n') : text
}

/**
 * The tokens of `source` between two offsets. What cannot be read is a token `error` at its place, after which there is no
 * more: so that the parser reports whatever is wrong first.
 */
export function tokenize(source: string, start: number, end: number, options: LexerOptions): Token[] {
  return new Lexer(source, start, end, options).run()
}

class Lexer {
  readonly #tokens: Token[] = []
  readonly #source: string
  readonly #start: number
  readonly #end: number
  readonly #options: LexerOptions
  #position: number
  #lineStarting = true

  constructor(source: string, start: number, end: number, options: LexerOptions) {
    // Cut at the end: the sticky expressions must not look beyond it.
    this.#source = end < source.length ? source.slice(0, end) : source
    this.#start = start
    this.#position = start
    this.#options = options
    this.#end = options.keepTrailingNewline ? end : withoutLastNewline(source, start, end)
    if (this.#end < this.#source.length) this.#source = this.#source.slice(0, this.#end)
  }

  run(): Token[] {
    try {
      while (this.#position < this.#end) this.#root()
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError)) throw error
      this.#push('error', error.message, error.offset, this.#end)
      return this.#tokens
    }
    this.#push('eof', '', this.#end, this.#end)
    return this.#tokens
  }

  #push(type: TokenType, value: Value, offset: number, end: number): void {
    this.#tokens.push({ type, value, offset, end })
  }

  /** Text up to the next tag, and that tag. */
  #root(): void {
    const source = this.#source
    const from = this.#position
    const at = nextTag(source, from)
    if (at < 0) {
      this.#data(from, this.#end, '', false)
      this.#position = this.#end
      return
    }
    const kind = source[at + 1]
    const raw = kind === '%' ? match(RAW_BEGIN, source, at) : null
    if (raw) {
      this.#data(from, at, raw[1] ?? '', true)
      this.#raw(at, at + raw[0].length)
      return
    }
    const next = source[at + 2]
    const sign = next === '-' || next === '+' ? next : ''
    this.#data(from, at, sign, kind !== '{')
    this.#position = at + 2 + sign.length
    this.#lineStarting = false
    if (kind === '#') this.#comment(at)
    else this.#tag(at, kind === '%')
  }

  /** Text before a tag, with what the tag's sign (or `lstripBlocks`) takes from its end. */
  #data(from: number, to: number, sign: string, strippable: boolean): void {
    if (from === to) return
    let text = this.#source.slice(from, to)
    if (sign === '-') {
      text = text.slice(0, spaceStart(text, 0, text.length))
    } else if (sign !== '+' && strippable && this.#options.lstripBlocks) {
      const line = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
      if ((line > 0 || this.#lineStarting) && isAllSpace(text.slice(line))) text = text.slice(0, line)
    }
    if (text !== '') this.#push('data', normalizeNewlines(text), from, from + text.length)
  }

  #raw(at: number, from: number): void {
    this.#position = from
    if (from >= this.#end) return
    RAW_END.lastIndex = from
    const close = RAW_END.exec(this.#source)
    if (!close) throw new TemplateSyntaxError('Missing end of raw directive', at)
    this.#lineStarting = isNewline(this.#source[from - 1])
    this.#data(from, close.index, close[1] ?? '', true)
    this.#position = close.index + close[0].length
    this.#afterBlock(close[2] ?? '')
  }

  #comment(at: number): void {
    if (this.#position >= this.#end) return
    const close = this.#source.indexOf('#}', this.#position)
    if (close < 0) throw new TemplateSyntaxError('Missing end of comment tag', at)
    const sign = close > this.#position ? (this.#source[close - 1] ?? '') : ''
    this.#position = close + 2
    if (sign === '-') this.#skipSpaces()
    this.#afterBlock(sign === '-' || sign === '+' ? `${sign}#}` : '#}')
  }

  /** After `%}` or `#}`: what `trimBlocks` takes. */
  #afterBlock(close: string): void {
    if (this.#options.trimBlocks && close[0] !== '-' && close[0] !== '+') {
      if (this.#source[this.#position] === '\r') this.#position += 1
      if (this.#source[this.#position] === '\n') this.#position += 1
    }
    this.#lineStarting = isNewline(this.#source[this.#position - 1])
  }

  #skipSpaces(): void {
    this.#position = spaceEnd(this.#source, this.#position)
  }

  /** The tokens of one `{{ … }}` or `{% … %}`. */
  #tag(at: number, block: boolean): void {
    this.#push(block ? 'block_begin' : 'variable_begin', '', at, this.#position)
    const source = this.#source
    const open: string[] = []
    const close = block ? '%}' : '}}'
    for (;;) {
      this.#skipSpaces()
      const position = this.#position
      if (position >= this.#end) return
      if (open.length === 0) {
        const char = source[position]
        const sign = (char === '-' || (char === '+' && block)) && source.startsWith(close, position + 1) ? char : ''
        if (sign !== '' || source.startsWith(close, position)) {
          this.#position = position + sign.length + 2
          this.#push(block ? 'block_end' : 'variable_end', '', position, this.#position)
          if (sign === '-') this.#skipSpaces()
          if (block) this.#afterBlock(sign === '' ? close : sign)
          else this.#lineStarting = isNewline(source[this.#position - 1])
          return
        }
      }
      this.#token(position, open)
    }
  }

  #token(at: number, open: string[]): void {
    const source = this.#source
    const code = source.charCodeAt(at)
    if (code >= 48 && code <= 57) {
      this.#number(at)
      return
    }
    if (code === 39 || code === 34) {
      const text = match(STRING, source, at)
      if (!text) throw this.#unexpected(at)
      this.#position = at + text[0].length
      const value = decodeEscapes(normalizeNewlines(text[0].slice(1, -1)), at)
      this.#push('string', value, at, this.#position)
      return
    }
    const nameEnd = asciiNameEnd(source, at)
    if (nameEnd > at && !(source.charCodeAt(nameEnd) > 127)) {
      this.#position = nameEnd
      this.#push('name', source.slice(at, nameEnd), at, nameEnd)
      return
    }
    const name = code > 127 || nameEnd > at ? match(NAME, source, at) : null
    if (name) {
      this.#position = at + name[0].length
      if (!IDENTIFIER.test(name[0])) throw new TemplateSyntaxError('Invalid character in identifier', at)
      this.#push('name', name[0], at, this.#position)
      return
    }
    const operator = operatorAt(source, at, code)
    if (operator === undefined) throw this.#unexpected(at)
    balance(operator, open, at)
    this.#position = at + operator.length
    this.#push('operator', operator, at, this.#position)
  }

  #number(at: number): void {
    let end = at + 1
    while (isDigit(this.#source.charCodeAt(end))) end++
    // Most numbers are a few digits and nothing more.
    if (end - at < 16 && (end - at === 1 || this.#source[at] !== '0') && !isNumberPart(this.#source.charCodeAt(end))) {
      this.#position = end
      this.#push('integer', Number(this.#source.slice(at, end)), at, end)
      return
    }
    const float = match(FLOAT, this.#source, at)
    if (float) {
      this.#position = at + float[0].length
      this.#push('float', new Float(Number(float[0].replaceAll('_', ''))), at, this.#position)
      return
    }
    const integer = match(INTEGER, this.#source, at)
    if (!integer) throw this.#unexpected(at)
    this.#position = at + integer[0].length
    this.#push('integer', integerLiteral(integer[0]), at, this.#position)
  }

  #unexpected(at: number): TemplateSyntaxError {
    const char = String.fromCodePoint(this.#source.codePointAt(at) ?? 0)
    return new TemplateSyntaxError(`unexpected char ${quote(char)} at ${at - this.#start}`, at)
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** Whether a number could go on with this: `.`, `_`, or a letter (of an exponent or a prefix). */
function isNumberPart(code: number): boolean {
  return code === 46 || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127
}

/** Where the ASCII letters, digits and underscores that start at `at` end. */
function asciiNameEnd(source: string, at: number): number {
  let end = at
  for (; end < source.length; end++) {
    const code = source.charCodeAt(end)
    const letter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
    if (!letter && !(code >= 48 && code <= 57)) break
  }
  return end
}

function operatorAt(source: string, at: number, code: number): string | undefined {
  const next = source.charCodeAt(at + 1)
  // Only `=`, or the same character again, makes an operator of two.
  if (next === 61 || next === code) {
    const double = source.slice(at, at + 2)
    if (DOUBLE.has(double)) return double
  }
  const single = source[at] ?? ''
  return SINGLE.has(single) ? single : undefined
}

function balance(operator: string, open: string[], at: number): void {
  const closing = CLOSING[operator]
  if (closing !== undefined) {
    open.push(closing)
  } else if (operator === ')' || operator === ']' || operator === '}') {
    const expected = open.pop()
    if (expected === undefined) throw new TemplateSyntaxError(`unexpected '${operator}'`, at)
    if (expected !== operator) {
      throw new TemplateSyntaxError(`unexpected '${operator}', expected '${expected}'`, at)
    }
  }
}

function match(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(source)
}

/** Where the next `{{`, `{%` or `{#` is, or -1. */
function nextTag(source: string, from: number): number {
  for (let at = source.indexOf('{', from); at >= 0; at = source.indexOf('{', at + 1)) {
    const code = source.charCodeAt(at + 1)
    if (code === 123 || code === 37 || code === 35) return at
  }
  return -1
}

function isNewline(char: string | undefined): boolean {
  return char === '\n' || char === '\r'
}

function withoutLastNewline(source: string, start: number, end: number): number {
  if (end <= start) return end
  if (source[end - 1] === '\n') return end - (end - 1 > start && source[end - 2] === '\r' ? 2 : 1)
  return source[end - 1] === '\r' ? end - 1 : end
}
