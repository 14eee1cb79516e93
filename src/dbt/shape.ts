import { Float } from '../jinja/value.ts'
import { type Data, type DataObject, isList, isObject } from './data.ts'

/**
 * Says what is wrong with a value. `data` is it with its Jinja rendered, `raw` as it is written, which knows where it stands: `tell` is given
 * the mapping or list that is around it and the key or index in there.
 */
export interface Shape {
  (data: Data, raw: Data, at: At): void
  /** Whether nothing is wrong, where that can be told without saying it: it is asked of all YAML, and the answer is nearly always yes. */
  readonly fits?: (data: Data) => boolean
}

interface At {
  readonly holder: object
  readonly key: string | number
  /** As a person calls it: `columns[].name`. */
  readonly name: string
  readonly tell: Tell
}
export type Tell = (holder: object, key: string | number, message: string) => void

export const anything: Shape = Object.assign(() => {}, { fits: () => true })
export const text = plain('a text', (data) => typeof data === 'string')
export const bool = plain('true or false', (data) => typeof data === 'boolean')
export const whole = plain('a whole number', (data) => typeof data === 'number' && Number.isInteger(data))
export const scalar = plain(
  'a text or a number',
  (data) => typeof data === 'string' || typeof data === 'number' || data instanceof Float,
)

/** One of some texts. */
export function oneOf(...values: readonly string[]): Shape {
  return plain(`one of ${values.join(', ')}`, (data) => typeof data === 'string' && values.includes(data))
}

/** One of some texts, in capitals or not. */
export function oneOfAnyCase(...values: readonly string[]): Shape {
  return plain(`one of ${values.join(', ')}`, (data) => typeof data === 'string' && values.includes(data.toLowerCase()))
}

/** A text, or what the shape says. */
export function textOr(shape: Shape): Shape {
  return (data, raw, at) => {
    if (typeof data !== 'string') shape(data, raw, at)
  }
}

/** Null, or what the shape says. */
export function nullable(shape: Shape): Shape {
  const check: Shape = (data, raw, at) => {
    if (data !== null) shape(data, raw, at)
  }
  return Object.assign(check, { fits: (data: Data) => data === null || fits(shape, data) })
}

export function listOf(item: Shape): Shape {
  const check: Shape = (data, raw, { holder, key, name, tell }) => {
    if (!isList(data)) {
      tell(holder, key, `'${name}' is a list, not ${kindOf(data)}`)
      return
    }
    const written = isList(raw) ? raw : data
    const [around, inner] = [isList(raw) ? raw : holder, `${name}[]`]
    data.forEach((each, index) => {
      item(each, written[index] ?? null, { holder: around, key: isList(raw) ? index : key, name: inner, tell })
    })
  }
  return Object.assign(check, {
    fits: (data: Data) => {
      if (!isList(data)) return false
      for (const each of data) if (!fits(item, each)) return false
      return true
    },
  })
}

/** A mapping. Fields that are not named here may be anything. */
export function mapping(fields: Readonly<Record<string, Shape>> = {}, required: readonly string[] = []): Shape {
  const known = new Map(Object.entries(fields))
  const check: Shape = (data, raw, { holder, key, name, tell }) => {
    if (!isObject(data)) {
      tell(holder, key, `'${name}' is a mapping, not ${kindOf(data)}`)
      return
    }
    const written: DataObject | null = isObject(raw) ? raw : null
    for (const field of required)
      if (!Object.hasOwn(data, field)) tell(holder, key, `'${name}' needs '${field}'; add it: ${field}: …`)
    for (const [field, shape] of known) {
      if (!Object.hasOwn(data, field)) continue
      const inner = { holder: written ?? holder, key: written ? field : key, name: `${name}.${field}`, tell }
      shape(data[field] ?? null, written?.[field] ?? null, inner)
    }
  }
  return Object.assign(check, {
    fits: (data: Data) => {
      if (!isObject(data)) return false
      for (const field of required) if (!Object.hasOwn(data, field)) return false
      for (const field in data) {
        const shape = known.get(field)
        if (shape && !fits(shape, data[field] ?? null)) return false
      }
      return true
    },
  })
}

/** What two shapes say, the first one first. */
export function both(first: Shape, second: Shape): Shape {
  const check: Shape = (data, raw, at) => {
    first(data, raw, at)
    second(data, raw, at)
  }
  return Object.assign(check, { fits: (data: Data) => fits(first, data) && fits(second, data) })
}

/** A mapping without other fields than these. */
export function exact(fields: Readonly<Record<string, Shape>>, required: readonly string[] = []): Shape {
  const shape = mapping(fields, required)
  return (data, raw, at) => {
    shape(data, raw, at)
    if (!isObject(data)) return
    const isWritten = isObject(raw)
    for (const field of unknownFields(fields, data))
      at.tell(
        isWritten ? raw : at.holder,
        isWritten ? field : at.key,
        `'${field}' is no key of '${at.name}'; remove it`,
      )
  }
}

export function unknownFields(fields: Readonly<Record<string, Shape>>, data: DataObject): string[] {
  return Object.keys(data).filter((field) => !Object.hasOwn(fields, field))
}

/** The shape of what stands at the top, whose fields are called by their own names. */
export function checkFields(
  fields: Readonly<Record<string, Shape>>,
  data: DataObject,
  raw: DataObject,
  tell: Tell,
): void {
  for (const field of Object.keys(data)) {
    const shape = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (!shape || fits(shape, data[field] ?? null)) continue
    shape(data[field] ?? null, raw[field] ?? null, { holder: raw, key: field, name: field, tell })
  }
}

function plain(expected: string, fits: (data: Data) => boolean): Shape {
  const check: Shape = (data, _raw, { holder, key, name, tell }) => {
    if (!fits(data)) tell(holder, key, `'${name}' is ${expected}, not ${kindOf(data)}`)
  }
  return Object.assign(check, { fits })
}

function fits(shape: Shape, data: Data): boolean {
  return shape.fits?.(data) ?? false
}

/** What a value is, in words; a short text is quoted. */
export function kindOf(data: Data): string {
  if (data === null) return 'empty'
  if (isList(data)) return 'a list'
  if (isObject(data)) return 'a mapping'
  if (typeof data === 'string') return data.length <= 40 ? `'${data}'` : 'a text'
  return data instanceof Float
    ? `the number ${data.value}`
    : typeof data === 'number'
      ? `the number ${data}`
      : `${data}`
}
