import { lookup } from 'node:dns'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { HttpClient } from '@actions/http-client'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import pRetry from 'p-retry'
import { PackageError, shownUrl } from './package-error.ts'

/** What a download may do. */
export interface Reach {
  /** Whether whoever owns the repository has named this place: then it may be inside their network, and without TLS. */
  readonly isTrusted: boolean
  /** Which addresses everything else may be at. */
  readonly isPublic: (address: string) => boolean
  readonly timeoutMs: number
  readonly maxBytes: number
}

const REDIRECTS = 5
const MOVED = new Set([301, 302, 303, 307, 308])
const RETRIES = 2

/** Reads a file over https. Throws a PackageError. */
export async function download(address: string, reach: Reach): Promise<Buffer> {
  let url = parsed(address)
  let isTrusted = reach.isTrusted
  for (let hop = 0; hop <= REDIRECTS; hop += 1) {
    if (url.protocol !== 'https:' && !(isTrusted && hop === 0 && url.protocol === 'http:'))
      throw new PackageError(`${shownUrl(url.href)} is not an https address`)
    const answer = await attempt(url, { ...reach, isTrusted })
    if (typeof answer !== 'string') return answer
    const next = parsed(answer, url.href)
    isTrusted &&= next.host === url.host
    url = next
  }
  throw new PackageError(`${shownUrl(address)} redirects too often`)
}

function parsed(address: string, base?: string): URL {
  if (!URL.canParse(address, base)) throw new PackageError(`${shownUrl(address)} is no address`)
  return new URL(address, base)
}

/** An outage may pass; an answer stays as it is. */
function attempt(url: URL, reach: Reach): Promise<Buffer | string> {
  return pRetry(() => get(url, reach), {
    retries: RETRIES,
    minTimeout: 300,
    maxRetryTime: reach.timeoutMs,
    shouldRetry: ({ error }) => !(error instanceof PackageError),
  }).catch((error: unknown) => {
    if (error instanceof PackageError) throw error
    throw new PackageError(`${url.host} could not be reached`, { cause: error })
  })
}

/** The body, or where it is now. */
async function get(url: URL, reach: Reach): Promise<Buffer | string> {
  const signal = AbortSignal.timeout(reach.timeoutMs)
  try {
    const response = await send(url, reach, signal)
    const { statusCode = 0, headers } = response
    if (MOVED.has(statusCode) && headers.location !== undefined) {
      response.destroy()
      return headers.location
    }
    if (statusCode === 200) return await body(response, url, reach.maxBytes)
    response.destroy()
    if (statusCode >= 500) throw new Error(`HTTP status ${statusCode}`)
    throw new PackageError(`${url.host} answered with HTTP status ${statusCode}`)
  } catch (error) {
    if (!signal.aborted) throw error
    throw new PackageError(`${url.host} did not answer within ${reach.timeoutMs / 1000} s`, { cause: error })
  }
}

function send(url: URL, { isTrusted, isPublic }: Reach, signal: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!isTrusted && isIP(host) !== 0 && !isPublic(host)) throw refused(host)
  const isPlain = url.protocol === 'http:'
  const request = isPlain ? http.request : https.request
  // Behind a proxy it is the proxy that finds the host.
  const isProxied = getProxyUrl(url) !== undefined
  const options = {
    signal,
    headers: { 'user-agent': 'dbt-regions', accept: '*/*' },
    // A connection that is open already would be taken without a look at where it leads.
    agent: isProxied
      ? new HttpClient().getAgent(url.href)
      : isPlain
        ? new http.Agent()
        : new https.Agent({ ...https.globalAgent.options, keepAlive: false }),
    ...(isProxied || isTrusted ? {} : { lookup: publicLookup(isPublic) }),
  }
  return new Promise((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end()
  })
}

/** Finds a host for the very connection that is made, so that its name cannot mean another address a moment later. */
function publicLookup(isPublic: (address: string) => boolean): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, [])
      if (found.length === 0 || found.some(({ address }) => !isPublic(address))) return callback(refused(host), [])
      if (options.all) return callback(null, found)
      callback(null, found[0]?.address ?? '', found[0]?.family ?? 4)
    })
  }
}

/** What is said of a host that only the base branch may send us to. */
export function refused(host: string): PackageError {
  return new PackageError(
    `${host} is not a public host, and only what the base branch names may come from such a one: it is fetched once it is merged`,
  )
}

async function body(response: IncomingMessage, url: URL, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response) {
    size += part.length
    if (size > maxBytes) throw new PackageError(`what ${url.host} sends is larger than ${maxBytes / 1e6} MB`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
