/** A piece of a line of SQL, and what it is. */
export interface Span {
  readonly text: string
  readonly kind: 'comment' | 'jinja' | 'string' | 'number' | 'keyword' | 'plain'
}

const words =
  'all and anti any array as asc between by case cast cluster columns create cross current_date current_timestamp cube delete desc distinct else end except exists false filter first following from full group grouping having ignore in inner insert intersect interval into is join last lateral left like limit map materialized merge natural not null nulls offset on or order outer over partition pivot preceding qualify range recursive replace respect right rlike rollup row rows select semi set sets struct table tablesample temporary then true unbounded union unpivot update using values view when where window with within'
const keywords: ReadonlySet<string> = new Set(words.split(' '))

const piece =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\{#[\s\S]*?(?:#\}|$))|(?<jinja>\{[{%][\s\S]*?(?:[}%]\}|$))|(?<string>'(?:[^'\\]|''|\\.)*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$)|`[^`]*(?:`|$))|(?<number>\b\d+(?:\.\d+)?\b)|(?<word>[A-Za-z_]\w*)/g

/** A text of SQL with dbt's Jinja as the spans of its lines, for colour alone. */
export function highlighted(text: string): Span[][] {
  const lines: Span[][] = [[]]
  const add = (part: string, kind: Span['kind']) => {
    part.split(/\r?\n/).forEach((line, index) => {
      if (index > 0) lines.push([])
      if (line !== '') lines.at(-1)?.push({ text: line, kind })
    })
  }
  let at = 0
  for (const match of text.matchAll(piece)) {
    add(text.slice(at, match.index), 'plain')
    const { comment, jinja, string, number, word } = match.groups ?? {}
    const isKeyword = word !== undefined && keywords.has(word.toLowerCase())
    add(match[0], kindOf({ comment, jinja, string, number }) ?? (isKeyword ? 'keyword' : 'plain'))
    at = match.index + match[0].length
  }
  add(text.slice(at), 'plain')
  return lines
}

function kindOf(groups: Readonly<Record<'comment' | 'jinja' | 'string' | 'number', string | undefined>>) {
  for (const kind of ['comment', 'jinja', 'string', 'number'] as const) if (groups[kind] !== undefined) return kind
  return null
}

/** The spans of a line cut where marks begin and end; each says whether it is in one. */
export function withMarks(
  spans: readonly Span[],
  marks: readonly (readonly [number, number])[],
): (Span & { readonly marked: boolean })[] {
  const cuts = new Set(marks.flat())
  let at = 0
  return spans.flatMap(({ text, kind }) => {
    const inside = [...cuts].filter((cut) => cut > at && cut < at + text.length).map((cut) => cut - at)
    const ends = [...inside.sort((a, b) => a - b), text.length]
    const start = at
    at += text.length
    return ends.map((end, index) => {
      const from = ends[index - 1] ?? 0
      const marked = marks.some(([first, last]) => start + from >= first && start + end <= last)
      return { text: text.slice(from, end), kind, marked }
    })
  })
}
