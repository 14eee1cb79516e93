import { TemplateSyntaxError } from './errors.ts'

const SIMPLE: { readonly [char: string]: string } = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}
const ESCAPE = /\\(?:([0-7]{1,3})|x([\da-fA-F]{0,2})|u([\da-fA-F]{0,4})|U([\da-fA-F]{0,8})|([\s\S]))/g

/** The text of a string literal's inside, with Python's escapes read. Throws TemplateSyntaxError at `offset`. */
export function decodeEscapes(inside: string, offset: number): string {
  if (!inside.includes('\\')) return inside
  return inside.replace(ESCAPE, (whole, octal?: string, x?: string, u?: string, U?: string, other?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    if (x !== undefined) return hexadecimal(x, 2, 'xXX', offset)
    if (u !== undefined) return hexadecimal(u, 4, 'uXXXX', offset)
    if (U !== undefined) return hexadecimal(U, 8, 'UXXXXXXXX', offset)
    if (other === 'N') throw new TemplateSyntaxError('characters by name (\\N{…}) are not supported', offset)
    return other === undefined ? whole : (SIMPLE[other] ?? whole)
  })
}

function hexadecimal(digits: string, length: number, shape: string, offset: number): string {
  if (digits.length < length) throw new TemplateSyntaxError(`truncated \\${shape} escape`, offset)
  const code = Number.parseInt(digits, 16)
  if (code > 0x10ffff) throw new TemplateSyntaxError('illegal Unicode character', offset)
  return String.fromCodePoint(code)
}

/** The value of an integer literal (decimal, `0x`, `0o`, `0b`, with `_`): a bigint when it is beyond the safe integers. */
export function integerLiteral(text: string): number | bigint {
  const digits = text.replaceAll('_', '')
  const value = Number(digits)
  return Number.isSafeInteger(value) ? value : BigInt(digits)
}
