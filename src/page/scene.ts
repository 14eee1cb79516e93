import type { ElementDefinition } from 'cytoscape'
import { shortened, visible } from '../report/escape.ts'
import { isPersonal } from './filter.ts'
import type { ColumnOf, Item } from './model.ts'
import type { Box, Placed } from './placed.ts'
import { font, mono } from './stylesheet.ts'
import { kindLabel } from './words.ts'

/** What the graph shows. */
export interface Scene {
  readonly items: readonly Item[]
  /** The columns that are shown of a node, by their names in lower case; none for one that is closed. */
  columns(item: Item): readonly string[]
}

export const ROW = 22
const HEADER = 40
const SEPARATOR = '\n'
const LONGEST = 44
/** How far the veil goes beyond the nodes. */
const BEYOND = 60

let context: CanvasRenderingContext2D | null = null
const widths = new Map<string, number>()

function widthOf(text: string, css: string): number {
  const key = `${css}${text}`
  let width = widths.get(key)
  if (width === undefined) {
    context ??= document.createElement('canvas').getContext('2d')
    if (context === null) return text.length * 8
    context.font = css
    width = Math.ceil(context.measureText(text).width)
    widths.set(key, width)
  }
  return width
}

/** What is drawn over all that a filter leaves out: cheaper than to fade each. */
export const veilId = 'veil'

/** The id of the edge between two nodes. */
export function edgeId(from: Item, to: Item): string {
  return [from.key, to.key, 'edge'].join(SEPARATOR)
}

/** The id of a column's row. */
export function columnId({ item, column }: ColumnOf): string {
  return [item.key, column].join(SEPARATOR)
}

/** The sizes of what is to be laid out, and what is to be joined. */
export function boxesOf({ items, columns }: Scene): { boxes: Box[]; edges: [string, string][] } {
  const shown = new Set(items)
  const boxes = items.map((item) => {
    const rows = columns(item)
    const inside = Math.max(0, ...rows.map((it) => widthOf(columnLabel(item, it), `11.5px ${mono}`) + 28))
    const width = Math.max(96, widthOf(labelOf(item), `600 13px ${font}`) + 36, inside)
    const height = rows.length === 0 ? HEADER : HEADER + rows.length * ROW + 6
    return { id: item.key, region: item.region.name, width, height }
  })
  const edges = items.flatMap((item) =>
    item.parents.filter((it) => shown.has(it)).map((it): [string, string] => [it.key, item.key]),
  )
  return { boxes, edges }
}

/** The elements of the graph where the layout places them. */
export function elementsOf(scene: Scene, boxes: readonly Box[], placed: Placed): ElementDefinition[] {
  const sizes = new Map(boxes.map((box) => [box.id, box]))
  const elements: ElementDefinition[] = []
  elements.push(veilElement(placed.regions))
  if (placed.regions.length > 1) for (const region of placed.regions) elements.push(regionElement(region))
  for (const item of scene.items) {
    const [box, at] = [sizes.get(item.key), placed.nodes.get(item.key)]
    if (box && at) elements.push(...nodeElements(item, scene.columns(item), box, at))
  }
  for (const [id, corners] of placed.edges) {
    const [from = '', to = ''] = id.split(SEPARATOR)
    const [start, end] = [placed.nodes.get(from), placed.nodes.get(to)]
    if (start && end && corners.length > 1) elements.push(edgeElement(from, to, corners, start, end))
  }
  return elements
}

function labelOf({ name }: Item): string {
  return shortened(name === '' ? '(empty)' : name, LONGEST)
}

/** A column's name, marked when it is classified as personal data. */
function columnLabel(item: Item, column: string): string {
  const found = item.node.columns.find((it) => it.name.toLowerCase() === column)
  const mark = found?.gdpr && found.gdpr !== 'none' ? '◆ ' : ''
  return mark + shortened(visible(found?.name ?? column), LONGEST)
}

function nodeElements(
  item: Item,
  rows: readonly string[],
  box: Box,
  at: { x: number; y: number },
): ElementDefinition[] {
  const { node, key } = item
  const isOpen = rows.length > 0
  const classes = ['item', node.resource_type, node.state, ...(isOpen ? ['open'] : [])]
  const top = at.y - box.height / 2
  const data = {
    id: key,
    label: labelOf(item),
    width: box.width,
    height: box.height,
    shift: isOpen ? HEADER / 2 - box.height / 2 : 0,
  }
  const columns = rows.map((column, index): ElementDefinition => {
    const gdpr = node.columns.find((it) => it.name.toLowerCase() === column)?.gdpr
    return {
      data: {
        id: columnId({ item, column }),
        owner: key,
        column,
        label: columnLabel(item, column),
        width: box.width - 6,
        shift: 12 - (box.width - 6),
      },
      position: { x: at.x, y: top + HEADER + index * ROW + ROW / 2 },
      classes: ['column', ...(gdpr && gdpr !== 'none' ? ['gdpr'] : [])],
    }
  })
  const more = [...pills(item, box, { x: at.x, y: top }), ...columns]
  // What comes above the veil with it.
  const scratch = { parts: more.map((it) => it.data.id) }
  return [{ data, position: at, classes, scratch }, ...more]
}

/** What is said of a node at its upper edge: what its change does on the left, findings and personal data on the right. */
function pills(item: Item, box: Box, at: { x: number; y: number }): ElementDefinition[] {
  const { node, key } = item
  const made: ElementDefinition[] = []
  const pill = (label: string, css: string, side: -1 | 1, offset: number) => {
    const width = widthOf(label, `600 10.5px ${font}`) + 14
    const x = side < 0 ? at.x - box.width / 2 + 8 + width / 2 : at.x + box.width / 2 - 6 - offset - width / 2
    made.push({
      data: { id: [key, 'pill', css].join(SEPARATOR), owner: key, label, width },
      position: { x, y: at.y - 3 },
      classes: ['pill', css],
    })
    return width
  }
  const left = node.change === null ? 0 : pill(kindLabel(node.change.change), `class-${node.change.change}`, -1, 0)
  const news = node.findings.filter((it) => it.new && it.severity !== 'notice')
  const isError = news.some((it) => it.severity === 'error')
  const right = news.length === 0 ? 0 : pill(`! ${news.length}`, isError ? 'error' : 'warning', 1, 0)
  if (isPersonal(item) && left + right + 40 < box.width) pill('◆', 'personal', 1, right === 0 ? 0 : right + 3)
  return made
}

function veilElement(regions: Placed['regions']): ElementDefinition {
  const width = Math.max(0, ...regions.map((it) => it.width)) + 2 * BEYOND
  const height = Math.max(0, ...regions.map((it) => it.y + it.height)) + 2 * BEYOND
  const position = { x: width / 2 - BEYOND, y: height / 2 - BEYOND }
  return { data: { id: veilId, width, height }, position, classes: ['veil'] }
}

function regionElement(region: Placed['regions'][number]): ElementDefinition {
  const { name, x, y, width, height } = region
  return {
    data: { id: ['region', name].join(SEPARATOR), label: visible(name), width: width + 36, height: height + 36 },
    position: { x: x + width / 2, y: y + height / 2 },
    classes: ['region'],
  }
}

type Point = { readonly x: number; readonly y: number }

function edgeElement(
  source: string,
  target: string,
  corners: readonly Point[],
  from: Point,
  to: Point,
): ElementDefinition {
  const [start = from, ...rest] = corners
  const end = rest.pop() ?? to
  const data = {
    id: [source, target, 'edge'].join(SEPARATOR),
    source,
    target,
    from: `${start.x - from.x}px ${start.y - from.y}px`,
    to: `${end.x - to.x}px ${end.y - to.y}px`,
  }
  if (rest.length === 0) return { data, classes: [] }
  return { data: { ...data, ...along(start, end, rest) }, classes: ['bent'] }
}

/** Points as weights and distances of the line between two others: https://js.cytoscape.org/#style/segments-edges */
export function along(start: Point, end: Point, points: readonly Point[]): { weights: string; distances: string } {
  const [dx, dy] = [end.x - start.x, end.y - start.y]
  const length = Math.hypot(dx, dy) || 1
  const each = points.map(({ x, y }) => {
    const [px, py] = [x - start.x, y - start.y]
    return [(px * dx + py * dy) / length ** 2, (py * dx - px * dy) / length] as const
  })
  const text = (which: 0 | 1) => each.map((it) => it[which].toFixed(5)).join(' ')
  return { weights: text(0), distances: text(1) }
}
