import type { App } from './app.ts'
import { byId } from './dom.ts'
import type { Direction } from './graph.ts'

interface Parts {
  readonly toggleTheme: () => void
  readonly help: HTMLDialogElement
  readonly search: HTMLInputElement
  readonly enterList: () => void
}

const arrows: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

/** Everything that the keyboard does beyond what buttons and lists do of themselves. */
export function listenToKeys(app: App, { toggleTheme, help, search, enterList }: Parts): void {
  const graph = byId('graph', HTMLElement)
  search.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
    event.preventDefault()
    enterList()
  })
  graph.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (inGraph(app, event.key)) event.preventDefault()
  })
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return
    if (event.key === 'Escape') return letGo(app, search)
    const { target } = event
    if (target instanceof HTMLInputElement) return
    const does = {
      '/': () => {
        search.focus()
        search.select()
      },
      '?': () => help.showModal(),
      t: toggleTheme,
      g: () => graph.focus(),
      l: enterList,
      d: () => byId('details', HTMLElement).focus(),
      c: () => app.toggleColumns(app.chosen),
      '1': () => app.show('changes'),
      '2': () => app.show('around'),
      '3': () => app.show('all'),
    }[event.key]
    if (does === undefined) return
    event.preventDefault()
    does()
  })
}

function letGo(app: App, search: HTMLInputElement): void {
  if (document.activeElement === search && search.value !== '') {
    search.value = ''
    search.dispatchEvent(new Event('input'))
  } else app.back()
}

function inGraph(app: App, key: string): boolean {
  const direction = arrows[key]
  if (direction !== undefined) {
    const shown = [...app.graph.items.values()]
    const first = shown.find((it) => it.node.change !== null) ?? shown[0]
    const next = app.chosen && app.graph.items.has(app.chosen.key) ? app.graph.neighbour(app.chosen, direction) : first
    if (next) app.choose(next)
    return true
  }
  const does = {
    Enter: () => app.chosen && byId('details', HTMLElement).focus(),
    '+': () => app.graph.zoomBy(1.3),
    '=': () => app.graph.zoomBy(1.3),
    '-': () => app.graph.zoomBy(1 / 1.3),
    '0': () => app.graph.fit(),
  }[key]
  does?.()
  return does !== undefined
}
