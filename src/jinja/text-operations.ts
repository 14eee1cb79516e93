import { checkLength } from './limits.ts'
import { LINE_ENDS, SPACE, spaceEnd, spaceStart } from './space.ts'
import { valueError } from './value.ts'

/** Python's string operations on plain JavaScript strings; offsets are UTF-16 units, callers take care of the others. */

const SPACE_RUN = new RegExp(`[${SPACE}]+`, 'g')
const LINE_END = new RegExp(`\\r\\n|[${LINE_ENDS}]`, 'g')

export function stripText(text: string, chars: string | undefined, side: 'left' | 'right' | 'both'): string {
  if (chars === undefined) {
    const start = side === 'right' ? 0 : spaceEnd(text, 0)
    return text.slice(start, side === 'left' ? text.length : spaceStart(text, start, text.length))
  }
  const all = Array.from(text)
  const strip = new Set(chars)
  let from = 0
  let to = all.length
  if (side !== 'right') while (from < to && strip.has(all[from] ?? '')) from++
  if (side !== 'left') while (to > from && strip.has(all[to - 1] ?? '')) to--
  return all.slice(from, to).join('')
}

/** Python's `text.split(separator, limit)`; without a separator, at runs of white space. */
export function splitText(text: string, separator: string | undefined, limit: number): string[] {
  if (separator === undefined) return splitSpaces(text, limit)
  if (separator === '') throw valueError('empty separator')
  const parts = text.split(separator)
  if (limit < 0 || parts.length <= limit + 1) return parts
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)]
}

function splitSpaces(text: string, limit: number): string[] {
  const trimmed = stripText(text, undefined, limit < 0 ? 'both' : 'left')
  if (trimmed === '') return []
  if (limit < 0) return trimmed.split(SPACE_RUN)
  const parts: string[] = []
  let start = 0
  for (const gap of trimmed.matchAll(SPACE_RUN)) {
    if (parts.length === limit) break
    parts.push(trimmed.slice(start, gap.index))
    start = gap.index + gap[0].length
  }
  return start < trimmed.length ? [...parts, trimmed.slice(start)] : parts
}

/** Python's `text.rsplit(separator, limit)`: as `split`, from the right. */
export function splitTextRight(text: string, separator: string | undefined, limit: number): string[] {
  if (limit < 0) return splitText(text, separator, limit)
  if (separator !== undefined) {
    const parts = splitText(text, separator, -1)
    const cut = parts.length - limit
    return cut <= 1 ? parts : [parts.slice(0, cut).join(separator), ...parts.slice(cut)]
  }
  const trimmed = stripText(text, undefined, 'right')
  const parts: string[] = []
  let end = trimmed.length
  for (const gap of [...trimmed.matchAll(SPACE_RUN)].reverse().slice(0, limit)) {
    parts.unshift(trimmed.slice(gap.index + gap[0].length, end))
    end = gap.index
  }
  const rest = trimmed.slice(0, end)
  return rest === '' ? parts : [rest, ...parts]
}

/** Python's `text.splitlines(keepEnds)`. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = []
  let start = 0
  for (const end of text.matchAll(LINE_END)) {
    const after = end.index + end[0].length
    lines.push(text.slice(start, keepEnds ? after : end.index))
    start = after
  }
  if (start < text.length) lines.push(text.slice(start))
  return lines
}

/** Python's `text.replace(old, replacement, limit)`; a negative limit is none. */
export function replaceText(text: string, old: string, replacement: string, limit = -1): string {
  const parts = old === '' ? ['', ...text, ''] : text.split(old)
  const count = limit < 0 ? parts.length - 1 : Math.min(limit, parts.length - 1)
  checkLength(text.length + count * Math.max(0, replacement.length - old.length))
  if (count === parts.length - 1) return parts.join(replacement)
  return [...parts.slice(0, count), parts.slice(count).join(old)].join(replacement)
}

export function capitalize(text: string): string {
  const [first = '', ...rest] = text
  return titleCase(first) + rest.join('').toLowerCase()
}

/** Title case where it differs from upper case: `ß` is `Ss`, `ǆ` is `ǅ`. */
function titleCase(char: string): string {
  const upper = char.toUpperCase()
  return upper.length > char.length ? (upper[0] ?? '') + upper.slice(1).toLowerCase() : upper
}

const CASED = /[\p{Lowercase}\p{Uppercase}\p{Lt}]/u
const UPPER = /[\p{Lu}\p{Lt}]/u
const LOWER = /\p{Lowercase}/u

/** Python's `text.title()`: a capital after anything that has no case. */
export function titleText(text: string): string {
  let afterCased = false
  return Array.from(text, (char) => {
    const result = afterCased ? char.toLowerCase() : titleCase(char)
    afterCased = CASED.test(char)
    return result
  }).join('')
}

export function swapCase(text: string): string {
  return Array.from(text, (char) => (UPPER.test(char) ? char.toLowerCase() : char.toUpperCase())).join('')
}

export function isLower(text: string): boolean {
  return LOWER.test(text) && !UPPER.test(text)
}

export function isUpper(text: string): boolean {
  return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text)
}

export function isTitle(text: string): boolean {
  let afterCased = false
  let any = false
  for (const char of text) {
    if (UPPER.test(char)) {
      if (afterCased) return false
      any = true
      afterCased = true
    } else if (LOWER.test(char)) {
      if (!afterCased) return false
      any = true
    } else {
      afterCased = false
    }
  }
  return any
}

/** Python's `text.expandtabs(size)`. */
export function expandTabs(text: string, size: number): string {
  checkLength(text.length + (text.split('\t').length - 1) * Math.max(0, size))
  let column = 0
  let result = ''
  for (const char of text) {
    if (char === '\t') {
      const width = size > 0 ? size - (column % size) : 0
      result += ' '.repeat(width)
      column += width
    } else {
      result += char
      column = char === '\n' || char === '\r' ? 0 : column + 1
    }
  }
  return result
}
