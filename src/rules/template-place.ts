/** A place in a text; both count from 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

/**
 * Where a name of compiled SQL stands in the template that it was made from, given where it stands in the SQL (in Unicode
 * characters): on the line that reads the same, else as the same one of its occurrences, else at the first. Null when
 * the template does not have it, because a macro or a `*` wrote it.
 */
export function placeInTemplate(
  template: string,
  name: string,
  compiled: string,
  offset: number | null,
): TextPlace | null {
  const here = occurrences(withoutComments(template), name)
  if (here.length === 0) return null
  const plain = occurrences(withoutJinja(withoutComments(template)), name)
  const at = offset === null ? null : [...compiled].slice(0, offset).join('').length
  const found = at === null ? undefined : sameOne(template, here, plain, name, compiled, at)
  return placeAt(template, found ?? plain[0] ?? here[0] ?? 0)
}

/** Where a template first names a relation by `ref` or `source`; null when it does not. */
export function placeOfName(template: string, name: string): TextPlace | null {
  const text = withoutComments(template)
  const call = [...text.matchAll(/\b(?:ref|source)\s*\(([^)]*)\)/g)].find(({ 1: args = '' }) =>
    [...args.matchAll(/'([^']*)'|"([^"]*)"/g)].some((match) => (match[1] ?? match[2]) === name),
  )
  return call === undefined ? null : placeAt(template, call.index)
}

function sameOne(
  template: string,
  here: readonly number[],
  plain: readonly number[],
  name: string,
  compiled: string,
  at: number,
): number | undefined {
  const there = occurrences(withoutComments(compiled), name)
  const index = there.findIndex((each) => Math.abs(each - at) <= 1)
  const wanted = lineAt(compiled, at)
  const alike = here.filter((each) => lineAt(template, each).trim() === wanted.trim())
  const before = at - compiled.lastIndexOf('\n', at - 1) - 1 - indent(wanted)
  const onLine = alike.find((each) => columnOf(template, each) - indent(lineAt(template, each)) === before)
  if (onLine !== undefined) return onLine
  if (index >= 0 && there.length === plain.length) return plain[index]
  return index >= 0 && there.length === here.length ? here[index] : undefined
}

/** Offsets of a name that stands alone, whatever its case. */
function occurrences(text: string, name: string): number[] {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return [...text.matchAll(new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, 'giu'))].map(({ index }) => index)
}

/** Comments as blanks, so that offsets stay; a `--` within a text is none. */
function withoutComments(text: string): string {
  return text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\{#[\s\S]*?#\}|\/\*[\s\S]*?\*\/|--[^\n]*/g, (found) =>
    /^['"]/.test(found) ? found : blank(found),
  )
}

function withoutJinja(text: string): string {
  return text.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, blank)
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

function lineAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset)
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, end < 0 ? undefined : end)
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}

function indent(line: string): number {
  return line.length - line.trimStart().length
}

function placeAt(text: string, offset: number): TextPlace {
  return { line: text.slice(0, offset).split('\n').length, column: columnOf(text, offset) + 1 }
}
