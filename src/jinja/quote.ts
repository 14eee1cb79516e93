const UNPRINTABLE = /[\\\p{C}\p{Z}]/u
const EACH_UNPRINTABLE = /[\\\p{C}\p{Z}]/gu
const NAMED: { readonly [char: string]: string } = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', ' ': ' ' }

/** Python's `repr` of a str. */
export function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  let inside = UNPRINTABLE.test(text) ? text.replace(EACH_UNPRINTABLE, escapeCharacter) : text
  if (mark === "'" && inside.includes("'")) inside = inside.replaceAll("'", "\\'")
  return mark + inside + mark
}

function escapeCharacter(char: string): string {
  const named = NAMED[char]
  if (named !== undefined) return named
  const code = char.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}
