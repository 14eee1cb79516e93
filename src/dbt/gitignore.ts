/** What a part of a pattern lets through: one character, any number within a name, any number, or (`skip`, before `folders`) whole folders or nothing. */
type Part = { readonly kind: 'name' | 'all' | 'skip' | 'folders' } | { readonly one: (char: string) => boolean }

interface Rule {
  readonly isNegated: boolean
  readonly isFolder: boolean
  readonly isAnchored: boolean
  readonly parts: readonly Part[]
}

/** Whether the lines of a .dbtignore say that a path is ignored. gitignore's patterns: https://git-scm.com/docs/gitignore */
export function ignored(text: string | undefined): (path: string) => boolean {
  if (text === undefined) return () => false
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap(ruleOf)
  return (path) => {
    let result = false
    for (const rule of rules) if (matches(rule, path)) result = !rule.isNegated
    return result
  }
}

/** The rule of a line; none for a pattern such as `[z-a]`, which matches nothing in git too. */
function ruleOf(written: string): Rule[] {
  const isNegated = written.startsWith('!')
  const line = isNegated ? written.slice(1) : written
  const body = line.replace(/^\//, '').replace(/\/$/, '')
  const parts: Part[] = []
  for (const [token] of body.matchAll(/(?<=^|\/)\*\*\/|\/\*\*$|\*+|\?|\[!?[^\]]*\]|[\s\S]/gu)) {
    if (token === '**/') parts.push({ kind: 'skip' }, { kind: 'folders' })
    else if (token === '/**') parts.push({ one: (char) => char === '/' }, { kind: 'all' })
    else if (token.startsWith('*')) parts.push({ kind: 'name' })
    else if (token === '?') parts.push({ one: (char) => char !== '/' })
    else if (token.length > 1 && token.startsWith('[')) {
      const set = charactersOf(token)
      if (!set) return []
      parts.push({ one: (char) => set.test(char) })
    } else parts.push({ one: (char) => char === token })
  }
  return [{ isNegated, isFolder: line.endsWith('/'), isAnchored: line.startsWith('/') || body.includes('/'), parts }]
}

function charactersOf(token: string): RegExp | undefined {
  try {
    return new RegExp(`^${token.replace(/^\[!/, '[^').replaceAll('\\', '\\\\')}$`, 'u')
  } catch {
    return undefined
  }
}

/**
 * All places of the pattern are kept at once, so that the time follows the length of the path times the pattern's: an expression would try its
 * stars one after the other.
 */
function matches({ parts, isFolder, isAnchored }: Rule, path: string): boolean {
  let places = new Set<number>()
  let isStart = true
  for (const char of path) {
    if (isStart && (places.size === 0 || !isAnchored)) enter(parts, 0, places)
    if (char === '/' && places.has(parts.length)) return true
    const next = new Set<number>()
    for (const place of places) step(parts, place, char, next)
    places = next
    isStart = !isAnchored && char === '/'
    if (places.size === 0 && isAnchored) return false
  }
  return places.has(parts.length) && !isFolder
}

/** Adds a place, and those that are reached from it without a character. */
function enter(parts: readonly Part[], place: number, places: Set<number>): void {
  places.add(place)
  const part = parts[place]
  if (!part || !('kind' in part) || part.kind === 'folders') return
  enter(parts, place + 1, places)
  if (part.kind === 'skip') enter(parts, place + 2, places)
}

function step(parts: readonly Part[], place: number, char: string, next: Set<number>): void {
  const part = parts[place]
  if (!part) return
  if ('one' in part) {
    if (part.one(char)) enter(parts, place + 1, next)
    return
  }
  if (part.kind === 'all' || part.kind === 'folders' || (part.kind === 'name' && char !== '/'))
    enter(parts, place, next)
  if (part.kind === 'folders' && char === '/') enter(parts, place + 1, next)
}
