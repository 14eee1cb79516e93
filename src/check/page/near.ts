import { grouped } from '../../report/grouped.ts'

/** The nodes that a reader of a change is likely to look at: all where there are at most `most`, else those nearest to what changed. */
export function nearest(
  ids: readonly string[],
  edges: readonly (readonly [number, number])[],
  isChanged: (id: string) => boolean,
  most: number,
): ReadonlySet<string> {
  if (ids.length <= most) return new Set(ids)
  const children = grouped(edges, ([parent]) => parent)
  const parents = grouped(edges, ([, child]) => child)
  const found = new Set<number>()
  let open = ids.flatMap((id, at) => (isChanged(id) ? [at] : []))
  while (open.length > 0 && found.size < most) {
    const next = new Set<number>()
    for (const at of open) {
      if (found.size >= most || found.has(at)) continue
      found.add(at)
      for (const [parent] of parents.get(at) ?? []) next.add(parent)
      for (const [, child] of children.get(at) ?? []) next.add(child)
    }
    open = [...next].filter((at) => !found.has(at))
  }
  return new Set([...found].map((at) => ids[at] ?? ''))
}
