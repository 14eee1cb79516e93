import { expect, test } from 'vitest'
import { roughly } from '../../src/page/rough-layout.ts'

const box = (id: string, region = 'eu') => ({ id, region, width: 100, height: 40 })

test.each<[string, [string, string][], string[][]]>([
  [
    'a chain',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    [['a', 'd'], ['b'], ['c']],
  ],
  [
    'the longest way counts',
    [
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'c'],
    ],
    [['a', 'd'], ['b'], ['c']],
  ],
  [
    'children near what they read',
    [
      ['a', 'd'],
      ['b', 'c'],
    ],
    [
      ['a', 'b'],
      ['d', 'c'],
    ],
  ],
  [
    'edges to what is not shown',
    [
      ['x', 'a'],
      ['a', 'y'],
    ],
    [['a', 'b', 'c', 'd']],
  ],
])('%s', (_, edges, expected) => {
  const { nodes } = roughly(
    ['a', 'b', 'c', 'd'].map((id) => box(id)),
    edges,
  )
  const columns = [...new Set([...nodes.values()].map(({ x }) => x))].sort((a, b) => a - b)
  const at = (column: number) => [...nodes].filter(([, { x }]) => x === column).sort(([, a], [, b]) => a.y - b.y)
  expect(columns.map((column) => at(column).map(([id]) => id))).toEqual(expected)
})

test('a cycle ends, and regions stand one below the other', () => {
  const boxes = [box('a'), box('b'), box('c', 'us')]
  const { nodes, edges, regions } = roughly(boxes, [
    ['a', 'b'],
    ['b', 'a'],
  ])
  expect(nodes.size).toBe(3)
  expect(edges.size).toBe(2)
  expect(regions.map(({ name, y, height }) => [name, y, height])).toEqual([
    ['eu', 0, 40],
    ['us', 130, 40],
  ])
})

test('ten thousand in a row, and all below one', () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `n${index}`)
  const boxes = ids.map((id) => box(id))
  const chain = ids.slice(1).map((id, index): [string, string] => [`n${index}`, id])
  const fan = ids.slice(1).map((id): [string, string] => ['n0', id])
  expect(roughly(boxes, chain).regions[0]?.height).toBe(40)
  expect(roughly(boxes, fan).regions[0]?.width).toBe(280)
})
