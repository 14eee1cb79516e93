import type { Graph } from './graph.ts'

/** A circle has at most this many cycles told: cutting one often cuts the rest. */
const cyclesPerCircle = 10

/**
 * The cycles of a graph: in each strongly connected part the shortest through its smallest unique_id, then what is left when that one is
 * cut. A cycle reads from child to parent (`a` reads `b` reads `a` is `[a, b]`) and starts at its smallest unique_id. Sorted.
 */
export function cycles(graph: Graph): string[][] {
  const found: string[][] = []
  for (const part of circles(knotted(graph))) {
    let parts = [part]
    const edges = within(graph.parents, part)
    for (let count = 0; parts.length > 0 && count < cyclesPerCircle; count++) {
      const [first = []] = parts
      const cycle = shortest(edges, first)
      found.push(cycle)
      const [start = '', last = start] = [cycle[0], cycle.at(-1)]
      edges.set(
        last,
        (edges.get(last) ?? []).filter((id) => id !== start),
      )
      parts = circles(edges)
    }
  }
  return found.sort((a, b) => (a.join() < b.join() ? -1 : 1))
}

/** What is left of a graph when all that no circle is upstream of is taken away: mostly nothing, which takes a fraction of the time to see. */
function knotted({ parents, children }: Graph): Edges {
  const waiting = new Map<string, number>()
  const open: string[] = []
  for (const [id, own] of parents) {
    if (own.length === 0) open.push(id)
    else waiting.set(id, own.length)
  }
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const child of children.get(id) ?? []) {
      const count = waiting.get(child)
      if (count === undefined) continue
      if (count > 1) waiting.set(child, count - 1)
      else {
        waiting.delete(child)
        open.push(child)
      }
    }
  return new Map([...waiting.keys()].map((id) => [id, parents.get(id) ?? []]))
}

type Edges = ReadonlyMap<string, readonly string[]>

function within(edges: Edges, part: readonly string[]): Map<string, readonly string[]> {
  const members = new Set(part)
  return new Map(part.map((id) => [id, (edges.get(id) ?? []).filter((next) => members.has(next))]))
}

/** Strongly connected parts that hold a cycle, each sorted: Tarjan's algorithm (SIAM J. Comput. 1, 1972), without recursion. */
function circles(edges: Edges): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const onStack = new Set<string>()
  const stack: string[] = []
  const found: string[][] = []
  for (const root of [...edges.keys()].sort()) {
    if (index.has(root)) continue
    const path: { id: string; next: Iterator<string> }[] = []
    enter(root)
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const { value, done } = frame.next.next()
      if (!done) {
        if (!index.has(value)) enter(value)
        else if (onStack.has(value)) lower(frame.id, index.get(value))
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (parent) lower(parent.id, low.get(frame.id))
      if (low.get(frame.id) === index.get(frame.id)) leave(frame.id)
    }

    function enter(id: string): void {
      index.set(id, index.size)
      low.set(id, index.size - 1)
      stack.push(id)
      onStack.add(id)
      path.push({ id, next: (edges.get(id) ?? []).values() })
    }
  }
  return found

  function lower(id: string, to = 0): void {
    low.set(id, Math.min(low.get(id) ?? 0, to))
  }

  function leave(id: string): void {
    const part = stack.splice(stack.lastIndexOf(id))
    for (const member of part) onStack.delete(member)
    if (part.length > 1 || edges.get(id)?.includes(id)) found.push(part.sort())
  }
}

/** The shortest way from the smallest of the part's members back to itself. */
function shortest(edges: Edges, part: readonly string[]): string[] {
  const start = part[0] ?? ''
  const from = new Map<string, string>()
  const open = [start]
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    for (const next of edges.get(id) ?? []) {
      if (next === start) return wayTo(id, start, from)
      if (from.has(next)) continue
      from.set(next, id)
      open.push(next)
    }
  }
  return []
}

function wayTo(end: string, start: string, from: ReadonlyMap<string, string>): string[] {
  const way = [end]
  for (let id = end; id !== start; ) {
    id = from.get(id) ?? start
    way.unshift(id)
  }
  return way
}
