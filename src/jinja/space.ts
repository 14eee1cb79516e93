/** What Python's `\s`, `str.isspace` and `str.strip` take for white space, as the inside of a character class. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** What `str.splitlines` ends a line at, as the inside of a character class. */
export const LINE_ENDS = '\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029'

function isSpace(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13) || (code >= 28 && code <= 31)
  if (code === 0x85 || code === 0xa0 || code === 0x1680 || code === 0x3000) return true
  return code >= 0x2000 && (code <= 0x200a || code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f)
}

/** Where the white space that ends at `end` starts, not before `from`. A loop, since `\s+$` takes quadratic time. */
export function spaceStart(text: string, from: number, end: number): number {
  let at = end
  while (at > from && isSpace(text.charCodeAt(at - 1))) at--
  return at
}

/** Where the white space that starts at `start` ends. */
export function spaceEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && isSpace(text.charCodeAt(at))) at++
  return at
}

/** Whether a text is white space alone, and some. */
export function isAllSpace(text: string): boolean {
  return text !== '' && spaceEnd(text, 0) === text.length
}
