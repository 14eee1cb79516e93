import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import addFormats from 'ajv-formats'
import { type Document, OpenAPIBackend, type Request } from 'openapi-backend'
import { isRecord, type Json, type JsonObject, parseJson } from '../tools/json.ts'

/** Answers of GitHub that carry nothing but what went wrong, where its description names no schema for the status. */
const errorKeys = ['message', 'documentation_url', 'errors', 'status']

/** GitHub's own description of its API: says of a request and of an answer what is wrong with them. */
export class Description {
  private readonly api: OpenAPIBackend
  private readonly examples = new Map<string, JsonObject>()

  private constructor(api: OpenAPIBackend) {
    this.api = api
  }

  static async load(): Promise<Description> {
    const definition = withNull(parseJson(readFileSync(join(import.meta.dirname, 'openapi.json'), 'utf8')))
    const api = new OpenAPIBackend({
      definition: definition as unknown as Document,
      quick: true,
      ajvOpts: { strict: false, allErrors: true },
      customizeAjv: (ajv) => addFormats.default(ajv),
    })
    await api.init()
    return new Description(api)
  }

  /** The operation of a request with its path parameters; null when GitHub's description (or our part of it) has none. */
  operationOf(request: Request): { readonly id: string; readonly parameters: Readonly<Record<string, string>> } | null {
    const operation = this.api.matchOperation(request)
    if (!operation?.operationId) return null
    const { params } = this.api.router.parseRequest(request, operation)
    return {
      id: operation.operationId,
      parameters: Object.fromEntries(Object.entries(params).map(([key, it]) => [key, String(it)])),
    }
  }

  /** What is wrong with a request: by the schema, and fields that GitHub does not know and would ignore. */
  requestErrors(id: string, request: Request): string[] {
    const { errors } = this.api.validateRequest(request, id)
    const wrong = (errors ?? []).map((it) => `${id}: request ${it.instancePath} ${it.message}`)
    return [...wrong, ...this.unknownFields(id, request)]
  }

  /** What is wrong with an answer of ours, by the schema of its status. */
  answerErrors(id: string, status: number, body: Json): string[] {
    if (!(String(status) in (this.api.getOperation(id)?.responses ?? {}))) {
      const plain = status >= 400 && isRecord(body) && Object.keys(body).every((key) => errorKeys.includes(key))
      return plain ? [] : [`${id}: GitHub's description knows no answer ${status}`]
    }
    const { errors } = this.api.validateResponse(body, id, status)
    return (errors ?? []).map((it) => `${id}: answer ${status} ${it.instancePath} ${it.message}`)
  }

  /** An answer of the right shape, to be filled with what matters. */
  example(id: string, status: number): JsonObject {
    const key = `${id} ${status}`
    const known = this.examples.get(key)
    if (known) return known
    const { mock } = this.api.mockResponseForOperation(id, { code: status })
    const example = parseJson(JSON.stringify(mock))
    this.examples.set(key, example)
    return example
  }

  private unknownFields(id: string, { body }: Request): string[] {
    const operation = parseJson(JSON.stringify(this.api.getOperation(id)))
    const known = at(operation, 'requestBody', 'content', 'application/json', 'schema', 'properties')
    const sent = isRecord(body as Json) ? Object.keys(body as JsonObject) : []
    const unknown = sent.filter((key) => !(isRecord(known) && key in known))
    return unknown.map((key) => `${id}: request has an unknown field ${key}`)
  }
}

function at(value: Json, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((it, key) => (isRecord(it) ? it[key] : undefined), value)
}

/** GitHub writes `nullable` beside `allOf` and `anyOf`, where OpenAPI 3.0 gives it no meaning: this gives it the one that is meant. */
function withNull<T extends Json>(value: T): T
function withNull(value: Json): Json {
  if (Array.isArray(value)) return value.map((it) => withNull(it))
  if (!isRecord(value)) return value
  const { nullable, ...rest } = Object.fromEntries(Object.entries(value).map(([key, it]) => [key, withNull(it)]))
  if (nullable === undefined) return rest
  if (nullable !== true || rest.type !== undefined) return { ...rest, nullable }
  return { anyOf: [rest, { type: 'object', nullable: true, enum: [null] }] }
}
