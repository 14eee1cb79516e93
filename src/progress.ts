/** Where a run says what it does: lines that stay, and on a terminal a last line that says what is being done now. */
export interface Progress {
  say(line: string): void
  /** Replaced by whatever is said next, taken away by `''`; nothing at all where there is no terminal. */
  now(text: string): void
}

const clearLine = '\r\u001b[2K'

/** Progress on a stream, as wide as its terminal; plain lines where it is none, as in CI. */
export function progressOn(stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>): Progress {
  const isTerminal = stream.isTTY && process.env.CI === undefined
  let transient = false
  const clear = () => {
    if (transient) stream.write(clearLine)
    transient = false
  }
  return {
    say(line) {
      clear()
      stream.write(line.endsWith('\n') ? line : `${line}\n`)
    },
    now(text) {
      if (!isTerminal) return
      clear()
      transient = text !== ''
      if (transient) stream.write(text.slice(0, Math.max(1, (stream.columns || 80) - 1)))
    },
  }
}
