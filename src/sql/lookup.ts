import {
  type Derivation,
  type Form,
  meaningOf,
  type OpenStar,
  type Output,
  type OutputColumn,
  signatureOf,
  type Upstream,
} from './analysis.ts'

/** Something in FROM. Unlike a query's output, it has qualifiers, and a label that is its own in its select. */
export interface From {
  readonly qualifiers: readonly (readonly string[])[]
  readonly label: string
  readonly output: Output
}

/** What a name may mean at one place of a query. */
export interface Place {
  readonly sources: readonly From[]
  /** Aliases of the SELECT that may be meant: where a source has the name as well, `aliasToo` says whether both count. */
  readonly aliases: ReadonlyMap<string, OutputColumn>
  readonly aliasToo: boolean
  /** Parameters of lambda functions. */
  readonly parameters: ReadonlySet<string>
  /** Columns that USING made one of several. */
  readonly merged: ReadonlyMap<string, OutputColumn>
  readonly parent: Place | null
}

/** What a name means. */
export interface Found {
  readonly form: Form
  readonly upstream: readonly Upstream[]
  readonly type: string | null
  readonly unknown: string | null
}

/** Words that stand for themselves where no column has their name. */
const words = /^(all|user|session_user|session|system|current_\w+|local\w+|now|grouping__id)$/

const order: readonly Derivation[] = ['identity', 'cast', 'function', 'aggregate', 'window']

/** Upstream columns after one more derivation; each column once. */
export function derived(all: readonly Upstream[], derivation: Derivation, name: string | null): Upstream[] {
  const merged = new Map<string, Upstream>()
  for (const each of all) {
    const key = `${each.relation}\0${each.column}`
    const before = merged.get(key)
    const functions = new Set([...each.functions, ...(before?.functions ?? []), ...(name === null ? [] : [name])])
    const most = Math.max(
      ...[each.derivation, before?.derivation ?? 'identity', derivation].map((it) => order.indexOf(it)),
    )
    merged.set(key, { ...each, derivation: order[most] ?? 'window', functions: [...functions].sort() })
  }
  return [...merged.values()].sort((a, b) => compare(a.relation, b.relation) || compare(a.column, b.column))
}

/** The column of this name that an output has for certain, and those that it may have. `name` is in lower case. */
export function columnsNamed({ entries }: Output, name: string): { certain: OutputColumn[]; possible: OpenStar[] } {
  const certain: OutputColumn[] = []
  const possible: OpenStar[] = []
  for (const entry of entries) {
    if ('star' in entry) {
      if (!entry.star.except.has(name)) possible.push(entry.star)
    } else if (entry.column.name.toLowerCase() === name) certain.push(entry.column)
  }
  return { certain, possible }
}

/** A column as its select sees it: of the one source it is the same column, of several it is one of this source's. */
export function seen(source: From, column: OutputColumn, alone: boolean): OutputColumn {
  return alone ? column : { ...column, meaning: meaningOf(['of', source.label, column.meaning]) }
}

/**
 * What a name of one or more parts means. What cannot be told apart counts together: the form holds every reading, so that
 * it differs whenever one of them does. https://docs.databricks.com/en/sql/language-manual/sql-ref-name-resolution.html
 */
export function lookUp(written: readonly string[], place: Place): Found {
  const parts = written.map((part) => part.toLowerCase())
  const first = parts[0] ?? ''
  if (place.parameters.has(first)) return { form: ['parameter', ...parts], upstream: [], type: null, unknown: null }
  const here = readings(parts, place)
  const certain = here.filter((it) => it.certain)
  if (certain.length > 0) return together(certain.map((it) => it.found))
  const outer = place.parent === null ? null : lookUp(parts, place.parent)
  const outside = outer === null || outer.unknown !== null ? [] : [{ ...outer, form: ['outer', outer.form] }]
  const all = [...here.map((it) => it.found), ...outside]
  if (all.length === 0) return words.test(first) ? word(parts) : missing(written, place)
  const likely = here.filter((it) => it.declared)
  const best = likely.length > 0 ? likely.map((it) => it.found) : here.length > 0 ? here.map((it) => it.found) : outside
  const { upstream, type, unknown } = together(best)
  return { form: together(all).form, upstream, type, unknown: best.length > 1 ? among(written, best.length) : unknown }
}

interface Reading {
  readonly found: Found
  /** Whether its first part is taken for the name of a relation. */
  readonly qualified: boolean
  readonly certain: boolean
  readonly declared: boolean
}

function readings(parts: readonly string[], place: Place): Reading[] {
  const { sources, aliases, aliasToo, merged } = place
  const alone = sources.length === 1
  const isNamed = sources.some(({ qualifiers }) => qualifiers.some((it) => isQualifier(it, parts)))
  const using = isNamed ? undefined : merged.get(parts[0] ?? '')
  if (using !== undefined)
    return [{ found: foundAs(using, parts.slice(1)), qualified: false, certain: true, declared: true }]
  const found = sources.flatMap((source) => {
    const qualified = source.qualifiers.filter((it) => isQualifier(it, parts)).map((it) => it.length)
    return [0, ...qualified].flatMap((start): Reading[] => {
      const name = parts[start] ?? ''
      const { certain, possible } = columnsNamed(source.output, name)
      const rest = parts.slice(start + 1)
      const read = (column: OutputColumn) => foundAs(seen(source, column, alone), rest)
      // The first part of `o.amount` is the qualifier where it can be, and a struct only where nothing else can be meant.
      if (start === 0 && qualified.length > 0)
        return certain.map((it) => ({ found: read(it), qualified: false, certain: false, declared: false }))
      const likely = start === 0 && isNamed ? possible.filter((it) => it.declared.includes(name)) : possible
      return [
        ...certain.map((it) => ({ found: read(it), qualified: start > 0, certain: true, declared: true })),
        ...likely.map((it) => ({
          found: read(it.at(name)),
          qualified: start > 0,
          certain: false,
          declared: start > 0 || it.declared.includes(name),
        })),
      ]
    })
  })
  const sure = found.filter((it) => it.certain)
  // A column of the relation that is named hides what would be a field of a column of that name.
  const named = sure.filter((it) => it.qualified)
  if (named.length > 0) return named
  const alias = aliases.get(parts[0] ?? '')
  if (alias === undefined || (sure.length > 0 && !aliasToo)) return found
  const own = {
    found: foundAs(alias, parts.slice(1)),
    qualified: false,
    certain: sure.length > 0 || found.length === 0,
    declared: true,
  }
  return [...found, own]
}

function isQualifier(qualifier: readonly string[], parts: readonly string[]): boolean {
  return qualifier.length < parts.length && qualifier.every((part, index) => part === parts[index])
}

function foundAs({ meaning, upstream, type, unknown }: OutputColumn, fields: readonly string[]): Found {
  const form = fields.length === 0 ? ['column', meaning] : ['field', meaning, ...fields]
  return {
    form,
    upstream: fields.length === 0 ? upstream : derived(upstream, 'function', 'field'),
    type: fields.length === 0 ? type : null,
    unknown,
  }
}

function together(all: readonly Found[]): Found {
  const [first, ...more] = all
  if (first !== undefined && more.length === 0) return first
  const forms = [...new Set(all.map(({ form }) => JSON.stringify(form)))].sort()
  return combined(forms.length === 1 && first !== undefined ? first.form : ['one of', ...forms], all)
}

/** What is made of several, whose own type is not known. */
export function combined(form: Form, all: readonly Found[]): Found {
  return {
    form,
    upstream: derived(
      all.flatMap(({ upstream }) => upstream),
      'identity',
      null,
    ),
    type: null,
    unknown: all.find(({ unknown }) => unknown !== null)?.unknown ?? null,
  }
}

function word(parts: readonly string[]): Found {
  return { form: ['word', ...parts], upstream: [], type: null, unknown: null }
}

/** It may be a name that Spark made up, so it depends on all that is read. */
function missing(written: readonly string[], { sources, parent }: Place): Found {
  const unknown = `nothing that is read here has a column '${written.join('.')}'`
  const read = sources.map(({ label, output }): Form => [label, signatureOf(output)])
  const form = [
    'missing',
    parent === null ? null : missing(written, parent).form,
    written.map((it) => it.toLowerCase()),
    read,
  ]
  return { form, upstream: [], type: null, unknown }
}

function among(written: readonly string[], readings: number): string {
  return `'${written.join('.')}' may be a column of ${readings} relations whose columns are not known`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
