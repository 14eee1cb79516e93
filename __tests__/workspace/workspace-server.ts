import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { Bridge, Dropped } from './bridge.ts'
import type { Certificates } from './certificates.ts'
import { Faults } from './faults.ts'
import { HIVE_V10, Hive, type Rows } from './hive.ts'
import { accessToken, answerOauth, type ServicePrincipal } from './oauth.ts'
import { i32, structAt } from './thrift.ts'
import { UnityCatalog } from './unity-catalog.ts'

/** Node's own 5 s would cut the driver's idle connection, and the driver does not repeat ExecuteStatement. */
const KEEP_ALIVE_MS = 10 * 60_000

export interface WorkspaceIdentity {
  readonly region: string
  readonly host: string
  readonly httpPath: string
  readonly catalog: string
  readonly token: string
  readonly principal: ServicePrincipal
}

export interface Recorded {
  readonly sql: string
  readonly error?: string
  /** Which program asked, as it calls itself. */
  readonly client: string
}

/** A workspace's https face in front of one Spark Thrift Server. */
export class WorkspaceServer {
  readonly identity: WorkspaceIdentity
  readonly server: Server
  readonly faults = new Faults()
  readonly unity = new UnityCatalog()
  readonly statements: Recorded[] = []
  /** Statements that a fault has kept waiting. */
  readonly delayed: string[] = []
  /** The paths that were asked with a token that is not this workspace's. */
  readonly refused: string[] = []
  readonly #accessToken: string
  readonly #spark: number
  readonly #agent = new Agent({ keepAlive: true })

  constructor(identity: WorkspaceIdentity, sparkPort: number, certificates: Certificates) {
    this.identity = identity
    this.#spark = sparkPort
    this.#accessToken = accessToken(identity.principal, identity.host)
    const { key, certificate: cert } = certificates
    this.server = createServer({ key, cert }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        if (error instanceof Dropped) request.socket.destroy()
        else refuse(response, 500, `the stand-in failed: ${error instanceof Error ? error.stack : error}`)
      })
    })
    this.server.keepAliveTimeout = KEEP_ALIVE_MS
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    const path = new URL(request.url ?? '/', 'https://workspace').pathname
    const { host = '', authorization = '', 'user-agent': client = '' } = request.headers
    const { identity, faults } = this
    const oauth = { host, authorization, body: body.toString('utf8') }
    const answer = answerOauth(path, oauth, identity.principal, this.#accessToken)
    if (answer) return json(response, answer.status, answer.body)
    const isKnown = [identity.token, this.#accessToken].some((token) => authorization === `Bearer ${token}`)
    if (!isKnown || faults.take('refuse-token')) {
      this.refused.push(path)
      return refuse(response, 403, 'Invalid access token.')
    }
    if (path !== identity.httpPath) return refuse(response, 404, `no such endpoint ${path}`)
    const starting = faults.take('starting')
    if (starting) {
      response.setHeader('Retry-After', String(starting.retryAfterSeconds ?? 1))
      return refuse(response, 503, 'TEMPORARILY_UNAVAILABLE: the SQL warehouse is starting')
    }
    const thrift = await this.#bridge(client).handle(body)
    response.writeHead(200, { 'content-type': 'application/x-thrift', 'content-length': thrift.length }).end(thrift)
  }

  /** Asks Spark directly, in a session of its own, past the bridge and the record. */
  async query<T>(work: (query: (sql: string) => Promise<Rows>) => Promise<T>): Promise<T> {
    const hive = new Hive((message) => this.#callSpark(message))
    const session = structAt(await hive.ask('OpenSession', { 1: i32(HIVE_V10) }), 3)
    if (!session) throw new Error('Spark opened no session')
    try {
      return await work((sql) => hive.query(session, sql))
    } finally {
      await hive.ask('CloseSession', { 1: { type: 12, struct: session } })
    }
  }

  #bridge(client: string): Bridge {
    return new Bridge({
      catalog: this.identity.catalog,
      call: (message) => this.#callSpark(message),
      unity: this.unity,
      faults: this.faults,
      delayed: (sql) => void this.delayed.push(sql),
      record: (sql, error) => void this.statements.push({ sql, client, ...(error !== undefined && { error }) }),
    })
  }

  async #callSpark(message: Buffer): Promise<Buffer> {
    const authorization = `Basic ${Buffer.from(`${this.identity.region}:-`).toString('base64')}`
    const headers = { 'content-type': 'application/x-thrift', 'content-length': message.length, authorization }
    const options = { agent: this.#agent, host: '127.0.0.1', port: this.#spark, path: '/cliservice', method: 'POST' }
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({ ...options, headers }, resolve)
        .on('error', reject)
        .end(message)
    })
    const body = await bodyOf(response)
    if (response.statusCode !== 200) throw new Error(`Spark answered ${response.statusCode}: ${body}`)
    return body
  }

  async close(): Promise<void> {
    this.#agent.destroy()
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.setHeader('x-databricks-reason-phrase', message.split('\n')[0] ?? '')
  json(response, status, { error_code: String(status), message })
}
