import type { ErrorObject } from 'ajv/dist/2020.js'
import { didYouMean } from './nearest.ts'
import { type SchemaName, validate } from './validators.ts'

/** Keywords whose error only says that another one failed. */
const summaries = new Set(['if', 'propertyNames', 'allOf'])

/** One way in which a value does not follow its schema. */
export interface Problem {
  /** The keys that lead to what is wrong; for an unknown key that key is the last. */
  readonly path: readonly string[]
  /** What was found there and what to write, without saying where. */
  readonly message: string
}

/** Every problem of a value under one of the published schemas (JSON Schema, draft 2020-12), in the schema's order. */
export function problems(schema: SchemaName, value: unknown): readonly Problem[] {
  const validation = validate(schema)
  return validation(value)
    ? []
    : (validation.errors ?? []).filter((error) => !summaries.has(error.keyword)).map(problem)
}

function problem(error: ErrorObject): Problem {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const { params } = error
  switch (error.keyword) {
    case 'additionalProperties': {
      const known = Object.keys(error.parentSchema?.properties ?? {})
      return {
        path: [...path, String(params.additionalProperty)],
        message: `is not a known key${didYouMean(String(params.additionalProperty), known) || `; known are ${list(known)}`}`,
      }
    }
    case 'required':
      return { path, message: `lacks the key '${params.missingProperty}'` }
    case 'enum':
      return {
        path,
        message: `is ${show(error.data)}: use ${list(params.allowedValues, 'or')}${meant(error.data, params.allowedValues)}`,
      }
    case 'const':
      return { path, message: `is ${show(error.data)}: it must be ${show(params.allowedValue)}` }
    case 'type':
      return { path, message: `is ${show(error.data)}: it must be ${list([params.type].flat().map(typeName), 'or')}` }
    case 'pattern': {
      const rule = error.parentSchema?.$comment ?? `it must match ${params.pattern}`
      if (error.propertyName !== undefined)
        return { path: [...path, error.propertyName], message: `is not a valid name: ${rule}` }
      return { path, message: `is ${show(error.data)}: ${rule}` }
    }
    case 'minProperties':
    case 'minItems':
    case 'minLength':
      return { path, message: 'is empty: give at least one' }
    default:
      return { path, message: `${error.message}` }
  }
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  null: 'empty',
}

function typeName(type: string): string {
  return typeNames[type] ?? type
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return typeof value === 'string' ? `'${value}'` : String(value)
}

function meant(value: unknown, allowed: readonly unknown[]): string {
  return typeof value === 'string'
    ? didYouMean(
        value,
        allowed.filter((word) => typeof word === 'string'),
      )
    : ''
}

function list(words: readonly unknown[], last = 'and'): string {
  const texts = words.map((word) => String(word))
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} ${last} ${texts.at(-1)}`
}
