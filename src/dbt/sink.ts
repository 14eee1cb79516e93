import { type Finding, type Severity, sortFindings } from '../finding.ts'
import type { Position } from './manifest.ts'
import { join, Lines } from './text.ts'

/** A part of a file of the project: path from the project's root, offset in UTF-16 units. */
export interface Place {
  readonly file: string
  readonly offset: number
}

/** Collects findings and turns offsets into lines and columns. */
export class Sink {
  readonly #files: ReadonlyMap<string, string>
  readonly #root: string
  readonly #lines = new Map<string, Lines>()
  readonly #findings: Finding[] = []
  readonly #said = new Set<string>()

  constructor(files: ReadonlyMap<string, string>, root: string) {
    this.#files = files
    this.#root = root
  }

  position(place: Place): Position {
    let lines = this.#lines.get(place.file)
    if (!lines) {
      lines = new Lines(this.#files.get(place.file) ?? '')
      this.#lines.set(place.file, lines)
    }
    return { path: place.file, ...lines.at(Math.max(0, place.offset)) }
  }

  /** Adds a finding, once however often it is said. */
  add(rule: string, severity: Severity, place: Place, message: string, unique_id?: string): void {
    const { path, line, column } = this.position(place)
    const file = join(this.#root, path)
    const key = `${rule}\0${file}\0${line}\0${column}\0${message}`
    if (this.#said.has(key)) return
    this.#said.add(key)
    this.#findings.push({
      rule,
      severity,
      file,
      line,
      column,
      message,
      ...(unique_id === undefined ? {} : { unique_id }),
    })
  }

  findings(): Finding[] {
    return sortFindings(this.#findings)
  }
}
