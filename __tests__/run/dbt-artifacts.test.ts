import { expect, test } from 'vitest'
import { published, publishedRunResults, publishedText } from '../../src/run/dbt-artifacts.ts'
import { redactor } from '../../src/run/dbt-log.ts'

const redact = redactor(['dapi-1', 'dapi-1-long', ''])

test('published run results quote no data, no compiled code and no secret', () => {
  const result = {
    status: 'error',
    timing: [{ name: 'execute', started_at: '2025-01-01T00:00:00Z', completed_at: null }],
    thread_id: 'Thread-1',
    execution_time: 1.5,
    adapter_response: { _message: 'ann@example.com', query_id: 'q', rows_affected: 3 },
    message: 'Database Error\n  [CAST_INVALID_INPUT] The value \'ann@example.com\' of the type "STRING" cannot be cast',
    failures: null,
    unique_id: 'model.shop.a',
    compiled: true,
    compiled_code: "select 'ann@example.com'",
    relation_name: '`main`.`dev`.`a`',
    batch_results: null,
    unheard_of: 'ann@example.com',
  }
  const document = { metadata: { dbt_version: '1.12.5' }, results: [result], args: { vars: { token: 'dapi-1-long' } } }
  const clean = publishedRunResults(document, redact)
  expect(JSON.stringify(clean)).not.toMatch(/example|dapi/)
  expect(clean).toMatchObject({
    metadata: { dbt_version: '1.12.5' },
    args: { vars: { token: '***' } },
    results: [
      {
        status: 'error',
        execution_time: 1.5,
        message: expect.stringContaining('CAST_INVALID_INPUT'),
        adapter_response: { query_id: 'q', rows_affected: 3 },
        compiled_code: null,
      },
    ],
  })
})

test.each([null, 'text', {}, { results: {} }])('%j are no run results', (document) => {
  expect(publishedRunResults(document, redact)).toBeNull()
})

test('secrets are replaced in keys and values, the longest first', () => {
  expect(published({ 'a dapi-1': ['dapi-1-long', 1, null] }, redact)).toEqual({ 'a ***': ['***', 1, null] })
})

test('a manifest that holds a credential is published without it, also where JSON writes it otherwise', () => {
  const secret = 'dapi-1"\\x'
  const json = JSON.stringify({ nodes: { a: { meta: { token: secret, n: 1, none: null } } } })
  const text = publishedText(json, redactor([secret]))
  expect(JSON.parse(text)).toEqual({ nodes: { a: { meta: { token: '***', n: 1, none: null } } } })
})
