import type { Derivation, Form, Output, Role, Upstream } from './analysis.ts'
import { signatureOf } from './analysis.ts'
import { aggregates, effectOf } from './functions.ts'
import { combined, derived, type Found, lookUp, type Place } from './lookup.ts'
import { parseSql, SqlError, type Tree } from './sdk.ts'
import { bare, isParts, isQuery, listOf, nameOf, namesOf, nodeOf, type Parts, pathOf } from './tree.ts'
import { typeOf } from './types.ts'

/** A query, or a part of one, that is not taken apart. */
export class UnknownSql extends Error {
  override readonly name = 'UnknownSql'
}

/** What an expression comes to. */
export interface Formed extends Found {
  /** Whether it makes one row of many. */
  readonly aggregate: boolean
  readonly window: boolean
  /** Whether it may change how many rows there are in a way that nobody knows. */
  readonly shape: boolean
}

/** What an expression asks of the query around it. */
export interface Around {
  readonly place: Place
  /** The queries that are written inside of it. */
  query(tree: Tree, place: Place): Output
  /** What a `*` inside a function stands for. */
  star(star: Parts, place: Place): Found
  use(role: Role, upstream: readonly Upstream[]): void
  /** The select's named windows. */
  readonly windows: Tree
}

/** How something is written, and means nothing. */
const unsaid = new Set(
  `span leading_comments trailing_comments pre_alias_comments left_comments operator_comments comments quoted
  alias_explicit_as alias_keyword double_colon_syntax explicit_asc use_inner_keyword use_outer_keyword use_plural kind_text
  start_side_text end_side_text alias_first`.split(/\s+/),
)

/** Parts of a node that look like nodes of their own, and do nothing. */
const structural = new Set(['this', 'left', 'right', 'expression', 'condition'])

/** Functions whose first argument, where there are three, is a unit that is written like a column. */
const withUnit = /^(date_?add|date_?diff|date_?sub|timestamp_?add|timestamp_?diff)$/i

const nothing: Formed = {
  form: null,
  upstream: [],
  type: null,
  unknown: null,
  aggregate: false,
  window: false,
  shape: false,
}

/** The expression without its layout, every name replaced by what it means. */
export function formOf(annotated: Tree | undefined, around: Around): Formed {
  const tree = annotated === undefined ? undefined : bare(annotated)
  if (Array.isArray(tree)) {
    const all = tree.map((each) => formOf(each, around))
    return joined(
      all.map(({ form }) => form),
      all,
    )
  }
  if (!isParts(tree)) return { ...nothing, form: tree === undefined ? null : (tree as Form) }
  const path = pathOf(tree)
  if (path !== null) return { ...nothing, ...lookUp(path, around.place) }
  const [kind, parts] = nodeOf(tree)
  if (kind === 'paren') return formOf(parts.this, around)
  if (kind === 'star') return { ...nothing, ...around.star(parts, around.place) }
  if (isQuery(kind, parts)) return ofQuery(tree, around)
  if (kind === 'raw') return ofRaw(parts, around)
  if (kind === 'lambda') return ofLambda(parts, around)
  if (kind === 'window_function') return ofWindow(parts, around)
  if (kind === 'function' || kind === 'aggregate_function') return ofFunction(kind, parts, around)
  if (kind === '' || kind === 'alias' || structural.has(kind)) return ofParts(tree, around)
  const inner = mirrored.has(kind)
    ? ofSides(kind, parts, around)
    : kind === 'and' || kind === 'or'
      ? ofOperands(kind, tree, around)
      : ofParts(tree, around)
  return applied(inner, kind, typeof parts.name === 'string' ? parts.name : kind, typeOf(kind, parts))
}

/** The names in a text and nothing else of it, for what cannot be read: the form holds all that it could depend on. */
export function opaque(tree: Tree, outputs: readonly Output[]): Form {
  return ['opaque', writtenForm(tree), ...outputs.map(signatureOf), ...outputs.map(({ rows }) => rows.meaning)]
}

/** A tree without its layout, names as they are written. */
export function writtenForm(annotated: Tree): Form {
  const tree = bare(annotated)
  if (Array.isArray(tree)) return tree.map((each) => writtenForm(each))
  if (!isParts(tree)) return tree as Form
  const kept = Object.entries(tree).filter(([key]) => !unsaid.has(key))
  return Object.fromEntries(kept.map(([key, part]) => [key, writtenForm(part)]))
}

function ofParts(tree: Parts, around: Around): Formed {
  const kept = Object.entries(tree).filter(([key]) => !unsaid.has(key))
  const all = kept.map(([key, part]) => [key, formOf(part, around)] as const)
  const form = Object.fromEntries(all.map(([key, part]) => [key, part.form]))
  return joined(
    form,
    all.map(([, part]) => part),
  )
}

/** Comparisons by what they are called when their sides are exchanged. */
const mirrored: ReadonlyMap<string, string> = new Map([
  ['eq', 'eq'],
  ['neq', 'neq'],
  ['null_safe_eq', 'null_safe_eq'],
  ['lt', 'gt'],
  ['lte', 'gte'],
  ['gt', 'lt'],
  ['gte', 'lte'],
])

/** `a = b` is `b = a`, and `a < b` is `b > a`. */
function ofSides(kind: string, parts: Parts, around: Around): Formed {
  const { left, right, ...rest } = parts
  const sides = [left, right].map((side) => formOf(side, around))
  const texts = sides.map(({ form }) => JSON.stringify(form))
  const swapped = (texts[0] ?? '') > (texts[1] ?? '')
  const more = ofParts(rest, around)
  const ordered = sides.map(({ form }) => form)
  if (swapped) ordered.reverse()
  return joined([swapped ? (mirrored.get(kind) ?? kind) : kind, ...ordered, more.form], [...sides, more])
}

/** What ANDs, or ORs, stand between, in no order. */
function ofOperands(kind: string, tree: Tree, around: Around): Formed {
  const operands: Formed[] = []
  const visit = (each: Tree): void => {
    const [own, parts] = nodeOf(each)
    if (own === 'paren' && [kind, 'paren'].includes(nodeOf(parts.this ?? null)[0])) visit(parts.this ?? null)
    else if (own === kind) for (const side of [parts.left, parts.right]) visit(side ?? null)
    else operands.push(formOf(each, around))
  }
  visit(tree)
  const texts = operands.map(({ form }) => JSON.stringify(form)).sort()
  return joined([kind, ...texts], operands)
}

function joined(form: Form, all: readonly Formed[]): Formed {
  const [only, ...more] = all
  if (only !== undefined && more.length === 0) return { ...only, form }
  return {
    ...combined(form, all),
    aggregate: all.some(({ aggregate }) => aggregate),
    window: all.some(({ window }) => window),
    shape: all.some(({ shape }) => shape),
  }
}

function applied(inner: Formed, kind: string, name: string, type: string | null): Formed {
  const effect = effectOf(kind, name)
  const derivation: Derivation =
    effect === 'aggregate' ? 'aggregate' : kind === 'cast' || kind === 'try_cast' ? 'cast' : 'function'
  return {
    ...inner,
    upstream: derived(inner.upstream, derivation, derivation === 'cast' ? null : name.toLowerCase()),
    type,
    aggregate: inner.aggregate || effect === 'aggregate',
    shape: inner.shape || effect === 'shape',
  }
}

function ofFunction(kind: string, parts: Parts, around: Around): Formed {
  const name = nameOf(parts)
  const lower = name.toLowerCase()
  if (lower === 'identifier') throw new UnknownSql('a name that identifier() makes')
  const args = listOf(parts.args)
  const { args: _, name: __, ...rest } = parts
  const unit = withUnit.test(name) && args.length === 3 ? [args[0] ?? null] : []
  const given = formOf(args.slice(unit.length), around)
  const more = ofParts(rest, around)
  // A struct's fields are named by what is in it.
  const fields = lower === 'struct' ? args.map((arg) => pathOf(arg)?.at(-1)?.toLowerCase() ?? null) : []
  const whole = joined([kind, lower, writtenForm(unit), given.form, more.form, fields], [given, more])
  return applied(whole, kind, name, typeOf(lower, parts))
}

function ofWindow(parts: Parts, around: Around): Formed {
  const inner = parts.this ?? null
  const [kind, called] = nodeOf(inner)
  const name = kind === 'function' || aggregates.has(kind) ? nameOf(called) || kind : kind
  const { this: _, ...rest } = parts
  // What the function itself would do to rows it does not do over a window; what is in its arguments, it does.
  const shown = kind === '' ? formOf(inner, around) : ofParts(called, around)
  const over = formOf(rest, around)
  const named = isParts(parts.over) && parts.over.window_name !== undefined && parts.over.window_name !== null
  const windows = named ? formOf(around.windows, around) : nothing
  around.use('window', [...over.upstream, ...windows.upstream])
  const form = ['window', kind, name.toLowerCase(), shown.form, over.form, windows.form]
  const whole = joined(form, [shown, over, windows])
  const label = name === '' ? (Object.keys(isParts(inner) ? inner : {})[0] ?? 'window') : name.toLowerCase()
  return { ...whole, upstream: derived(whole.upstream, 'window', label), type: null, window: true }
}

function ofLambda(parts: Parts, around: Around): Formed {
  const names = namesOf(parts.parameters).map((name) => name.toLowerCase())
  const place = { ...around.place, parameters: new Set([...around.place.parameters, ...names]) }
  const body = formOf(parts.body, { ...around, place })
  return { ...body, form: ['lambda', names, body.form] }
}

function ofQuery(tree: Tree, around: Around): Formed {
  const output = around.query(tree, around.place)
  const columns = output.entries.map((entry) => ('star' in entry ? ['*', entry.star.meaning] : entry.column.meaning))
  const upstream = output.entries.flatMap((entry) => ('star' in entry ? [] : entry.column.upstream))
  const open = output.entries.find((entry) => 'star' in entry)
  const unknown = output.entries.flatMap((entry) => ('star' in entry ? [] : (entry.column.unknown ?? [])))[0] ?? null
  return {
    ...nothing,
    // Within an expression its columns are taken by their place.
    form: ['query', output.rows.meaning, columns],
    upstream: derived(upstream, 'function', 'subquery'),
    unknown: open === undefined ? unknown : `the columns of ${open.star.relation} are not known`,
  }
}

/** The library leaves `not a like b` as it is written; what else it leaves is not known. */
function ofRaw(parts: Parts, around: Around): Formed {
  const text = typeof parts.sql === 'string' ? parts.sql : ''
  const negated = /^\s*not\b(.*)$/is.exec(text)?.[1]
  if (negated === undefined) throw new UnknownSql(`the SQL library does not read '${text.slice(0, 40)}'`)
  try {
    const [statement] = parseSql(`select ${negated}`, 'databricks')
    const [item, ...more] = listOf(nodeOf(statement ?? null)[1].expressions)
    if (item === undefined || more.length > 0)
      throw new UnknownSql(`the SQL library does not read '${text.slice(0, 40)}'`)
    return applied(formOf({ not: { this: item } }, around), 'not', 'not', 'boolean')
  } catch (error) {
    if (error instanceof SqlError) throw new UnknownSql(`the SQL library does not read '${text.slice(0, 40)}'`)
    throw error
  }
}
