/** A template that Jinja cannot read. `offset` is where, in UTF-16 units; the message is Jinja's own. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError'
  readonly template: string
  readonly offset: number
  constructor(message: string, offset: number, template = '') {
    super(message)
    this.offset = offset
    this.template = template
  }
}

/** One step of the way to an error: which template, where in it, and in which macro (null outside of macros). */
export interface Trace {
  readonly template: string
  readonly offset: number
  readonly macro: string | null
}

/**
 * A template that failed while it ran. `type` is Python's name of the exception (`UndefinedError`, `TypeError`, …, `LimitError`
 * for a bound of ours), `trace` the calls that lead there, innermost first; `cause` is what a lent function threw.
 */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly type: string
  readonly template: string
  readonly offset: number
  readonly trace: readonly Trace[]
  constructor(type: string, message: string, trace: readonly [Trace, ...Trace[]], cause: unknown) {
    super(message, { cause })
    this.type = type
    this.trace = trace
    this.template = trace[0].template
    this.offset = trace[0].offset
  }
}

/** The line and column, from 1, of an offset in a text. */
export function position(source: string, offset: number): { line: number; column: number } {
  let line = 1
  let start = 0
  const newline = /\r\n|\r|\n/g
  for (let found = newline.exec(source); found && newline.lastIndex <= offset; found = newline.exec(source)) {
    line += 1
    start = newline.lastIndex
  }
  return { line, column: offset - start + 1 }
}
