import { describe, expect, it } from 'vitest'
import { cycles } from '../../src/graph/cycle.ts'
import type { Graph } from '../../src/graph/graph.ts'

/** `a>b` reads: a reads b. */
function graph(...edges: string[]): Graph {
  const pairs = edges.map((edge) => edge.split('>'))
  const ids = [...new Set(pairs.flat())].sort()
  return {
    parents: new Map(
      ids.map((id) => [id, pairs.filter(([child]) => child === id).flatMap(([, parent = '']) => parent)]),
    ),
    children: new Map(
      ids.map((id) => [id, pairs.filter(([, parent]) => parent === id).flatMap(([child = '']) => child)]),
    ),
  }
}

describe('cycles', () => {
  it.each<[string, string[], string[]]>([
    ['none in a tree', ['a>b', 'a>c', 'c>d'], []],
    ['none where ways meet again', ['a>b', 'a>c', 'b>d', 'c>d'], []],
    ['itself', ['a>a', 'a>b'], ['a']],
    ['two', ['b>a', 'a>b', 'c>a'], ['a b']],
    ['three, from the smallest, in reading order', ['c>b', 'b>a', 'a>c'], ['a c b']],
    ['the shortest way round', ['a>b', 'b>c', 'c>d', 'd>a', 'b>a'], ['a b', 'a b c d']],
    ['two circles', ['x>y', 'y>x', 'a>b', 'b>a', 'y>a'], ['a b', 'x y']],
    ['two circles that share a node', ['m>a', 'a>m', 'm>b', 'b>m'], ['a m', 'b m']],
  ])('%s', (_, edges, expected) => {
    expect(cycles(graph(...edges)).map((cycle) => cycle.join(' '))).toEqual(expected)
  })

  it('takes a chain of 50,000 without running out of stack', () => {
    const edges = Array.from({ length: 50_000 }, (_, i): [string, string[]] => [`n${i}`, [`n${i + 1}`]])
    const parents = new Map([...edges, ['n50000', ['n0']]])
    expect(cycles({ parents, children: new Map() })[0]).toHaveLength(50_001)
  })

  it('tells few cycles where everything reads everything', () => {
    const ids = Array.from({ length: 30 }, (_, i) => `n${i}`)
    expect(cycles({ parents: new Map(ids.map((id) => [id, ids])), children: new Map() })).toHaveLength(10)
  })
})
