import { blobUrl, visible } from '../report/escape.ts'
import type { PageColumn, PageData, PageFinding } from '../report/html/page-data.ts'
import { h } from './dom.ts'
import { isPersonal } from './filter.ts'
import type { ColumnOf, Item } from './model.ts'
import { sqlView } from './sql-view.ts'
import { gdprLabel, kindLabel, stateLabel, typeLabel } from './words.ts'

export interface DetailsEvents {
  choose(item: Item): void
  trace(of: ColumnOf | null): void
  /** Shows in the graph everything that leads to it or that it leads to. */
  widen(item: Item, side: 'parents' | 'children'): void
  columns(item: Item): void
  close(): void
}

export interface Around {
  readonly data: PageData
  readonly traced: ColumnOf | null
  readonly isOpen: boolean
  /** A node of the same region by its index. */
  at(index: number): Item | undefined
}

/** All that is known of one node. */
export function detailsOf(item: Item, around: Around, events: DetailsEvents): HTMLElement[] {
  const { node, region, name } = item
  const { change } = node
  const chips = [
    stateLabel(item) !== '' && h('span', { class: `chip state ${node.state}` }, stateLabel(item)),
    ...(change?.all ?? []).map((it) => h('span', { class: `chip class class-${it}` }, kindLabel(it))),
    isPersonal(item) && h('span', { class: 'chip personal' }, '◆ personal data'),
  ]
  const head = h(
    'div',
    { class: 'title' },
    h('h2', { title: node.unique_id }, name === '' ? '(empty)' : name),
    h('button', { class: 'icon', type: 'button', 'aria-label': 'Close details', click: events.close }, '×'),
    h(
      'p',
      { class: 'quiet' },
      `${typeLabel(item)} in `,
      h('b', {}, visible(region.name)),
      ' · ',
      fileLink(item, around),
    ),
    h('p', { class: 'chips' }, ...chips),
  )
  const widen = (side: 'parents' | 'children', label: string) =>
    item[side].length > 0 && h('button', { type: 'button', click: () => events.widen(item, side) }, label)
  const columns = node.columns.length > 0 && columnsButton(item, around, events)
  const actions = h(
    'div',
    { class: 'actions' },
    widen('parents', '← Everything it comes from'),
    widen('children', 'Everything it leads to →'),
    columns,
  )
  return [
    head,
    actions,
    ...section('What changes', change !== null && changeOf(item)),
    ...section(`Findings (${node.findings.length})`, node.findings.length > 0 && findingsOf(node.findings, around)),
    ...section('On merge', (node.plan.length > 0 || node.tests.length > 0) && planOf(item)),
    ...section(sqlTitle(item), node.sql !== null && sqlView(node.sql)),
    ...section(`Columns (${node.columns.length})`, node.columns.length > 0 && columnsOf(item, around, events)),
    ...section('Also uses', (node.uses.length > 0 || node.unknown !== null) && usesOf(item, around, events)),
    ...section(
      `Reaches (${change?.reached ?? 0})`,
      change !== null && change.reached > 0 && reachOf(item, around, events),
    ),
    ...section(`Reads (${item.parents.length})`, item.parents.length > 0 && itemsOf(item.parents, events)),
    ...section(`Read by (${item.children.length})`, item.children.length > 0 && itemsOf(item.children, events)),
    ...section('About', aboutOf(item)),
  ]
}

function section(title: string, content: Node | false | null): HTMLElement[] {
  return content ? [h('section', { 'aria-label': title }, h('h3', {}, title), content)] : []
}

function sqlTitle({ node }: Item): string {
  return node.state === 'removed' ? 'SQL, as it was' : node.state === 'new' ? 'SQL, new' : 'SQL'
}

function fileLink({ node }: Item, { data }: Around): Node {
  const label = visible(`${node.file}:${node.line}`)
  const commit = node.state === 'removed' ? data.base : data.head
  const url = node.file === '' ? null : blobUrl(data.repository, commit, node.file, node.line)
  return url === null ? h('code', {}, label) : external(url, label)
}

function external(url: string, label: string): HTMLElement {
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label)
}

function changeOf({ node }: Item): HTMLElement {
  const columns = node.change?.columns ?? []
  return h(
    'div',
    {},
    h('p', {}, visible(node.change?.reason ?? '') || 'No reason is known.'),
    columns.length > 0 && h('p', { class: 'chips' }, ...columns.map((it) => h('code', {}, visible(it)))),
  )
}

export function findingsOf(findings: readonly PageFinding[], { data }: Pick<Around, 'data'>): HTMLElement {
  return h(
    'ul',
    { class: 'findings' },
    ...findings.map((it) => {
      const url = blobUrl(data.repository, data.head, it.file, it.line)
      const place = visible(`${it.file}:${it.line}`)
      return h(
        'li',
        { class: it.severity },
        h('b', {}, it.new ? `new ${it.severity}` : `${it.severity}, there before`),
        ` ${visible(it.message)} `,
        h(
          'span',
          { class: 'quiet' },
          h('code', {}, it.rule),
          ' · ',
          url === null ? h('code', {}, place) : external(url, place),
        ),
      )
    }),
  )
}

const actions = { run: 'is built', 'drop-review': 'stays in the warehouse until someone drops it' } as const

function planOf({ node }: Item): HTMLElement {
  return h(
    'ul',
    {},
    ...node.plan.map((step) => h('li', {}, h('b', {}, actions[step.action]), `: ${visible(step.because)}`)),
    node.tests.length > 0 &&
      h(
        'li',
        {},
        h(
          'details',
          {},
          h('summary', {}, `${node.tests.length} ${node.tests.length === 1 ? 'test runs' : 'tests run'}`),
          h('ul', {}, ...node.tests.map((it) => h('li', {}, h('code', {}, visible(it))))),
        ),
      ),
  )
}

function columnsButton(item: Item, { isOpen }: Around, events: DetailsEvents): HTMLElement {
  const label = isOpen ? 'Hide columns in graph' : 'Show columns in graph'
  return h('button', { type: 'button', 'aria-keyshortcuts': 'c', click: () => events.columns(item) }, label)
}

function columnsOf(item: Item, around: Around, events: DetailsEvents): HTMLElement {
  return h('div', { class: 'columns' }, ...item.node.columns.map((column) => columnOf(item, column, around, events)))
}

function columnOf(item: Item, column: PageColumn, around: Around, events: DetailsEvents): HTMLElement {
  const key = column.name.toLowerCase()
  const users = item.uses.get(key) ?? []
  const isTraced = around.traced?.item === item && around.traced.column === key
  const upstream = column.upstream ?? []
  const follows = upstream.length + users.length > 0
  const changed = item.node.change?.columns.some((it) => it.toLowerCase() === key) === true
  const trace = () => events.trace(isTraced ? null : { item, column: key })
  const name = follows
    ? h(
        'button',
        { type: 'button', class: 'trace', 'aria-pressed': String(isTraced), title: 'Follow this column', click: trace },
        visible(column.name),
      )
    : h('code', {}, visible(column.name))
  return h(
    'div',
    { class: `column${isTraced ? ' traced' : ''}` },
    h(
      'div',
      { class: 'line' },
      name,
      column.type !== null && h('span', { class: 'quiet' }, visible(column.type)),
      changed && h('span', { class: 'chip state modified' }, 'changed'),
      column.gdpr !== null &&
        column.gdpr !== 'none' &&
        h('span', { class: 'chip personal' }, visible(gdprLabel(column.gdpr))),
    ),
    column.description !== '' && h('p', { class: 'quiet' }, prose(column.description)),
    column.unknown !== null &&
      h('p', { class: 'quiet warn' }, `What it comes from is not known: ${visible(column.unknown)}.`),
    upstream.length > 0 &&
      h(
        'p',
        { class: 'from' },
        'from ',
        ...upstream.flatMap(({ node, column: name, how }, index) => {
          const other = around.at(node)
          return other === undefined
            ? []
            : [index > 0 ? ', ' : '', columnLink(other, name, events), how === 'identity' ? '' : ` (${visible(how)})`]
        }),
      ),
    users.length > 0 &&
      h(
        'p',
        { class: 'from' },
        'used by ',
        ...users.flatMap(({ item, column }, index) => [index > 0 ? ', ' : '', columnLink(item, column, events)]),
      ),
  )
}

/** What its rows depend on: columns of joins, filters and the like. */
function usesOf({ node }: Item, around: Around, events: DetailsEvents): HTMLElement {
  const roles = [...new Set(node.uses.map((it) => it.role))]
  const links = (role: string) =>
    node.uses.flatMap(({ role: own, node: index, column }) => {
      const other = around.at(index)
      return own === role && other !== undefined ? [columnLink(other, column, events)] : []
    })
  return h(
    'div',
    {},
    node.unknown !== null && h('p', { class: 'quiet warn' }, `Its columns are not followed: ${visible(node.unknown)}.`),
    ...roles.map((role) =>
      h('p', { class: 'from' }, `${role}: `, ...links(role).flatMap((link, at) => (at > 0 ? [', ', link] : [link]))),
    ),
  )
}

function columnLink(item: Item, column: string, events: DetailsEvents): HTMLElement {
  const go = () => {
    events.choose(item)
    events.trace({ item, column: column.toLowerCase() })
  }
  return h('button', { type: 'button', class: 'link', click: go }, `${item.name}.${visible(column)}`)
}

function reachOf(item: Item, around: Around, events: DetailsEvents): HTMLElement {
  const { affects = [], reached = 0 } = item.node.change ?? {}
  const items = affects.flatMap((index) => around.at(index) ?? [])
  const more = reached - items.length
  return h('div', {}, itemsOf(items, events), more > 0 && h('p', { class: 'quiet' }, `and ${more} more`))
}

const FIRST = 30

/** A list of nodes to go to; what is beyond the first is folded. */
function itemsOf(items: readonly Item[], events: DetailsEvents): HTMLElement {
  const row = (it: Item) =>
    h(
      'li',
      { class: it.node.state },
      h('span', { class: 'dot' }),
      h(
        'button',
        { type: 'button', class: 'link', click: () => events.choose(it) },
        it.name === '' ? '(empty)' : it.name,
      ),
      h(
        'span',
        { class: 'quiet' },
        [typeLabel(it), visible(it.node.owner ?? '')].filter((text) => text !== '').join(' · '),
      ),
    )
  const rest = items.slice(FIRST)
  return h(
    'div',
    {},
    h('ul', { class: 'nodes' }, ...items.slice(0, FIRST).map(row)),
    rest.length > 0 &&
      h('details', {}, h('summary', {}, `${rest.length} more`), h('ul', { class: 'nodes' }, ...rest.map(row))),
  )
}

function aboutOf({ node }: Item): HTMLElement {
  const facts: [string, Node | string | null][] = [
    ['Description', prose(node.description) || null],
    ['Relation', node.relation === null ? null : h('code', {}, visible(node.relation))],
    ['Tags', node.tags.length === 0 ? null : visible(node.tags.join(', '))],
    ['Owner', node.owner === null ? null : visible(node.owner)],
    ['Address', node.url === null ? null : external(node.url, node.url)],
    ['unique_id', h('code', {}, visible(node.unique_id))],
  ]
  return h('dl', {}, ...facts.flatMap(([term, said]) => (said === null ? [] : [h('dt', {}, term), h('dd', {}, said)])))
}

/** A text of several lines on one. */
function prose(text: string): string {
  return visible(text.replace(/\s+/g, ' ').trim())
}
