import { describe, expect, it } from 'vitest'
import type { Graph } from '../../src/graph/graph.ts'
import { ancestors, buildGraph, descendants, topologicalOrder } from '../../src/graph/order.ts'

/** `a>b` is an edge from a to b. */
function graph(...edges: string[]): Graph {
  const parents = new Map<string, string[]>()
  const children = new Map<string, string[]>()
  for (const edge of edges) {
    const [from = '', to = ''] = edge.split('>')
    for (const id of [from, to]) {
      if (!parents.has(id)) parents.set(id, [])
      if (!children.has(id)) children.set(id, [])
    }
    parents.get(to)?.push(from)
    children.get(from)?.push(to)
  }
  return { parents, children }
}

describe('topologicalOrder', () => {
  it.each([
    ['a chain', ['c>b', 'b>a'], 'a b c', 'c b a'],
    ['by unique_id where the graph allows', ['z>b', 'z>a', 'm>a'], 'a b m z', 'm z a b'],
    ['an edge through a node that is not wanted', ['z>hidden', 'hidden>a'], 'a z', 'z a'],
    ['nodes of a cycle last', ['b>a', 'a>b', 'z>y'], 'a b y z', 'z y a b'],
    ['only what is wanted', ['a>b', 'b>c'], 'c', 'c'],
  ])('%s', (_, edges, wanted, expected) => {
    expect(topologicalOrder(graph(...edges), wanted.split(' ')).join(' ')).toBe(expected)
  })

  it('orders 10,000 nodes in a moment', () => {
    const edges = Array.from({ length: 10_000 }, (_, n) => `n${n}>n${n + 1 + (n % 7)}`)
    const big = graph(...edges)
    const start = performance.now()
    expect(topologicalOrder(big, big.parents.keys())).toHaveLength(big.parents.size)
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('descendants and ancestors', () => {
  const diamond = graph('a>b', 'a>c', 'b>d', 'c>d', 'd>e')
  it('reach everything once', () => {
    expect([...descendants(diamond, ['b', 'c'])].sort()).toEqual(['d', 'e'])
    expect([...ancestors(diamond, ['d'])].sort()).toEqual(['a', 'b', 'c'])
  })
  it('hold a given node only when it is beyond another', () => {
    expect([...descendants(diamond, ['a', 'e'])].sort()).toEqual(['b', 'c', 'd', 'e'])
  })
  it('end on a cycle', () => expect([...descendants(graph('a>b', 'b>a'), ['a'])].sort()).toEqual(['a', 'b']))
})

describe('buildGraph', () => {
  const orders: [what: string, edges: string[], parentsOf: string, expected: string[]][] = [
    [
      'a test of one node blocks its children',
      ['model.p.a>model.p.b', 'model.p.a>test.p.t'],
      'model.p.b',
      ['model.p.a', 'test.p.t'],
    ],
    [
      'a test of a source blocks what reads it',
      ['source.p.s>model.p.a', 'source.p.s>test.p.t'],
      'model.p.a',
      ['source.p.s', 'test.p.t'],
    ],
    [
      'a test of two nodes does not block what reads one of them',
      ['model.p.a>test.p.t', 'model.p.b>test.p.t', 'model.p.a>model.p.c'],
      'model.p.c',
      ['model.p.a'],
    ],
    [
      'a test of two nodes blocks what is downstream of both',
      ['model.p.a>test.p.t', 'model.p.b>test.p.t', 'model.p.a>model.p.c', 'model.p.b>model.p.c'],
      'model.p.c',
      ['model.p.a', 'model.p.b', 'test.p.t'],
    ],
    [
      'a test of a node and its parent blocks what is below the lower one',
      ['model.p.a>model.p.b', 'model.p.a>test.p.t', 'model.p.b>test.p.t', 'model.p.b>model.p.c'],
      'model.p.c',
      ['model.p.b', 'test.p.t'],
    ],
    [
      'a test does not wait for itself',
      ['model.p.a>model.p.b', 'model.p.a>test.p.t', 'model.p.b>test.p.t'],
      'model.p.b',
      ['model.p.a'],
    ],
  ]
  it.each(orders)('%s', (_, edges, node, expected) => {
    expect(buildGraph(graph(...edges)).parents.get(node)).toEqual(expected)
  })

  it('blocks a node by a test exactly when all that the test reads is upstream of the node', () => {
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 48271) % 2147483647
      return seed % below
    }
    for (let round = 0; round < 40; round++) {
      const edges: string[] = []
      const nodes = Array.from({ length: 40 + random(30) }, (_, n) => `model.p.m${n}`)
      for (const [n, node] of nodes.entries())
        for (let k = random(3); k > 0 && n > 0; k--) edges.push(`${nodes[random(n)]}>${node}`)
      for (let t = 0; t < 20; t++)
        for (let k = random(3); k >= 0; k--) edges.push(`${nodes[random(nodes.length)]}>test.p.t${t}`)
      const plain = graph(...new Set(edges))
      const built = buildGraph(plain)
      for (const node of nodes) {
        const above = ancestors(plain, [node])
        const expected = [...plain.parents].filter(
          ([id, read]) => id.startsWith('test.') && read.every((each) => above.has(each)),
        )
        const blocking = [...ancestors(built, [node])].filter((id) => id.startsWith('test.'))
        expect(blocking.sort()).toEqual(expected.map(([id]) => id).sort())
      }
    }
  })
})
