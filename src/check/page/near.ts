import { grouped } from '../../report/grouped.ts'

/** Of so many nodes of a region the SQL is compiled and the columns are looked at: of the changed ones and of those next to them first. */
const MOST = 600

/** The nodes that a reader of a change is likely to look at: all of a small project, of a large one those nearest to what changed. */
export function nearest(
  ids: readonly string[],
  edges: readonly (readonly [number, number])[],
  isChanged: (id: string) => boolean,
): ReadonlySet<string> {
  if (ids.length <= MOST) return new Set(ids)
  const children = grouped(edges, ([parent]) => parent)
  const parents = grouped(edges, ([, child]) => child)
  const found = new Set<number>()
  let open = ids.flatMap((id, at) => (isChanged(id) ? [at] : []))
  while (open.length > 0 && found.size < MOST) {
    const next = new Set<number>()
    for (const at of open) {
      if (found.size >= MOST || found.has(at)) continue
      found.add(at)
      for (const [parent] of parents.get(at) ?? []) next.add(parent)
      for (const [, child] of children.get(at) ?? []) next.add(child)
    }
    open = [...next].filter((at) => !found.has(at))
  }
  return new Set([...found].map((at) => ids[at] ?? ''))
}
