import { visible } from '../report/escape.ts'
import type { PageData } from '../report/html/page-data.ts'
import { byId, h } from './dom.ts'

const keys = [
  ['/', 'search'],
  ['↓ or Enter', 'from the search into the list'],
  ['← →', 'in the graph: to what a node reads, to what reads it'],
  ['↑ ↓', 'to the node above or below, in the graph and in the list'],
  ['Enter', 'to the details of the node'],
  ['C', 'show or hide its columns in the graph'],
  ['Escape', 'let go: of a column, of the node, of the filters'],
  ['G  L  D', 'to the graph, the list, the details'],
  ['1  2  3', 'changes, around the selection, everything'],
  ['+  −  0', 'in the graph: zoom in, zoom out, show all of it'],
  ['T', 'light or dark'],
] as const

/** The dialog that says what the keys do, what is left out of the page, and what it is made with. */
export function helpDialog(licences: string, { leftOut, regions }: PageData): HTMLDialogElement {
  const dialog = byId('help', HTMLDialogElement)
  dialog.append(
    h('h2', {}, 'Keyboard'),
    h('dl', { class: 'keys' }, ...keys.flatMap(([key, does]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, does)])),
    h('h2', {}, 'What is here'),
    h(
      'p',
      {},
      'Every model, seed, snapshot, source and exposure of every region, with code, names and descriptions. No rows, no seed’s contents, no environment variable’s value.',
    ),
    ...regions.flatMap(({ name, coverage }) => (coverage === null ? [] : [coverageOf(name, coverage)])),
    ...(leftOut.length > 0 ? [h('p', { class: 'warn' }, `Left out for its size: ${leftOut.join('; ')}.`)] : []),
    h('h2', {}, 'Made with'),
    h('details', {}, h('summary', {}, 'Cytoscape.js and ELK'), h('pre', {}, licences)),
    h('form', { method: 'dialog' }, h('button', {}, 'Close')),
  )
  return dialog
}

function coverageOf(region: string, { columns, resolved }: NonNullable<PageData['regions'][number]['coverage']>) {
  return h('p', {}, `Columns of ${visible(region)}: it is known of ${resolved} of ${columns} what they come from.`)
}

/** What the colours of the graph mean. */
export function legend(): HTMLElement[] {
  const entry = (css: string, label: string) => h('span', { class: css }, h('span', { class: 'dot' }), label)
  return [
    entry('new', 'new'),
    entry('modified', 'modified'),
    entry('removed', 'removed'),
    entry('affected', 'reached'),
    entry('unchanged', 'not touched'),
    h('span', { class: 'personal' }, '◆ personal data'),
  ]
}
