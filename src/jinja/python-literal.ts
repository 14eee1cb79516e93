import { PythonSet } from './collections.ts'
import { TemplateSyntaxError } from './errors.ts'
import { decodeEscapes, integerLiteral } from './literals.ts'
import { arithmetic, isNumeric, negate } from './number.ts'
import { Dict, Float, PythonError, Tuple, type Value } from './value.ts'

const TOKEN =
  /\s*(?:(\d[\d_]*\.?[\d_]*(?:[eE][-+]?\d+)?|\.\d[\d_]*(?:[eE][-+]?\d+)?|0[xXoObB][\da-fA-F_]+)|([rRuU]?)('''[\s\S]*?'''|"""[\s\S]*?"""|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")|([A-Za-z_]\w*)|([-+()[\]{},:]))/y
const HEXADECIMAL = /\s*(0[xXoObB][\da-fA-F_]+)/y

/** The value of a Python literal, as `ast.literal_eval` reads it; undefined when the text is none. */
export function parsePythonLiteral(text: string): { value: Value } | undefined {
  // Python refuses white space in front of an expression, but not spaces and tabs for literal_eval.
  const parser = new LiteralParser(text.replace(/^[ \t]+/, ''))
  try {
    return { value: parser.whole() }
  } catch (error) {
    if (error instanceof NotALiteral || error instanceof TemplateSyntaxError || error instanceof PythonError)
      return undefined
    throw error
  }
}

class NotALiteral extends Error {}

const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['True', true],
  ['False', false],
  ['None', null],
])
const MAX_NESTING = 100

class LiteralParser {
  readonly #text: string
  #position = 0
  #nesting = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Value {
    if (/^\s/.test(this.#text)) throw new NotALiteral()
    const first = this.#value()
    const value = this.#peek() === ',' ? new Tuple(this.#rest(first, '')) : first
    if (this.#text.slice(this.#position).trim() !== '') throw new NotALiteral()
    return value
  }

  #token(): RegExpExecArray {
    HEXADECIMAL.lastIndex = this.#position
    const hexadecimal = HEXADECIMAL.exec(this.#text)
    TOKEN.lastIndex = this.#position
    const token = TOKEN.exec(this.#text)
    if (!token) throw new NotALiteral()
    if (hexadecimal) token[1] = hexadecimal[1] ?? ''
    this.#position = hexadecimal ? HEXADECIMAL.lastIndex : TOKEN.lastIndex
    return token
  }

  #peek(): string | undefined {
    return /^\s*([\s\S])/.exec(this.#text.slice(this.#position, this.#position + 1000))?.[1]
  }

  #take(char: string): void {
    if (this.#token()[5] !== char) throw new NotALiteral()
  }

  #value(): Value {
    this.#nesting += 1
    if (this.#nesting > MAX_NESTING) throw new NotALiteral()
    const [, number, prefix = '', quoted, word, operator] = this.#token()
    let value: Value
    if (number !== undefined) value = readNumber(number)
    else if (quoted !== undefined) value = this.#strings(readString(prefix, quoted))
    else if (word !== undefined) value = this.#word(word)
    else value = this.#structure(operator ?? '')
    this.#nesting -= 1
    return value
  }

  #word(word: string): Value {
    const constant = CONSTANTS.get(word)
    if (constant !== undefined) return constant
    if (word !== 'set') throw new NotALiteral()
    this.#take('(')
    this.#take(')')
    return new PythonSet()
  }

  /** Texts side by side are one. */
  #strings(first: string): string {
    let text = first
    for (let next = this.#peek(); next === "'" || next === '"'; next = this.#peek()) {
      const [, , prefix = '', quoted] = this.#token()
      text += readString(prefix, quoted ?? '')
    }
    return text
  }

  #structure(operator: string): Value {
    switch (operator) {
      case '-':
      case '+': {
        const value = this.#value()
        if (!isNumeric(value) || typeof value === 'boolean') throw new NotALiteral()
        return operator === '-' ? negate('-', value) : arithmetic('+', value, 0)
      }
      case '[':
        return this.#items(']')
      case '(':
        return this.#tuple()
      case '{':
        return this.#braces()
    }
    throw new NotALiteral()
  }

  #items(close: string): Value[] {
    if (this.#peek() === close) {
      this.#take(close)
      return []
    }
    const items = this.#rest(this.#value(), close)
    this.#take(close)
    return items
  }

  /** After a first item: `, item, …`, up to what closes. */
  #rest(first: Value, close: string): Value[] {
    const items = [first]
    while (this.#peek() === ',') {
      this.#take(',')
      const next = this.#peek()
      if (next === undefined || next === close) break
      items.push(this.#value())
    }
    return items
  }

  #tuple(): Value {
    if (this.#peek() === ')') {
      this.#take(')')
      return new Tuple([])
    }
    const first = this.#value()
    if (this.#peek() === ')') {
      this.#take(')')
      return first
    }
    const items = this.#rest(first, ')')
    this.#take(')')
    return new Tuple(items)
  }

  #braces(): Value {
    const dict = new Dict()
    if (this.#peek() === '}') {
      this.#take('}')
      return dict
    }
    const first = this.#value()
    if (this.#peek() !== ':') {
      const items = this.#rest(first, '}')
      this.#take('}')
      return new PythonSet(items)
    }
    this.#take(':')
    dict.set(first, this.#value())
    while (this.#peek() === ',') {
      this.#take(',')
      if (this.#peek() === '}') break
      const key = this.#value()
      this.#take(':')
      dict.set(key, this.#value())
    }
    this.#take('}')
    return dict
  }
}

function readNumber(text: string): Value {
  if (/^0[xXoObB]/.test(text)) return integerLiteral(text)
  if (!/^(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:[eE][-+]?\d+)?$/.test(text)) throw new NotALiteral()
  if (/[.eE]/.test(text)) return new Float(Number(text.replaceAll('_', '')))
  if (/^0[\d_]*[1-9]/.test(text)) throw new NotALiteral()
  return integerLiteral(text)
}

function readString(prefix: string, quoted: string): string {
  const size = quoted.startsWith("'''") || quoted.startsWith('"""') ? 3 : 1
  const inside = quoted.slice(size, -size)
  return prefix.toLowerCase() === 'r' ? inside : decodeEscapes(inside, 0)
}
