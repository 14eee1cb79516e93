import type { Json, JsonObject } from '../dbt/manifest.ts'
import { analysisVersion, type Entry, meaningOf, type QueryAnalysis } from '../sql/analysis.ts'
import { hash, isObject } from './canonical.ts'
import { type Fingerprint, fingerprintVersion } from './fingerprint.ts'

/** How what a relation holds differs from before; columns in lower case. */
export interface Impact {
  readonly rows: boolean
  readonly columns: ReadonlySet<string> | 'all'
}

/** unique_id -> how what it holds differs; what is not there holds the same. */
export type Impacts = ReadonlyMap<string, Impact>

/** Also of what is not known: it absorbs every other impact, and every node that reads it gets it. */
export const anything: Impact = { rows: true, columns: 'all' }

export function joined(one: Impact | undefined, other: Impact): Impact {
  if (one === undefined) return other
  const columns = one.columns === 'all' || other.columns === 'all' ? 'all' : new Set([...one.columns, ...other.columns])
  const rows = one.rows || other.rows
  return rows && columns === 'all' ? anything : { rows, columns }
}

/** What a node gives, small enough to be kept: two of them say how what stands differs. */
export interface NodeOutputs {
  readonly parts: OutputParts
  /** Of the query in each state that the node may be built in; null when it is not known what it does. */
  readonly queries: readonly QueryOutputs[] | null
}

/** Hashes of the parts of a fingerprint. `readers` is of that part of governance that decides what a reader sees: masks and filters. */
export interface OutputParts {
  readonly code: string
  readonly config: string
  readonly place: string
  readonly governance: string
  readonly readers: string
}

export interface QueryOutputs {
  readonly rows: string
  /** A name of null is that of a `*` over columns that are not known. */
  readonly columns: readonly OutputTuple[]
}
type OutputTuple = readonly [name: string | null, meaning: string, type: string | null]

/** Of a wider relation it is only kept whether anything differs. */
const mostColumns = 1000

export function partsOf({ parts, governance }: Fingerprint): OutputParts {
  const { code, config, place } = parts
  const all = { code, config, place, governance: parts.governance, readers: hash(readersOf(governance)) }
  return {
    code: shortened(all.code),
    config: shortened(all.config),
    place: shortened(all.place),
    governance: shortened(all.governance),
    readers: shortened(all.readers),
  }
}

function shortened(text: string): string {
  return text.slice(0, 16)
}

const unseen = new Set(['databricks_tags', 'grants', 'description'])

/** Tags, grants and descriptions alter nothing that is read; what is not known to be one of them may. */
function readersOf({ columns, ...relation }: JsonObject): JsonObject {
  const seen = (bag: JsonObject) => Object.fromEntries(Object.entries(bag).filter(([key]) => !unseen.has(key)))
  const ofColumns = Object.entries(isObject(columns) ? columns : {}).flatMap(([name, bag]): [string, Json][] => {
    const own = isObject(bag) ? seen(bag) : {}
    return Object.keys(own).length > 0 ? [[name, own]] : []
  })
  return { ...seen(relation), ...(ofColumns.length > 0 && { columns: Object.fromEntries(ofColumns) }) }
}

/** What the queries of a node give, without what makes it up. */
export function outputsOfQueries(queries: readonly QueryAnalysis[]): QueryOutputs[] {
  return queries.map(({ output }): QueryOutputs => {
    const columns = output.entries.map(tupleOf)
    const whole: OutputTuple = [null, meaningOf(columns), null]
    return { rows: output.rows.meaning, columns: columns.length > mostColumns ? [whole] : columns }
  })
}

function tupleOf(entry: Entry): OutputTuple {
  return 'star' in entry
    ? [null, entry.star.meaning, null]
    : [entry.column.name, entry.column.meaning, entry.column.type]
}

/** How what two versions of a node give differs; null when it does not. */
export function impactBetween(before: readonly QueryOutputs[], after: readonly QueryOutputs[]): Impact | null {
  if (before.length !== after.length) return anything
  let impact: Impact | null = null
  for (const [index, query] of after.entries()) {
    const own = queryImpact(before[index] ?? query, query)
    if (own !== null) impact = joined(impact ?? undefined, own)
  }
  return impact
}

function queryImpact(before: QueryOutputs, after: QueryOutputs): Impact | null {
  const rows = before.rows !== after.rows
  const [old, now] = [byKey(before), byKey(after)]
  const columns = new Set<string>()
  let all = order(old, now).some((key, index) => key !== order(now, old)[index])
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(key), now.get(key)]
    const name = (is ?? was)?.[0] ?? null
    const same = was !== undefined && is !== undefined && was[1] === is[1] && !otherType(was[2], is[2])
    if (same && was[0] === is[0]) continue
    // A `*`, a column that Spark names, or one that is written otherwise.
    if (same || name === null || name.startsWith('\0')) all = true
    else columns.add(name.toLowerCase())
  }
  if (!rows && !all && columns.size === 0) return null
  return rows && all ? anything : { rows, columns: all ? 'all' : columns }
}

function otherType(before: string | null, after: string | null): boolean {
  return before !== null && after !== null && before !== after
}

/** By name in lower case, of several with one name each by its number; a `*` by what it means. */
function byKey({ columns }: QueryOutputs): Map<string, OutputTuple> {
  const keyed = new Map<string, OutputTuple>()
  for (const column of columns) {
    const name = column[0] === null ? `*${column[1]}` : column[0].toLowerCase()
    let key = name
    for (let count = 2; keyed.has(key); count++) key = `${name}\0${count}`
    keyed.set(key, column)
  }
  return keyed
}

/** The keys of one that the other has too. */
function order(one: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): string[] {
  return [...one.keys()].filter((key) => other.has(key))
}

/** Outputs of another version are not compared: what was called the same then need not be. */
const outputsVersion = `${fingerprintVersion}.${analysisVersion}`

/** As text for a ledger. */
export function encodeOutputs({ parts, queries }: NodeOutputs): string {
  return JSON.stringify({ version: outputsVersion, parts, queries })
}

/** Null for a text of another version, or for none that is one. */
export function decodeOutputs(text: string): NodeOutputs | null {
  let value: Json
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!isObject(value) || value.version !== outputsVersion) return null
  const parts = partsIn(value.parts)
  const queries = Array.isArray(value.queries) ? value.queries.map(queryIn) : []
  if (parts === null) return null
  const read = queries.filter((query) => query !== null)
  return { parts, queries: queries.length === 0 || read.length < queries.length ? null : read }
}

function partsIn(value: Json | undefined): OutputParts | null {
  if (!isObject(value)) return null
  const { code, config, place, governance, readers } = value
  const texts = [code, config, place, governance, readers]
  if (!texts.every((text) => typeof text === 'string')) return null
  return {
    code: String(code),
    config: String(config),
    place: String(place),
    governance: String(governance),
    readers: String(readers),
  }
}

function queryIn(value: Json): QueryOutputs | null {
  if (!isObject(value) || typeof value.rows !== 'string' || !Array.isArray(value.columns)) return null
  const columns = value.columns.map(tupleIn).filter((tuple) => tuple !== null)
  return columns.length < value.columns.length ? null : { rows: value.rows, columns }
}

function tupleIn(value: Json): OutputTuple | null {
  if (!Array.isArray(value)) return null
  const [name = null, meaning, type = null] = value
  const isText = (each: Json): each is string | null => each === null || typeof each === 'string'
  return isText(name) && typeof meaning === 'string' && isText(type) ? [name, meaning, type] : null
}
