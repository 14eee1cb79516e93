/*
 * Two texts with the same normal form mean the same to Databricks. The reverse does not hold and need not: a difference
 * that is kept costs a rebuild, one that is lost would cost a deploy. So whatever is not certain is left as it is:
 *
 * - Tokens follow Spark's lexer (SqlBaseLexer.g4). Where its readings differ with a setting or a version (a backslash in
 *   a double-quoted token, a comment that ends in a backslash, dollar quoting, something never closed), the text is
 *   returned unchanged.
 * - An identifier keeps its case. Names are compared without case, but `select Total` makes a column shown as `Total`,
 *   and a reader outside Databricks may care. The same goes for function names, which are those of the user's functions.
 * - A keyword is lowered only where it cannot be a name. Nearly every keyword may be a name in Spark, so there are two
 *   lists: `reserved`, words that the SQL standard reserves, taken for names after `as`, next to a dot or a colon and
 *   where only a name can stand; and `paired`, words that people do use as names, lowered only beside what makes them a
 *   keyword. The one thing assumed is that nobody calls a column `select`, `from` or the like without back-ticks.
 */

interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'hint' | 'mark'
  readonly text: string
}

const layout = /[ \t\r\n]+/y
const lineComment = /--[^\r\n]*/y
const word = /\p{L}+:\/\/[\p{L}\p{N}_/\-.?=&#%]+|[\p{L}\p{M}\p{N}_.]+/uy
const singleQuoted = /'(?:[^'\\]|\\[\s\S]|'')*'/y
const doubleQuoted = /"(?:[^"\\]|"")*"/y
const backQuoted = /`(?:[^`]|``)*`/y
const rawString = /[rR](?:'[^']*'|"[^"]*")/y
const hint = /\/\*\+[\s\S]*?\*\//y
const exponent = /[+-]\d[\p{L}\p{N}_]*/uy
const mark = /<=>|>>>|\?::|<>|!=|<=|>=|==|\|\||->|=>|::|:=|<<|>>|\|>|!<|!>|[\s\S]/uy

const reserved = new Set(
  'select from where having join on union intersect except distinct as and or not in is between like case when then else with by using null true false'.split(
    ' ',
  ),
)
const joinWords = ['join', 'outer', 'semi', 'anti']
const literals = new Set(['null', 'true', 'false'])
const paired: ReadonlyMap<string, readonly string[]> = new Map([
  ...pairs(['left', 'right', 'full', 'inner', 'cross', 'outer', 'semi', 'anti', 'natural'], joinWords),
  ...pairs(['group', 'order', 'partition', 'cluster', 'distribute', 'sort'], ['by']),
  ...pairs(['over', 'exists', 'cast'], ['(']),
])
const setOperators = new Set(['union', 'intersect', 'except'])

/**
 * The text of one Databricks SQL statement without layout, comments (hints stay) and the case of its keywords, for
 * comparing. Never throws: a text that it cannot read with certainty comes back unchanged.
 */
export function normaliseSql(sql: string): string {
  const tokens = tokenize(sql)
  return tokens === null ? sql : lowerKeywords(tokens).join(' ')
}

/** The tokens without layout and comments, or null when the text cannot be split with certainty. */
function tokenize(sql: string): Token[] | null {
  const tokens: Token[] = []
  let at = 0
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const text = pattern.exec(sql)?.[0] ?? null
    if (text !== null) at += text.length
    return text
  }
  while (at < sql.length) {
    if (take(layout) !== null) continue
    if (sql.startsWith('--', at)) {
      if (take(lineComment)?.endsWith('\\')) return null
      continue
    }
    if (sql.startsWith('/*', at) && sql[at + 2] !== '+') {
      const end = endOfComment(sql, at)
      if (end === null) return null
      at = end
      continue
    }
    const token = takeToken(sql, at, take)
    if (token === null) return null
    tokens.push(token)
  }
  return tokens
}

function takeToken(sql: string, at: number, take: (pattern: RegExp) => string | null): Token | null {
  const first = sql[at]
  const as = (kind: Token['kind'], text: string | null): Token | null => (text === null ? null : { kind, text })
  if (first === "'") return as('string', take(singleQuoted))
  if (first === '"') return as('string', take(doubleQuoted))
  if (first === '`') return as('name', take(backQuoted))
  if (first === '/' && sql[at + 1] === '*') return as('hint', take(hint))
  if (first === '$') return null
  const raw = take(rawString)
  if (raw !== null) return { kind: 'string', text: raw }
  const text = take(word)
  if (text === null) return as('mark', take(mark))
  const more = /^\.?\d[\d.]*e$/i.test(text) ? take(exponent) : null
  return { kind: 'word', text: text + (more ?? '') }
}

function pairs(words: readonly string[], following: readonly string[]): [string, readonly string[]][] {
  return words.map((each) => [each, following])
}

/** Bracketed comments nest, but `/*+` inside one opens nothing. Null when it is never closed. */
function endOfComment(sql: string, start: number): number | null {
  const bracket = /\/\*(?!\+)|\*\//g
  let depth = 1
  bracket.lastIndex = start + 2
  for (let found = bracket.exec(sql); found !== null; found = bracket.exec(sql)) {
    depth += found[0] === '*/' ? -1 : 1
    if (depth === 0) return bracket.lastIndex
  }
  return null
}

function lowerKeywords(tokens: readonly Token[]): string[] {
  const out: string[] = []
  /** How many `case` are open, for each open parenthesis. */
  const open = [0]
  for (const [index, token] of tokens.entries()) {
    const lower = token.text.toLowerCase()
    const previous = out[index - 1] ?? ''
    if (token.kind === 'mark') trackParentheses(open, token.text)
    const keyword =
      token.kind === 'word' &&
      !nameAfter(previous) &&
      (isKeyword(lower, previous, tokens[index + 1]) ||
        (lower === 'end' && (open.at(-1) ?? 0) > 0 && isOperand(previous)))
    if (keyword && lower === 'case') open.push((open.pop() ?? 0) + 1)
    if (keyword && lower === 'end') open.push((open.pop() ?? 0) - 1)
    out.push(keyword ? lower : token.text)
  }
  return out
}

function trackParentheses(open: number[], text: string): void {
  if (text === '(') open.push(0)
  if (text === ')' && open.length > 1) open.pop()
}

/** Whether an expression can be complete with this token, so that `end` closes a `case` rather than names a column. */
function isOperand(previous: string): boolean {
  const lower = previous.toLowerCase()
  return literals.has(lower) || (!reserved.has(lower) && /[\p{L}\p{M}\p{N}_`'")\]]$/u.test(previous))
}

/** After these a word is a name, a type or a parameter, whatever it spells. */
function nameAfter(previous: string): boolean {
  return /^as$/i.test(previous) || previous.endsWith('.') || previous === ':' || previous === '@'
}

function isKeyword(lower: string, previous: string, next: Token | undefined): boolean {
  const following = next?.text.toLowerCase() ?? ''
  if (following.startsWith('.') || following === ':') return false
  if (literals.has(lower)) return true
  if (lower === 'all') return setOperators.has(previous)
  if (paired.has(lower)) return paired.get(lower)?.includes(following) ?? false
  if (!reserved.has(lower) || next === undefined) return false
  return next.kind !== 'mark' || ['(', '*', '-', '+', '~'].includes(next.text)
}
