import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { trim, trimmedGithubOpenapi } from './github-openapi.ts'
import { isRecord, type Json, parseJson } from './json.ts'
import { describeWith } from './optional.ts'

const operations: string[] = JSON.parse(readFileSync(join(import.meta.dirname, 'github-operations.json'), 'utf8'))
const committed = parseJson(readFileSync(join(import.meta.dirname, '../github/openapi.json'), 'utf8'))

test('the committed description holds the operations in use and no others', () => {
  expect(operationIds(committed.paths ?? null)).toEqual(operations)
})

test('keeps what an operation reaches, and a field that is named like prose', () => {
  const whole = parseJson(`{
    "openapi": "3.0.3",
    "paths": {
      "/a": {
        "get": { "operationId": "a/get", "summary": "…", "responses": { "200": { "$ref": "#/components/responses/a" } } },
        "put": { "operationId": "a/put", "responses": {} }
      }
    },
    "components": {
      "responses": { "a": { "description": "…", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/a" } } } } },
      "schemas": {
        "a": { "description": "…", "properties": { "description": { "type": "string", "description": "…" }, "a": { "$ref": "#/components/schemas/a" } } },
        "b": { "type": "string" }
      }
    }
  }`)
  const kept = trim(whole, new Set(['a/get']))
  expect(kept.paths).toEqual({
    '/a': { get: { operationId: 'a/get', responses: { 200: { $ref: '#/components/responses/a' } } } },
  })
  expect(kept.components).toEqual({
    responses: {
      a: { description: '', content: { 'application/json': { schema: { $ref: '#/components/schemas/a' } } } },
    },
    schemas: { a: { properties: { description: { type: 'string' }, a: { $ref: '#/components/schemas/a' } } } },
  })
})

test('names an operation that GitHub does not have', () => {
  expect(() => trim({ paths: {}, components: {} }, new Set(['issues/creat-comment']))).toThrow(/issues\/creat-comment/)
})

describeWith('registry', 'the committed description', () => {
  test('is what GitHub publishes', async () => {
    expect(await trimmedGithubOpenapi(operations)).toEqual(committed)
  }, 120_000)
})

function operationIds(value: Json): string[] {
  if (!isRecord(value)) return []
  const own = typeof value.operationId === 'string' ? [value.operationId] : []
  return [...own, ...Object.values(value).flatMap(operationIds)].sort()
}
