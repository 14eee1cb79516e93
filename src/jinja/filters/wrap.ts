import { valueError } from '../value.ts'

const SPACE = '[\\t\\n\\v\\f\\r ]'
const WORD = '[\\p{L}\\p{N}_]'
const LETTER = '[\\p{L}_]'
const PUNCTUATED = `[\\p{L}\\p{N}_!"'&.,?]`
/** Python's textwrap: white space, em-dashes, and words that may be cut at a hyphen. */
const CHUNKS = new RegExp(
  `(${SPACE}+|(?<=${PUNCTUATED})-{2,}(?=${WORD})|[^\\t\\n\\v\\f\\r ]+?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${PUNCTUATED}-))(?=${LETTER}-?${LETTER})|(?=${SPACE}|$)|(?<=${PUNCTUATED})(?=-{2,}${WORD})))`,
  'u',
)
const SIMPLE_CHUNKS = new RegExp(`(${SPACE}+)`, 'u')

export interface WrapOptions {
  readonly width: number
  readonly breakLong: boolean
  readonly onHyphens: boolean
}

/** Python's `textwrap.wrap(text, …)` with white space dropped at the ends of lines. Throws ValueError for a width below 1. */
export function wrapLines(text: string, options: WrapOptions): string[] {
  const { width } = options
  if (width <= 0) throw valueError(`invalid width ${width} (must be > 0)`)
  const chunks = text.split(options.onHyphens ? CHUNKS : SIMPLE_CHUNKS).filter((chunk) => chunk !== '')
  const lines: string[] = []
  let at = 0
  while (at < chunks.length) {
    if (lines.length > 0 && (chunks[at] ?? '').trim() === '') at += 1
    const line: string[] = []
    let size = 0
    for (let chunk = chunks[at]; chunk !== undefined && size + chunk.length <= width; chunk = chunks[at]) {
      line.push(chunk)
      size += chunk.length
      at += 1
    }
    const long = chunks[at]
    if (long !== undefined && long.length > width) {
      const room = width - size
      if (options.breakLong) {
        const cut = breakPoint(long, room, options.onHyphens)
        line.push(long.slice(0, cut))
        chunks[at] = long.slice(cut)
      } else if (line.length === 0) {
        line.push(long)
        at += 1
      }
    }
    if (line.at(-1)?.trim() === '') line.pop()
    if (line.length > 0) lines.push(line.join(''))
  }
  return lines
}

/** Where a word that is too long is cut: after its last hyphen that fits, else where the line is full. */
function breakPoint(word: string, room: number, onHyphens: boolean): number {
  if (!onHyphens || word.length <= room || room === 0) return room
  const hyphen = word.lastIndexOf('-', room - 1)
  return hyphen > 0 && /[^-]/.test(word.slice(0, hyphen)) ? hyphen + 1 : room
}
