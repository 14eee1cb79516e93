import { changeClasses } from '../report/report.ts'
import { h } from './dom.ts'
import { type Filters, filtered, type Kind, kindsOf, personalOf } from './filter.ts'
import type { Item } from './model.ts'
import { gdprLabel, kindLabel } from './words.ts'

const kinds: readonly Kind[] = [...changeClasses, 'reached', 'unchanged']

/** The buttons by which the list and the graph are narrowed, each with how many nodes of the chosen region it leaves. */
export function filterBar(items: readonly Item[], filters: Filters, set: (filters: Filters) => void): HTMLElement[] {
  const own = filtered(items, { ...filters, text: '', kinds: new Set(), personal: new Set(), findings: false })
  const counts = <T extends string>(of: (item: Item) => readonly T[]) => {
    const found = new Map<T, number>()
    for (const item of own) for (const it of of(item)) found.set(it, (found.get(it) ?? 0) + 1)
    return found
  }
  const [byKind, byClass] = [counts(kindsOf), counts(personalOf)]
  const chip = (label: string, css: string, count: number, isOn: boolean, toggle: () => void) =>
    h(
      'button',
      { type: 'button', class: `chip toggle ${css}`, 'aria-pressed': String(isOn), click: toggle },
      h('span', { class: 'dot' }),
      label,
      h('span', { class: 'number' }, String(count)),
    )
  const change = kinds.flatMap((kind) => {
    const count = byKind.get(kind) ?? 0
    if (count === 0 && !filters.kinds.has(kind)) return []
    const next = { ...filters, kinds: toggled(filters.kinds, kind) }
    return [chip(kindLabel(kind), `class-${kind}`, count, filters.kinds.has(kind), () => set(next))]
  })
  const classes = [...new Set([...byClass.keys(), ...filters.personal])].sort((a, b) => order(a, b))
  const personal = classes.map((it) => {
    const next = { ...filters, personal: toggled(filters.personal, it) }
    return chip(gdprLabel(it), 'personal', byClass.get(it) ?? 0, filters.personal.has(it), () => set(next))
  })
  const found = own.filter((it) => it.node.findings.length > 0).length
  const next = { ...filters, findings: !filters.findings }
  const findings = found > 0 ? [chip('has findings', 'error', found, filters.findings, () => set(next))] : []
  return [...group('Change', [...change, ...findings]), ...group('Personal data', personal)]
}

function group(label: string, chips: readonly HTMLElement[]): HTMLElement[] {
  if (chips.length === 0) return []
  return [
    h(
      'div',
      { class: 'filter', role: 'group', 'aria-label': `Filter by ${label.toLowerCase()}` },
      h('h2', {}, label),
      ...chips,
    ),
  ]
}

function toggled<T>(of: ReadonlySet<T>, item: T): ReadonlySet<T> {
  const next = new Set(of)
  if (!next.delete(item)) next.add(item)
  return next
}

/** All of it first. */
function order(a: string, b: string): number {
  return Number(b === 'any') - Number(a === 'any') || (a < b ? -1 : 1)
}
