import type { Entry, OpenStar, Output, OutputColumn, Rows } from './analysis.ts'
import { isUnnamed } from './outputs.ts'

/** What differs between the results of two queries. Nothing differs where every list is empty and `all` is null. */
export interface Difference {
  /** In words, what decides the rows otherwise; empty when the rows are the same. */
  readonly rows: readonly string[]
  /** Names of columns, as head writes them, that hold other values. */
  readonly changed: readonly string[]
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** What differs in how columns are named or ordered, in words. */
  readonly shown: readonly string[]
  /** Why columns that are not known may differ, in words; null when none do. */
  readonly all: string | null
}

/** Compares what two queries give. Where the rows differ, columns are compared as far as they can be told apart from that. */
export function compareOutputs(before: Output, after: Output): Difference {
  const [ours, theirs] = [columnsByName(before), columnsByName(after)]
  const all = starsDiffer(before, after, ours, theirs)
  const gone = new Set(before.entries.flatMap((entry) => ('star' in entry ? [entry.star] : [])))
  const now = new Set(after.entries.flatMap((entry) => ('star' in entry ? [entry.star] : [])))
  const changed: string[] = []
  const added: string[] = []
  const shown: string[] = []
  for (const [key, column] of theirs) {
    const old = ours.get(key) ?? fromStars(gone, column)
    if (old === null) added.push(nameOf(column))
    else if (old.meaning !== column.meaning || differentType(old, column)) changed.push(nameOf(column))
    else if (ours.has(key) && old.name !== column.name) shown.push(`${old.name} is written ${column.name}`)
  }
  const removed = [...ours].flatMap(([key, column]) => {
    if (theirs.has(key)) return []
    const still = fromStars(now, column)
    if (still === null) return [nameOf(column)]
    if (still.meaning !== column.meaning) changed.push(nameOf(column))
    return []
  })
  if (reordered([...ours.keys()], [...theirs.keys()])) shown.push('columns in another order')
  if (starsMoved(before.entries, after.entries)) shown.push('columns in another order')
  return { rows: rowsDiffer(before.rows, after.rows), changed, added, removed, shown: [...new Set(shown)], all }
}

/** Whether two queries give the same results. */
export function isSame({ rows, changed, added, removed, shown, all }: Difference): boolean {
  return rows.length + changed.length + added.length + removed.length + shown.length === 0 && all === null
}

/** A type that is known on both sides is a part of what a column is; the meaning holds every cast. */
function differentType(before: OutputColumn, after: OutputColumn): boolean {
  return before.type !== null && after.type !== null && before.type !== after.type
}

function nameOf(column: OutputColumn): string {
  return isUnnamed(column) ? '(unnamed)' : column.name
}

/** Columns by name in lower case; of several with one name, each has its number. */
function columnsByName({ entries }: Output): Map<string, OutputColumn> {
  const columns = new Map<string, OutputColumn>()
  for (const entry of entries) {
    if ('star' in entry) continue
    const name = entry.column.name.toLowerCase()
    let key = name
    for (let count = 2; columns.has(key); count++) key = `${name}\0${count}`
    columns.set(key, entry.column)
  }
  return columns
}

/** The same column as a `*` of the other side may have given it. */
function fromStars(stars: ReadonlySet<OpenStar>, column: OutputColumn): OutputColumn | null {
  for (const star of stars) {
    if (star.except.has(column.name.toLowerCase())) continue
    const other = star.at(column.name)
    if (other.meaning === column.meaning) return other
  }
  return null
}

function starsDiffer(
  before: Output,
  after: Output,
  ours: ReadonlyMap<string, OutputColumn>,
  theirs: ReadonlyMap<string, OutputColumn>,
): string | null {
  const [old, now] = [starsOf(before), starsOf(after)]
  const [gone, come] = [missingOf(old, now), missingOf(now, old)]
  if (gone.length + come.length === 0) return null
  const [first] = [...gone, ...come]
  const relation = first?.relation ?? ''
  if (gone.length > 0 && come.length > 0)
    return `other columns of ${relation}, whose columns are not known, pass through *`
  // With nothing else on the other side that could be it, the star itself came or went.
  const listed = gone.length > 0 ? theirs.size - ours.size : ours.size - theirs.size
  const done =
    gone.length > 0 ? (listed > 0 ? 'replaced by a list' : 'removed') : listed > 0 ? 'in place of a list' : 'added'
  return `* ${done}: which columns ${relation} has is not known`
}

function starsOf({ entries }: Output): OpenStar[] {
  return entries.flatMap((entry) => ('star' in entry ? [entry.star] : []))
}

function missingOf(stars: readonly OpenStar[], others: readonly OpenStar[]): OpenStar[] {
  return stars.filter((star) => !others.some((other) => other.meaning === star.meaning))
}

function reordered(before: readonly string[], after: readonly string[]): boolean {
  const common = before.filter((name) => after.includes(name))
  return after.filter((name) => before.includes(name)).some((name, index) => name !== common[index])
}

/** Whether a `*` stands elsewhere among the columns that both sides have. */
function starsMoved(before: readonly Entry[], after: readonly Entry[]): boolean {
  const keys = (entries: readonly Entry[]): string[] =>
    entries.map((entry) => ('star' in entry ? `*${entry.star.meaning}` : entry.column.name.toLowerCase()))
  const [ours, theirs] = [keys(before), keys(after)]
  return [...before, ...after].some((entry) => 'star' in entry) && reordered(ours, theirs)
}

/** What decides the rows otherwise, in words. */
function rowsDiffer(before: Rows, after: Rows): string[] {
  if (before.meaning === after.meaning) return []
  if (isAround(after, before)) return after.parts.map(({ what }) => `${what} added`)
  if (isAround(before, after)) return before.parts.map(({ what }) => `${what} removed`)
  const parts = partsDiffer(before, after)
  // A relation alone has nothing inside of it to compare.
  const inner = before.inner.length === 0 || after.inner.length === 0 ? [] : innerDiffer(before, after)
  const words = [...parts, ...inner]
  return words.length > 0 ? [...new Set(words)] : ['the query is built otherwise']
}

/** Whether one query is the other one with more around it. */
function isAround(outer: Rows, { meaning }: Rows): boolean {
  const [only, ...more] = outer.inner
  return more.length === 0 && only?.rows.meaning === meaning
}

function partsDiffer(before: Rows, after: Rows): string[] {
  const kinds = [...new Set([...before.parts, ...after.parts].map(({ what }) => what))]
  return kinds.flatMap((what) => {
    const [old, now] = [before, after].map(({ parts }) =>
      parts.filter((each) => each.what === what).map(({ meaning }) => meaning),
    )
    if (old === undefined || now === undefined || old.join() === now.join()) return []
    return [`${what} ${old.length === 0 ? 'added' : now.length === 0 ? 'removed' : 'changed'}`]
  })
}

function innerDiffer(before: Rows, after: Rows): string[] {
  const words: string[] = []
  for (const { label, name, rows } of after.inner) {
    const old = before.inner.find((each) => each.label === label)
    if (old === undefined) words.push(name === '' ? 'another query is read' : `${name} is read`)
    else
      words.push(
        ...rowsDiffer(old.rows, rows).map((each) =>
          name === '' || each.includes(' in ') ? each : `${each} in ${name}`,
        ),
      )
  }
  for (const { label, name } of before.inner) {
    if (!after.inner.some((each) => each.label === label))
      words.push(name === '' ? 'a query is no longer read' : `${name} is no longer read`)
  }
  return words
}
