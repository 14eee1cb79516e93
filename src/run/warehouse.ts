/** What a warehouse answers in a cell: dates, timestamps and decimals come as text, so that every driver says the same. */
export type Cell = null | boolean | number | string
export type Row = Readonly<Record<string, Cell>>

/** A relation's place, as dbt names it; `database` is the catalog. */
export interface RelationName {
  readonly database: string | null
  readonly schema: string
  readonly identifier: string
}

/**
 * A region's warehouse: the one port through which anything is run. Statements are Databricks SQL whatever stands behind
 * it, with `:name` parameters.
 */
export interface Warehouse {
  /** Runs one statement and answers its rows. Throws a `WarehouseError` with the warehouse's own words. */
  query(sql: string, parameters?: Readonly<Record<string, Cell>>): Promise<readonly Row[]>
  /** The columns of a relation in order, or null when there is no such relation. */
  columns(relation: RelationName): Promise<readonly { readonly name: string; readonly data_type: string }[] | null>
  close(): Promise<void>
}

export class WarehouseError extends Error {
  override readonly name = 'WarehouseError'
  /** Databricks' error condition, such as `TABLE_OR_VIEW_NOT_FOUND`; null when none was named. */
  readonly condition: string | null

  constructor(message: string, { condition = null, cause }: { condition?: string | null; cause?: unknown } = {}) {
    super(message, cause === undefined ? {} : { cause })
    this.condition = condition
  }
}
