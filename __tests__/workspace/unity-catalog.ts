import type { Key, Tags } from './unity-statement.ts'

/** Delta enforces NOT NULL of an existing column as a check whose name begins so; the answers leave it out. */
export const NOT_NULL_CHECK = 'unity_not_null_'

export interface Place {
  readonly schema: string
  readonly table: string
}

interface Kept {
  readonly place: Place
  readonly tags: Map<string, string>
  readonly columnTags: Map<string, Map<string, string>>
  readonly notNull: Set<string>
  readonly keys: Map<string, Key>
}

/** What Unity Catalog keeps about tables and views beside their data, and open-source Spark does not. */
export class UnityCatalog {
  readonly #tables = new Map<string, Kept>()

  of({ schema, table }: Place): Kept {
    const id = `${schema}.${table}`
    const kept = this.#tables.get(id)
    if (kept) return kept
    const place = { schema, table }
    const made = { place, tags: new Map(), columnTags: new Map(), notNull: new Set<string>(), keys: new Map() }
    this.#tables.set(id, made)
    return made
  }

  all(): Kept[] {
    return [...this.#tables].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kept]) => kept)
  }

  setTags(place: Place, column: string | undefined, tags: Tags): void {
    const into = this.#tagsOf(place, column)
    for (const [tag, value] of tags) into.set(tag, value)
  }

  unsetTags(place: Place, column: string | undefined, tags: readonly string[]): void {
    for (const tag of tags) this.#tagsOf(place, column).delete(tag)
  }

  /** `CREATE OR REPLACE` keeps the tags of the table and of the columns that stay, and ends the constraints. */
  replaced(place: Place, columns: readonly string[]): void {
    const kept = this.of(place)
    kept.keys.clear()
    kept.notNull.clear()
    for (const column of kept.columnTags.keys()) if (!columns.includes(column)) kept.columnTags.delete(column)
  }

  dropped({ schema, table }: Place): void {
    this.#tables.delete(`${schema}.${table}`)
  }

  droppedSchema(schema: string): void {
    for (const kept of this.all()) if (kept.place.schema === schema) this.dropped(kept.place)
  }

  renamed(from: Place, to: Place): void {
    const kept = this.of(from)
    this.dropped(from)
    this.#tables.set(`${to.schema}.${to.table}`, { ...kept, place: to })
  }

  clear(): void {
    this.#tables.clear()
  }

  #tagsOf(place: Place, column: string | undefined): Map<string, string> {
    const kept = this.of(place)
    if (column === undefined) return kept.tags
    const tags = kept.columnTags.get(column) ?? new Map<string, string>()
    kept.columnTags.set(column, tags)
    return tags
  }
}
