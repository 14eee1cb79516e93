import {
  type Entry,
  type Form,
  meaningOf,
  type OpenStar,
  type Output,
  type OutputColumn,
  type QueryAnalysis,
  type Relation,
  type Relations,
  type Role,
  type Rows,
  type RowsPart,
  signatureOf,
  type Upstream,
} from './analysis.ts'
import { type Around, type Formed, formOf, opaque, UnknownSql, writtenForm } from './expression.ts'
import { effectOf } from './functions.ts'
import { derived, type Found, type From, lookUp, type Place, seen } from './lookup.ts'
import { baseRelation, columnOf, manyStars, renamedOutput, unnamed } from './outputs.ts'
import { pivoted } from './pivot.ts'
import { parseSql, type Tree } from './sdk.ts'
import { isNothing, isParts, isQuery, listOf, nameOf, namesOf, nodeOf, type Parts, setOperations } from './tree.ts'

/**
 * What one query of Databricks SQL does: its columns, what they are made of, and what decides its rows. Two queries whose
 * outputs mean the same give the same results. A common table expression that `apart` knows is a relation, whatever the
 * query says of it. Throws a `SqlError` for a text that cannot be read, an `UnknownSql` for one that is not taken apart.
 */
export function analyseQuery(sql: string, relations: Relations, apart: Relations = () => null): QueryAnalysis {
  const [statement, ...more] = parseSql(sql, 'databricks')
  if (statement === undefined) throw new UnknownSql('no SQL')
  if (more.length > 0) throw new UnknownSql('more than one statement')
  if (!isQuery(...nodeOf(statement))) throw new UnknownSql('a statement that is no query')
  const reader = new Reader(relations, apart)
  const output = reader.query(statement, new Map(), null)
  return { output, uses: reader.uses, relations: [...reader.read].sort() }
}

/** The common table expressions that a query sees, by name in lower case; each is looked at when it is used. */
type Ctes = ReadonlyMap<string, () => Output>

/** What a table may say of itself without being another table. */
const ofTable = new Set([
  ...['name', 'schema', 'catalog', 'alias', 'alias_explicit_as', 'column_aliases'],
  ...['leading_comments', 'trailing_comments', 'span'],
])

/** The clauses that are looked at one by one; any other is a part of what decides the rows. */
const known = new Set(
  'expressions from joins lateral_views where_clause group_by having qualify with windows leading_comments trailing_comments'.split(
    ' ',
  ),
)

/** A clause as a reader of the report calls it. */
const called: Readonly<Record<string, string>> = {
  where_clause: 'filter',
  group_by: 'grouping',
  having: 'filter of groups (having)',
  qualify: 'filter of windows (qualify)',
  order_by: 'order',
}

class Reader {
  readonly uses = new Map<Role, Set<string>>()
  readonly read = new Set<string>()
  readonly #relations: Relations
  readonly #apart: Relations
  /** How many recursive common table expressions are being read. */
  #recursions = 0

  constructor(relations: Relations, apart: Relations) {
    this.#relations = relations
    this.#apart = apart
  }

  query(tree: Tree, ctes: Ctes, parent: Place | null): Output {
    const [kind, parts] = nodeOf(tree)
    const visible = this.#with(parts.with, ctes, parent)
    if (kind === 'select') return this.#select(parts, visible, parent)
    if (kind === 'subquery' || kind === 'paren') {
      const inner = this.query(parts.this ?? null, visible, parent)
      return renamedOutput(this.#clauses(inner, parts, ['this', 'alias', 'column_aliases', 'with', 'lateral']), parts)
    }
    if (setOperations.has(kind)) return this.#setOperation(kind, parts, visible, parent)
    if (kind === 'values') return valuesOf(parts)
    throw new UnknownSql(`a query of the kind '${kind}'`)
  }

  #with(tree: Tree | undefined, ctes: Ctes, parent: Place | null): Ctes {
    if (!isParts(tree)) return ctes
    const visible = new Map(ctes)
    for (const cte of listOf(tree.ctes)) {
      if (!isParts(cte)) throw new UnknownSql('a common table expression')
      const before = new Map(visible)
      let output: Output | null = null
      visible.set(nameOf(cte.alias).toLowerCase(), () => {
        output ??= tree.recursive === true ? this.#recursive(cte, before, parent) : this.#cte(cte, before, parent)
        return output
      })
    }
    return visible
  }

  #cte(cte: Parts, ctes: Ctes, parent: Place | null): Output {
    return renamedOutput(this.query(cte.this ?? null, ctes, parent), { column_aliases: cte.columns ?? null })
  }

  /**
   * A common table expression that may read itself: what it starts with, and then, until no more comes upstream, itself. What
   * any of its columns holds, and its rows, may depend on every other.
   */
  #recursive(cte: Parts, before: Ctes, parent: Place | null): Output {
    const [kind, { left }] = nodeOf(cte.this ?? null)
    if (!setOperations.has(kind)) return this.#cte(cte, before, parent)
    let known = this.#cte({ ...cte, this: left ?? null }, before, parent)
    let isRead = false
    const level = ++this.#recursions
    for (;;) {
      const self = itself(known, level)
      const within = new Map(before).set(nameOf(cte.alias).toLowerCase(), () => {
        isRead = true
        return self
      })
      const output = this.#cte(cte, within, parent)
      const isWhole = upstreamOf(output) === upstreamOf(known)
      known = output
      if (isRead && !isWhole) continue
      this.#recursions--
      return isRead ? recursiveOutput(output) : output
    }
  }

  #select(select: Parts, ctes: Ctes, parent: Place | null): Output {
    const scope = new Scope(this, select, ctes, parent)
    for (const each of isParts(select.from) ? listOf(select.from.expressions) : []) scope.from(each)
    for (const join of listOf(select.joins)) scope.join(join)
    for (const view of listOf(select.lateral_views)) scope.lateralView(view)
    return scope.output()
  }

  #setOperation(kind: string, parts: Parts, ctes: Ctes, parent: Place | null): Output {
    const left = this.query(parts.left ?? null, ctes, parent)
    const right = this.query(parts.right ?? null, ctes, parent)
    const { left: _, right: __, with: ___, all, ...rest } = parts
    const bagged = kind === 'union' && all === true
    const entries = united(left, right)
    const clauses = ['order_by', 'limit', 'offset', 'sort_by', 'distribute_by', 'cluster_by']
    const settings = Object.fromEntries(Object.entries(rest).filter(([key]) => !clauses.includes(key)))
    const rows = rowsOf(
      [
        part(
          bagged ? kind : `${kind} (distinct)`,
          [kind, all ?? null, writtenForm(settings), bagged ? null : entries.map(entryForm)],
          null,
        ),
      ],
      [left, right].map((output, index) => ({ label: `${kind}#${index}`, name: '', rows: output.rows })),
    )
    if (!bagged) for (const { column } of columnsOf(entries)) this.use('group', column.upstream)
    const output = { entries, rows, depth: Math.max(left.depth, right.depth) + 1, label: 'derived' }
    return this.#clauses(
      output,
      parts,
      Object.keys(parts).filter((key) => !clauses.includes(key)),
    )
  }

  /** Clauses around a whole query: an order, a limit. */
  #clauses(output: Output, parts: Parts, others: readonly string[]): Output {
    const clauses = Object.entries(parts).filter(
      ([key, tree]) => !others.includes(key) && !isWritten(key) && !isNothing(tree),
    )
    if (clauses.length === 0) return output
    const place: Place = { ...emptyPlace, sources: [{ qualifiers: [], label: output.label, output }] }
    const around = this.around(place, new Map(), null)
    const all = clauses.map(([key, tree]) => {
      const formed = formOf(tree, around)
      this.use('order', formed.upstream)
      return part(called[key] ?? key, [formed.form, signatureOf(output)], tree)
    })
    const rows = rowsOf(all, [{ label: output.label, name: '', rows: output.rows }])
    return { ...output, rows, depth: output.depth + 1 }
  }

  around(place: Place, ctes: Ctes, windows: Tree): Around {
    return {
      place,
      windows,
      query: (tree, at) => this.query(tree, ctes, at),
      star: (star, at) => starFound(star, at),
      use: (role, upstream) => this.use(role, upstream),
    }
  }

  use(role: Role, upstream: readonly Upstream[]): void {
    const all = this.uses.get(role) ?? new Set()
    for (const { relation, column } of upstream) all.add(`${relation}\0${column}`)
    this.uses.set(role, all)
  }

  #base(name: string, relation: Relation | null): Output {
    this.read.add(relation?.id ?? name)
    return baseRelation(name, relation)
  }

  /** A relation, or a common table expression, under the name that a query writes. */
  table(table: Parts, ctes: Ctes): Output {
    const written = [table.catalog, table.schema, table.name].map(nameOf).filter((it) => it !== '')
    const cte = written.length === 1 ? ctes.get((written[0] ?? '').toLowerCase()) : undefined
    const name = written.join('.').toLowerCase()
    const apart = cte === undefined ? null : this.#apart(name)
    const output = apart === null ? (cte?.() ?? this.#base(name, this.#relations(name))) : this.#base(name, apart)
    const rest = Object.entries(table).filter(([key, tree]) => !ofTable.has(key) && !isNothing(tree))
    if (rest.length === 0) return output
    const rows = rowsOf(
      [
        part(
          'version or sample',
          rest.map(([key, tree]) => [key, writtenForm(tree)]),
          null,
        ),
      ],
      [{ label: output.label, name, rows: output.rows }],
    )
    return { ...output, rows, depth: output.depth + 1 }
  }
}

/** One SELECT while it is read. */
class Scope {
  readonly #reader: Reader
  readonly #select: Parts
  readonly #ctes: Ctes
  readonly #parent: Place | null
  readonly #sources: From[] = []
  /** What a `*` does not give, and what may be named in the join's condition alone. */
  readonly #hidden = new Set<From>()
  readonly #merged = new Map<string, OutputColumn>()
  readonly #labels = new Map<string, number>()
  readonly #inner: { label: string; name: string; rows: Rows }[] = []
  readonly #parts: RowsPart[] = []

  constructor(reader: Reader, select: Parts, ctes: Ctes, parent: Place | null) {
    this.#reader = reader
    this.#select = select
    this.#ctes = ctes
    this.#parent = parent
  }

  from(tree: Tree): void {
    const [kind, parts] = nodeOf(tree)
    if (kind === 'table') {
      const name = [parts.catalog, parts.schema, parts.name].map(nameOf).filter((it) => it !== '')
      const alias = nameOf(parts.alias).toLowerCase()
      const lower = name.map((it) => it.toLowerCase())
      const qualifiers = alias === '' ? lower.map((_, index) => lower.slice(index)) : [[alias]]
      this.#add(
        qualifiers,
        nameOf(parts.alias) || (name.at(-1) ?? ''),
        renamedOutput(this.#reader.table(parts, this.#ctes), parts),
      )
    } else if (kind === 'paren' && nodeOf(parts.this ?? null)[0] === 'table') this.from(parts.this ?? null)
    else if (kind === 'subquery') {
      const place = parts.lateral === true ? this.#place() : this.#parent
      this.#named(parts, this.#reader.query(tree, this.#ctes, place))
    } else if (kind === 'joined_table' && isNothing(parts.alias ?? null)) {
      this.from(parts.left ?? null)
      for (const join of listOf(parts.joins)) this.join(join)
      this.#part('joins', ['nested', writtenForm(Object.keys(parts))], null)
    } else if (kind === 'values') this.#named(parts, valuesOf(parts))
    else if (kind === 'function' || kind === 'lateral') this.#tableFunction(kind, parts)
    else if (kind === 'alias' && isTableFunction(parts.this ?? null)) {
      const [inner, call] = nodeOf(parts.this ?? null)
      this.#tableFunction(inner, { ...call, alias: parts.alias ?? null, column_aliases: parts.column_aliases ?? null })
    } else if (isTableFunction(tree)) this.#tableFunction(kind, parts)
    else this.#opaque(tree, parts)
  }

  join(tree: Tree): void {
    if (!isParts(tree)) throw new UnknownSql('a join')
    const before = [...this.#sources]
    this.from(tree.this ?? null)
    const added = this.#sources.filter((each) => !before.includes(each))
    const kind = String(tree.kind)
    const isNatural = kind.includes('Natural')
    const using = isNatural ? commonNames(before, added) : namesOf(tree.using).map((name) => name.toLowerCase())
    const { this: _, kind: __, on, using: ___, ...rest } = tree
    const condition = this.#form(on, this.#place())
    // Of all that has the name: what an earlier USING made one of says nothing of what is joined now.
    const keys = using.map((name) => lookUp([name], { ...this.#place(), merged: new Map() }))
    this.#reader.use('join', [...condition.upstream, ...keys.flatMap(({ upstream }) => upstream)])
    const all = this.#sources.map(({ output }) => signatureOf(output))
    const natural = isNatural ? all : []
    const form = [
      kind,
      added.map(({ label }) => label),
      conjuncts(on, (each) => this.#form(each, this.#place()).form),
      keys.map(({ form }, index) => [using[index] ?? '', form]),
      natural,
      writtenForm(rest),
    ]
    this.#part('joins', form, tree)
    if (/Semi|Anti/.test(kind)) for (const each of added) this.#hidden.add(each)
    else for (const name of using) this.#merge(name)
  }

  lateralView(tree: Tree): void {
    if (!isParts(tree)) throw new UnknownSql('a lateral view')
    this.#tableFunction('lateral', { ...tree, alias: tree.table_alias ?? null })
  }

  output(): Output {
    const select = this.#select
    this.#clause('where_clause', 'filter', null)
    const items: Formed[] = []
    const entries: Entry[] = []
    const aliases = new Map<string, OutputColumn>()
    const grouped = !isNothing(select.group_by ?? null)
    const depth = Math.max(0, ...this.#sources.map(({ output }) => output.depth)) + 1
    for (const tree of listOf(select.expressions)) {
      const [kind, parts] = nodeOf(tree)
      if (kind === 'star') {
        entries.push(...this.#star(parts))
        continue
      }
      const formed = this.#form(kind === 'alias' ? parts.this : tree, this.#place(aliases))
      items.push(formed)
      for (const column of columnsOfItem(tree, formed, depth)) {
        entries.push({ column })
        if (kind === 'alias') aliases.set(column.name.toLowerCase(), column)
      }
    }
    this.#shape(items, entries, aliases, grouped)
    const [source, ...more] = this.#sources
    const only = more.length === 0 ? source : undefined
    // A choice of columns is as good as not there.
    if (only !== undefined && this.#parts.length === 0) return { ...only.output, entries }
    return { entries, rows: rowsOf(this.#parts, this.#inner), depth, label: only?.output.label ?? 'derived' }
  }

  /** Everything that decides the rows besides FROM and WHERE. */
  #shape(
    items: readonly Formed[],
    entries: readonly Entry[],
    aliases: ReadonlyMap<string, OutputColumn>,
    grouped: boolean,
  ): void {
    const select = this.#select
    if (grouped) this.#grouping(items, entries, aliases)
    const having = this.#clause('having', 'filter of groups (having)', aliases)
    this.#clause('qualify', 'filter of windows (qualify)', aliases)
    if (!grouped && (having || items.some(({ aggregate }) => aggregate))) this.#part('grouping', ['all rows'], null)
    const shaping = items.filter(({ shape }) => shape)
    if (shaping.length > 0 && !grouped)
      this.#part(
        'functions that may give more rows or fewer',
        shaping.map(({ form }) => form),
        null,
      )
    for (const [key, tree] of Object.entries(select)) {
      if (known.has(key) || isWritten(key) || isNothing(tree)) continue
      if (key === 'distinct') for (const { column } of columnsOf(entries)) this.#reader.use('group', column.upstream)
      const formed = this.#form(tree, this.#place(aliases, true))
      this.#reader.use('order', formed.upstream)
      // By its place in the list, or over all columns.
      const whole = key.startsWith('distinct') || key.endsWith('_by') ? entries.map(entryForm) : null
      this.#part(
        called[key] ?? key,
        [
          key,
          formed.form,
          /"literal_type":"number"/.test(JSON.stringify(formed.form)) || key.startsWith('distinct') ? whole : null,
        ],
        tree,
      )
    }
    if (this.#sources.length === 0) this.#part('rows', ['one row'], null)
  }

  #grouping(items: readonly Formed[], entries: readonly Entry[], aliases: ReadonlyMap<string, OutputColumn>): void {
    const tree = this.#select.group_by
    const group = isParts(tree) ? tree : {}
    const { expressions, ...rest } = group
    const starless = entries.length === items.length
    const keys = listOf(expressions).map((each): Form => {
      const ordinal = ordinalOf(each)
      if (ordinal === null) {
        const formed = this.#form(each, this.#place(aliases))
        this.#reader.use('group', formed.upstream)
        return formed.form
      }
      const item = starless ? items[ordinal - 1] : undefined
      if (item !== undefined) this.#reader.use('group', item.upstream)
      return item?.form ?? ['ordinal', ordinal, entries.map(entryForm)]
    })
    const plain = keys.every((key) => !/rollup|cube|grouping/i.test(JSON.stringify(key)))
    const sorted = plain ? [...new Set(keys.map((key) => JSON.stringify(key)))].sort() : keys
    const all = isNothing(group.all ?? null) ? null : items.filter((item) => !item.aggregate).map(({ form }) => form)
    if (all !== null) for (const item of items) if (!item.aggregate) this.#reader.use('group', item.upstream)
    this.#part(
      'grouping',
      [sorted, writtenForm(rest), all, all !== null && !starless ? entries.map(entryForm) : null],
      tree ?? null,
    )
  }

  /** A condition; whether there is one. */
  #clause(key: string, what: string, aliases: ReadonlyMap<string, OutputColumn> | null): boolean {
    const tree = this.#select[key]
    if (!isParts(tree)) return false
    const place = aliases === null ? this.#place() : this.#place(aliases, true)
    const { this: condition, ...rest } = tree
    this.#reader.use('filter', this.#form(condition, place).upstream)
    this.#part(
      what,
      [conjuncts(condition, (each) => this.#form(each, place).form), writtenForm(rest)],
      condition ?? null,
    )
    return true
  }

  #star(star: Parts): Entry[] {
    const table = nameOf(star.table).toLowerCase()
    const visible = this.#sources.filter((each) => !this.#hidden.has(each))
    const of =
      table === '' ? visible : visible.filter(({ qualifiers }) => qualifiers.some((it) => it.join('.') === table))
    if (of.length === 0 || !isNothing(star.replace ?? null) || !isNothing(star.rename ?? null))
      throw new UnknownSql(table === '' ? 'a * that replaces columns' : `${table}.*, which is no relation`)
    const alone = visible.length === 1
    const except = new Set(namesOf(star.except).map((name) => name.toLowerCase()))
    const merged = table === '' ? this.#merged : new Map<string, OutputColumn>()
    const first = [...merged].flatMap(([name, column]): Entry[] => (except.has(name) ? [] : [{ column }]))
    const rest = of.flatMap((source) =>
      source.output.entries.flatMap((entry): Entry[] => {
        if ('star' in entry)
          return [{ star: narrowed(entry.star, source, alone, new Set([...except, ...merged.keys()])) }]
        const name = entry.column.name.toLowerCase()
        return except.has(name) || merged.has(name) ? [] : [{ column: seen(source, entry.column, alone) }]
      }),
    )
    return [...first, ...rest]
  }

  #merge(name: string): void {
    const found = lookUp([name], { ...this.#place(), merged: new Map() })
    this.#merged.set(name, columnOf(name, found))
  }

  #tableFunction(kind: string, parts: Parts): void {
    const named = kind === 'function' ? namedBy(parts) : null
    if (named !== null) {
      this.from({ table: { ...named, alias: parts.alias ?? null } })
      return
    }
    const { alias, table_alias: _, column_aliases: names, ...rest } = parts
    const formed = this.#form({ [kind]: rest }, this.#place())
    this.#part('joins', ['function', formed.form], null)
    const rows = rowsOf([part('table function', formed.form, null)], [])
    const columns = namesOf(names).map(
      (name, index): Entry => ({
        column: { ...columnOf(name, formed), type: null, meaning: meaningOf(['made', index, formed.form]) },
      }),
    )
    const made = manyStars('a table function', meaningOf(['made', formed.form]))
    const entries = columns.length > 0 ? columns : [{ star: made }]
    const name = nameOf(alias)
    this.#add(name === '' ? [] : [[name.toLowerCase()]], name, { entries, rows, depth: 0, label: 'function' })
  }

  /** A PIVOT and whatever else has no names that are followed: it depends on everything that it could see. */
  #opaque(tree: Tree, parts: Parts): void {
    const [kind] = nodeOf(tree)
    if (isNothing(parts.this ?? null)) throw new UnknownSql(`'${kind}' in FROM`)
    if (/"(select|subquery|union)"/.test(JSON.stringify({ ...parts, this: null })))
      throw new UnknownSql(`'${kind}' in FROM`)
    const inner = new Scope(this.#reader, {}, this.#ctes, this.#parent)
    inner.from(parts.this ?? null)
    const outputs = inner.#sources.map(({ output }) => output)
    const form = opaque({ [kind]: { ...parts, this: null } }, outputs)
    const all = outputs.flatMap(({ entries }) => entries)
    const columns = columnsOf(all).map(({ column }) => column)
    const made = columns.length === all.length ? pivoted(kind, parts, columns, form) : null
    for (const { upstream } of made?.used ?? columns) this.#reader.use('group', upstream)
    const rows = rowsOf(
      [part(kind, form, tree)],
      outputs.map((output) => ({ label: kind, name: '', rows: output.rows })),
    )
    const alias = nameOf(parts.alias)
    const output = {
      entries: made?.entries ?? [{ star: manyStars(`a ${kind}`, meaningOf(form)) }],
      rows,
      depth: 1 + Math.max(0, ...outputs.map(({ depth }) => depth)),
      label: 'derived',
    }
    this.#add(
      alias === '' ? inner.#sources.flatMap(({ qualifiers }) => qualifiers) : [[alias.toLowerCase()]],
      alias,
      output,
    )
  }

  #named(parts: Parts, output: Output): void {
    const alias = nameOf(parts.alias)
    this.#add(alias === '' ? [] : [[alias.toLowerCase()]], alias, output)
  }

  #add(qualifiers: From['qualifiers'], name: string, output: Output): void {
    const count = this.#labels.get(output.label) ?? 0
    this.#labels.set(output.label, count + 1)
    const label = `${output.label}#${count}`
    this.#sources.push({ qualifiers, label, output })
    this.#inner.push({ label, name, rows: output.rows })
  }

  #part(what: string, form: Form, tree: Tree): void {
    this.#parts.push(part(what, form, tree))
  }

  #form(tree: Tree | undefined, place: Place): Formed {
    return formOf(tree, this.#reader.around(place, this.#ctes, this.#select.windows ?? null))
  }

  #place(aliases: ReadonlyMap<string, OutputColumn> = new Map(), aliasToo = false): Place {
    const sources = this.#sources.filter((each) => !this.#hidden.has(each))
    return { sources, aliases, aliasToo, parameters: new Set(), merged: this.#merged, parent: this.#parent }
  }
}

const emptyPlace: Omit<Place, 'sources'> = {
  aliases: new Map(),
  aliasToo: false,
  parameters: new Set(),
  merged: new Map(),
  parent: null,
}

/** The columns that an entry of SELECT gives. */
function columnsOfItem(tree: Tree, formed: Formed, depth: number): OutputColumn[] {
  const [kind, parts] = nodeOf(tree)
  const names = kind === 'alias' ? namesOf(parts.column_aliases) : []
  const own = kind === 'alias' ? nameOf(parts.alias) : unnamed(tree)
  const form = formed.aggregate || formed.window || formed.shape ? ['at', depth, formed.form] : formed.form
  if (names.length > 0) return names.map((name, index) => columnOf(name, { ...formed, form: ['part', index, form] }))
  return [columnOf(own, { ...formed, form })]
}

/** What a recursive query reads when it reads itself. */
function itself(known: Output, level: number): Output {
  const entries = known.entries.map((entry, index): Entry => {
    if ('star' in entry) throw new UnknownSql('a recursive common table expression whose columns are not known')
    return { column: { ...entry.column, meaning: meaningOf(['itself', level, index]) } }
  })
  const rows = rowsOf([part('recursion', ['itself', level], null)], [])
  return { entries, rows, depth: 0, label: 'itself' }
}

function upstreamOf({ entries }: Output): string {
  return JSON.stringify(columnsOf(entries).map(({ column }) => column.upstream))
}

function recursiveOutput(output: Output): Output {
  const all = [signatureOf(output), output.rows.meaning]
  const entries = columnsOf(output.entries).map(
    ({ column }, index): Entry => ({ column: { ...column, meaning: meaningOf(['recursive', index, all]) } }),
  )
  return { ...output, entries, rows: { ...output.rows, meaning: meaningOf(['recursive rows', all]) } }
}

/** Set operations pair columns by their place. */
function united(left: Output, right: Output): Entry[] {
  const [ours, theirs] = [columnsOf(left.entries), columnsOf(right.entries)]
  const closed = ours.length === left.entries.length && theirs.length === right.entries.length
  if (closed && ours.length === theirs.length) {
    return ours.map(({ column }, index): Entry => {
      const other = theirs[index]?.column ?? column
      const upstream = derived([...column.upstream, ...other.upstream], 'identity', null)
      const type = column.type === other.type ? column.type : null
      const meaning = meaningOf(['united', column.meaning, other.meaning])
      return { column: { name: column.name, upstream, type, unknown: column.unknown ?? other.unknown, meaning } }
    })
  }
  if (closed) throw new UnknownSql('a set operation over different numbers of columns')
  const all = meaningOf(['united', signatureOf(left), signatureOf(right)])
  const relation =
    [...left.entries, ...right.entries].flatMap((entry) => ('star' in entry ? [entry.star.relation] : []))[0] ?? ''
  return [{ star: manyStars(relation, all, [left, right]) }]
}

/** The names that both sides of a natural join have. */
function commonNames(before: readonly From[], added: readonly From[]): string[] {
  const [left, right] = [before, added].map((sources) =>
    sources
      .flatMap(({ output }) => output.entries)
      .map((entry) => {
        if ('star' in entry) throw new UnknownSql('a natural join of relations whose columns are not known')
        return entry.column.name.toLowerCase()
      }),
  )
  return [...new Set(left)].filter((name) => right?.includes(name))
}

function narrowed(star: OpenStar, source: From, alone: boolean, except: ReadonlySet<string>): OpenStar {
  const seenMeaning = alone ? star.meaning : meaningOf(['of', source.label, star.meaning])
  return {
    ...star,
    except: new Set([...star.except, ...except]),
    meaning: except.size === 0 ? seenMeaning : meaningOf(['except', [...except].sort(), seenMeaning]),
    at: (name) => seen(source, star.at(name), alone),
  }
}

/** A `*` inside a function: all columns with their names. */
function starFound(star: Parts, { sources }: Place): Found {
  const table = nameOf(star.table).toLowerCase()
  const of =
    table === '' ? sources : sources.filter(({ qualifiers }) => qualifiers.some((it) => it.join('.') === table))
  const columns = of.flatMap(({ output }) => columnsOf(output.entries).map(({ column }) => column))
  const open = of.flatMap(({ output }) => output.entries).find((entry) => 'star' in entry)
  return {
    form: ['star', writtenForm({ ...star, table: null }), of.map(({ label, output }) => [label, signatureOf(output)])],
    upstream: derived(
      columns.flatMap(({ upstream }) => upstream),
      'function',
      null,
    ),
    type: null,
    unknown: open === undefined ? null : `the columns of ${open.star.relation} are not known`,
  }
}

function valuesOf(parts: Parts): Output {
  const form = writtenForm({ ...parts, alias: null, column_aliases: null })
  if (/"(column|select|subquery)"/.test(JSON.stringify(form)))
    throw new UnknownSql('VALUES of something else than literals and functions of them')
  const rows = rowsOf([part('values', form, null)], [])
  const [first] = listOf(parts.expressions)
  const width = isParts(first) ? listOf(first.expressions).length : 0
  const entries = Array.from(
    { length: width },
    (_, index): Entry => ({
      column: columnOf(`col${index + 1}`, { form: ['value', index, form], upstream: [], type: null, unknown: null }),
    }),
  )
  return renamedOutput({ entries, rows, depth: 0, label: 'values' }, parts)
}

/** Whether a node of FROM is a function that makes rows. */
function isTableFunction(tree: Tree): boolean {
  const [kind] = nodeOf(tree)
  return kind === 'function' || effectOf(kind, '') === 'shape'
}

/** The parts of the name that `identifier()` makes of a text; null for another function, or for a name that is computed. */
function namedBy(call: Parts): Parts | null {
  const [argument, ...more] = listOf(call.args)
  const [kind, { value }] = nodeOf(argument ?? null)
  if (nameOf(call).toLowerCase() !== 'identifier' || more.length > 0) return null
  if (kind !== 'literal' || typeof value !== 'string') return null
  const parts = [...value.matchAll(/`((?:[^`]|``)*)`|([^.`]+)/g)].map((match) => match[1] ?? match[2] ?? '')
  const [name = '', schema = '', catalog = ''] = parts.reverse()
  return parts.length > 3 ? null : { name: { name }, schema: { name: schema }, catalog: { name: catalog } }
}

/** What stands between the ANDs of a condition, in no order. */
function conjuncts(tree: Tree | undefined, form: (tree: Tree) => Form): Form {
  const all: string[] = []
  const visit = (each: Tree): void => {
    const [kind, parts] = nodeOf(each)
    if (kind === 'paren') visit(parts.this ?? null)
    else if (kind === 'and') for (const side of [parts.left, parts.right]) visit(side ?? null)
    else all.push(JSON.stringify(form(each)))
  }
  if (tree !== undefined && tree !== null) visit(tree)
  return [...new Set(all)].sort()
}

function ordinalOf(tree: Tree): number | null {
  const [kind, { literal_type, value }] = nodeOf(tree)
  return kind === 'literal' && literal_type === 'number' && /^\d+$/.test(String(value)) ? Number(value) : null
}

function part(what: string, form: Form, tree: Tree): RowsPart {
  return { what, meaning: meaningOf(form), tree }
}

function rowsOf(parts: readonly RowsPart[], inner: Rows['inner']): Rows {
  const meaning = meaningOf([
    parts.map((each) => [each.what, each.meaning]),
    inner.map(({ label, rows }) => [label, rows.meaning]),
  ])
  return { meaning, parts, inner }
}

function columnsOf(entries: readonly Entry[]): { column: OutputColumn }[] {
  return entries.flatMap((entry) => ('star' in entry ? [] : [entry]))
}

function entryForm(entry: Entry): Form {
  return 'star' in entry ? ['*', entry.star.meaning] : entry.column.meaning
}

/** How a query is written, not what it says. */
function isWritten(key: string): boolean {
  return /comments$|^span$|^alias_/.test(key)
}
