import { isUtf8 } from 'node:buffer'

/**
 * The text of UTF-8 bytes. A byte that is not part of any becomes a lone surrogate (U+DC80 to U+DCFF, as Python's `surrogateescape`), which no UTF-8
 * holds, so that the place where a file is not UTF-8 can be told.
 */
export function decodeUtf8(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes('\ufffd') || isUtf8(bytes)) return text
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    if (length > 0) {
      at += length
      continue
    }
    parts.push(bytes.toString('utf8', start, at), String.fromCharCode(0xdc00 + (bytes[at] ?? 0)))
    at += 1
    start = at
  }
  return parts.join('') + bytes.toString('utf8', start)
}

/** The length of the character that starts there; 0 when none does. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0
  const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  return length === 1 || (at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length))) ? length : 0
}
