import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, YAMLException } from 'js-yaml'
import type { Data } from './data.ts'
import { define } from './data.ts'
import { yamlEvents } from './yaml-events.ts'
import { resolvePlain } from './yaml-scalar.ts'

/** A YAML text that cannot be read. `offset` is where, in UTF-16 units. */
export class YamlError extends Error {
  override readonly name = 'YamlError'
  readonly offset: number
  constructor(message: string, offset: number, options?: ErrorOptions) {
    super(message, options)
    this.offset = offset
  }
}

/** A read YAML text: its first document's data, and where its parts stand. */
export interface Yaml {
  readonly data: Data
  /** Offset of a mapping or list that is part of `data`. */
  offsetOf(part: object): number
  /** Offset of an item of a list that is part of `data`. */
  itemOffset(list: object, index: number): number
  /** Offset of a key of a mapping that is part of `data`; the mapping's own when the key came in by a merge. */
  keyOffset(mapping: object, key: string): number
}

const MAX_DEPTH = 100
/** Nodes that aliases may multiply a document to. */
const MAX_NODES = 1_000_000

/**
 * Reads YAML 1.1 as PyYAML's safe loader does (https://pyyaml.org/wiki/PyYAMLDocumentation): a key that stands twice has
 * its last value, keys that are no text become the text that JSON makes of them. Throws YamlError.
 */
export function readYaml(text: string): Yaml {
  const events = readEvents(text)
  const composer = new Composer(text, events)
  return { data: composer.document(), ...composer.places() }
}

function readEvents(text: string): Event[] {
  try {
    return yamlEvents(text, MAX_DEPTH)
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    throw new YamlError(error.reason, error.mark?.position ?? 0, { cause: error })
  }
}

type Mutable = { [key: string]: Data }

class Composer {
  readonly #text: string
  readonly #events: readonly Event[]
  readonly #anchors = new Map<string, Data>()
  /** Where a mapping or list has its places: in few long arrays, for a project has hundreds of thousands of them. */
  readonly #starts = new Map<object, number>()
  /** For each mapping and list its own offset, how many parts it has, and their offsets. */
  readonly #offsets: number[] = []
  /** The key of each part of a mapping, where `#offsets` has its offset. */
  readonly #names: string[] = []
  /** How many nodes an anchor stands for. */
  readonly #sizes = new Map<object, number>()
  /** How many levels are within what an anchor stands for. */
  readonly #heights = new Map<object, number>()
  #index = 0
  #nodes = 0
  /** How many levels are around what is read, and the most that there were since the innermost anchor. */
  #depth = 0
  #deepest = 0

  constructor(text: string, events: readonly Event[]) {
    this.#text = text
    this.#events = events
  }

  document(): Data {
    if (this.#events.length === 0) return null
    this.#index = 1
    if (this.#events[1] === undefined || this.#events[1].type === EVENT_ID.POP) return null
    const data = this.#node()
    const next = this.#events.findIndex((event, index) => index > 0 && event.type === EVENT_ID.DOCUMENT)
    if (next > 0)
      throw new YamlError('expected a single document in the stream, but found another document', this.#end(next))
    return data
  }

  places(): Pick<Yaml, 'offsetOf' | 'itemOffset' | 'keyOffset'> {
    // Not `this`: it holds the events, which are many times the data and are not asked for again.
    const [starts, offsets, names] = [this.#starts, this.#offsets, this.#names]
    const offsetOf = (part: object): number => offsets[starts.get(part) ?? -1] ?? 0
    const countOf = (start: number): number => offsets[start + 1] ?? 0
    return {
      offsetOf,
      itemOffset: (list, index) => {
        const start = starts.get(list)
        return start === undefined || index >= countOf(start) ? offsetOf(list) : (offsets[start + 2 + index] ?? 0)
      },
      keyOffset: (mapping, key) => {
        const start = starts.get(mapping)
        if (start === undefined) return 0
        const first = start + 2
        for (let last = start + 1 + countOf(start); last >= first; last -= 1) {
          if (names[last] === key) return offsets[last] ?? 0
        }
        return offsets[start] ?? 0
      },
    }
  }

  #end(eventIndex: number): number {
    for (let index = eventIndex + 1; index < this.#events.length; index += 1) {
      const offset = startOf(this.#events[index])
      if (offset >= 0) return offset
    }
    return this.#text.length
  }

  #node(): Data {
    const event = this.#events[this.#index] as Event
    this.#index += 1
    this.#nodes += 1
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        const value = this.#scalar(event)
        if (event.anchorStart >= 0) this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), value)
        return value
      }
      case EVENT_ID.ALIAS:
        return this.#alias(event.anchorStart, event.anchorEnd)
      case EVENT_ID.SEQUENCE:
        return this.#sequence(event.start, event.anchorStart, event.anchorEnd)
      case EVENT_ID.MAPPING:
        return this.#mapping(event.start, event.anchorStart, event.anchorEnd)
      default:
        return null
    }
  }

  #scalar(event: Extract<Event, { type: 4 }>): Data {
    const source = getScalarValue(this.#text, event)
    if (event.tagStart >= 0) {
      const tag = this.#text.slice(event.tagStart, event.tagEnd)
      if (tag === '!' || tag === '!!str') return source
      if (tag === '!!int' || tag === '!!float' || tag === '!!bool' || tag === '!!null' || tag === '!!timestamp')
        return resolvePlain(source)
      throw new YamlError(`could not determine a constructor for the tag '${tag}'`, event.tagStart)
    }
    if (event.style === SCALAR_STYLE.PLAIN) return resolvePlain(source)
    const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK
    return isBlock && event.valueEnd >= this.#text.length ? this.#lastBlock(source) : source
  }

  /** A block at the end of a text without a newline has none either. */
  #lastBlock(source: string): string {
    return /[\r\n]$/.test(this.#text) ? source : source.replace(/\n$/, '')
  }

  #alias(start: number, end: number): Data {
    const name = this.#text.slice(start, end)
    const value = this.#anchors.get(name)
    if (value === undefined) throw new YamlError(`found undefined alias '${name}'`, start - 1)
    if (value !== null && typeof value === 'object') this.#nodes += this.#sizes.get(value) ?? MAX_NODES
    if (this.#nodes > MAX_NODES) throw new YamlError('aliases make this document too large', start - 1)
    const height = value !== null && typeof value === 'object' ? (this.#heights.get(value) ?? 0) : 0
    this.#reach(this.#depth + height, start - 1)
    return value
  }

  #reach(depth: number, offset: number): void {
    if (depth > MAX_DEPTH) throw new YamlError('aliases make this document too deeply nested', offset)
    this.#deepest = Math.max(this.#deepest, depth)
  }

  /** Reads a list or mapping one level deeper, and remembers how many levels it has when an anchor stands for it. */
  #within(part: object, isAnchored: boolean, read: () => void): void {
    const before = this.#deepest
    this.#depth += 1
    this.#deepest = this.#depth
    read()
    if (isAnchored) this.#heights.set(part, this.#deepest - this.#depth + 1)
    this.#depth -= 1
    this.#deepest = Math.max(before, this.#deepest)
  }

  #sequence(start: number, anchorStart: number, anchorEnd: number): Data {
    const list: Data[] = []
    const before = this.#nodes
    if (anchorStart >= 0) this.#anchors.set(this.#text.slice(anchorStart, anchorEnd), list)
    const offsets: number[] = []
    this.#within(list, anchorStart >= 0, () => {
      while (this.#events[this.#index]?.type !== EVENT_ID.POP) {
        offsets.push(this.#offset(start))
        list.push(this.#node())
      }
    })
    this.#index += 1
    this.#place(list, start, offsets)
    if (anchorStart >= 0) this.#sizes.set(list, this.#nodes - before + 1)
    return list
  }

  #mapping(start: number, anchorStart: number, anchorEnd: number): Data {
    const mapping: Mutable = {}
    const before = this.#nodes
    if (anchorStart >= 0) this.#anchors.set(this.#text.slice(anchorStart, anchorEnd), mapping)
    const keys: string[] = []
    const offsets: number[] = []
    const merges: Data[] = []
    this.#within(mapping, anchorStart >= 0, () => {
      while (this.#events[this.#index]?.type !== EVENT_ID.POP) {
        const offset = this.#offset(start)
        const isMerge = this.#isMerge()
        const key = this.#node()
        const value = this.#node()
        if (isMerge) merges.push(value)
        else {
          if (key !== null && typeof key === 'object') throw new YamlError('found unhashable key', offset)
          const name = String(key)
          keys.push(name)
          offsets.push(offset)
          define(mapping, name, value)
        }
      }
    })
    this.#index += 1
    for (const merge of merges) this.#merge(mapping, merge, start)
    this.#place(mapping, start, offsets, keys)
    if (anchorStart >= 0) this.#sizes.set(mapping, this.#nodes - before + 1)
    return mapping
  }

  #place(part: object, start: number, offsets: readonly number[], keys: readonly string[] = []): void {
    this.#starts.set(part, this.#offsets.length)
    this.#offsets.push(start, offsets.length)
    this.#names.push('', '')
    for (const [index, offset] of offsets.entries()) {
      this.#offsets.push(offset)
      this.#names.push(keys[index] ?? '')
    }
  }

  #isMerge(): boolean {
    const event = this.#events[this.#index]
    return (
      event?.type === EVENT_ID.SCALAR &&
      event.style === SCALAR_STYLE.PLAIN &&
      event.valueEnd - event.valueStart === 2 &&
      this.#text.startsWith('<<', event.valueStart)
    )
  }

  #merge(mapping: Mutable, merge: Data, offset: number): void {
    const sources = Array.isArray(merge) ? merge : [merge]
    for (const source of sources) {
      if (source === null || typeof source !== 'object' || Array.isArray(source))
        throw new YamlError('expected a mapping or list of mappings for merging', offset)
      for (const [key, value] of Object.entries(source)) if (!Object.hasOwn(mapping, key)) define(mapping, key, value)
    }
  }

  #offset(otherwise: number): number {
    const offset = startOf(this.#events[this.#index])
    return offset >= 0 ? offset : otherwise
  }
}

function startOf(event: Event | undefined): number {
  if (event === undefined) return -1
  if (event.type === EVENT_ID.SCALAR) return event.valueStart
  if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) return event.start
  return event.type === EVENT_ID.ALIAS ? event.anchorStart - 1 : -1
}
