import { h } from './dom.ts'
import type { Item } from './model.ts'
import { kindLabel, spoken, stateLabel, typeLabel } from './words.ts'

const ROW = 46
const BEYOND = 8

/** The list of nodes: only the rows in sight are elements. https://www.w3.org/WAI/ARIA/apg/patterns/listbox/ */
export class List {
  readonly #element: HTMLElement
  readonly #inner = h('div', { class: 'rows', role: 'presentation' })
  readonly #choose: (item: Item) => void
  #items: readonly Item[] = []
  #chosen: Item | null = null
  #showsRegion = false

  constructor(element: HTMLElement, choose: (item: Item) => void, open: (item: Item) => void) {
    this.#element = element
    this.#choose = choose
    element.append(this.#inner)
    element.addEventListener('scroll', () => this.#draw(), { passive: true })
    new ResizeObserver(() => this.#draw()).observe(element)
    element.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && this.#chosen) open(this.#chosen)
      else if (!this.#moves(event)) return
      event.preventDefault()
    })
  }

  /** Puts the cursor into the list, on its first row when there was none. */
  enter(): void {
    this.#element.focus()
    const [first] = this.#items
    if (first && (this.#chosen === null || !this.#items.includes(this.#chosen))) this.#choose(first)
  }

  show(items: readonly Item[], showsRegion: boolean): void {
    this.#items = items
    this.#showsRegion = showsRegion
    this.#inner.style.height = `${items.length * ROW}px`
    this.#draw()
  }

  choose(item: Item | null): void {
    this.#chosen = item
    const at = item === null ? -1 : this.#items.indexOf(item)
    if (at >= 0) {
      const { scrollTop, clientHeight } = this.#element
      if (at * ROW < scrollTop) this.#element.scrollTop = at * ROW
      else if ((at + 1) * ROW > scrollTop + clientHeight) this.#element.scrollTop = (at + 1) * ROW - clientHeight
    }
    this.#draw()
  }

  #moves({ key }: KeyboardEvent): boolean {
    const page = Math.max(1, Math.floor(this.#element.clientHeight / ROW) - 1)
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[key]
    if (by === undefined) return false
    const at = this.#chosen === null ? -1 : this.#items.indexOf(this.#chosen)
    const item = this.#items[Math.min(this.#items.length - 1, Math.max(0, at + by))]
    if (item) this.#choose(item)
    return true
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.#element
    const first = Math.max(0, Math.floor(scrollTop / ROW) - BEYOND)
    const last = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / ROW) + BEYOND)
    const chosen = this.#chosen === null ? -1 : this.#items.indexOf(this.#chosen)
    // A screen reader follows the chosen row, so it is there even out of sight.
    const places = [...Array(Math.max(0, last - first)).keys()].map((it) => it + first)
    if (chosen >= 0 && (chosen < first || chosen >= last)) places.push(chosen)
    this.#inner.replaceChildren(
      ...places.flatMap((at) => {
        const item = this.#items[at]
        return item ? [this.#row(item, at)] : []
      }),
    )
    if (chosen >= 0) this.#element.setAttribute('aria-activedescendant', `row-${chosen}`)
    else this.#element.removeAttribute('aria-activedescendant')
  }

  #row(item: Item, at: number): HTMLElement {
    const { node, region, name } = item
    const isChosen = item === this.#chosen
    const attributes = {
      id: `row-${at}`,
      class: `row ${node.state}`,
      role: 'option',
      'aria-selected': isChosen ? 'true' : 'false',
      'aria-posinset': at + 1,
      'aria-setsize': this.#items.length,
      'aria-label': spoken(item),
      click: () => this.#choose(item),
    }
    const told = [stateLabel(item), typeLabel(item), ...(this.#showsRegion ? [region.name] : [])]
    const row = h(
      'div',
      attributes,
      h('span', { class: 'dot' }),
      h('span', { class: 'name', title: node.unique_id }, name === '' ? '(empty)' : name),
      h('span', { class: 'told' }, told.filter((it) => it !== '').join(' · ')),
      node.change && h('span', { class: `class class-${node.change.change}` }, kindLabel(node.change.change)),
    )
    row.style.top = `${at * ROW}px`
    return row
  }
}
