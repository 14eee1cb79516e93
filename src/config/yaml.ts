import {
  CORE_SCHEMA,
  constructFromEvents,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  YAMLException,
} from 'js-yaml'
import { ConfigurationError } from '../errors.ts'
import type { Location } from '../finding.ts'

/** A YAML file as a value, with the place of every key. */
export interface LocatedYaml {
  readonly value: unknown
  /** The place of the key (or list entry) that a path leads to, or of the nearest one around it. */
  locate(path: readonly string[]): Location
}

/** Reads one YAML 1.2 document (`off` is text). Throws a ConfigurationError with `file:line:column` where it is not one. */
export function readYaml(text: string, file: string): LocatedYaml {
  try {
    const events = parseEvents(text, { filename: file, maxDepth: 50 })
    const [value = null, ...more] = constructFromEvents(events, {
      source: text,
      filename: file,
      schema: CORE_SCHEMA,
      maxAliases: 100,
    })
    if (more.length > 0)
      throw new ConfigurationError(`${file}: it holds more than one YAML document; remove all but one`)
    const offsets = keyOffsets(text, events)
    return { value, locate: (path) => locate(text, file, offsets, path) }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const place = `${file}:${(error.mark?.line ?? 0) + 1}:${(error.mark?.column ?? 0) + 1}`
    throw new ConfigurationError(`${place}: this is not valid YAML: ${error.reason}`, { cause: error })
  }
}

const separator = '\0'

interface Frame {
  readonly path: string
  /** Null in a list. */
  readonly mapping: boolean
  /** The key that waits for its value. */
  key: string | null
  index: number
}

/** Offset of every key and list entry, by path. */
function keyOffsets(text: string, events: readonly Event[]): ReadonlyMap<string, number> {
  const offsets = new Map<string, number>()
  const stack: Frame[] = []
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) continue
    if (event.type === EVENT_ID.POP) {
      stack.pop()
      continue
    }
    const frame = stack.at(-1)
    const isKey = frame?.mapping && frame.key === null
    if (isKey) frame.key = event.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : ''
    const path = pathOf(frame)
    if (isKey || frame?.mapping === false) offsets.set(path, offsetOf(event))
    if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      stack.push({ path, mapping: event.type === EVENT_ID.MAPPING, key: null, index: 0 })
    }
    if (frame && !isKey) {
      frame.key = null
      frame.index++
    }
  }
  return offsets
}

function pathOf(frame: Frame | undefined): string {
  if (frame === undefined) return ''
  return join(frame.path, frame.mapping ? (frame.key ?? '') : String(frame.index))
}

function join(path: string, key: string): string {
  return path + separator + key
}

function offsetOf(event: Exclude<Event, { type: typeof EVENT_ID.DOCUMENT | typeof EVENT_ID.POP }>): number {
  if (event.type === EVENT_ID.SCALAR) return Math.max(0, event.valueStart)
  return event.type === EVENT_ID.ALIAS ? event.anchorStart : event.start
}

function locate(text: string, file: string, offsets: ReadonlyMap<string, number>, path: readonly string[]): Location {
  for (let length = path.length; length > 0; length--) {
    const offset = offsets.get(separator + path.slice(0, length).join(separator))
    if (offset !== undefined) return lineAndColumn(text, file, offset)
  }
  return { file, line: 1, column: 1 }
}

function lineAndColumn(text: string, file: string, offset: number): Location {
  const before = text.slice(0, offset)
  return { file, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
