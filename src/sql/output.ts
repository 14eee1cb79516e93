import { anything, type KnownRelation, type Output, type Source } from './scope.ts'
import type { Tree } from './sdk.ts'
import { nameOf, namesOf, nodeOf, type Parts, pathOf } from './tree.ts'

/** What a relation gives: all its columns. */
export function whole(relation: KnownRelation): Output {
  return { names: new Set(relation.columns.map((it) => it.toLowerCase())), open: false, through: [relation] }
}

/** An output under a list of column names, as in `t(a, b)`; as it is when there is no list. */
export function renamed(output: Output, names: readonly string[]): Output {
  if (names.length === 0) return output
  return { names: new Set(names.map((name) => name.toLowerCase())), open: false, through: [] }
}

/** An entry of FROM under its alias, which may be empty. */
export function sourceOf(alias: string, output: Output): Source {
  return { qualifiers: alias === '' ? [] : [[alias.toLowerCase()]], output }
}

/** What a SELECT gives. */
export function outputOf(items: readonly Tree[], sources: readonly Source[]): Output {
  const outputs = items.map((item): Output => {
    const [kind, star] = nodeOf(item)
    if (kind === 'star') return starOf(star, sources)
    const name = outputNameOf(item)
    return name === null ? anything : { names: new Set([name]), open: false, through: [] }
  })
  return joined(outputs)
}

function starOf(star: Parts, sources: readonly Source[]): Output {
  const table = nameOf(star.table).toLowerCase()
  const read = table === '' ? sources : sources.filter((it) => it.qualifiers.some((parts) => keyOf(parts) === table))
  // The star of something that is not in FROM is a struct's.
  if (read.length === 0) return anything
  const { names, open, through } = joined(read.map(({ output }) => output))
  const left = new Set(namesOf(star.except).map((name) => name.toLowerCase()))
  return { names: new Set([...names].filter((name) => !left.has(name))), open, through }
}

function joined(outputs: readonly Output[]): Output {
  return {
    names: new Set(outputs.flatMap(({ names }) => [...names])),
    open: outputs.some(({ open }) => open),
    through: outputs.flatMap(({ through }) => through),
  }
}

/** The name of an entry of SELECT in lower case; null when Spark makes one up, or several. */
export function outputNameOf(item: Tree): string | null {
  const [kind, parts] = nodeOf(item)
  const name = kind === 'alias' ? nameOf(parts.alias) : (pathOf(item)?.at(-1) ?? '')
  return name === '' ? null : name.toLowerCase()
}

/** A name of one or more parts, for looking it up. */
export function keyOf(name: readonly string[]): string {
  return name.join('.').toLowerCase()
}
