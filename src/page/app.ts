import { shortened, visible } from '../report/escape.ts'
import type { PageData } from '../report/html/page-data.ts'
import { type DetailsEvents, detailsOf } from './details.ts'
import { byId, h } from './dom.ts'
import { type Filters, filtered, isFiltering, noFilters } from './filter.ts'
import { filterBar } from './filter-bar.ts'
import { Graph } from './graph.ts'
import { helpDialog, legend } from './help.ts'
import { listenToKeys } from './keys.ts'
import { Layouts } from './layout.ts'
import { List } from './list.ts'
import { type ColumnOf, type Item, itemsOf, reachable, traceOf } from './model.ts'
import { overviewOf } from './overview.ts'
import { type Scope, scoped } from './scope.ts'
import { themeSwitch } from './theme.ts'
import { spoken } from './words.ts'

const MOST_COLUMNS = 60
/** Milliseconds. */
const FADE_AFTER = 140

/** The page: what is chosen, looked for and shown, and the parts that show it. */
export class App {
  readonly #data: PageData
  readonly #items: readonly Item[]
  readonly #byKey: ReadonlyMap<string, Item>
  readonly #graph: Graph
  readonly #list: List
  #filters: Filters = noFilters
  #scope: Scope = 'changes'
  #steps = 1
  #fading: ReturnType<typeof setTimeout> | undefined
  #chosen: Item | null = null
  #traced: ColumnOf | null = null
  /** Nodes that were asked for beyond the scope, and those whose columns are shown. */
  #more = new Set<Item>()
  #open = new Set<Item>()

  constructor(data: PageData, layoutScript: string) {
    this.#data = data
    this.#items = itemsOf(data)
    this.#byKey = new Map(this.#items.map((item) => [item.key, item]))
    const find = (key: string) => this.#byKey.get(key) ?? null
    this.#graph = new Graph(byId('graph', HTMLElement), new Layouts(layoutScript), {
      choose: (key) => this.choose(key === null ? null : find(key)),
      column: (key, column) => {
        const item = find(key)
        if (item) this.trace(this.#isTraced(item, column) ? null : { item, column })
      },
      open: (key) => this.toggleColumns(find(key)),
    })
    this.#list = new List(
      byId('list', HTMLElement),
      (item) => this.choose(item),
      () => byId('details', HTMLElement).focus(),
    )
  }

  get chosen(): Item | null {
    return this.#chosen
  }

  get graph(): Graph {
    return this.#graph
  }

  start(): void {
    byId('about', HTMLElement).append(...overviewOf(this.#data))
    const toggleTheme = themeSwitch(byId('theme', HTMLButtonElement), () => this.#graph.recolor())
    byId('legend', HTMLElement).append(...legend())
    const help = helpDialog(byId('licences', HTMLElement).textContent ?? '', this.#data)
    byId('help-open', HTMLElement).addEventListener('click', () => help.showModal())
    const search = byId('search', HTMLInputElement)
    search.addEventListener('input', () => this.#filter({ ...this.#filters, text: search.value }))
    this.#zoomButtons()
    listenToKeys(this, { toggleTheme, help, search, enterList: () => this.#list.enter() })
    new ResizeObserver(() => this.#graph.resize()).observe(byId('graph', HTMLElement))
    addEventListener('hashchange', () => this.#fromAddress())
    this.#filter(noFilters)
    this.#fromAddress()
    if (this.#chosen === null) void this.#draw(null)
  }

  #zoomButtons(): void {
    const button = (label: string, text: string, click: () => void) =>
      h('button', { type: 'button', 'aria-label': label, title: label, click }, text)
    byId('zoom', HTMLElement).append(
      button('Zoom in', '+', () => this.#graph.zoomBy(1.3)),
      button('Zoom out', '−', () => this.#graph.zoomBy(1 / 1.3)),
      button('Show all of it', '⤢', () => this.#graph.fit()),
    )
  }

  #fromAddress(): void {
    const item = this.#byKey.get(decoded(location.hash.slice(1)))
    if (item && item !== this.#chosen) this.choose(item)
  }

  /** Chooses a node, or none; what is not in the graph yet comes into it with its neighbours. */
  choose(item: Item | null): void {
    if (item === this.#chosen && item !== null) return
    this.#chosen = item
    if (this.#traced && this.#traced.item !== item) this.#setTrace(null)
    history.replaceState(null, '', item === null ? '#' : `#${encodeURI(item.key)}`)
    this.#list.choose(item)
    this.#graph.choose(item)
    this.#details()
    // The details take their place from the graph, which has to know before it shows the node.
    this.#graph.resize()
    byId('spoken', HTMLElement).textContent = item === null ? '' : spoken(item)
    this.#scopeButtons()
    if (item === null) return
    const isThere = this.#graph.items.has(item.key)
    if (!isThere && this.#scope !== 'around')
      for (const it of [item, ...item.parents, ...item.children]) this.#more.add(it)
    if (isThere && this.#scope !== 'around') this.#graph.reveal(item)
    else void this.#draw(item)
  }

  /** Lets go of the last thing that was taken up: a column, a node, the filters. */
  back(): void {
    if (this.#traced) this.trace(null)
    else if (this.#chosen) this.choose(null)
    else if (isFiltering(this.#filters)) {
      byId('search', HTMLInputElement).value = ''
      this.#filter({ ...noFilters, region: this.#filters.region })
    }
  }

  /** Follows a column both ways, or none. */
  trace(of: ColumnOf | null): void {
    this.#setTrace(of)
    this.#details()
    void this.#draw(this.#chosen)
  }

  #setTrace(of: ColumnOf | null): void {
    this.#traced = of
    this.#graph.trace(of && this.#traceOf(of))
  }

  #traceOf(of: ColumnOf) {
    return traceOf(of, (item, node) => this.#at(item, node))
  }

  #isTraced(item: Item, column: string): boolean {
    return this.#traced?.item === item && this.#traced.column === column
  }

  #at(item: Item, node: number): Item | undefined {
    const other = item.region.nodes[node]
    return other && this.#byKey.get(`${item.region.name}/${other.unique_id}`)
  }

  toggleColumns(item: Item | null): void {
    if (item === null || item.node.columns.length === 0) return
    if (!this.#open.delete(item)) this.#open.add(item)
    this.#details()
    void this.#draw(item)
  }

  #filter(filters: Filters): void {
    const isOther = filters.region !== this.#filters.region
    this.#filters = filters
    const items = filtered(this.#items, filters)
    this.#list.show(items, this.#data.regions.length > 1 && filters.region === null)
    this.#list.choose(this.#chosen)
    const count = items.length === 0 ? 'Nothing matches' : `${items.length} ${items.length === 1 ? 'node' : 'nodes'}`
    byId('count', HTMLElement).textContent = count
    byId('filters', HTMLElement).replaceChildren(...filterBar(this.#items, filters, (it) => this.#filterKept(it)))
    // A graph of thousands takes its time: while somebody types, it waits.
    clearTimeout(this.#fading)
    this.#fading = setTimeout(() => this.#graph.pass(isFiltering(filters) ? new Set(items) : null), FADE_AFTER)
    this.#regionButtons()
    this.#scopeButtons()
    if (isOther) void this.#draw(null)
  }

  /** The buttons are made anew, and the one that was pressed keeps the cursor. */
  #filterKept(filters: Filters): void {
    const buttons = () => [...byId('filters', HTMLElement).querySelectorAll('button')]
    const label = buttons().find((it) => it === document.activeElement)?.textContent
    this.#filter(filters)
    buttons()
      .find((it) => it.textContent === label)
      ?.focus()
  }

  #regionButtons(): void {
    const { regions } = this.#data
    const bar = byId('regions', HTMLElement)
    bar.hidden = regions.length < 2
    const choice = (label: string, region: string | null) =>
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': String(this.#filters.region === region),
          click: () => {
            this.#filter({ ...this.#filters, region })
            for (const it of bar.querySelectorAll('button')) if (it.textContent === label) it.focus()
          },
        },
        label,
      )
    bar.replaceChildren(
      choice('All regions', null),
      ...regions.map(({ name }) => choice(shortened(visible(name), 24), name)),
    )
  }

  #scopeButtons(): void {
    const own = this.#ownItems()
    const choice = (label: string, scope: Scope, isOff = false) =>
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': String(this.#scope === scope),
          disabled: isOff,
          click: () => this.show(scope),
        },
        label,
      )
    const hasChanges = own.some((it) => it.node.change !== null)
    const buttons = [
      choice(hasChanges ? 'Changes' : 'Overview', 'changes'),
      choice('Around selection', 'around', this.#chosen === null),
      choice(`Everything (${own.length})`, 'all'),
    ]
    if (this.#scope === 'around') {
      const step = (by: number, label: string, text: string) =>
        h(
          'button',
          { type: 'button', 'aria-label': label, disabled: this.#steps + by < 1, click: () => this.#step(by) },
          text,
        )
      const steps = `${this.#steps} ${this.#steps === 1 ? 'step' : 'steps'}`
      buttons.push(step(-1, 'Fewer steps', '−'), step(1, 'More steps', '+'))
      byId('scope', HTMLElement).replaceChildren(...buttons, h('span', {}, steps))
    } else byId('scope', HTMLElement).replaceChildren(...buttons)
  }

  #step(by: number): void {
    this.#steps += by
    this.#scopeButtons()
    void this.#draw(this.#chosen)
  }

  show(scope: Scope): void {
    this.#scope = scope
    this.#more.clear()
    this.#scopeButtons()
    void this.#draw(null)
  }

  #widen(item: Item, side: 'parents' | 'children'): void {
    for (const it of [item, ...reachable(item, side)]) this.#more.add(it)
    if (this.#scope === 'around') {
      for (const it of this.#graph.items.values()) this.#more.add(it)
      this.#scope = 'changes'
      this.#scopeButtons()
    }
    void this.#draw(item)
  }

  #ownItems(): readonly Item[] {
    const { region } = this.#filters
    return region === null ? this.#items : this.#items.filter((it) => it.region.name === region)
  }

  #details(): void {
    const panel = byId('details', HTMLElement)
    const item = this.#chosen
    panel.hidden = item === null
    if (item === null) {
      panel.replaceChildren()
      return
    }
    const events: DetailsEvents = {
      choose: (it) => this.choose(it),
      trace: (of) => this.trace(of),
      widen: (it, side) => this.#widen(it, side),
      columns: (it) => this.toggleColumns(it),
      close: () => {
        this.choose(null)
        byId('graph', HTMLElement).focus()
      },
    }
    const at = (index: number) => this.#at(item, index)
    const around = { data: this.#data, traced: this.#traced, isOpen: this.#open.has(item), at }
    const isSame = panel.dataset.key === item.key
    const { scrollTop } = panel
    panel.replaceChildren(...detailsOf(item, around, events))
    panel.dataset.key = item.key
    panel.scrollTop = isSame ? scrollTop : 0
  }

  async #draw(keep: Item | null): Promise<void> {
    const own = this.#ownItems()
    const { items, left } = scoped(own, this.#scope, this.#chosen, this.#steps)
    const trace = this.#traced && this.#traceOf(this.#traced)
    const wanted = new Set([...items, ...this.#more, ...(trace?.columns.keys() ?? [])])
    const shown = own.filter((it) => wanted.has(it))
    const busy = byId('busy', HTMLElement)
    busy.textContent = `Laying out ${shown.length} nodes…`
    const slow = setTimeout(() => {
      busy.hidden = false
    }, 200)
    const columns = (item: Item) => this.#columnsOf(item, trace?.columns.get(item))
    try {
      if (!(await this.#graph.show({ items: shown, columns }, keep))) return
      busy.hidden = true
      this.#graph.trace(trace)
      if (trace) this.#graph.revealAll(trace.columns.keys())
      else if (keep) this.#graph.reveal(keep)
      const note = left > 0 ? `${left} more are reached: choose Everything, or widen from a node` : ''
      busy.textContent = note
      busy.hidden = note === ''
    } catch (error) {
      busy.textContent = `The graph cannot be laid out here (${error instanceof Error ? error.message : String(error)}). The list has every node.`
      busy.hidden = false
    } finally {
      clearTimeout(slow)
      document.documentElement.dataset.ready = String(shown.length)
    }
  }

  #columnsOf({ node, key }: Item, traced: ReadonlySet<string> | undefined): readonly string[] {
    const names = node.columns.map((it) => it.name.toLowerCase())
    if (this.#open.has(this.#byKey.get(key) ?? this.#items[0] ?? never())) return names.slice(0, MOST_COLUMNS)
    return traced === undefined ? [] : names.filter((it) => traced.has(it))
  }
}

function never(): never {
  throw new Error('there are no nodes')
}

function decoded(text: string): string {
  try {
    return decodeURI(text)
  } catch {
    return ''
  }
}
