/** Of most texts a look at ASCII is enough, which is many times faster. */
const PRINTABLE_ASCII = /^[ -[\]-~]*$/
const UNPRINTABLE = /[\\\p{C}]|[^\P{Z} ]/gu
const NAMED: { readonly [char: string]: string } = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** Python's `repr` of a str. */
export function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  let inside = PRINTABLE_ASCII.test(text) ? text : text.replace(UNPRINTABLE, escapeCharacter)
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
