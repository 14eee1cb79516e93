import { type Item, reachable } from './model.ts'

/** What the graph shows: the changes with what they read and reach, what is around one node, or everything. */
export type Scope = 'changes' | 'around' | 'all'

/** So many nodes a graph shows before anybody asks for more. */
const FIRST = 160

export interface Scoped {
  readonly items: readonly Item[]
  /** How many of what belongs to it are left for `all`. */
  readonly left: number
}

/** The nodes of a scope. Of more than fit at first the changed ones stay, then what is nearest to them. */
export function scoped(items: readonly Item[], scope: Scope, chosen: Item | null, steps: number): Scoped {
  if (scope === 'all') return { items, left: 0 }
  if (scope === 'around' && chosen !== null) {
    const around = new Set([chosen, ...reachable(chosen, 'parents', steps), ...reachable(chosen, 'children', steps)])
    return { items: items.filter((it) => around.has(it)), left: 0 }
  }
  const changed = items.filter((it) => it.node.change !== null)
  if (changed.length === 0) {
    // Nothing changed: the whole of a small project, of a large one its exposures and what they read.
    if (items.length <= FIRST) return { items, left: 0 }
    const exposed = items.filter((it) => it.node.resource_type === 'exposure').flatMap((it) => [it, ...it.parents])
    return limited(items, exposed.length > 0 ? exposed : items)
  }
  const reached = items.filter((it) => it.node.state === 'affected')
  const read = changed.flatMap((it) => it.parents)
  return limited(items, [...changed, ...nearestFirst(changed, reached), ...read])
}

function limited(items: readonly Item[], wanted: readonly Item[]): Scoped {
  const [own, all] = [new Set(items), new Set(wanted)]
  const kept = new Set([...all].filter((it) => own.has(it)).slice(0, FIRST))
  return { items: items.filter((it) => kept.has(it)), left: all.size - kept.size }
}

function nearestFirst(from: readonly Item[], wanted: readonly Item[]): Item[] {
  const [left, found] = [new Set(wanted), [] as Item[]]
  const seen = new Set(from)
  for (let open: readonly Item[] = from; open.length > 0; ) {
    const next = [...new Set(open.flatMap((it) => it.children))].filter((it) => !seen.has(it))
    for (const item of next) {
      seen.add(item)
      if (left.delete(item)) found.push(item)
    }
    open = next
  }
  return [...found, ...left]
}
