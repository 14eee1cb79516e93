import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, YAMLException } from 'js-yaml'
import { type Data, define, isList, isObject } from './data.ts'
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
  const data = new Composer(text, readEvents(text)).document()
  return new LazyYaml(text, data)
}

/** Where things stand is asked of few texts, to tell what is wrong with them: they are read once more for it. */
class LazyYaml implements Yaml {
  readonly data: Data
  readonly #text: string
  #places: Places | undefined
  readonly #twins = new Map<object, object>()

  constructor(text: string, data: Data) {
    this.#text = text
    this.data = data
  }

  offsetOf(part: object): number {
    return this.#read().offsetOf(this.#twin(part))
  }
  itemOffset(list: object, index: number): number {
    return this.#read().itemOffset(this.#twin(list), index)
  }
  keyOffset(mapping: object, key: string): number {
    return this.#read().keyOffset(this.#twin(mapping), key)
  }

  #read(): Places {
    if (!this.#places) {
      this.#places = new Places()
      this.#pair(this.data, new Composer(this.#text, readEvents(this.#text), this.#places).document())
    }
    return this.#places
  }

  #twin(part: object): object {
    return this.#twins.get(part) ?? part
  }

  /** Notes which parts of two readings of one text are the same part. */
  #pair(one: Data, other: Data): void {
    if (isList(one) && isList(other)) {
      if (this.#twins.has(one)) return
      this.#twins.set(one, other)
      one.forEach((item, index) => {
        this.#pair(item, other[index] ?? null)
      })
    } else if (isObject(one) && isObject(other)) {
      if (this.#twins.has(one)) return
      this.#twins.set(one, other)
      for (const key of Object.keys(one)) this.#pair(one[key] ?? null, other[key] ?? null)
    }
  }
}

/** Where the mappings and lists of one text stand. */
class Places {
  readonly #starts = new Map<object, number>()
  /** For each mapping and list its own offset, how many parts it has, and their offsets. */
  readonly #offsets: number[] = []
  /** The key of each part of a mapping, where `#offsets` has its offset. */
  readonly #names: string[] = []

  add(part: object, start: number, offsets: readonly number[], keys: readonly string[] = []): void {
    this.#starts.set(part, this.#offsets.length)
    this.#offsets.push(start, offsets.length)
    this.#names.push('', '')
    for (const [index, offset] of offsets.entries()) {
      this.#offsets.push(offset)
      this.#names.push(keys[index] ?? '')
    }
  }

  offsetOf(part: object): number {
    return this.#offsets[this.#starts.get(part) ?? -1] ?? 0
  }

  itemOffset(list: object, index: number): number {
    const start = this.#starts.get(list)
    return start === undefined || index >= this.#count(start)
      ? this.offsetOf(list)
      : (this.#offsets[start + 2 + index] ?? 0)
  }

  keyOffset(mapping: object, key: string): number {
    const start = this.#starts.get(mapping)
    if (start === undefined) return 0
    const first = start + 2
    for (let last = start + 1 + this.#count(start); last >= first; last -= 1) {
      if (this.#names[last] === key) return this.#offsets[last] ?? 0
    }
    return this.#offsets[start] ?? 0
  }

  #count(start: number): number {
    return this.#offsets[start + 1] ?? 0
  }
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
  readonly #places: Places | undefined
  /** How many nodes an anchor stands for. */
  readonly #sizes = new Map<object, number>()
  /** How many levels are within what an anchor stands for. */
  readonly #heights = new Map<object, number>()
  #index = 0
  #nodes = 0
  /** How many levels are around what is read, and the most that there were since the innermost anchor. */
  #depth = 0
  #deepest = 0

  constructor(text: string, events: readonly Event[], places?: Places) {
    this.#text = text
    this.#events = events
    this.#places = places
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

  /** Goes one level deeper; the answer is for `#leave`. */
  #enter(): number {
    const before = this.#deepest
    this.#depth += 1
    this.#deepest = this.#depth
    return before
  }

  /** Comes back from a list or mapping, and remembers how many levels it has when an anchor stands for it. */
  #leave(part: object, isAnchored: boolean, before: number): void {
    if (isAnchored) this.#heights.set(part, this.#deepest - this.#depth + 1)
    this.#depth -= 1
    this.#deepest = Math.max(before, this.#deepest)
    this.#index += 1
  }

  #sequence(start: number, anchorStart: number, anchorEnd: number): Data {
    const list: Data[] = []
    const before = this.#nodes
    if (anchorStart >= 0) this.#anchors.set(this.#text.slice(anchorStart, anchorEnd), list)
    const offsets: number[] | undefined = this.#places && []
    const deepest = this.#enter()
    while (this.#events[this.#index]?.type !== EVENT_ID.POP) {
      offsets?.push(this.#offset(start))
      list.push(this.#node())
    }
    this.#leave(list, anchorStart >= 0, deepest)
    if (offsets) this.#places?.add(list, start, offsets)
    if (anchorStart >= 0) this.#sizes.set(list, this.#nodes - before + 1)
    return list
  }

  #mapping(start: number, anchorStart: number, anchorEnd: number): Data {
    const mapping: Mutable = {}
    const before = this.#nodes
    if (anchorStart >= 0) this.#anchors.set(this.#text.slice(anchorStart, anchorEnd), mapping)
    const keys: string[] | undefined = this.#places && []
    const offsets: number[] | undefined = this.#places && []
    let merges: Data[] | undefined
    const deepest = this.#enter()
    while (this.#events[this.#index]?.type !== EVENT_ID.POP) {
      const offset = this.#offset(start)
      const isMerge = this.#isMerge()
      const key = this.#node()
      const value = this.#node()
      if (isMerge) {
        merges ??= []
        merges.push(value)
        continue
      }
      if (key !== null && typeof key === 'object') throw new YamlError('found unhashable key', offset)
      const name = String(key)
      define(mapping, name, value)
      keys?.push(name)
      offsets?.push(offset)
    }
    this.#leave(mapping, anchorStart >= 0, deepest)
    if (merges) for (const merge of merges) this.#merge(mapping, merge, start)
    if (offsets) this.#places?.add(mapping, start, offsets, keys)
    if (anchorStart >= 0) this.#sizes.set(mapping, this.#nodes - before + 1)
    return mapping
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
