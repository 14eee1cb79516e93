import { type Finding, type Severity, sortFindings } from '../finding.ts'
import type { Position } from './manifest.ts'
import { join, Lines } from './text.ts'

/** A part of a file of the project: path from the project's root, offset in UTF-16 units. */
export interface Place {
  readonly file: string
  readonly offset: number
}

const MAX_SUGGESTIONS = 500

/** Collects findings and turns offsets into lines and columns. */
export class Sink {
  readonly #files: ReadonlyMap<string, string>
  /** Where the project is in the repository. */
  readonly root: string
  readonly #lines = new Map<string, Lines>()
  readonly #findings: Finding[] = []
  readonly #said = new Set<string>()
  #suggested = 0

  constructor(files: ReadonlyMap<string, string>, root: string) {
    this.#files = files
    this.root = root
  }

  position(place: Place): Position {
    if (place.offset <= 0) return { path: place.file, line: 1, column: 1 }
    let lines = this.#lines.get(place.file)
    if (!lines) {
      lines = new Lines(this.#files.get(place.file) ?? '')
      this.#lines.set(place.file, lines)
    }
    return { path: place.file, ...lines.at(place.offset) }
  }

  /** Adds a finding, once however often it is said. */
  add(rule: string, severity: Severity, place: Place, message: string, unique_id?: string): void {
    const { path, line, column } = this.position(place)
    const file = join(this.root, path)
    const finding = { rule, severity, file, line, column, message, ...(unique_id === undefined ? {} : { unique_id }) }
    const key = keyOf(finding)
    if (this.#said.has(key)) return
    this.#said.add(key)
    this.#findings.push(finding)
  }

  /** What was told after the first `count`, as it was told. */
  since(count: number): readonly Finding[] {
    return this.#findings.slice(count)
  }

  get count(): number {
    return this.#findings.length
  }

  /** Tells again what another sink was told at first. */
  repeat(other: Sink, count: number): void {
    for (const finding of other.#findings.slice(0, count)) {
      this.#said.add(keyOf(finding))
      this.#findings.push(finding)
    }
  }

  /** Whether one more of what is missing is worth a suggestion: each is compared with every name that there is. */
  maySuggest(): boolean {
    this.#suggested += 1
    return this.#suggested <= MAX_SUGGESTIONS
  }

  /** Positions of places, worked out when they are asked for. */
  positions(places: () => ReadonlyMap<string, Place>): ReadonlyMap<string, Position> {
    return new Positions(places, (place) => this.position(place))
  }

  findings(): Finding[] {
    return sortFindings(this.#findings)
  }
}

function keyOf({ rule, file, line, column, message }: Finding): string {
  return `${rule}\0${file}\0${line}\0${column}\0${message}`
}

class Positions implements ReadonlyMap<string, Position> {
  readonly #find: () => ReadonlyMap<string, Place>
  readonly #position: (place: Place) => Position
  #found: ReadonlyMap<string, Place> | undefined

  constructor(places: () => ReadonlyMap<string, Place>, position: (place: Place) => Position) {
    this.#find = places
    this.#position = position
  }

  get #places(): ReadonlyMap<string, Place> {
    this.#found ??= this.#find()
    return this.#found
  }

  get size(): number {
    return this.#places.size
  }
  get(key: string): Position | undefined {
    const place = this.#places.get(key)
    return place && this.#position(place)
  }
  has(key: string): boolean {
    return this.#places.has(key)
  }
  keys(): MapIterator<string> {
    return this.#places.keys()
  }
  *entries(): MapIterator<[string, Position]> {
    for (const [key, place] of this.#places) yield [key, this.#position(place)]
  }
  *values(): MapIterator<Position> {
    for (const place of this.#places.values()) yield this.#position(place)
  }
  [Symbol.iterator](): MapIterator<[string, Position]> {
    return this.entries()
  }
  forEach(visit: (value: Position, key: string, map: ReadonlyMap<string, Position>) => void): void {
    for (const [key, value] of this) visit(value, key, this)
  }
}
