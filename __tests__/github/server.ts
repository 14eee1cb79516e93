import { createServer, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRecord, type Json, type JsonObject } from '../tools/json.ts'
import { Description } from './description.ts'
import { type Answer, type Call, State } from './state.ts'

export interface GitHubServer {
  readonly url: string
  readonly state: State
  /** Every request that came in, with the status that it was answered with. */
  readonly requests: readonly { readonly operation: string; readonly status: number }[]
  /** What GitHub's own description has against a request or against an answer of this server: a test fails when there is any. */
  readonly violations: readonly string[]
  close(): Promise<void>
}

export interface GitHubFaults {
  /** Milliseconds before a request is carried out, and before it is answered. */
  readonly latency?: () => number
  /** Answers in place of GitHub: an outage, a limit. `carriedOut` says that the write happened all the same. */
  readonly fault?: (call: Call) => (Answer & { readonly carriedOut?: boolean }) | null
  /** Spoils what a caller sends, as a mistake in it would: the answer is then what GitHub answers to that. */
  readonly spoil?: (body: JsonObject) => JsonObject
  /** Holds a request until a test lets it go. */
  readonly gate?: (call: Call) => Promise<void>
}

let description: Promise<Description> | null = null

/** A GitHub on loopback that checks every request, and every answer of its own, against GitHub's OpenAPI description. */
export async function startGitHub(faults: GitHubFaults = {}): Promise<GitHubServer> {
  description ??= Description.load()
  const described = await description
  const state = new State(described)
  const requests: { operation: string; status: number }[] = []
  const violations: string[] = []

  async function respond(request: IncomingMessage, text: string, origin: string): Promise<Answer> {
    const url = new URL(request.url ?? '/', origin)
    const query = Object.fromEntries(url.searchParams)
    const sent: Json = text === '' ? {} : JSON.parse(text)
    const body = isRecord(sent) && text !== '' ? (faults.spoil?.(sent) ?? sent) : sent
    const headers = { ...(request.headers as Record<string, string>) }
    const parsed = { method: request.method ?? 'GET', path: url.pathname, query, headers, ...(text !== '' && { body }) }
    const found = described.operationOf(parsed)
    if (!found) {
      violations.push(`${request.method} ${url.pathname}: no operation that is in use`)
      return { status: 404, body: { message: 'Not Found' } }
    }
    const { id, parameters } = found
    const caller = (headers.authorization ?? '').replace(/^\S+ /, '')
    const call: Call = { caller, operation: id, parameters, query, body: isRecord(body) ? body : {}, url: url.href }
    const wrong = described.requestErrors(id, parsed)
    violations.push(...wrong)
    if (wrong.length > 0)
      return { status: 422, body: { message: `Invalid request.\n\n${wrong.join('\n')}`, errors: [] } }
    if (!headers.authorization) return { status: 401, body: { message: 'Requires authentication' } }
    await faults.gate?.(call)
    await sleep(faults.latency?.() ?? 0)
    const fault = faults.fault?.(call) ?? null
    const answer = fault && !fault.carriedOut ? fault : state.answer(call)
    if (!fault) violations.push(...described.answerErrors(id, answer.status, answer.body))
    requests.push({ operation: id, status: (fault ?? answer).status })
    await sleep(faults.latency?.() ?? 0)
    return fault ?? answer
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { status, body, headers } = await respond(request, Buffer.concat(chunks).toString(), url).catch(
      (error): Answer => {
        violations.push(`the test's GitHub failed: ${error instanceof Error ? error.stack : error}`)
        return { status: 500, body: { message: 'Server Error' } }
      },
    )
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    response.end(body === null ? '' : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { url, state, requests, violations, close }
}
