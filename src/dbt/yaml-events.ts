import { EVENT_ID, type Event, parseEvents, SCALAR_STYLE, YAMLException } from 'js-yaml'

/** The parts of an event that are offsets. */
const OFFSETS = ['start', 'valueStart', 'valueEnd', 'anchorStart', 'anchorEnd', 'tagStart', 'tagEnd'] as const
/** How many characters may be parsed again for lines that are moved. */
const MAX_AGAIN = 50_000_000

/**
 * The events of a YAML text. YAML wants the lines of a `[…]`, a `{…}` and a quoted text to be deeper than what they belong to;
 * PyYAML does not look, and `]` often stands below its key. Such lines are moved to the right; the offsets are those of the
 * text as it is. Throws js-yaml's YAMLException.
 */
export function yamlEvents(text: string, maxDepth: number): Event[] {
  try {
    return parseEvents(text, { maxDepth })
  } catch (error) {
    if (!isTooFarLeft(error)) throw error
  }
  const parser = new Parser(text, maxDepth)
  // Where one bracket stands so, others do: a guess saves reading the text once for each. It must not move a line of a block.
  const guess = [...text.matchAll(/^(?= *[\]}])/gm)].map(({ index }) => index)
  const events = parser.eventsWith(guess)
  if (!(events instanceof YAMLException)) {
    const blocks = events.filter(isBlock)
    const isInBlock = (line: number): boolean =>
      blocks.some((block) => block.valueStart <= line && line < block.valueEnd)
    if (!guess.some(isInBlock)) return events
  }
  const exact = parser.eventsWith([])
  if (exact instanceof YAMLException) throw exact
  return exact
}

function isTooFarLeft(error: unknown): error is YAMLException {
  return error instanceof YAMLException && error.reason === 'deficient indentation'
}

function isBlock(event: Event): event is Extract<Event, { type: 4 }> {
  if (event.type !== EVENT_ID.SCALAR) return false
  return event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK
}

class Parser {
  readonly #text: string
  readonly #maxDepth: number
  /** By how much a line is moved: deeper than any. */
  readonly #by: number

  constructor(text: string, maxDepth: number) {
    this.#text = text
    this.#maxDepth = maxDepth
    this.#by = 64 + Math.max(0, ...[...text.matchAll(/^ +/gm)].map(([spaces]) => spaces.length))
  }

  /** The events with the lines at these ascending offsets moved, and any other that must be; what is wrong when that does not help. */
  eventsWith(lines: readonly number[]): Event[] | YAMLException {
    const moved = [...lines]
    for (let again = 0; ; again += this.#text.length) {
      try {
        const events = parseEvents(this.#shifted(moved), { maxDepth: this.#maxDepth })
        return events.map((event) => this.#inText(event, moved))
      } catch (error) {
        if (!(error instanceof YAMLException)) throw error
        const place = this.#original(error.mark?.position ?? 0, moved)
        const line = this.#text.lastIndexOf('\n', place - 1) + 1
        const isMovable = isTooFarLeft(error) && !/^(?: *\t|---|\.\.\.)/.test(this.#text.slice(line, place + 3))
        if (!isMovable || moved.includes(line) || again > MAX_AGAIN) return exceptionAt(this.#text, place, error.reason)
        moved.push(line)
        moved.sort((a, b) => a - b)
      }
    }
  }

  #shifted(moved: readonly number[]): string {
    const space = ' '.repeat(this.#by)
    const ends = [...moved.slice(1), this.#text.length]
    return (
      this.#text.slice(0, moved[0]) + moved.map((line, index) => space + this.#text.slice(line, ends[index])).join('')
    )
  }

  /** An offset in the text with moved lines as one in the text as it is. */
  #original(offset: number, moved: readonly number[]): number {
    let [low, high] = [0, moved.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((moved[middle] ?? 0) + (middle + 1) * this.#by <= offset) low = middle + 1
      else high = middle
    }
    return offset - low * this.#by
  }

  #inText(event: Event, moved: readonly number[]): Event {
    const copy: Event & { [key: string]: unknown } = { ...event }
    for (const key of OFFSETS) {
      const offset = copy[key]
      if (typeof offset === 'number' && offset >= 0) copy[key] = this.#original(offset, moved)
    }
    return copy
  }
}

function exceptionAt(text: string, place: number, reason: string): YAMLException {
  try {
    return YAMLException.throwAt(text, place, reason)
  } catch (error) {
    if (error instanceof YAMLException) return error
    throw error
  }
}
