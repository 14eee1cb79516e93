import { createHash } from 'node:crypto'
import type { Tree } from './sdk.ts'

/**
 * Raised whenever the same query may get other meanings, or other queries the same ones: meanings that are kept are compared with those
 * of the same version alone.
 */
export const analysisVersion = 1

/** How a column is made from another one, the most that was done to it on the way. */
export type Derivation = 'identity' | 'cast' | 'function' | 'aggregate' | 'window'

/** A column of a relation that a query reads. */
export interface Upstream {
  /** The relation's id, or its name as the query writes it, in lower case, its parts with dots between. */
  readonly relation: string
  /** In lower case. */
  readonly column: string
  readonly derivation: Derivation
  /** What was applied on the way, sorted: functions by name, operators by what the SQL library calls them. */
  readonly functions: readonly string[]
}

/** Where a query uses a column besides handing it on. */
export type Role = 'join' | 'filter' | 'group' | 'window' | 'order'

export interface OutputColumn {
  /** As the query writes it; empty for one that Spark names. */
  readonly name: string
  /** Empty for a literal, and for what is made from none. */
  readonly upstream: readonly Upstream[]
  readonly type: string | null
  /** Why its upstream columns are not certain, in words; null when they are. */
  readonly unknown: string | null
  /** Equal for two columns of queries over the same rows: they hold the same values. */
  readonly meaning: string
}

/** All columns of a relation whose columns are not known for certain, handed on by a `*`. */
export interface OpenStar {
  readonly relation: string
  readonly except: ReadonlySet<string>
  /** Names that are known of it, such as those that YAML declares. */
  readonly declared: readonly string[]
  readonly meaning: string
  /** What the column of this name would be, should there be one. */
  at(name: string): OutputColumn
}

export type Entry = { readonly column: OutputColumn } | { readonly star: OpenStar }

/** A part of what decides which rows a query gives. */
export interface RowsPart {
  readonly what: string
  readonly meaning: string
  readonly tree: Tree
}

/** What decides which rows a query gives. Equal meanings: the same rows, whatever their columns are. */
export interface Rows {
  readonly meaning: string
  readonly parts: readonly RowsPart[]
  readonly inner: readonly { readonly label: string; readonly name: string; readonly rows: Rows }[]
}

/** What a query gives: its columns in order, and its rows. */
export interface Output {
  readonly entries: readonly Entry[]
  readonly rows: Rows
  /** How many selects that are more than a choice of columns lie beneath. */
  readonly depth: number
  /** What an outer query's columns are said to come from. */
  readonly label: string
}

/** What one query does. */
export interface QueryAnalysis {
  readonly output: Output
  /** What is used for more than being handed on, anywhere in the query: role -> `relation\0column`. */
  readonly uses: ReadonlyMap<Role, ReadonlySet<string>>
  /** Every relation that it reads, by id or by name in lower case, sorted. */
  readonly relations: readonly string[]
}

/** A relation that a query reads, as far as it is known. */
export interface Relation {
  /** What it is called in the answers, whatever the query calls it. */
  readonly id: string
  readonly columns: readonly { readonly name: string; readonly type: string | null }[]
  /** Whether it has these columns and no others for certain. */
  readonly complete: boolean
  /** Another text for a column (null: for all of them together) that holds other values than before. */
  readonly version?: (column: string | null) => string
  /** Another text for other rows than before. */
  readonly rowsVersion?: string
}

/** Looks up a relation by its name in lower case; null for one that nothing is known of. */
export type Relations = (name: string) => Relation | null

/** Data without undefined, for a meaning. */
export type Form = null | boolean | number | string | readonly Form[] | { readonly [key: string]: Form }

/** Equal forms give equal meanings, different ones different meanings. */
export function meaningOf(form: Form): string {
  return createHash('sha256').update(JSON.stringify(form)).digest('base64url').slice(0, 22)
}

/** Everything about a query's columns, with their names. */
export function signatureOf({ entries }: Output): string {
  return meaningOf(
    entries.map((entry) =>
      'star' in entry ? ['*', entry.star.meaning] : [entry.column.name.toLowerCase(), entry.column.meaning],
    ),
  )
}
