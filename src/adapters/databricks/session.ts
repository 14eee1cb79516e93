import { setTimeout as sleep } from 'node:timers/promises'
import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { DBSQLClient } from '@databricks/sql'
import pRetry from 'p-retry'
import type { Connection } from '../../dbt/connection.ts'
import { ConfigurationError } from '../../errors.ts'
import { WarehouseError } from '../../run/warehouse.ts'
import { tenantOf } from './azure.ts'
import { errorOf, type Failure, failureOf } from './failure.ts'

export type Session = Awaited<ReturnType<DBSQLClient['openSession']>>

const STARTING_MS = 10 * 60_000
const MAX_WAIT_SECONDS = 60
const DEFAULT_WAIT_SECONDS = 5
/** A network that is not there is asked again after 1, 2 and 4 seconds. */
const NETWORK_RETRIES = 3

class Attempt extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.kind)
    this.failure = failure
  }
}

/** A client of the driver: silent, without telemetry, through the proxy of the environment. Nothing is sent yet. */
export async function newClient(connection: Connection): Promise<DBSQLClient> {
  // The driver's Thrift library still calls Buffer(), which is nothing to tell whoever deploys.
  process.noDeprecation = true
  const client = new DBSQLClient({ logger: { log: () => undefined } })
  const [host = '', port] = connection.host.split(':')
  const place = { host, path: connection.httpPath, ...(port === undefined ? {} : { port: Number(port) }) }
  const proxy = proxyOf(connection.host)
  await client.connect({
    ...place,
    ...(await authentication(connection)),
    ...(proxy === undefined ? {} : { proxy }),
    telemetryEnabled: false,
    userAgentEntry: 'dbt-regions',
    preserveBigNumericPrecision: true,
  })
  return client
}

/**
 * Opens a session, and waits up to ten minutes for a warehouse that is starting, which is said once. Throws a
 * ConfigurationError for what must be set right, a WarehouseError for an outage.
 */
export async function openSession(
  client: DBSQLClient,
  connection: Connection,
  { say, signal }: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<Session> {
  let said = false
  try {
    return await pRetry(() => attempt(client, connection), {
      signal,
      retries: NETWORK_RETRIES,
      maxRetryTime: STARTING_MS,
      shouldRetry: ({ error }) => error instanceof Attempt && ['starting', 'network'].includes(error.failure.kind),
      // The warehouse says when it wants to be asked again.
      shouldConsumeRetry: ({ error }) => !(error instanceof Attempt && error.failure.kind === 'starting'),
      async onFailedAttempt({ error }) {
        if (!(error instanceof Attempt) || error.failure.kind !== 'starting') return
        if (!said) say('the SQL warehouse is starting; waiting')
        said = true
        const seconds = Math.min(error.failure.retryAfterSeconds ?? DEFAULT_WAIT_SECONDS, MAX_WAIT_SECONDS)
        await sleep(Math.max(seconds, 0.1) * 1000, undefined, { signal })
      },
    })
  } catch (error) {
    if (signal.aborted) throw errorOf({ kind: 'cancelled' }, connection)
    throw error instanceof Attempt ? openingError(error.failure, connection) : error
  }
}

async function attempt(client: DBSQLClient, { catalog }: Connection): Promise<Session> {
  try {
    return await client.openSession(catalog === null ? {} : { initialCatalog: catalog })
  } catch (error) {
    throw new Attempt(failureOf(error))
  }
}

/** What a session is opened with is all set-up, so what the warehouse says about it is too. */
function openingError(failure: Failure, connection: Connection): Error {
  const error = errorOf(failure, connection)
  if (failure.kind === 'network' && failure.sent) {
    return new WarehouseError(
      `the workspace ${connection.host} cannot be reached (${failure.code}); run the deploy again`,
    )
  }
  if (failure.kind !== 'statement' || !(error instanceof WarehouseError)) return error
  return new ConfigurationError(`the workspace ${connection.host} opens no session: ${error.message}`)
}

function proxyOf(host: string) {
  const url = getProxyUrl(new URL(`https://${host}`))
  if (url === undefined) return undefined
  const protocol = url.protocol === 'https:' ? ('https' as const) : ('http' as const)
  const port = Number(url.port) || (protocol === 'https' ? 443 : 80)
  const encoded = { username: encodeURIComponent(url.username), password: encodeURIComponent(url.password) }
  return { protocol, host: url.hostname, port, ...(url.username === '' ? {} : { auth: encoded }) }
}

async function authentication({ auth, host }: Connection) {
  if (auth.kind === 'token') return { authType: 'access-token' as const, token: auth.token }
  const principal = { oauthClientId: auth.clientId, oauthClientSecret: auth.clientSecret }
  if (auth.kind === 'oauth-m2m') {
    return { authType: 'databricks-oauth' as const, ...principal, useDatabricksOAuthInAzure: true }
  }
  const azureTenantId = auth.tenantId ?? (await tenantOf(host))
  return { authType: 'databricks-oauth' as const, ...principal, azureTenantId }
}
