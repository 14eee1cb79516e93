import type { Graph } from './graph.ts'

/**
 * The given nodes so that parents stand before children; among nodes that may stand in any order, by unique_id. Edges
 * through nodes that are not given count. Nodes of a cycle come last, by unique_id: the cycle is a finding, not a reason to stop.
 */
export function topologicalOrder(graph: Graph, nodes: Iterable<string>): string[] {
  const wanted = new Set(nodes)
  const all = ancestors(graph, wanted)
  for (const id of wanted) all.add(id)
  const waiting = new Map([...all].map((id) => [id, (graph.parents.get(id) ?? []).filter((p) => all.has(p)).length]))
  const ready = [...all].filter((id) => waiting.get(id) === 0).sort()
  // What is not wanted takes no place, so it keeps nothing waiting for its turn.
  const passed: string[] = ready.filter((id) => !wanted.has(id))
  const order: string[] = []
  for (let id = passed.pop() ?? ready.shift(); id !== undefined; id = passed.pop() ?? ready.shift()) {
    if (!waiting.delete(id)) continue
    order.push(id)
    for (const child of graph.children.get(id) ?? []) {
      const left = waiting.get(child)
      if (left === undefined) continue
      waiting.set(child, left - 1)
      if (left > 1) continue
      if (wanted.has(child)) insertSorted(ready, child)
      else passed.push(child)
    }
  }
  return [...order, ...[...waiting.keys()].sort()].filter((id) => wanted.has(id))
}

/** Everything downstream of the given nodes, without them unless they are downstream of each other. */
export function descendants(graph: Graph, nodes: Iterable<string>): Set<string> {
  return reach(graph.children, nodes)
}

/** Everything upstream of the given nodes, without them unless they are upstream of each other. */
export function ancestors(graph: Graph, nodes: Iterable<string>): Set<string> {
  return reach(graph.parents, nodes)
}

/**
 * The graph in the order of `dbt build`: a data test stands after everything that it reads, and before every node that is
 * downstream of all that the test reads, so that a failing test keeps those from being built.
 * https://docs.getdbt.com/reference/commands/build#tests
 */
export function buildGraph(graph: Graph): Graph {
  const added = new Map<string, string[]>()
  const tests = [...graph.parents].filter(([id]) => id.startsWith('test.'))
  const below = tests.some(([, read]) => read.length > 1) ? downstream(graph) : null
  for (const [test, read] of tests) {
    const [only, ...others] = read
    if (only === undefined) continue
    const first =
      others.length === 0 ? (graph.children.get(only) ?? []).filter(isBuilt) : (below?.firstBelow(read) ?? [])
    for (const node of first) append(added, node, test)
  }
  const parents = new Map(graph.parents)
  const children = new Map(graph.children)
  for (const [node, before] of added) {
    parents.set(node, [...(parents.get(node) ?? []), ...before].sort())
    for (const test of before) children.set(test, [...(children.get(test) ?? []), node].sort())
  }
  return { parents, children }
}

/** Answers which built nodes are downstream of all the given ones and have no parent that is, too. */
interface Downstream {
  firstBelow(nodes: readonly string[]): string[]
}

/** Everything downstream of every node at once, one bit a node: a search for each test would be quadratic in a large project. */
function downstream(graph: Graph): Downstream {
  const wanted = [...graph.parents.keys()].filter((id) => isBuilt(id) || id.startsWith('source.'))
  const order = topologicalOrder(graph, wanted)
  const place = new Map(order.map((id, index) => [id, index]))
  const placesOf = (ids: readonly string[] = []): number[] => ids.flatMap((id) => place.get(id) ?? [])
  const parents = order.map((id) => placesOf(graph.parents.get(id)))
  const below: Uint32Array[] = []
  for (let at = order.length - 1; at >= 0; at--) {
    const own = new Uint32Array((order.length + 31) >> 5)
    for (const child of placesOf(graph.children.get(order[at] ?? ''))) {
      own[child >> 5] = (own[child >> 5] ?? 0) | (1 << (child & 31))
      // Nothing below the child has a lower place, so the words before its own are empty.
      for (let word = child >> 5; word < own.length; word++) own[word] = (own[word] ?? 0) | (below[child]?.[word] ?? 0)
    }
    below[at] = own
  }
  return {
    firstBelow(nodes) {
      const sets = placesOf(nodes).map((at) => below[at])
      const common = Uint32Array.from(sets[0] ?? [], (word, at) =>
        sets.reduce((all, set) => all & (set?.[at] ?? 0), word),
      )
      const has = (at: number): boolean => ((common[at >> 5] ?? 0) & (1 << (at & 31))) !== 0
      const found: string[] = []
      for (const [word, bits] of common.entries()) {
        for (let left = bits; left !== 0; left &= left - 1) {
          const at = word * 32 + 31 - Math.clz32(left & -left)
          const id = order[at] ?? ''
          if (isBuilt(id) && !(parents[at] ?? []).some(has)) found.push(id)
        }
      }
      return found
    },
  }
}

function isBuilt(id: string): boolean {
  return /^(model|seed|snapshot|function)\./.test(id)
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function reach(neighbours: ReadonlyMap<string, readonly string[]>, nodes: Iterable<string>): Set<string> {
  const reached = new Set<string>()
  const open = [...nodes]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const next of neighbours.get(id) ?? []) {
      if (reached.has(next)) continue
      reached.add(next)
      open.push(next)
    }
  }
  return reached
}

function insertSorted(list: string[], value: string): void {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] ?? '') < value) low = middle + 1
    else high = middle
  }
  list.splice(low, 0, value)
}
