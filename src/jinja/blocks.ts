import { position, TemplateSyntaxError } from './errors.ts'
import { spaceEnd, spaceStart } from './space.ts'

/** A top-level block: `{% kind name … %}contents{% endkind %}`. */
export interface Block {
  readonly kind: string
  /** The name after the kind; null when none follows. */
  readonly name: string | null
  /** The whole block, with the white space that a `{%-` eats. */
  readonly start: number
  readonly end: number
  /** What is between its tags. */
  readonly contentsStart: number
  readonly contentsEnd: number
}

export interface BlocksResult {
  readonly blocks: readonly Block[]
  /** Other tags at the top level: dbt warns of them. */
  readonly unexpected: readonly { readonly tag: string; readonly offset: number }[]
}

interface Tag {
  readonly kind: string
  readonly name: string | null
  readonly start: number
  readonly end: number
}

const START = /\{(?:(#)|(\{)|%(-?)\s*([A-Za-z_]\w*)(?:\s+([A-Za-z_]\w*))?)/g
const RAW_START = /\{%-?\s*raw\s*(?:-%\}|%\})/g
const RAW_END = /\{%-?\s*endraw\s*(?:-%\}\s*|%\})/g
const COMMENT_END = /#\}/g
const STRING_OR_EXPRESSION_END = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"|['"]|\}\}/g
const STRING_OR_TAG_END = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"|['"]|-%\}\s*|%\}/g

/**
 * dbt's scan of a file for its top-level blocks of certain kinds, before anything is parsed. Throws TemplateSyntaxError with dbt's
 * message for what is not closed, nested, or within an `if` or `for`.
 */
export function blocks(source: string, kinds: ReadonlySet<string>, name = ''): BlocksResult {
  const found: Block[] = []
  const unexpected: { tag: string; offset: number }[] = []
  const flow: string[] = []
  let current: Tag | null = null
  for (const tag of tags(source, name)) {
    const fail = (message: string) => new TemplateSyntaxError(message, offsetOf(source, tag), name)
    followFlow(tag, flow, source, fail)
    if (kinds.has(tag.kind)) {
      if (flow.length > 0) {
        throw fail(
          `Got a block definition inside control flow at ${place(source, tag.start)}. All dbt block definitions must be at the top level`,
        )
      }
      if (current) throw fail(nested(current, tag))
      current = tag
    } else if (current && tag.kind === `end${current.kind}`) {
      const { kind, name: blockName, start, end } = current
      found.push({ kind, name: blockName, start, end: tag.end, contentsStart: end, contentsEnd: tag.start })
      current = null
    } else if (!current) {
      unexpected.push({ tag: tag.kind, offset: offsetOf(source, tag) })
    }
  }
  if (current) {
    const { line } = position(source, current.end)
    throw new TemplateSyntaxError(
      `Reached EOF without finding a close tag for ${current.kind} (searched from line ${line})`,
      offsetOf(source, current),
      name,
    )
  }
  return { blocks: found, unexpected }
}

const FLOW: ReadonlyMap<string, string> = new Map([
  ['endif', 'if'],
  ['endfor', 'for'],
])

function followFlow(tag: Tag, flow: string[], source: string, fail: (message: string) => TemplateSyntaxError): void {
  if (tag.kind === 'if' || tag.kind === 'for') {
    flow.push(tag.kind)
    return
  }
  const starts = FLOW.get(tag.kind)
  if (starts === undefined) return
  const open = flow.pop()
  const got = `Got an unexpected control flow end tag, got ${tag.kind} but`
  const at = `(@ ${place(source, tag.start)})`
  if (open === undefined) throw fail(`${got} never saw a preceeding ${starts} ${at}`)
  if (open !== starts) throw fail(`${got} expected end${open} next ${at}`)
}

function nested(outer: Tag, inner: Tag): string {
  return `Got nested tags: ${outer.kind} (started at ${outer.start}) did not have a matching {% end${outer.kind} %} before a subsequent ${inner.kind} was found (started at ${inner.start})`
}

/** Where the tag itself is, without the white space in front that it eats. */
function offsetOf(source: string, tag: Tag): number {
  return source.indexOf('{', tag.start)
}

/** dbt's `line:column`, columns from 0. */
function place(source: string, offset: number): string {
  const { line, column } = position(source, offset)
  return `${line}:${column - 1}`
}

/** All tags, in order; comments, expressions and raw blocks are passed over, a raw block as one tag. */
function* tags(source: string, name: string): Iterable<Tag> {
  let at = 0
  for (let match = search(START, source, at); match; match = search(START, source, at)) {
    const [whole, comment, expression, sign = '', kind = '', blockName = null] = match
    const start = sign === '-' ? spaceStart(source, at, match.index) : match.index
    const after = match.index + whole.length
    const expect = (pattern: RegExp, what: string) => expected(pattern, source, after, what, name)
    if (comment !== undefined) {
      at = expect(COMMENT_END, '#}').end
    } else if (expression !== undefined) {
      at = close(STRING_OR_EXPRESSION_END, '}}', source, spaceEnd(source, after), name)
    } else if (kind === 'raw') {
      const what = '{% raw %}...{% endraw %}'
      const open = expected(RAW_START, source, match.index, what, name)
      at = expected(RAW_END, source, open.end, what, name, match.index).end
      yield { kind, name: blockName, start, end: at }
    } else {
      at = close(STRING_OR_TAG_END, 'tag close ("%}")', source, after, name)
      yield { kind, name: blockName, start, end: at }
    }
  }
}

/** The end of a tag or expression: what closes it outside of texts. */
function close(pattern: RegExp, what: string, source: string, from: number, name: string): number {
  for (let at = from; ; ) {
    const { text, end } = expected(pattern, source, at, what, name)
    if (text === "'" || text === '"') throw unexpectedEnd('string', source, end - 1, name)
    if (text[0] !== "'" && text[0] !== '"') return end
    at = end
  }
}

function search(pattern: RegExp, source: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from
  return pattern.exec(source)
}

function expected(
  pattern: RegExp,
  source: string,
  from: number,
  what: string,
  name: string,
  shownFrom = from,
): { text: string; end: number } {
  const match = search(pattern, source, from)
  if (!match) throw unexpectedEnd(what, source, shownFrom, name)
  return { text: match[0], end: match.index + match[0].length }
}

function unexpectedEnd(what: string, source: string, at: number, name: string): TemplateSyntaxError {
  const shown = source.length - at > 100 ? `${source.slice(at, at + 100)}…` : source.slice(at)
  return new TemplateSyntaxError(`unexpected EOF, expected ${what}, got "${shown}"`, at, name)
}
