import { PythonError } from '../jinja/index.ts'

/** Python's numbers of the flags of a pattern. https://docs.python.org/3/library/re.html#flags */
export const FLAGS = { i: 2, L: 4, m: 8, s: 16, u: 32, x: 64, a: 256 } as const

const MAX_PATTERN = 10_000
const SPACE = '\\s\\x1c-\\x1f\\x85'
const CLASSES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  s: SPACE,
  S: `[^${SPACE}]`,
  w: '\\p{L}\\p{N}_',
  W: '[^\\p{L}\\p{N}_]',
}
const ASCII_CLASSES: Readonly<Record<string, string>> = {
  d: '0-9',
  D: '[^0-9]',
  s: ' \\t-\\r',
  S: '[^ \\t-\\r]',
  w: 'A-Za-z0-9_',
  W: '[^A-Za-z0-9_]',
}
const CONTROLS: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 }

/**
 * A pattern of Python's `re` as JavaScript's, which says nothing of lines, case or layout but through its own text and the
 * flags that come with it. Throws Python's `error` where Python does, and for what JavaScript has not: conditions, atomic groups.
 */
export function javascriptPattern(source: string, flags: number): { readonly source: string; readonly flags: string } {
  if (source.length > MAX_PATTERN) throw new PythonError('error', 'this pattern is too long')
  return new Translator(source, flags).whole()
}

class Translator {
  readonly #text: string
  #at = 0
  #flags: number
  /** Whether case is ignored in a part of the pattern alone, which is then written out. */
  #isLocal = false

  constructor(text: string, flags: number) {
    this.#text = text
    this.#flags = flags
  }

  whole(): { source: string; flags: string } {
    for (let found = this.#inline(); found !== null; found = this.#inline()) this.#flags |= found
    const isCaseless = this.#has('i')
    const source = this.#alternatives(0)
    if (this.#at < this.#text.length) this.#fail('unbalanced parenthesis')
    return { source, flags: isCaseless ? 'iv' : 'v' }
  }

  #has(flag: keyof typeof FLAGS): boolean {
    return (this.#flags & FLAGS[flag]) !== 0
  }

  #fail(message: string): never {
    throw new PythonError('error', `${message} at position ${this.#at} of this pattern: ${this.#text}`)
  }

  /** The flags of `(?im)`, which stand at the start of a pattern; null when there are none here. */
  #inline(): number | null {
    if (this.#has('x')) this.#skipLayout()
    const letters = /^\(\?([aiLmsux]+)\)/.exec(this.#text.slice(this.#at, this.#at + 12))?.[1]
    if (letters === undefined) return null
    this.#at += letters.length + 3
    return flagsOf(letters)
  }

  #skipLayout(): void {
    const layout = /(?:[ \t\n\r\f\v]+|#[^\n]*)+/y
    layout.lastIndex = this.#at
    this.#at += layout.exec(this.#text)?.[0].length ?? 0
  }

  #alternatives(depth: number): string {
    if (depth > 100) this.#fail('too many groups in each other')
    let out = ''
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]
      if (char === ')') break
      if (char === '|') {
        out += '|'
        this.#at += 1
      } else if (this.#has('x') && /[\s#]/.test(char ?? '')) {
        const before = this.#at
        this.#skipLayout()
        if (this.#at === before) out += this.#quantified(depth)
      } else out += this.#quantified(depth)
    }
    return out
  }

  /** One thing and how often it stands there. */
  #quantified(depth: number): string {
    const atom = this.#atom(depth)
    if (this.#has('x')) this.#skipLayout()
    const rest = this.#text.slice(this.#at, this.#at + 24)
    const [, sign, least, comma, most] = /^([*+?]|\{(?=\d|,)(\d*)(,?)(\d*)\})/.exec(rest) ?? []
    if (sign === undefined) return atom
    if (atom === '') this.#fail('nothing to repeat')
    this.#at += sign.length
    const lazy = this.#text[this.#at] === '?' ? '?' : ''
    this.#at += lazy.length
    if (/[*+]/.test(this.#text[this.#at] ?? '')) this.#fail('this kind of repetition is not known here')
    return `${atom}${sign.startsWith('{') ? `{${least || '0'}${comma}${most}}` : sign}${lazy}`
  }

  #atom(depth: number): string {
    const char = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0)
    if (/[*+?]/.test(char)) this.#fail('nothing to repeat')
    if (char === '(') return this.#group(depth)
    if (char === '[') return this.#set()
    if (char === '\\') return this.#escape()
    this.#at += char.length
    if (char === '.') return this.#has('s') ? '[\\s\\S]' : '[^\\n]'
    if (char === '^') return this.#has('m') ? '(?<![^\\n])' : '^'
    if (char === '$') return this.#has('m') ? '(?![^\\n])' : '(?=\\n?$)'
    return this.#literal(char)
  }

  #literal(char: string): string {
    if (this.#isLocal && char.toLowerCase() !== char.toUpperCase())
      return `[${quoted(char.toLowerCase())}${quoted(char.toUpperCase())}]`
    return quoted(char)
  }

  #group(depth: number): string {
    const rest = this.#text.slice(this.#at)
    const comment = /^\(\?#[^)]*\)/.exec(rest)
    if (comment) {
      this.#at += comment[0].length
      return ''
    }
    const back = /^\(\?P=(\w+)\)/.exec(rest)
    if (back) {
      this.#at += back[0].length
      return `\\k<${back[1]}>`
    }
    const before = [this.#flags, this.#isLocal] as const
    const opening = this.#opening(rest)
    const inner = this.#alternatives(depth + 1)
    if (this.#text[this.#at] !== ')') this.#fail('missing ), unterminated subpattern')
    this.#at += 1
    this.#flags = before[0]
    this.#isLocal = before[1]
    return `${opening}${inner})`
  }

  #opening(rest: string): string {
    const plain = /^\((?:\?(?::|=|!|<=|<!))?(?!\?)/.exec(rest)?.[0]
    const name = /^\(\?P<([^\W\d]\w*)>/.exec(rest)
    const flagged = /^\(\?([aiLmsux]*)(?:-([imsx]+))?:/.exec(rest)
    const found = name?.[0] ?? flagged?.[0] ?? plain
    if (found === undefined) this.#fail('this extension of a group is not known here')
    this.#at += found.length
    if (name) return `(?<${name[1]}>`
    if (!flagged) return found
    this.#flags = (this.#flags | flagsOf(flagged[1] ?? '')) & ~flagsOf(flagged[2] ?? '')
    if (flagged[1]?.includes('i')) this.#isLocal = true
    return '(?:'
  }

  #escape(): string {
    const char = this.#text[this.#at + 1]
    const word = `[${this.#classes().w}]`
    if (char === 'A') return this.#taken(2, '^')
    if (char === 'Z') return this.#taken(2, '$')
    if (char === 'b') return this.#taken(2, `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`)
    if (char === 'B') return this.#taken(2, `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`)
    const back = /^\\([1-9]\d?)(?!\d)/.exec(this.#text.slice(this.#at, this.#at + 4))
    if (back) return this.#taken(back[0].length, `(?:\\${back[1]})`)
    const [kind, value] = this.#escaped()
    return kind === 'class' ? `[${value}]` : this.#literal(value)
  }

  #taken(length: number, text: string): string {
    this.#at += length
    return text
  }

  #classes(): Readonly<Record<string, string>> {
    return this.#has('a') ? ASCII_CLASSES : CLASSES
  }

  /** What a backslash makes in a set as outside: a class of characters, or one. */
  #escaped(): ['class' | 'char', string] {
    const char = this.#text[this.#at + 1]
    if (char === undefined) this.#fail('bad escape (end of pattern)')
    const known = this.#classes()[char]
    if (known !== undefined) return ['class', this.#taken(2, known)]
    const code = /^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(0[0-7]{0,2}|[1-3][0-7]{2}))/.exec(
      this.#text.slice(this.#at, this.#at + 10),
    )
    if (code) {
      this.#at += code[0].length
      const [, two, four, eight, octal] = code
      return [
        'char',
        String.fromCodePoint(octal === undefined ? Number(`0x${two ?? four ?? eight}`) : Number(`0o${octal}`)),
      ]
    }
    const control = CONTROLS[char]
    if (control !== undefined) return ['char', this.#taken(2, String.fromCharCode(control))]
    if (/[A-Za-z0-9]/.test(char)) this.#fail(`bad escape \\${char}`)
    const whole = String.fromCodePoint(this.#text.codePointAt(this.#at + 1) ?? 0)
    return ['char', this.#taken(1 + whole.length, whole)]
  }

  /** `[…]`: its first character may be the bracket that would end it. */
  #set(): string {
    const isNegated = this.#text[this.#at + 1] === '^'
    this.#at += isNegated ? 2 : 1
    let out = ''
    for (let isFirst = true; isFirst || this.#text[this.#at] !== ']'; isFirst = false) {
      const [kind, from] = this.#member()
      const isRange = this.#text[this.#at] === '-' && !['', ']', undefined].includes(this.#text[this.#at + 1])
      if (!isRange) {
        out += kind === 'class' ? from : this.#inSet(from)
        continue
      }
      this.#at += 1
      const [end, to] = this.#member()
      if (kind === 'class' || end === 'class' || from > to) this.#fail('bad character range')
      out += `${quoted(from)}-${quoted(to)}`
    }
    this.#at += 1
    return `[${isNegated ? '^' : ''}${out}]`
  }

  #member(): ['class' | 'char', string] {
    const point = this.#text.codePointAt(this.#at)
    if (point === undefined) this.#fail('unterminated character set')
    if (point === 0x5c) return this.#escaped()
    const char = String.fromCodePoint(point)
    this.#at += char.length
    return ['char', char]
  }

  #inSet(char: string): string {
    return this.#isLocal ? `${quoted(char.toLowerCase())}${quoted(char.toUpperCase())}` : quoted(char)
  }
}

function flagsOf(letters: string): number {
  return [...letters].reduce((flags, letter) => flags | FLAGS[letter as keyof typeof FLAGS], 0)
}

/** A character as itself, inside a set and outside. */
function quoted(text: string): string {
  return [...text].map((char) => (/[\w\s]|[^\0-\x7f]/.test(char) && char >= ' ' ? char : hex(char))).join('')
}

function hex(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
}
