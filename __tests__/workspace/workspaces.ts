import { get, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { inject } from 'vitest'
import type { Fault } from './faults.ts'
import type { Recorded, WorkspaceIdentity } from './workspace-server.ts'

export interface Workspace extends WorkspaceIdentity {
  /** Its port on 127.0.0.1, which needs no proxy; its host is reached through the proxy alone. */
  readonly port: number
}

export interface Granted {
  readonly authority: string
  readonly proxyPort: number
  readonly workspaces: readonly Workspace[]
}

export interface RegionRecord {
  /** Every statement that a client sent since the start of the test file or the last reset, in order. */
  readonly statements: readonly Recorded[]
  /** Statements that a fault has kept waiting since then; they are among `statements` when they have run. */
  readonly delayed: readonly string[]
  /** What was asked with a token that is not this workspace's. */
  readonly refusedPaths: readonly string[]
  /** Hosts other than the workspaces' that the proxy was asked for. */
  readonly refusedHosts: readonly string[]
  /** Tags by table `schema.table` and by column `schema.table.column`. */
  readonly tags: Record<string, Record<string, string>>
}

/** The stand-in workspaces of these regions, lent to this test file alone and empty, until `stop`. Takes some 15 s the first time. */
export async function startWorkspaces<R extends string>(regions: readonly R[]): Promise<Workspaces<R>> {
  const control = inject('workspaceControl')
  const lease = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${control}/lease/${regions.join(',')}`, resolve).on('error', reject)
  })
  const first = await createInterface({ input: lease })[Symbol.asyncIterator]().next()
  if (lease.statusCode !== 200) throw new Error(`The stand-in workspaces did not start: ${first.value}`)
  return new Workspaces(control, lease, JSON.parse(first.value))
}

export class Workspaces<R extends string = string> {
  readonly #control: string
  readonly #lease: IncomingMessage
  readonly #granted: Granted

  constructor(control: string, lease: IncomingMessage, granted: Granted) {
    this.#control = control
    this.#lease = lease
    this.#granted = granted
  }

  of(region: R): Workspace {
    const found = this.#granted.workspaces.find((workspace) => workspace.region === region)
    if (!found) throw new Error(`the region ${region} was not asked for`)
    return found
  }

  /** The file of the authority that signed the workspaces' certificates. */
  get authority(): string {
    return this.#granted.authority
  }

  get proxyPort(): number {
    return this.#granted.proxyPort
  }

  /** What leads any program to the workspaces and to nothing else, as environment variables. */
  get network(): Record<string, string> {
    const { authority, proxyPort } = this.#granted
    const proxy = `http://127.0.0.1:${proxyPort}`
    const trust = { NODE_EXTRA_CA_CERTS: authority, REQUESTS_CA_BUNDLE: authority, SSL_CERT_FILE: authority }
    return { ...trust, HTTPS_PROXY: proxy, https_proxy: proxy, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' }
  }

  /** The variables that a region's profiles.yml reads, beside `network`. */
  environment(region: R): Record<string, string> {
    const { host, httpPath, token } = this.of(region)
    const prefix = `DATABRICKS_${region.toUpperCase()}`
    return {
      ...this.network,
      [`${prefix}_HOST`]: host,
      [`${prefix}_HTTP_PATH`]: httpPath,
      [`${prefix}_TOKEN`]: token,
    }
  }

  async record(region: R): Promise<RegionRecord> {
    return await this.#ask(`record/${region}`)
  }

  /** From now on the workspace misbehaves like this, and no longer as told before. */
  async misbehave(region: R, ...faults: readonly Fault[]): Promise<void> {
    await this.#ask(`faults/${region}`, faults)
  }

  async reset(region: R): Promise<void> {
    await this.#ask(`reset/${region}`)
  }

  /** Gives the workspaces back. */
  stop(): void {
    this.#lease.destroy()
  }

  async #ask(path: string, body?: unknown): Promise<RegionRecord> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${this.#control}/${path}`, init)
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return JSON.parse(text)
  }
}
