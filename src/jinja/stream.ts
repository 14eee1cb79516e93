import { TemplateSyntaxError } from './errors.ts'
import type { Token } from './lexer.ts'
import { quote } from './quote.ts'

const TYPES: { readonly [type: string]: string } = {
  data: 'template data / text',
  variable_begin: 'begin of print statement',
  variable_end: 'end of print statement',
  block_begin: 'begin of statement block',
  block_end: 'end of statement block',
  eof: 'end of template',
}

/** How Jinja names a token in its messages. */
export function describe(token: Token): string {
  if (token.type === 'name' || token.type === 'operator') return String(token.value)
  return TYPES[token.type] ?? token.type
}

/** The tokens with a place in them. Going on to an `error` token throws it. */
export class TokenStream {
  readonly #tokens: readonly Token[]
  #index = 0
  /** The token that is next. */
  current: Token
  /** Where the last token that was taken ended. */
  lastEnd: number

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
    this.current = this.#at(0)
    this.lastEnd = this.current.offset
  }

  #at(index: number): Token {
    const token = this.#tokens[index] ?? this.#tokens[this.#tokens.length - 1]
    if (token === undefined) throw new Error('a template has at least its end')
    if (token.type === 'error') throw new TemplateSyntaxError(String(token.value), token.offset)
    // A tag that the text ends within has no error of its own: the end is met instead of what was expected.
    return token
  }

  /** Takes the current token. */
  next(): Token {
    const token = this.current
    this.lastEnd = token.end
    this.#index += 1
    this.current = this.#at(this.#index)
    return token
  }

  look(): Token {
    return this.#at(this.#index + 1)
  }

  isOperator(value: string): boolean {
    return this.current.type === 'operator' && this.current.value === value
  }

  isName(value: string): boolean {
    return this.current.type === 'name' && this.current.value === value
  }

  skipOperator(value: string): boolean {
    if (!this.isOperator(value)) return false
    this.next()
    return true
  }

  skipName(value: string): boolean {
    if (!this.isName(value)) return false
    this.next()
    return true
  }

  expectOperator(value: string): Token {
    return this.isOperator(value) ? this.next() : this.#fail(value)
  }

  /** A name: this one, or any. */
  expectName(value?: string): Token & { readonly value: string } {
    const { current } = this
    if (current.type !== 'name' || typeof current.value !== 'string') return this.#fail(value ?? 'name')
    if (value !== undefined && current.value !== value) return this.#fail(value)
    this.next()
    return { ...current, value: current.value }
  }

  expectType(type: 'block_end' | 'variable_end'): Token {
    return this.current.type === type ? this.next() : this.#fail(TYPES[type] ?? type)
  }

  #fail(expected: string): never {
    const { current } = this
    if (current.type === 'eof') {
      throw new TemplateSyntaxError(`unexpected end of template, expected ${quote(expected)}.`, current.offset)
    }
    throw new TemplateSyntaxError(`expected token ${quote(expected)}, got ${quote(describe(current))}`, current.offset)
  }
}
