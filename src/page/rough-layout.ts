import type { Box, Placed } from './placed.ts'

const BETWEEN_COLUMNS = 80
const BETWEEN_ROWS = 26
const BETWEEN_REGIONS = 90

/**
 * A layout without ELK, for where a page may start no worker: each node one column to the right of the last that it reads, in each column ordered by the
 * middle of what they read, with straight edges. K. Sugiyama et al., "Methods for Visual Understanding of Hierarchical System Structures", 1981.
 */
export function roughly(boxes: readonly Box[], edges: readonly (readonly [string, string])[]): Placed {
  const nodes = new Map<string, { x: number; y: number }>()
  const regions: Placed['regions'][number][] = []
  let top = 0
  for (const name of new Set(boxes.map((box) => box.region))) {
    const own = boxes.filter((box) => box.region === name)
    const { width, height } = regionInto(nodes, own, edges, top)
    regions.push({ name, x: 0, y: top, width, height })
    top += height + BETWEEN_REGIONS
  }
  const sizes = new Map(boxes.map((box) => [box.id, box]))
  const lines = edges.flatMap(([from, to]) => {
    const [a, b] = [nodes.get(from), nodes.get(to)]
    if (a === undefined || b === undefined) return []
    const half = (id: string) => (sizes.get(id)?.width ?? 0) / 2
    return [
      [
        `${from}\n${to}`,
        [
          { x: a.x + half(from), y: a.y },
          { x: b.x - half(to), y: b.y },
        ],
      ] as const,
    ]
  })
  return { nodes, edges: new Map(lines), regions }
}

function regionInto(
  nodes: Map<string, { x: number; y: number }>,
  boxes: readonly Box[],
  edges: readonly (readonly [string, string])[],
  top: number,
): { width: number; height: number } {
  const parents = new Map(boxes.map((box) => [box.id, [] as string[]]))
  for (const [from, to] of edges) if (parents.has(from)) parents.get(to)?.push(from)
  const ranks = ranksOf(parents)
  const columns: Box[][] = []
  for (const box of boxes) {
    const rank = ranks.get(box.id) ?? 0
    columns[rank] = [...(columns[rank] ?? []), box]
  }
  const middle = ({ id }: Box) => {
    const places = (parents.get(id) ?? []).map((it) => nodes.get(it)?.y ?? 0)
    return places.length === 0 ? 0 : places.reduce((sum, y) => sum + y, 0) / places.length
  }
  let [x, height] = [0, 0]
  for (const column of columns) {
    const width = Math.max(0, ...(column ?? []).map((box) => box.width))
    let y = top
    for (const box of [...(column ?? [])].sort((a, b) => middle(a) - middle(b))) {
      nodes.set(box.id, { x: x + width / 2, y: y + box.height / 2 })
      y += box.height + BETWEEN_ROWS
    }
    height = Math.max(height, y - top - BETWEEN_ROWS)
    x += width + BETWEEN_COLUMNS
  }
  return { width: Math.max(0, x - BETWEEN_COLUMNS), height }
}

/** How many edges the longest way to each node has; one that closes a cycle does not count. */
function ranksOf(parents: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const ranks = new Map<string, number>()
  const open = new Set<string>()
  for (const start of parents.keys()) {
    const stack = [start]
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      const waiting = ranks.has(id) ? [] : (parents.get(id) ?? []).filter((it) => !ranks.has(it) && !open.has(it))
      if (waiting.length > 0 && !open.has(id)) {
        open.add(id)
        stack.push(...waiting)
        continue
      }
      stack.pop()
      open.delete(id)
      if (!ranks.has(id)) ranks.set(id, Math.max(-1, ...(parents.get(id) ?? []).map((it) => ranks.get(it) ?? -1)) + 1)
    }
  }
  return ranks
}
