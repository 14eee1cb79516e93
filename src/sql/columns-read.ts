import { keyOf, outputNameOf, outputOf, renamed, sourceOf, whole } from './output.ts'
import {
  ambiguousFor,
  anything,
  type KnownRelation,
  type MissingColumn,
  missingFor,
  missingFromAll,
  type Output,
  type Scope,
  type Source,
} from './scope.ts'
import { parseSql, SqlError, type Tree } from './sdk.ts'
import {
  isNothing,
  isParts,
  isQuery,
  listOf,
  nameOf,
  namesOf,
  nodeOf,
  type Parts,
  pathOf,
  setOperations,
} from './tree.ts'

export type { KnownRelation, MissingColumn } from './scope.ts'

/**
 * The columns of known relations that a query of Databricks SQL names, directly or through its subqueries, and that are not
 * there. Tells only what is certain: where a name may mean something else, it is not told. Throws a `SqlError` for a text that cannot be read.
 */
export function missingColumns(sql: string, relations: readonly KnownRelation[]): MissingColumn[] {
  return wrongColumns(sql, relations).missing
}

/**
 * As `missingColumns`, and the bare names that more than one of what a query reads has for certain, with the known relations
 * that give them. Throws a `SqlError` for a text that cannot be read.
 */
export function wrongColumns(
  sql: string,
  relations: readonly KnownRelation[],
): { readonly missing: MissingColumn[]; readonly ambiguous: MissingColumn[] } {
  const [statement, ...more] = parseSql(sql, 'databricks')
  if (statement === undefined || more.length > 0) return { missing: [], ambiguous: [] }
  const reader = new Reader(relations)
  reader.query(statement, new Map(), null)
  return { missing: reader.missing, ambiguous: reader.ambiguous }
}

/** The common table expressions that a query sees, by name in lower case. */
type Ctes = ReadonlyMap<string, Output>

/** Functions whose first argument, where there are three, is a unit that is written like a column. */
const withUnit = /^(date_?add|date_?diff|date_?sub|timestamp_?add|timestamp_?diff)$/i

/** What a table may say of itself without being another table: not a version, which may have had other columns. */
const ofTable = new Set([
  ...['name', 'schema', 'catalog', 'alias', 'alias_explicit_as', 'column_aliases'],
  ...['table_sample', 'leading_comments', 'trailing_comments', 'hints', 'span'],
])

/** The clauses that are read one by one; in the rest, a name may be an alias of SELECT. */
const inTurn = new Set(['expressions', 'from', 'joins', 'lateral_views', 'where_clause', 'with', 'hint'])

class Reader {
  readonly missing: MissingColumn[] = []
  readonly ambiguous: MissingColumn[] = []
  readonly #relations: ReadonlyMap<string, KnownRelation>
  /** Whether what is read now is the text itself, so that its offsets count. */
  #placed = true

  constructor(relations: readonly KnownRelation[]) {
    this.#relations = new Map(relations.map((relation) => [keyOf(relation.name), relation]))
  }

  /** Reads a query and everything in it, and answers what it gives. */
  query(tree: Tree, ctes: Ctes, parent: Scope | null): Output {
    const [kind, parts] = nodeOf(tree)
    const visible = this.#with(parts.with, ctes, parent)
    if (kind === 'select') return this.#select(parts, visible, parent)
    if (kind === 'subquery') {
      const output = this.query(parts.this ?? null, visible, parent)
      return renamed(output, namesOf(parts.column_aliases))
    }
    if (setOperations.has(kind)) {
      const output = this.query(parts.left ?? null, visible, parent)
      this.query(parts.right ?? null, visible, parent)
      return output
    }
    return anything
  }

  #with(tree: Tree | undefined, ctes: Ctes, parent: Scope | null): Ctes {
    if (!isParts(tree)) return ctes
    const visible = new Map(ctes)
    for (const cte of listOf(tree.ctes)) {
      if (!isParts(cte)) continue
      const name = nameOf(cte.alias).toLowerCase()
      if (tree.recursive === true) visible.set(name, anything)
      const output = this.query(cte.this ?? null, visible, parent)
      visible.set(name, renamed(output, namesOf(cte.columns)))
    }
    return visible
  }

  #select(select: Parts, ctes: Ctes, parent: Scope | null): Output {
    const sources: Source[] = []
    const joins = listOf(select.joins).filter(isParts)
    const scope: Scope = { sources, own: new Set(), parent, merged: mergedBy(joins) }
    const from = isParts(select.from) ? listOf(select.from.expressions) : []
    for (const each of from) sources.push(...this.#sources(each, ctes, scope))
    for (const join of joins) this.#join(join, sources, ctes, scope)
    for (const view of listOf(select.lateral_views)) {
      if (!isParts(view)) continue
      this.#read(view.this ?? null, ctes, scope)
      sources.push(sourceOf(nameOf(view.table_alias), renamed(anything, namesOf(view.column_aliases))))
    }
    const items = listOf(select.expressions)
    const aliases = new Set<string>()
    for (const item of items) {
      // An alias is seen by what comes after it in the list, not by itself.
      this.#read(item, ctes, { ...scope, own: new Set(aliases) })
      const [kind, parts] = nodeOf(item)
      if (kind === 'alias') aliases.add(nameOf(parts.alias).toLowerCase())
    }
    const output = outputOf(items, sources)
    const own = items.every((item) => nodeOf(item)[0] === 'star' || outputNameOf(item) !== null) ? output.names : null
    this.#read(select.where_clause ?? null, ctes, scope)
    for (const [clause, tree] of Object.entries(select)) {
      if (!inTurn.has(clause)) this.#read(tree, ctes, { ...scope, own })
    }
    return output
  }

  #join(join: Parts, sources: Source[], ctes: Ctes, scope: Scope): void {
    const left = [...sources]
    const right = this.#sources(join.this ?? null, ctes, scope)
    sources.push(...right)
    this.#read(join.on ?? null, ctes, scope)
    for (const identifier of listOf(join.using)) {
      const name = nameOf(identifier)
      for (const side of [left, right]) {
        const missing = missingFromAll(side, name)
        if (missing !== null) this.missing.push({ ...missing, offset: this.#placed ? startOf(identifier, name) : null })
      }
    }
  }

  /** What an entry of FROM, or of a join, gives under which names. */
  #sources(tree: Tree, ctes: Ctes, scope: Scope): Source[] {
    const [kind, parts] = nodeOf(tree)
    if (kind === 'table') return [this.#table(parts, ctes)]
    if (kind === 'subquery') {
      const output = this.query(tree, ctes, parts.lateral === true ? scope : scope.parent)
      return [sourceOf(nameOf(parts.alias), output)]
    }
    if (kind === 'joined_table' && nameOf(parts.alias) === '') {
      const sources = this.#sources(parts.left ?? null, ctes, scope)
      const inner: Scope = { sources, own: new Set(), parent: scope, merged: null }
      for (const join of listOf(parts.joins)) if (isParts(join)) this.#join(join, sources, ctes, inner)
      return sources
    }
    if (kind === 'lateral') this.#read(parts.this ?? null, ctes, scope)
    return [sourceOf(nameOf(parts.alias), renamed(anything, namesOf(parts.column_aliases)))]
  }

  #table(table: Parts, ctes: Ctes): Source {
    const written = [table.catalog, table.schema, table.name].map(nameOf).filter((part) => part !== '')
    const name = written.map((part) => part.toLowerCase())
    const alias = nameOf(table.alias).toLowerCase()
    const qualifiers = alias === '' ? name.map((_, index) => name.slice(index)) : [[alias]]
    const cte = written.length === 1 ? ctes.get(name[0] ?? '') : undefined
    const relation = this.#relations.get(keyOf(written))
    const plain = Object.entries(table).every(([key, part]) => ofTable.has(key) || isNothing(part))
    const output = cte ?? (relation === undefined ? anything : whole(relation))
    return { qualifiers, output: plain ? renamed(output, namesOf(table.column_aliases)) : anything }
  }

  /** Looks up every name in an expression, or in a clause. */
  #read(tree: Tree, ctes: Ctes, scope: Scope): void {
    if (Array.isArray(tree)) {
      for (const each of tree) this.#read(each, ctes, scope)
      return
    }
    if (!isParts(tree)) return
    const path = pathOf(tree)
    if (path !== null) {
      const [missing, ambiguous] = [missingFor(path, scope), ambiguousFor(path, scope)]
      const placed = (found: MissingColumn): MissingColumn => ({
        ...found,
        offset: this.#placed ? offsetOf(tree, found.column) : null,
      })
      if (missing !== null) this.missing.push(placed(missing))
      if (ambiguous !== null) this.ambiguous.push(placed(ambiguous))
      return
    }
    for (const [key, part] of Object.entries(tree)) {
      if (isQuery(key, part)) this.query({ [key]: part }, ctes, scope)
      // `main.functions.parse(x)`: what looks like a column is where the function is.
      else if (key === 'method_call' && isParts(part) && pathOf(part.this ?? null) !== null)
        this.#read(part.args ?? null, ctes, scope)
      else if (key === 'raw' && isParts(part)) this.#unplaced(treeOfRaw(part.sql), ctes, scope)
      else if (key === 'lambda' && isParts(part)) {
        const own = new Set(namesOf(part.parameters).map((name) => name.toLowerCase()))
        this.#read(part.body ?? null, ctes, { sources: [], own, parent: scope, merged: new Set() })
      } else if (key === 'function' && isParts(part) && withUnit.test(nameOf(part))) {
        const args = listOf(part.args)
        this.#read(args.length === 3 ? args.slice(1) : args, ctes, scope)
      } else this.#read(part, ctes, scope)
    }
  }

  #unplaced(tree: Tree, ctes: Ctes, scope: Scope): void {
    const before = this.#placed
    this.#placed = false
    this.#read(tree, ctes, scope)
    this.#placed = before
  }
}

/** The names that joins make one of several; null where that cannot be told, or where a join hides one side. */
function mergedBy(joins: readonly Parts[]): ReadonlySet<string> | null {
  if (joins.some((join) => /Natural|Semi|Anti/.test(String(join.kind)))) return null
  if (joins.some((join) => nodeOf(join.this ?? null)[0] === 'joined_table')) return null
  return new Set(joins.flatMap((join) => namesOf(join.using).map((name) => name.toLowerCase())))
}

/** Where a part of a name stands in the text. */
function offsetOf(tree: Tree, part: string): number | null {
  const [kind, parts] = nodeOf(tree)
  if (kind === 'dot') return offsetOf(parts.this ?? null, part) ?? startOf(parts.field, part)
  return kind === 'column' ? (startOf(parts.table, part) ?? startOf(parts.name, part)) : null
}

function startOf(identifier: Tree | undefined, name: string): number | null {
  if (!isParts(identifier) || nameOf(identifier) !== name || !isParts(identifier.span)) return null
  return typeof identifier.span.start === 'number' ? identifier.span.start : null
}

/** The library leaves `not a like b` as it is written; here is what stands behind the `not`, null for anything else. */
function treeOfRaw(sql: Tree | undefined): Tree {
  const text = typeof sql === 'string' ? /^\s*not\b(.*)$/is.exec(sql)?.[1] : undefined
  if (text === undefined) return null
  try {
    const [statement] = parseSql(`select ${text}`, 'databricks')
    return nodeOf(statement ?? null)[1].expressions ?? null
  } catch (error) {
    if (error instanceof SqlError) return null
    throw error
  }
}
