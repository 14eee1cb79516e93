import cytoscape, { type Core, type ElementDefinition } from 'cytoscape'
import { currentColors } from './colors.ts'
import type { Layouts } from './layout.ts'
import { type ColumnOf, type Item, reachable, type Trace } from './model.ts'
import { along, boxesOf, columnId, elementsOf, type Scene } from './scene.ts'
import { stylesheet } from './stylesheet.ts'

export interface GraphEvents {
  choose(key: string | null): void
  column(key: string, column: string): void
  open(key: string): void
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/** From so many nodes on the picture is moved as a picture, and drawn again when it stands. */
const MANY = 400

/** The graph on its canvas: draws scenes, and shows in them what is chosen, traced and filtered. */
export class Graph {
  readonly #layouts: Layouts
  readonly #cy: Core
  #items = new Map<string, Item>()
  #chosen: Item | null = null
  #trace: Trace | null = null
  #passing: ReadonlySet<Item> | null = null

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
    const before = keep && this.#onScreen(keep)
    this.#items = new Map(scene.items.map((item) => [item.key, item]))
    this.#draw([...elementsOf(scene, boxes, placed), ...columnEdges(scene)], scene.items.length > MANY)
    const after = keep && this.#onScreen(keep)
    if (before && after) this.#cy.panBy({ x: before.x - after.x, y: before.y - after.y })
    else this.fit()
    this.#mark()
    return true
  }

  #draw(elements: ElementDefinition[], isLarge: boolean): void {
    const cy = this.#cy
    const renderer: unknown = Reflect.get(cy, 'renderer').call(cy)
    // Options of Cytoscape that are for the whole life of a graph, while its size is for a scene.
    if (typeof renderer === 'object' && renderer !== null) Reflect.set(renderer, 'textureOnViewport', isLarge)
    cy.batch(() => {
      cy.elements().remove()
      cy.add(elements.filter(({ data }) => !('columnsFrom' in data)))
    })
    cy.batch(() => cy.add(elements.flatMap((it) => ('columnsFrom' in it.data ? [placedColumnEdge(cy, it)] : []))))
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
      cy.elements().removeClass('chosen path traced dim')
      if (chosen) cy.getElementById(chosen.key).addClass('chosen')
      if (chosen && trace === null) this.#markPath(chosen)
      this.#fade()
      if (trace === null) return
      for (const [item, columns] of trace.columns)
        for (const column of columns) cy.getElementById(columnId({ item, column })).addClass('traced')
      for (const { from, to } of trace.edges) cy.getElementById(columnEdgeId(from, to)).addClass('traced')
    })
  }

  /** The edges that lead to a node and that it leads to, however far. */
  #markPath(chosen: Item): void {
    const keys = (side: 'parents' | 'children') => new Set([chosen, ...reachable(chosen, side)].map((item) => item.key))
    const [up, down] = [keys('parents'), keys('children')]
    const isOn = ({ source, target }: { source: string; target: string }) =>
      (up.has(source) && up.has(target)) || (down.has(source) && down.has(target))
    this.#cy
      .edges()
      .filter((edge) => isOn({ source: edge.data('source'), target: edge.data('target') }))
      .addClass('path')
  }

  /** Fades what the traced column does not pass through, or else what the filters leave out. */
  #fade(): void {
    const [trace, passing] = [this.#trace, this.#passing]
    if (trace === null && passing === null) return
    const stays = (item: Item | undefined) =>
      item === undefined || (trace ? trace.columns.has(item) : passing?.has(item) === true)
    const nodes = this.#cy.nodes().filter((node) => !stays(this.#items.get(node.data('owner') ?? node.id())))
    nodes.addClass('dim')
    nodes.connectedEdges().addClass('dim')
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
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    this.#cy.stop().animate(to, { duration: calm ? 0 : 160, easing: 'ease-out' })
  }

  fit(): void {
    const cy = this.#cy
    if (cy.elements().empty()) return
    cy.fit(undefined, 56)
    if (cy.zoom() > 1.15) cy.zoom({ level: 1.15, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } })
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

  /** Where a node is on the screen, for tests and for what stands beside it; null when it is not drawn. */
  placeOf(item: Item): { x: number; y: number } | null {
    return this.#onScreen(item)
  }
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
