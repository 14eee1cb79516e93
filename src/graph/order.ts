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
  for (const test of graph.parents.keys()) {
    if (!test.startsWith('test.')) continue
    for (const node of firstBelowAll(graph, graph.parents.get(test) ?? [])) append(added, node, test)
  }
  const parents = new Map(graph.parents)
  const children = new Map(graph.children)
  for (const [node, tests] of added) {
    parents.set(node, [...(parents.get(node) ?? []), ...tests].sort())
    for (const test of tests) children.set(test, [...(children.get(test) ?? []), node].sort())
  }
  return { parents, children }
}

/** The nodes that are downstream of all the given ones, without those that stand below another such node. */
function firstBelowAll(graph: Graph, nodes: readonly string[]): string[] {
  const [first, ...others] = nodes
  if (first === undefined) return []
  const built = (id: string): boolean => /^(model|seed|snapshot)\./.test(id)
  if (others.length === 0) return (graph.children.get(first) ?? []).filter(built)
  let below = descendants(graph, [first])
  for (const node of others) {
    const alsoBelow = descendants(graph, [node])
    below = new Set([...below].filter((id) => alsoBelow.has(id)))
  }
  return [...below].filter((id) => built(id) && !(graph.parents.get(id) ?? []).some((parent) => below.has(parent)))
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
