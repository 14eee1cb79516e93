import type { ColumnLineage, NodeColumns, Role, UpstreamColumn } from './column-lineage.ts'

/** A column of a node; `column` in lower case. */
export interface ColumnId {
  readonly unique_id: string
  readonly column: string
}

/** `to` is made from `from`. */
export interface ColumnEdge {
  /** Its `unique_id` is null for a relation that the project does not know, which `relation` names. */
  readonly from: UpstreamColumn
  readonly to: ColumnId
}

/** What is reached from some columns. All lists are sorted. */
export interface ColumnWalk {
  /** Without the start. */
  readonly columns: readonly ColumnId[]
  readonly edges: readonly ColumnEdge[]
  /** Nodes whose rows, or windows, a column decides that is reached; upwards: what decides the rows of those that are reached. */
  readonly uses: readonly (ColumnId & { readonly by: string; readonly role: Role })[]
  /** Where the walk ends because something is not known: what comes after may be reached too. */
  readonly unknown: readonly { readonly unique_id: string; readonly column: string | null; readonly reason: string }[]
}

/** The edges of a project's columns in both directions, made once for many walks. */
export class ColumnGraph {
  readonly #lineage: ColumnLineage
  readonly #down = new Map<string, ColumnEdge[]>()
  readonly #users = new Map<string, { by: string; role: Role }[]>()
  /** unique_id of a relation -> the nodes through whose `*` more of its columns may pass. */
  readonly #passers = new Map<string, NodeColumns[]>()
  readonly #unknownChildren: ReadonlyMap<string, readonly NodeColumns[]>

  /** `children`: the project's `child_map`. */
  constructor(lineage: ColumnLineage, children: ReadonlyMap<string, readonly string[]>) {
    this.#lineage = lineage
    for (const node of lineage.nodes.values()) this.#add(node)
    const unknown = (id: string) => {
      const node = lineage.nodes.get(id)
      return node === undefined || node.unknown === null ? [] : [node]
    }
    this.#unknownChildren = new Map([...children].map(([id, below]) => [id, below.flatMap(unknown)]))
  }

  #add(node: NodeColumns): void {
    const { unique_id } = node
    for (const { name, upstream } of node.columns)
      for (const from of upstream)
        if (from.unique_id !== null)
          push(this.#down, keyOf(from.unique_id, from.column), { from, to: { unique_id, column: name.toLowerCase() } })
    for (const [role, columns] of Object.entries(node.uses))
      for (const used of columns)
        if (used.unique_id !== null && isRole(role))
          push(this.#users, keyOf(used.unique_id, used.column), { by: unique_id, role })
    for (const { relation } of node.passes) push(this.#passers, relation, node)
  }

  /** What is made from these columns, directly or not, and whose rows they decide. */
  downstream(start: readonly ColumnId[]): ColumnWalk {
    const walk = new Walk()
    walk.from(start, ({ unique_id, column }) => {
      const key = keyOf(unique_id, column)
      for (const each of this.#users.get(key) ?? []) walk.use({ unique_id, column, ...each })
      for (const node of this.#unknownChildren.get(unique_id) ?? [])
        walk.unknownAt(node.unique_id, null, node.unknown ?? '')
      for (const node of this.#passers.get(unique_id) ?? []) {
        const passed = node.passes.find(({ relation, except }) => relation === unique_id && !except.includes(column))
        if (passed !== undefined && !hasColumn(node, column))
          walk.unknownAt(node.unique_id, column, `it may pass through *: ${passed.reason}`)
      }
      return (this.#down.get(key) ?? []).map((edge) => ({ edge, next: edge.to }))
    })
    return walk.done()
  }

  /** What these columns are made from, directly or not, and what decides the rows that they are in. */
  upstream(start: readonly ColumnId[]): ColumnWalk {
    const walk = new Walk()
    walk.from(start, ({ unique_id, column }) => {
      const node = this.#lineage.nodes.get(unique_id)
      if (node === undefined) return []
      for (const [role, columns] of Object.entries(node.uses))
        for (const used of columns)
          if (used.unique_id !== null && isRole(role))
            walk.use({ unique_id: used.unique_id, column: used.column, by: unique_id, role })
      if (node.unknown !== null) walk.unknownAt(unique_id, null, node.unknown)
      return node.columns
        .filter(({ name }) => name.toLowerCase() === column)
        .flatMap(({ upstream, unknown }) => {
          if (unknown !== null && node.unknown === null) walk.unknownAt(unique_id, column, unknown)
          return upstream.map((from) => ({
            edge: { from, to: { unique_id, column } },
            next: from.unique_id === null ? null : { unique_id: from.unique_id, column: from.column },
          }))
        })
    })
    return walk.done()
  }
}

class Walk {
  readonly #reached = new Map<string, ColumnId>()
  readonly #edges = new Map<string, ColumnEdge>()
  readonly #uses = new Map<string, ColumnWalk['uses'][number]>()
  readonly #unknown = new Map<string, ColumnWalk['unknown'][number]>()

  from(
    start: readonly ColumnId[],
    steps: (at: ColumnId) => readonly { readonly edge: ColumnEdge; readonly next: ColumnId | null }[],
  ): void {
    const begun = new Set(start.map(({ unique_id, column }) => keyOf(unique_id, column)))
    const open = [...start]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const { edge, next } of steps(at)) {
        const { from, to } = edge
        this.#edges.set(JSON.stringify([from.unique_id, from.relation, from.column, to.unique_id, to.column]), edge)
        if (next === null) continue
        const key = keyOf(next.unique_id, next.column)
        if (begun.has(key) || this.#reached.has(key)) continue
        this.#reached.set(key, next)
        open.push(next)
      }
    }
  }

  use(use: ColumnWalk['uses'][number]): void {
    this.#uses.set(JSON.stringify([use.unique_id, use.column, use.by, use.role]), use)
  }

  unknownAt(unique_id: string, column: string | null, reason: string): void {
    this.#unknown.set(JSON.stringify([unique_id, column, reason]), { unique_id, column, reason })
  }

  done(): ColumnWalk {
    return {
      columns: sorted(this.#reached),
      edges: sorted(this.#edges),
      uses: sorted(this.#uses),
      unknown: sorted(this.#unknown),
    }
  }
}

function hasColumn({ columns }: NodeColumns, column: string): boolean {
  return columns.some(({ name }) => name.toLowerCase() === column)
}

function isRole(role: string): role is Role {
  return ['join', 'filter', 'group', 'window', 'order'].includes(role)
}

function keyOf(unique_id: string, column: string): string {
  return `${unique_id}\0${column.toLowerCase()}`
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function sorted<T>(map: ReadonlyMap<string, T>): T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}
