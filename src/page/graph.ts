import cytoscape, { type Collection, type Core, type ElementDefinition } from 'cytoscape'
import { currentColors } from './colors.ts'
import type { Layouts } from './layout.ts'
import { type ColumnOf, type Item, reachable, type Trace } from './model.ts'
import type { Placed } from './placed.ts'
import { along, boxesOf, columnId, edgeId, elementsOf, type Scene, veilId } from './scene.ts'
import { stylesheet } from './stylesheet.ts'

export interface GraphEvents {
  choose(key: string | null): void
  column(key: string, column: string): void
  open(key: string): void
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/** From so many nodes on the picture is moved as a picture, and drawn again when it stands. */
const MANY = 400
/** Beneath this zoom no name can be read. */
const READABLE = 0.3
/** So many elements are made before the page is let go on. */
const SLICE = 150

/** The graph on its canvas: draws scenes, and shows in them what is chosen, traced and filtered. */
export class Graph {
  readonly #layouts: Layouts
  readonly #cy: Core
  #items = new Map<string, Item>()
  #chosen: Item | null = null
  #trace: Trace | null = null
  #passing: ReadonlySet<Item> | null = null
  #marked = new Map<string, Collection>()
  #drawing = 0
  #width = 1
  #height = 1

  constructor(container: HTMLElement, layouts: Layouts, events: GraphEvents) {
    this.#layouts = layouts
    const cy = cytoscape({
      container,
      style: stylesheet(currentColors()),
      autoungrabify: true,
      autounselectify: true,
      boxSelectionEnabled: false,
      minZoom: 0.02,
      maxZoom: 2.5,
    })
    this.#cy = cy
    cy.on('tap', (event) => {
      if (event.target === cy) events.choose(null)
    })
    cy.on('tap', 'node.item', ({ target }) => events.choose(target.id()))
    cy.on('dbltap', 'node.item', ({ target }) => events.open(target.id()))
    cy.on('tap', 'node.column', ({ target }) => events.column(target.data('owner'), target.data('column')))
    cy.on('mouseover', 'node', () => {
      container.style.cursor = 'pointer'
    })
    cy.on('mouseout', 'node', () => {
      container.style.cursor = ''
    })
  }

  get items(): ReadonlyMap<string, Item> {
    return this.#items
  }

  /** Lays a scene out and draws it; false when another one was asked for meanwhile. `keep` stays where it is on the screen. */
  async show(scene: Scene, keep: Item | null): Promise<boolean> {
    const { boxes, edges } = boxesOf(scene)
    const placed = await this.#layouts.place(boxes, edges)
    if (placed === null) return false
    const drawing = ++this.#drawing
    const elements = [...elementsOf(scene, boxes, placed), ...columnEdges(scene)]
    this.#begin(scene.items, keep, placed)
    if (!(await this.#draw(elements, scene.items.length > MANY, () => drawing === this.#drawing))) return false
    this.#items = new Map(scene.items.map((item) => [item.key, item]))
    this.#marked.clear()
    this.#mark()
    return true
  }

  /** Puts elements in the place of those that are there, so many at a time that the page goes on; false when `goesOn` ends it. */
  async #draw(elements: ElementDefinition[], isLarge: boolean, goesOn: () => boolean): Promise<boolean> {
    const cy = this.#cy
    const renderer: unknown = Reflect.get(cy, 'renderer').call(cy)
    // Options of Cytoscape that are for the whole life of a graph, while its size is for a scene.
    if (typeof renderer === 'object' && renderer !== null) Reflect.set(renderer, 'textureOnViewport', isLarge)
    const isColumns = ({ data }: ElementDefinition) => 'columnsFrom' in data
    const [first = [], ...more] = parts(elements.filter((it) => !isColumns(it)))
    const add = (part: readonly ElementDefinition[]) => cy.add(isLarge ? part.map(plain) : [...part])
    cy.batch(() => {
      cy.elements().remove()
      add(first)
    })
    for (const part of more) {
      await breath()
      if (!goesOn()) return false
      cy.batch(() => add(part))
    }
    cy.batch(() => cy.add(elements.filter(isColumns).map((it) => placedColumnEdge(cy, it))))
    return true
  }

  #onScreen(item: Item): { x: number; y: number } | null {
    const node = this.#cy.getElementById(item.key)
    return node.nonempty() ? { ...node.renderedPosition() } : null
  }

  choose(item: Item | null): void {
    this.#chosen = item
    this.#mark()
  }

  trace(trace: Trace | null): void {
    this.#trace = trace
    this.#mark()
  }

  /** Fades what is not among these; null fades nothing. */
  pass(items: ReadonlySet<Item> | null): void {
    this.#passing = items
    this.#mark()
  }

  #mark(): void {
    const [cy, chosen, trace] = [this.#cy, this.#chosen, this.#trace]
    cy.batch(() => {
      this.#give('chosen', chosen ? [chosen.key] : [])
      this.#give('path', chosen && trace === null ? pathOf(chosen) : [])
      const columns = [...(trace?.columns ?? [])].flatMap(([item, names]) =>
        [...names].map((column) => columnId({ item, column })),
      )
      const edges = (trace?.edges ?? []).map(({ from, to }) => columnEdgeId(from, to))
      this.#give('traced', [...columns, ...edges])
      const kept = trace ? [...trace.columns.keys()] : this.#passing
      const above = [...(kept ?? [])].map((item) => cy.getElementById(item.key)).filter((it) => it.nonempty())
      this.#give('above', kept === null ? [] : above.flatMap((it) => [it.id(), ...(it.scratch('parts') ?? [])]))
      this.#give('drawn', kept === null ? [] : [veilId])
    })
  }

  /** Gives a class to these elements and takes it from all others; only what differs is touched, for each costs a style. */
  #give(name: string, ids: readonly string[]): void {
    const cy = this.#cy
    const next = ids.reduce((them, id) => them.merge(cy.getElementById(id)), cy.collection())
    const before = this.#marked.get(name) ?? cy.collection()
    before.difference(next).removeClass(name)
    next.difference(before).addClass(name)
    this.#marked.set(name, next)
  }

  /** The nearest node that is drawn in a direction: what it reads on the left, what reads it on the right. */
  neighbour(item: Item, direction: Direction): Item | null {
    const at = this.#position(item)
    if (at === null) return null
    const near = (items: Iterable<Item>, distance: (x: number, y: number) => number | null): Item | null => {
      const ranked = [...items].flatMap((it) => {
        const to = this.#position(it)
        const rank = to && distance(to.x - at.x, to.y - at.y)
        return rank === null ? [] : [{ it, rank }]
      })
      return ranked.sort((a, b) => a.rank - b.rank)[0]?.it ?? null
    }
    if (direction === 'left') return near(item.parents, (_, dy) => Math.abs(dy))
    if (direction === 'right') return near(item.children, (_, dy) => Math.abs(dy))
    const sign = direction === 'up' ? -1 : 1
    return near(this.#items.values(), (dx, dy) => (dy * sign > 4 ? Math.abs(dy) + 3 * Math.abs(dx) : null))
  }

  #position(item: Item): { x: number; y: number } | null {
    const node = this.#cy.getElementById(item.key)
    return node.empty() ? null : node.position()
  }

  /** Moves the picture so that a node is in it, if it is not. */
  reveal(item: Item): void {
    const node = this.#cy.getElementById(item.key)
    if (node.empty()) return
    const { x1, x2, y1, y2 } = node.renderedBoundingBox()
    const isIn = x1 > 20 && y1 > 60 && x2 < this.#cy.width() - 20 && y2 < this.#cy.height() - 40
    const zoom = Math.max(this.#cy.zoom(), 0.7)
    if (!isIn || zoom !== this.#cy.zoom()) this.#move({ zoom, center: { eles: node } })
  }

  /** Moves the picture so that these nodes are in it, if one is not. */
  revealAll(items: Iterable<Item>): void {
    const cy = this.#cy
    const nodes = [...items].map((item) => cy.getElementById(item.key)).filter((it) => it.nonempty())
    const all = nodes.reduce((them, it) => them.union(it), cy.collection())
    if (all.empty()) return
    const { x1, x2, y1, y2 } = all.renderedBoundingBox()
    if (x1 < 20 || y1 < 60 || x2 > cy.width() - 20 || y2 > cy.height() - 40)
      this.#move({ fit: { eles: all, padding: 64 } })
  }

  #move(to: Parameters<Core['animate']>[0]): void {
    const calm = this.#items.size > MANY || matchMedia('(prefers-reduced-motion: reduce)').matches
    this.#cy.stop().animate(to, { duration: calm ? 0 : 160, easing: 'ease-out' })
  }

  /** Where a scene is looked at: a node that is kept stays where it is, else all of it is shown, or of what would be too small to read the first change. */
  #begin(items: readonly Item[], keep: Item | null, { nodes, regions }: Placed): void {
    this.#width = Math.max(1, ...regions.map((it) => it.width))
    this.#height = Math.max(1, ...regions.map((it) => it.y + it.height))
    const [before, after] = [keep && this.#onScreen(keep), keep && nodes.get(keep.key)]
    const zoom = this.#cy.zoom()
    if (before && after) {
      this.#cy.viewport({ zoom, pan: { x: before.x - after.x * zoom, y: before.y - after.y * zoom } })
      return
    }
    this.fit()
    const first = items.find((it) => it.node.change !== null) ?? items.find((it) => it.node.state === 'affected')
    const at = after ?? nodes.get(first?.key ?? '')
    if (at && this.#cy.zoom() < READABLE) this.#look(at, 0.7)
  }

  fit(): void {
    const cy = this.#cy
    const margin = 44
    const zoom = Math.min((cy.width() - 2 * margin) / this.#width, (cy.height() - 2 * margin) / this.#height, 1.15)
    this.#look({ x: this.#width / 2, y: this.#height / 2 }, Math.max(zoom, cy.minZoom()))
  }

  /** Brings a place of the graph into the middle. Cytoscape's own way looks at every element first. */
  #look(at: { x: number; y: number }, zoom: number): void {
    const cy = this.#cy
    cy.viewport({ zoom, pan: { x: cy.width() / 2 - at.x * zoom, y: cy.height() / 2 - at.y * zoom } })
  }

  zoomBy(factor: number): void {
    const cy = this.#cy
    cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } })
  }

  /** Draws in the colours of the mode that the page is in now. */
  recolor(): void {
    this.#cy.style(stylesheet(currentColors()))
  }

  resize(): void {
    this.#cy.resize()
  }
}

/** The edges that lead to a node and that it leads to, however far. */
function pathOf(chosen: Item): string[] {
  const within = (side: 'parents' | 'children') => {
    const items = new Set([chosen, ...reachable(chosen, side)])
    return [...items].flatMap((to) => to.parents.filter((it) => items.has(it)).map((from) => edgeId(from, to)))
  }
  return [...within('parents'), ...within('children')]
}

function parts<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / SLICE) }, (_, at) => all.slice(at * SLICE, (at + 1) * SLICE))
}

/** Lets the browser do what waits. */
function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

/** An edge of a large graph, for which there is no time to round corners. */
function plain(element: ElementDefinition): ElementDefinition {
  return 'source' in element.data ? { ...element, classes: [...(element.classes ?? []), 'plain'] } : element
}

function columnEdgeId(from: ColumnOf, to: ColumnOf): string {
  return `${columnId(from)}\n>\n${columnId(to)}`
}

/** The edges between rows that are drawn. */
function columnEdges({ items, columns }: Scene): ElementDefinition[] {
  const shown = new Map(items.map((item) => [item, new Set(columns(item))]))
  return items.flatMap((item) =>
    [...(shown.get(item) ?? [])].flatMap((column) =>
      (item.uses.get(column) ?? []).flatMap((to): ElementDefinition[] => {
        if (shown.get(to.item)?.has(to.column) !== true) return []
        const from = { item, column }
        return [
          { data: { id: columnEdgeId(from, to), columnsFrom: true, source: columnId(from), target: columnId(to) } },
        ]
      }),
    ),
  )
}

/** An edge between two rows, as a curve that leaves on the right and comes in on the left. */
function placedColumnEdge(cy: Core, { data }: ElementDefinition): ElementDefinition {
  const [source, target] = [cy.getElementById(String(data.source)), cy.getElementById(String(data.target))]
  const half = (of: typeof source) => Number(of.data('width')) / 2
  const start = { x: source.position('x') + half(source), y: source.position('y') }
  const end = { x: target.position('x') - half(target), y: target.position('y') }
  const bend = Math.max(30, (end.x - start.x) / 2)
  const curve = along(start, end, [
    { x: start.x + bend, y: start.y },
    { x: end.x - bend, y: end.y },
  ])
  return {
    data: { ...data, ...curve, from: `${half(source)}px 0px`, to: `${-half(target)}px 0px` },
    classes: ['columns'],
  }
}
