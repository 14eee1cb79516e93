import { type Data, isObject } from './data.ts'
import { type PropertyEntry, placeOf } from './properties.ts'
import type { Place } from './sink.ts'

/** Columns of one resource as one entry describes them. */
interface Described {
  readonly entry: PropertyEntry
  /** The names that count. */
  readonly names: ReadonlyMap<string, unknown>
  /** The columns with their Jinja rendered, and as they are written. */
  readonly data: readonly Data[]
  readonly raw: readonly Data[]
}

/** Where columns stand, looked for when it is asked: nothing is told of most of them. */
export class ColumnPlaces {
  readonly #described = new Map<string, Described[]>()

  add(
    unique_id: string,
    entry: PropertyEntry,
    names: ReadonlyMap<string, unknown>,
    data: readonly Data[],
    raw: readonly Data[],
  ): void {
    const known = this.#described.get(unique_id)
    const described = { entry, names, data, raw }
    if (known) known.push(described)
    else this.#described.set(unique_id, [described])
  }

  /** The place of a resource's column; where it stands twice, the last. */
  of(unique_id: string, column: string): Place | undefined {
    for (const { entry, names, data, raw } of this.#described.get(unique_id)?.toReversed() ?? []) {
      if (!names.has(column)) continue
      const index = data.findLastIndex((item, at) => isObject(item) && item.name === column && isObject(raw[at]))
      const written = raw[index]
      if (isObject(written)) return placeOf(entry, written)
    }
    return undefined
  }

  /** All places, as `unique_id.column`. */
  all(): ReadonlyMap<string, Place> {
    const result = new Map<string, Place>()
    for (const [unique_id, all] of this.#described)
      for (const { names } of all)
        for (const name of names.keys()) {
          const place = this.of(unique_id, name)
          if (place) result.set(`${unique_id}.${name}`, place)
        }
    return result
  }
}
