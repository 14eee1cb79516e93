import type { Location } from '../finding.ts'
import type { ColumnFacts, MissingUse } from '../graph/column-facts.ts'
import { didYouMean } from '../nearest.ts'
import type { OutputColumn } from '../sql/analysis.ts'
import { called, definition } from './resource.ts'
import { placeInTemplate, placeOfName } from './template-place.ts'

/** What a node names and that is not there (or that several relations have), without what the models that are inlined in it name. */
export function ownUses(
  facts: ColumnFacts,
  unique_id: string,
  which: 'missing' | 'ambiguous' = 'missing',
): MissingUse[] {
  const { nodes, parent_map } = facts.project.manifest
  const inlined = (parent_map.get(unique_id) ?? []).filter((id) => nodes.get(id)?.config.materialized === 'ephemeral')
  const theirs = new Set(inlined.flatMap((id) => facts[which](id).map(keyOf)))
  return facts[which](unique_id).filter((use) => !theirs.has(keyOf(use)))
}

/** Where a node's own file uses a column; where it does not name it, where it reads the relation. */
export function locationOfUse(facts: ColumnFacts, unique_id: string, use: MissingUse): Location {
  const start = definition(facts.project, unique_id)
  const text = facts.text(unique_id)
  const code = facts.project.manifest.nodes.get(unique_id)?.raw_code
  const at = text === null || code === undefined ? -1 : text.indexOf(code)
  if (text === null || code === undefined || at < 0) return start
  const readAs = use.relations.map((id) => facts.project.manifest.nodes.get(id)?.name ?? '')
  const place =
    placeInTemplate(code, use.column, use.code, use.offset) ??
    readAs.map((name) => placeOfName(code, name)).find((each) => each !== null)
  if (!place) return start
  const before = text.slice(0, at).split('\n')
  const column = place.line === 1 ? place.column + (before.at(-1)?.length ?? 0) : place.column
  return { file: start.file, line: before.length - 1 + place.line, column }
}

/** Those of a use's relations that had the column at base. */
export function droppedFrom(base: ColumnFacts | null, { relations, column }: MissingUse): string[] {
  return base === null ? [] : relations.filter((id) => base.has(id, column))
}

/** `model 'a' does not have`, or `neither model 'a' nor model 'b' has`. */
export function lacking(facts: ColumnFacts, relations: readonly string[]): string {
  const names = relations.map((id) => called(facts.project, id))
  return names.length === 1 ? `${names[0]} does not have` : `neither ${names.join(' nor ')} has`
}

/** `; did you mean 'x'?` of the columns of some relations, or nothing. */
export function suggestion(facts: ColumnFacts, { relations, column }: MissingUse): string {
  const names = relations.flatMap((id) => facts.known(id) ?? []).map(({ name }) => name)
  return didYouMean(column, names)
}

/** The name under which a relation holds now what a column held at base; null when it is gone, or when that cannot be told. */
export function renamedTo(base: ColumnFacts, head: ColumnFacts, unique_id: string, column: string): string | null {
  const before = base.given(unique_id) ?? []
  const old = before.find(isNamed(column))
  if (old === undefined) return null
  const fresh = (head.given(unique_id) ?? []).filter(({ name }) => !before.some(isNamed(name)))
  const handed = handedOn(old)
  const above = handed === null ? null : renamedTo(base, head, handed.relation, handed.column)
  const same = fresh.filter((each) => {
    const from = handedOn(each)
    if (each.meaning === old.meaning) return true
    return above !== null && from?.relation === handed?.relation && from?.column === above.toLowerCase()
  })
  return same.length === 1 ? (same[0]?.name ?? null) : null
}

/** Whether a column is one of another relation on both sides, which only has another name there now. */
export function isHandedOnAsBefore(base: ColumnFacts, head: ColumnFacts, was: OutputColumn, is: OutputColumn): boolean {
  const [old, now] = [handedOn(was), handedOn(is)]
  if (old === null || now === null || old.relation !== now.relation) return false
  return renamedTo(base, head, old.relation, old.column)?.toLowerCase() === now.column
}

/** The one column that a column is, as it stands in another relation; null for what is computed. */
function handedOn({ upstream }: OutputColumn): OutputColumn['upstream'][number] | null {
  const [only, ...more] = upstream
  return only?.derivation === 'identity' && more.length === 0 ? only : null
}

function isNamed(name: string): (column: { readonly name: string }) => boolean {
  return (column) => column.name.toLowerCase() === name.toLowerCase()
}

/** The columns of a relation, or of its query, that base had and head has not; empty where that is not known. */
export function columnsLost(base: ColumnFacts, head: ColumnFacts, unique_id: string): string[] {
  const [before, after] = [base, head].map((facts) =>
    facts.columns.has(unique_id) ? (facts.known(unique_id) ?? facts.given(unique_id)) : null,
  )
  if (!before || !after) return []
  const names = new Set(after.map(({ name }) => name.toLowerCase()))
  return before.filter(({ name }) => !names.has(name.toLowerCase())).map(({ name }) => name)
}

function keyOf({ relations, column }: MissingUse): string {
  return [column.toLowerCase(), ...relations].join('\0')
}
