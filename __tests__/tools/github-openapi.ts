import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { isRecord, type Json, type JsonObject, parseJson } from './json.ts'
import { unpackNpm } from './npm.ts'

const VERSION = '23.0.2'
const DESCRIPTION = 'generated/api.github.com.json'
/** What only people read; without it the description is a third of the size. */
const PROSE = new Set(['description', 'example', 'examples', 'externalDocs', 'summary', 'tags', 'title'])

/**
 * GitHub's own OpenAPI description, whole, as a file in the cache: the single file out of the npm package
 * `@octokit/openapi`, which unpacked has 385 MB and so is no dependency.
 */
export async function githubOpenapiFile(): Promise<string> {
  const folder = await cached(`octokit-openapi-${VERSION}`, async (folder) => {
    await unpackNpm(folder, '@octokit/openapi', VERSION, [DESCRIPTION])
  })
  return join(folder, DESCRIPTION)
}

/** The description cut down to these operations and what they refer to, without prose, with the version it came from. */
export async function trimmedGithubOpenapi(operations: readonly string[]): Promise<JsonObject> {
  const whole = parseJson(await readFile(await githubOpenapiFile(), 'utf8'))
  return trim(whole, new Set(operations))
}

/**
 * Keeps of an OpenAPI description the operations with these ids and the components they reach.
 * Throws with the ids that the description does not have.
 */
export function trim(whole: JsonObject, operations: ReadonlySet<string>): JsonObject {
  const paths = pathsWith(whole, operations)
  const found = Object.values(paths).flatMap((path) => Object.values(record(path)).map((it) => record(it).operationId))
  const missing = [...operations].filter((id) => !found.includes(id))
  if (missing.length > 0) throw new Error(`GitHub's description has no operation ${missing.join(', ')}`)
  return {
    openapi: whole.openapi ?? null,
    info: { title: 'GitHub REST API, the operations in use', version: `@octokit/openapi ${VERSION}` },
    servers: whole.servers ?? [],
    paths,
    components: componentsOf(paths, record(whole.components)),
  }
}

function pathsWith(whole: JsonObject, operations: ReadonlySet<string>): JsonObject {
  const kept: JsonObject = {}
  for (const [path, methods] of sortedEntries(record(whole.paths))) {
    const used = sortedEntries(record(methods)).filter(([, operation]) => {
      const id = isRecord(operation) ? operation.operationId : undefined
      return typeof id === 'string' && operations.has(id)
    })
    if (used.length > 0) kept[path] = Object.fromEntries(used.map(([method, it]) => [method, operationOf(record(it))]))
  }
  return kept
}

function operationOf(operation: JsonObject): Json {
  const shape = record(withoutProse(operation))
  // A response must have a description: https://spec.openapis.org/oas/v3.0.3#response-object
  for (const response of Object.values(record(shape.responses))) describe(response)
  return shape
}

function describe(response: Json | undefined): void {
  if (isRecord(response) && response.$ref === undefined) response.description = ''
}

function componentsOf(paths: JsonObject, all: JsonObject): JsonObject {
  const kept = new Map<string, Json>()
  const queue = references(paths)
  for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
    if (kept.has(ref)) continue
    const [, , kind = '', name = ''] = ref.split('/')
    const component = withoutProse(record(all[kind])[name] ?? null)
    if (kind === 'responses') describe(component)
    kept.set(ref, component)
    queue.push(...references(component))
  }
  const components: JsonObject = {}
  for (const [ref, component] of [...kept].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [, , kind = '', name = ''] = ref.split('/')
    components[kind] = { ...record(components[kind] ?? {}), [name]: component }
  }
  return components
}

function references(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(references)
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, it]) =>
    key === '$ref' && typeof it === 'string' ? [it] : references(it),
  )
}

/** Under `properties` the keys are names of GitHub's fields, of which one may well be `description`. */
function withoutProse(value: Json, areNames = false): Json {
  if (Array.isArray(value)) return value.map((it) => withoutProse(it))
  if (!isRecord(value)) return value
  const kept = Object.entries(value).filter(([key]) => areNames || !(PROSE.has(key) || key.startsWith('x-')))
  return Object.fromEntries(kept.map(([key, it]) => [key, withoutProse(it, key === 'properties' && !areNames)]))
}

function record(value: Json | undefined): JsonObject {
  if (isRecord(value)) return value
  throw new Error(`GitHub's description has ${JSON.stringify(value)?.slice(0, 80)} where an object is expected`)
}

function sortedEntries(object: JsonObject): [string, Json][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))
}
