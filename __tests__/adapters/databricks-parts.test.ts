import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { thrift } from '@databricks/sql'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { tenantOf } from '../../src/adapters/databricks/azure.ts'
import { rowsOf } from '../../src/adapters/databricks/cells.ts'
import { errorOf, type Failure, failureOf } from '../../src/adapters/databricks/failure.ts'
import type { Connection } from '../../src/dbt/connection.ts'
import { ConfigurationError } from '../../src/errors.ts'
import { describeWith } from '../tools/optional.ts'
import { makeCertificates } from '../workspace/certificates.ts'
import { trust } from '../workspace/trust.ts'

const { TTypeId } = thrift.TCLIService_types

describe('a cell that came as Arrow', () => {
  it.each<[string, unknown, number, unknown]>([
    ['a date', new Date('2024-02-29'), TTypeId.DATE_TYPE, '2024-02-29'],
    ['a timestamp', new Date('2024-02-29T12:00:00Z'), TTypeId.TIMESTAMP_TYPE, '2024-02-29 12:00:00'],
    ['a timestamp at midnight', new Date('2024-02-29'), TTypeId.TIMESTAMP_TYPE, '2024-02-29 00:00:00'],
    [
      'a timestamp with a fraction',
      new Date('2024-02-29T12:00:00.120Z'),
      TTypeId.TIMESTAMP_TYPE,
      '2024-02-29 12:00:00.120',
    ],
    ['a bigint', 42n, TTypeId.BIGINT_TYPE, 42],
    ['a bigint that no number holds', 9007199254740993n, TTypeId.BIGINT_TYPE, '9007199254740993'],
    ['a decimal', '1234567890123456789.10', TTypeId.DECIMAL_TYPE, '1234567890123456789.10'],
    ['bytes', Buffer.from([0, 255]), TTypeId.BINARY_TYPE, '00ff'],
    ['a list', [1n, { a: null }], TTypeId.ARRAY_TYPE, '[1,{"a":null}]'],
    ['nothing', undefined, TTypeId.STRING_TYPE, null],
    ['a float', 0.1, TTypeId.DOUBLE_TYPE, 0.1],
  ])('%s', (_, value, type, expected) => {
    const columns = [{ columnName: 'x', typeDesc: { types: [{ primitiveEntry: { type } }] } }]
    expect(rowsOf([{ x: value }], { columns })).toEqual([{ x: expected }])
  })
})

const connection: Connection = {
  host: 'acme.cloud.databricks.com',
  httpPath: '/sql/1.0/warehouses/abc',
  catalog: null,
  schema: 'default',
  auth: { kind: 'token', token: 'dapi-secret' },
  secrets: ['dapi-secret'],
}

const answer = (status: number, headers: Record<string, string> = {}) => ({
  statusCode: status,
  response: { status, headers: new Headers(headers) },
})

describe('an error of the driver', () => {
  afterEach(() => void vi.unstubAllEnvs())

  it.each<[string, unknown, Failure]>([
    [
      'a host that is not known',
      { code: 'ENOTFOUND', type: 'system' },
      { kind: 'setup', problem: 'host', code: 'ENOTFOUND' },
    ],
    ['a name server that is away', { code: 'EAI_AGAIN' }, { kind: 'network', code: 'EAI_AGAIN', sent: false }],
    ['a broken connection', { code: 'ECONNRESET' }, { kind: 'network', code: 'ECONNRESET', sent: true }],
    [
      'one that the server hung up',
      { type: 'system', message: 'socket hang up' },
      { kind: 'network', code: 'the connection broke', sent: true },
    ],
    [
      'a certificate that ran out',
      { code: 'CERT_HAS_EXPIRED' },
      { kind: 'setup', problem: 'certificate', code: 'CERT_HAS_EXPIRED' },
    ],
    [
      'a certificate for another name',
      { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      { kind: 'setup', problem: 'certificate', code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    ],
    ['a warehouse that starts', answer(503, { 'Retry-After': '7' }), { kind: 'starting', retryAfterSeconds: 7 }],
    ['one that does not say how long', answer(503), { kind: 'starting', retryAfterSeconds: null }],
    [
      'one that gives a date',
      answer(429, { 'Retry-After': 'Fri, 1 Mar' }),
      { kind: 'starting', retryAfterSeconds: null },
    ],
    ['a fault of the server', answer(500), { kind: 'network', code: 'HTTP 500', sent: true }],
    [
      'after the driver has tried again',
      { payload: answer(503, { 'Retry-After': '1' }), errorCode: 'ATTEMPTS_EXCEEDED' },
      { kind: 'starting', retryAfterSeconds: 1 },
    ],
    [
      'an identity provider that refuses',
      { name: 'OPError', error: 'invalid_client', response: { statusCode: 401, headers: {} } },
      { kind: 'setup', problem: 'credentials', code: '' },
    ],
    [
      'an identity provider that is away',
      { name: 'OPError', response: { statusCode: 502, headers: { 'retry-after': '3' } } },
      { kind: 'starting', retryAfterSeconds: 3 },
    ],
    ['a session that is gone', { name: 'Status Error', message: 'Invalid SessionHandle: x' }, { kind: 'lost' }],
    ['a session of its own that is closed', { message: 'The session was closed or has expired' }, { kind: 'lost' }],
    [
      "a statement, by the operation's whole text",
      { errorCode: 'ERROR', message: 'short', response: { errorMessage: '[PARSE_SYNTAX_ERROR] long' } },
      { kind: 'statement', text: '[PARSE_SYNTAX_ERROR] long' },
    ],
    [
      'a statement on a table of sessions',
      { errorCode: 'ERROR', message: '[X_Y] The session was closed' },
      { kind: 'statement', text: '[X_Y] The session was closed' },
    ],
    ['a bug', new TypeError('Bearer dapi-secret is no header'), { kind: 'driver', name: 'TypeError' }],
    ['what is no error', 'dapi-secret', { kind: 'driver', name: 'unknown' }],
  ])('is read: %s', (_, error, expected) => {
    const failure = failureOf(error)
    expect(failure).toEqual(expected)
    expect(errorOf(failure, connection).message).not.toContain('dapi-secret')
  })

  it.each<[string, string, Record<string, string>, RegExp]>([
    [
      'the workspace, behind a proxy',
      'http://proxy.acme:3128',
      { 'x-databricks-reason-phrase': 'x' },
      /workspace acme.* refuses the credentials/,
    ],
    ['the proxy', 'http://proxy.acme:3128', {}, /^the proxy proxy\.acme:3128 refuses the connection to acme/],
    ['the workspace, without a proxy', '', {}, /^the workspace acme.* refuses the credentials/],
  ])('of 403 is told apart: %s', (_, proxy, headers, message) => {
    vi.stubEnv('https_proxy', proxy)
    vi.stubEnv('HTTPS_PROXY', proxy)
    vi.stubEnv('no_proxy', '')
    vi.stubEnv('NO_PROXY', '')
    const error = errorOf(failureOf(answer(403, headers)), connection)
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toMatch(message)
  })
})

describeWith('java', "an Azure workspace's tenant", () => {
  const folder = mkdtempSync(join(tmpdir(), 'dbt-regions-tenant-'))
  let distrust = () => {}
  let location = ''
  let server: Server
  let host = ''

  beforeAll(async () => {
    const { authority, key, certificate: cert } = await makeCertificates(folder)
    distrust = trust(authority)
    server = createServer({ key, cert }, ({ url }, response) => {
      response.writeHead(url === '/aad/auth' ? 302 : 404, { location }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // A server that listens on a host and port has such an address.
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    distrust()
    server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is the one that its login leads to', async () => {
    location = 'https://login.microsoftonline.com/9f37a392-f0ae-4280-9796-f1864a10effc/oauth2/authorize?x=1'
    expect(await tenantOf(host)).toBe('9f37a392-f0ae-4280-9796-f1864a10effc')
  })

  it('is asked for where the login leads nowhere', async () => {
    location = '/login.html'
    await expect(tenantOf(host)).rejects.toThrow(`the Microsoft Entra tenant of ${host} cannot be found; set`)
  })
})
