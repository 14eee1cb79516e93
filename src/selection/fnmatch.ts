/**
 * Whether a text is of a shell's pattern as Python's `fnmatch` reads it: `*`, `?`, `[abc]` and `[!abc]`, each of which
 * matches slashes and dots too. https://docs.python.org/3/library/fnmatch.html
 */
export function fnmatch(text: string, pattern: string): boolean {
  const cached = compiled.get(pattern)
  if (cached !== undefined) return cached.test(text)
  const regex = new RegExp(`^(?:${[...tokens(pattern)].join('')})$`, 'su')
  compiled.set(pattern, regex)
  return regex.test(text)
}

/** One selection is matched with every node. */
const compiled = new Map<string, RegExp>()

function* tokens(pattern: string): Iterable<string> {
  for (const [token, inside] of pattern.matchAll(/\*+|\?|\[(!?\]?[^\]]*)\]|[^*?]/gsu)) {
    if (token.startsWith('*')) yield '.*'
    else if (token === '?') yield '.'
    else if (inside === undefined) yield escaped(token)
    else yield characterClass(inside)
  }
}

function characterClass(inside: string): string {
  const negated = inside.startsWith('!')
  const escapedParts = (negated ? inside.slice(1) : inside).replace(/[\\[\]^&~|]/g, '\\$&')
  return `[${negated ? '^' : ''}${escapedParts}]`
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
