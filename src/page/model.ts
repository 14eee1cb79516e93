import { visible } from '../report/escape.ts'
import type { PageData, PageNode, PageRegion } from '../report/html/page-data.ts'

/** A node of one region, with its neighbours. */
export interface Item {
  /** `region/unique_id`: what an address ends with, after `#`. */
  readonly key: string
  readonly region: PageRegion
  readonly node: PageNode
  /** Its name as it is shown. */
  readonly name: string
  readonly parents: readonly Item[]
  readonly children: readonly Item[]
  /** The columns that are computed from one of its columns, by that column's name in lower case. */
  readonly uses: ReadonlyMap<string, readonly ColumnOf[]>
}

export interface ColumnOf {
  readonly item: Item
  /** In lower case. */
  readonly column: string
}

/** The nodes of all regions, region by region. */
export function itemsOf(data: PageData): readonly Item[] {
  return data.regions.flatMap((region) => {
    const links = region.nodes.map((node) => ({
      key: `${region.name}/${node.unique_id}`,
      region,
      node,
      name: visible(node.name),
      parents: [] as Item[],
      children: [] as Item[],
      uses: new Map<string, ColumnOf[]>(),
    }))
    for (const [from, to] of region.edges) {
      const [parent, child] = [links[from], links[to]]
      if (parent === undefined || child === undefined) continue
      parent.children.push(child)
      child.parents.push(parent)
    }
    for (const item of links) {
      for (const { name, upstream } of item.node.columns) {
        for (const { node, column } of upstream ?? []) {
          const uses = links[node]?.uses
          const key = column.toLowerCase()
          const user = { item, column: name.toLowerCase() }
          if (!uses?.get(key)?.some((it) => it.item === user.item && it.column === user.column))
            uses?.set(key, [...(uses.get(key) ?? []), user])
        }
      }
    }
    return links
  })
}

/** Everything that leads to an item, or that it leads to, up to so many steps away; without itself. */
export function reachable(from: Item, side: 'parents' | 'children', steps = Infinity): ReadonlySet<Item> {
  const found = new Set<Item>()
  let open: readonly Item[] = [from]
  for (let step = 0; step < steps && open.length > 0; step++) {
    const next = new Set(open.flatMap((it) => it[side]).filter((it) => it !== from && !found.has(it)))
    for (const item of next) found.add(item)
    open = [...next]
  }
  return found
}

/** A column with every column that it is computed from and that is computed from it, however many nodes away. */
export interface Trace {
  readonly of: ColumnOf
  /** The columns of each item that are a part of it. */
  readonly columns: ReadonlyMap<Item, ReadonlySet<string>>
  readonly edges: readonly { readonly from: ColumnOf; readonly to: ColumnOf; readonly how: string }[]
}

/** Follows a column both ways. `byIndex` answers an item by its region and its index there. */
export function traceOf(of: ColumnOf, byIndex: (item: Item, node: number) => Item | undefined): Trace {
  const columns = new Map<Item, Set<string>>()
  const edges = new Map<string, Trace['edges'][number]>()
  const isNew = ({ item, column }: ColumnOf): boolean => {
    const known = columns.get(item) ?? new Set()
    columns.set(item, known)
    return !known.has(column) && known.add(column) !== undefined
  }
  const note = (from: ColumnOf, to: ColumnOf) => {
    const origins = columnNamed(to)?.upstream ?? []
    const how = origins.find(
      (it) => byIndex(to.item, it.node) === from.item && it.column.toLowerCase() === from.column,
    )?.how
    edges.set([from.item.key, from.column, to.item.key, to.column].join('\n'), { from, to, how: how ?? '' })
  }
  const sources = (at: ColumnOf): ColumnOf[] =>
    (columnNamed(at)?.upstream ?? []).flatMap(({ node, column }) => {
      const item = byIndex(at.item, node)
      return item === undefined ? [] : [{ item, column: column.toLowerCase() }]
    })
  const walk = (next: (at: ColumnOf) => readonly ColumnOf[], up: boolean) => {
    const open = [of]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const other of next(at)) {
        if (up) note(other, at)
        else note(at, other)
        if (isNew(other)) open.push(other)
      }
    }
  }
  isNew(of)
  walk(sources, true)
  walk(({ item, column }) => item.uses.get(column) ?? [], false)
  return { of, columns, edges: [...edges.values()] }
}

function columnNamed({ item, column }: ColumnOf) {
  return item.node.columns.find((it) => it.name.toLowerCase() === column)
}
