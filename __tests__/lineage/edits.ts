/** What an edit of a model's text does to what it gives, as far as the text alone tells. */
export type Harm = 'none' | 'some' | 'depends'

/** A way of editing a model's text; null where the text has no place for it. */
export interface EditKind {
  readonly what: string
  readonly harm: Harm
  edit(text: string, pick: (count: number) => number): string | null
}

/** Jinja, comments, strings and quoted names, each as so many spaces, so that what is found stands at its place in the text. */
export function masked(text: string): string {
  const apart =
    /\{#[\s\S]*?#\}|\{%(?:'[^']*'|"[^"]*"|[\s\S])*?%\}|\{\{(?:'[^']*'|"[^"]*"|[\s\S])*?\}\}|--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\.|'')*'|"[^"\n]*"|`[^`]*`/g
  return text.replace(apart, (each) =>
    each.startsWith('{')
      ? each.replace(/[\s\S]/g, each.startsWith('{{') ? '\u0001' : ' ')
      : each.replace(/[^\n]/g, ' '),
  )
}

interface Place {
  readonly start: number
  readonly end: number
  readonly match: RegExpExecArray
}

function places(text: string, pattern: RegExp): Place[] {
  return [...masked(text).matchAll(pattern)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    match,
  }))
}

type Pick = (count: number) => number
type Replace = (written: string, match: RegExpExecArray) => string

/** Replaces one of the places where a pattern stands in the SQL, the last one alone where `last` says so. */
function replacing(pattern: RegExp, replace: Replace, last = false) {
  return (text: string, pick: Pick): string | null => {
    const found = places(text, pattern)
    const place = found[last ? found.length - 1 : pick(found.length)]
    if (place === undefined) return null
    const { start, end, match } = place
    return text.slice(0, start) + replace(text.slice(start, end), match) + text.slice(end)
  }
}

/** The same within what comes after the last SELECT that stands in no parentheses. */
function inLastSelect(pattern: RegExp, replace: Replace) {
  return (text: string, pick: Pick): string | null => {
    const start = lastSelect(text)
    if (start === null) return null
    const edited = replacing(pattern, replace)(text.slice(start), pick)
    return edited === null ? null : text.slice(0, start) + edited
  }
}

function lastSelect(text: string): number | null {
  let depth = 0
  let found: number | null = null
  for (const { 0: token, index } of masked(text).matchAll(/[()]|\bselect\b/gi)) {
    if (token === '(') depth++
    else if (token === ')') depth--
    else if (depth === 0) found = index
  }
  return found
}

/** A CTE whose name stands for nothing but itself. */
function renameCte(text: string, pick: Pick): string | null {
  const sql = masked(text)
  const names = [...sql.matchAll(/(?:\bwith|,)\s*([a-z_]\w*)\s+as\s*\(/gi)].map((match) => match[1] ?? '')
  const plain = names.filter((name) => {
    const all = [...sql.matchAll(new RegExp(`(\\S*)(\\s*)\\b${name}\\b(?!\\s*\\()(\\s*)(\\S*)`, 'gi'))]
    return (
      names.filter((it) => it === name).length === 1 &&
      !new RegExp(`\\bas\\s+${name}\\b|\\.${name}\\b|\\{[{%][^}]*\\b${name}\\b|["'\`]${name}`, 'i').test(text) &&
      all.length > 1 &&
      all.every(
        ([, before = '', gap = '', , after = '']) =>
          after.startsWith('.') || (gap !== '' && /^(from|join|with)$|,$|^\)?,$/i.test(before)) || before === ',',
      )
    )
  })
  const name = plain[pick(plain.length)]
  if (name === undefined) return null
  // Only what `from`, `join` or a qualifier names, and the definition.
  const pattern = new RegExp(`\\b${name}\\b`, 'g')
  let edited = ''
  let at = 0
  for (const { index } of sql.matchAll(pattern)) {
    edited += `${text.slice(at, index)}${name}_renamed`
    at = index + name.length
  }
  // Where `from cte` names no alias, its columns may be qualified by it alone, which the pattern has renamed as well.
  return edited + text.slice(at)
}

const column = /^([ \t]*(?:,[ \t]*)?)((?:\w+\.)?[a-z_]\w*)([ \t]*,?)[ \t]*$/gim
const notColumn =
  /^(select|from|where|with|as|and|or|end|case|distinct|union|all|null|else|on|group|order|by|using|having|limit)$/i

/** One of the lines of the last select that hold a plain column alone. */
function plainColumn(replace: (name: string, lead: string, trail: string) => string | null) {
  return (text: string, pick: Pick): string | null => {
    const start = lastSelect(text)
    if (start === null) return null
    const tail = text.slice(start)
    const sql = masked(tail)
    const from = /\bfrom\b/i.exec(sql)?.index ?? sql.length
    const found = places(tail, column).filter(
      ({ start: at, end, match }) =>
        end < from &&
        !notColumn.test(match[2] ?? '') &&
        (/,/.test(match[1] ?? '') || /,/.test(match[3] ?? '')) &&
        at > 0,
    )
    const place = found[pick(found.length)]
    if (place === undefined) return null
    const [, lead = '', name = '', trail = ''] = place.match
    const line = replace(name, lead, trail)
    return line === null ? null : text.slice(0, start) + tail.slice(0, place.start) + line + tail.slice(place.end)
  }
}

const bare = (name: string): string => name.split('.').at(-1) ?? name

function atEnd(clause: string) {
  return (text: string): string | null => {
    const tail = masked(text.slice(lastSelect(text) ?? text.length)).toLowerCase()
    if (!/\bselect\b/.test(tail) || /\b(limit|order|qualify)\b/.test(tail)) return null
    if (/\{%-?\s*(endif|endfor|endmacro|endcall)\s*-?%\}\s*$/.test(text) || /;\s*$/.test(text)) return null
    return `${text.trimEnd()}\n${clause}\n`
  }
}

function filterAtEnd(text: string): string | null {
  const tail = masked(text.slice(lastSelect(text) ?? text.length)).toLowerCase()
  if (/\b(where|group|having|union|intersect|except)\b/.test(tail) || !/\bfrom\b/.test(tail)) return null
  return atEnd('where 1 > 2')(text)
}

/** The edits that people make of models, one kind each. */
export const editKinds: readonly EditKind[] = [
  { what: 'a comment', harm: 'none', edit: replacing(/\n/g, () => ' -- reviewed\n') },
  { what: 'a comment in Jinja', harm: 'none', edit: (text) => `{# reviewed #}${text}` },
  { what: 'layout', harm: 'none', edit: replacing(/\n[ \t]+/g, (written) => `\n${written}  `) },
  {
    what: 'the case of keywords',
    harm: 'none',
    edit: replacing(/\b(select|from|where|group by|left join|case when)\b(?=\s)/gi, (written) =>
      written === written.toLowerCase() ? written.toUpperCase() : written.toLowerCase(),
    ),
  },
  { what: 'the name of a CTE', harm: 'none', edit: renameCte },
  {
    what: 'the sides of a condition',
    harm: 'none',
    edit: replacing(/\b(\w+\.\w+)\s*=\s*(\w+\.\w+)\b(?![.[(])/g, (_, [, left, right]) => `${right} = ${left}`),
  },
  {
    what: 'the order of conditions',
    harm: 'none',
    edit: replacing(
      /(\bwhere\s+)([\w.]+\s*(?:=|>=|<=|>|<)\s*[\w.]+)(\s+and\s+)([\w.]+\s*(?:=|>=|<=|>|<)\s*[\w.]+)(?=\s*(?:\)|and\b|group\b|order\b|$))/gi,
      (_, [, where, one, and, two]) => `${where}${two}${and}${one}`,
    ),
  },
  {
    what: 'parentheses',
    harm: 'none',
    edit: replacing(
      /(?<!\bpivot\s*\(\s*)\b(sum|max|min|coalesce|lower|upper)\(([\w.]+)\)(?!\s*(?:over|filter)\b)/gi,
      (_, [, name, inner]) => `(${name}(${inner}))`,
    ),
  },
  { what: 'a filter added', harm: 'some', edit: filterAtEnd },
  { what: 'a condition added', harm: 'depends', edit: replacing(/\bwhere\b/gi, (written) => `${written} 1 > 2 and`) },
  {
    what: 'a comparison',
    harm: 'depends',
    edit: replacing(
      /(\w\s+)(>=|<=|>|<)(\s+\w)/g,
      (_, [, left, sign, right]) => `${left}${sign?.length === 2 ? sign[0] : `${sign}=`}${right}`,
    ),
  },
  {
    what: 'a number',
    harm: 'depends',
    edit: replacing(/(?<=[=<>(,]\s*)\d+(?=\s*[\s),])/g, (written) => String(Number(written) + 1)),
  },
  {
    what: 'a function',
    harm: 'depends',
    edit: replacing(
      /\b(sum|max|lower|count)(?=\()/gi,
      (written) =>
        (({ sum: 'max', max: 'min', lower: 'upper' }) as Record<string, string>)[written.toLowerCase()] ?? 'sum',
    ),
  },
  {
    what: 'a column removed',
    harm: 'some',
    edit: plainColumn((_, lead, trail) => (lead.includes(',') && trail.includes(',') ? null : '')),
  },
  {
    what: 'a column renamed',
    harm: 'some',
    edit: plainColumn((name, lead, trail) => `${lead}${name} as ${bare(name)}_renamed${trail}`),
  },
  {
    what: 'a column cast',
    harm: 'some',
    edit: plainColumn((name, lead, trail) => `${lead}cast(${name} as binary) as ${bare(name)}${trail}`),
  },
  {
    what: 'a column added',
    harm: 'some',
    edit: plainColumn(
      (name, lead, trail) => `${lead}${name}${trail === '' ? '' : ','}\n${lead}'new' as added_column${trail}`,
    ),
  },
  {
    what: 'a column coalesced',
    harm: 'some',
    edit: plainColumn((name, lead, trail) => `${lead}coalesce(${name}, 'none') as ${bare(name)}${trail}`),
  },
  {
    what: 'a column within renamed',
    harm: 'depends',
    edit: replacing(/\bas\s+[a-z_]\w*(?=\s*,)/gi, (written) => `${written}_renamed`),
  },
  {
    what: 'the kind of a join',
    harm: 'depends',
    edit: replacing(/\b(left(?:\s+outer)?|inner)\s+join\b/gi, (written) =>
      /inner/i.test(written) ? 'left join' : 'inner join',
    ),
  },
  { what: 'distinct', harm: 'some', edit: inLastSelect(/^select\b(?!\s+distinct)/gi, () => 'select distinct') },
  { what: 'a limit', harm: 'some', edit: atEnd('limit 10') },
  { what: 'union all', harm: 'some', edit: replacing(/\bunion\s+all\b/gi, () => 'union') },
  { what: 'a tag', harm: 'none', edit: configured("tags=['nightly']") },
  {
    what: 'the materialization',
    harm: 'some',
    edit: (text) =>
      /materialized\s*=\s*['"](view|table)['"]/.test(text)
        ? text.replace(
            /(materialized\s*=\s*['"])(view|table)(?=['"])/,
            (_, before, kind) => `${before}${kind === 'view' ? 'table' : 'view'}`,
          )
        : null,
  },
]

function configured(setting: string) {
  return (text: string): string | null =>
    /\{\{\s*config\(/.test(text)
      ? /tags\s*=/.test(text)
        ? null
        : text.replace(/(\{\{\s*config\()/, (_, before) => `${before}${setting}, `)
      : `{{ config(${setting}) }}\n${text}`
}
