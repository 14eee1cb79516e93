import { getProxyUrl } from '@actions/http-client/lib/proxy'
import type { Connection } from '../../dbt/connection.ts'
import { ConfigurationError } from '../../errors.ts'
import { WarehouseError } from '../../run/warehouse.ts'
import { readWarehouseError } from '../../run/warehouse-error.ts'

/** What went wrong between the driver and the workspace; a driver's error is read once, and then its text is left behind. */
export type Failure =
  /** The warehouse is not there yet, and has seen nothing. */
  | { readonly kind: 'starting'; readonly retryAfterSeconds: number | null }
  /** The network failed; `sent` is whether the workspace may have seen the request. */
  | { readonly kind: 'network'; readonly code: string; readonly sent: boolean }
  /** The session is no more, and the statement was not run. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'setup'; readonly problem: SetupProblem; readonly code: string }
  /** In the warehouse's words, which may quote data. */
  | { readonly kind: 'statement'; readonly text: string }
  | { readonly kind: 'driver'; readonly name: string }

type SetupProblem = 'credentials' | 'path' | 'host' | 'certificate' | 'proxy' | 'oauth'

const UNSENT = new Set(['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
const BROKEN = new Set([
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
])
const CERTIFICATE = /CERT|UNABLE_TO_VERIFY|ERR_TLS/
const LOST =
  /^(?!\[)(?:[^'"`]*\binvalid session ?handle\b|session (?:was|is|has) (?:closed|expired)|the session was closed)|^\[INVALID_HANDLE\./i

/** Reads any error that the driver, its OAuth client or the network throws. */
export function failureOf(error: unknown): Failure {
  const { payload, response, statusCode, code, type, message, name, errorCode } = partsOf(error)
  if (payload !== undefined) return failureOf(payload)
  const status = typeof statusCode === 'number' ? statusCode : numberIn(response, 'status', 'statusCode')
  if (name === 'OPError' && (status === null || status < 500))
    return { kind: 'setup', problem: 'credentials', code: '' }
  if (status !== null) return ofStatus(status, headersOf(response))
  if (errorCode === 'CANCELED') return { kind: 'cancelled' }
  if (typeof code === 'string') {
    if (code === 'ENOTFOUND') return { kind: 'setup', problem: 'host', code }
    if (CERTIFICATE.test(code)) return { kind: 'setup', problem: 'certificate', code }
    if (UNSENT.has(code)) return { kind: 'network', code, sent: false }
    if (BROKEN.has(code)) return { kind: 'network', code, sent: true }
  }
  const said = typeof message === 'string' ? message : ''
  if (name === 'AuthenticationError') return { kind: 'setup', problem: 'oauth', code: '' }
  if (type === 'system' || name === 'RPError' || /hang up|premature close|timed out|aborted/i.test(said))
    return { kind: 'network', code: 'the connection broke', sent: true }
  if (LOST.test(said)) return { kind: 'lost' }
  if (errorCode !== undefined || name === 'Status Error') return { kind: 'statement', text: wordsOf(error, said) }
  return { kind: 'driver', name: typeof name === 'string' ? name : 'unknown' }
}

function ofStatus(status: number, headers: ReadonlyMap<string, string>): Failure {
  const code = `HTTP ${status}`
  const ofDatabricks = [...headers.keys()].some((header) => header.startsWith('x-databricks-'))
  if (status === 407) return { kind: 'setup', problem: 'proxy', code }
  if (status === 401 || status === 403) return { kind: 'setup', problem: ofDatabricks ? 'credentials' : 'proxy', code }
  if (status === 400 || status === 404) return { kind: 'setup', problem: 'path', code }
  if (status === 429 || (status >= 502 && status <= 504)) {
    const after = Number(headers.get('retry-after') ?? Number.NaN)
    return { kind: 'starting', retryAfterSeconds: Number.isFinite(after) && after >= 0 ? after : null }
  }
  return { kind: 'network', code, sent: true }
}

/** A failure as an error for people: nothing of it is a secret or a row of data. */
export function errorOf(failure: Failure, { host, httpPath }: Connection): ConfigurationError | WarehouseError {
  switch (failure.kind) {
    case 'setup':
      return new ConfigurationError(setupMessage(failure.problem, failure.code, host, httpPath))
    case 'starting':
      return new WarehouseError(
        `the SQL warehouse ${httpPath} of ${host} is not ready; look at its state in the workspace, then run the deploy again`,
        { condition: 'TEMPORARILY_UNAVAILABLE' },
      )
    case 'network': {
      const fate = failure.sent ? 'the connection to' : 'no connection to'
      const what = failure.sent ? 'broke, and whether the statement has run is not known' : 'is possible'
      return new WarehouseError(`${fate} the workspace ${host} ${what} (${failure.code}); run the deploy again`)
    }
    case 'lost':
      return new WarehouseError(`the workspace ${host} ended the session; run the deploy again`)
    case 'cancelled':
      return new WarehouseError('the statement was cancelled', { condition: 'OPERATION_CANCELED' })
    case 'driver':
      return new WarehouseError(`the Databricks driver failed (${failure.name}); run the deploy again`)
    case 'statement': {
      const { condition, message, advice } = readWarehouseError(failure.text)
      return new WarehouseError(`${message}; ${advice}`, { condition })
    }
  }
}

function setupMessage(problem: SetupProblem, code: string, host: string, httpPath: string): string {
  const proxy = getProxyUrl(new URL(`https://${host}`))?.host
  const refused = `the workspace ${host} refuses the credentials: they are wrong, have expired, or may not use the SQL warehouse ${httpPath} from here; renew them in the region's environment`
  switch (problem) {
    case 'credentials':
      return refused
    case 'path':
      return `the workspace ${host} has no SQL warehouse at ${httpPath} (${code}); check http_path in profiles.yml`
    case 'host':
      return proxy === undefined
        ? `the host ${host} is not known; check host in profiles.yml`
        : `the host ${host} or the proxy ${proxy} is not known; check host in profiles.yml and HTTPS_PROXY`
    case 'certificate':
      return `the certificate of ${host} is not trusted (${code}); set NODE_EXTRA_CA_CERTS to the file of the authority that signed it, for the whole job`
    case 'proxy':
      return proxy === undefined
        ? refused
        : `the proxy ${proxy} refuses the connection to ${host} (${code}); allow it there, or name the host in NO_PROXY`
    case 'oauth':
      return `the driver knows no OAuth for the host ${host}; use a token, or the workspace's own host name`
  }
}

type Parts = Readonly<
  Partial<Record<'payload' | 'response' | 'statusCode' | 'code' | 'type' | 'message' | 'name' | 'errorCode', unknown>>
>

function partsOf(error: unknown): Parts {
  return typeof error === 'object' && error !== null ? error : {}
}

function numberIn(holder: unknown, ...keys: readonly string[]): number | null {
  if (typeof holder !== 'object' || holder === null) return null
  const found = keys.map((key) => Reflect.get(holder, key)).find((value) => typeof value === 'number')
  return typeof found === 'number' ? found : null
}

/** Of node-fetch's answer or of Node's own. */
function headersOf(response: unknown): ReadonlyMap<string, string> {
  const headers: unknown =
    typeof response === 'object' && response !== null ? Reflect.get(response, 'headers') : undefined
  if (typeof headers !== 'object' || headers === null) return new Map()
  const entries = Symbol.iterator in headers ? [...(headers as Iterable<[string, unknown]>)] : Object.entries(headers)
  return new Map(entries.map(([key, value]) => [key.toLowerCase(), String(value)]))
}

/** The operation's whole message, where its own is a shortened one. */
function wordsOf(error: unknown, message: string): string {
  const { response } = partsOf(error)
  const whole: unknown =
    typeof response === 'object' && response !== null ? Reflect.get(response, 'errorMessage') : undefined
  return typeof whole === 'string' && whole !== '' ? whole : message
}
