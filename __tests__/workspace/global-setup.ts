import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { type Certificates, makeCertificates } from './certificates.ts'
import { connectProxy } from './connect-proxy.ts'
import type { Fault } from './faults.ts'
import { StandIn } from './stand-in.ts'
import type { Granted, RegionRecord } from './workspaces.ts'

declare module 'vitest' {
  interface ProvidedContext {
    workspaceControl: string
  }
}

/**
 * Runs in vitest's own process, for the whole run: starts a region's stand-in when the first test asks for it, lends it
 * to one test file at a time, and stops all at the end. Test files reach it through `workspaces.ts`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const host = new WorkspaceHost()
  project.provide('workspaceControl', `http://127.0.0.1:${await host.listen()}`)
  return async () => await host.stop()
}

class WorkspaceHost {
  readonly #control: Server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500)
      response.end(error instanceof Error ? error.message : String(error))
    })
  })
  readonly #routes = new Map<string, number>()
  readonly #refusedHosts: string[] = []
  readonly #proxy: Server = connectProxy(this.#routes, this.#refusedHosts)
  readonly #standIns = new Map<string, Promise<StandIn>>()
  readonly #lent = new Map<string, Promise<void>>()
  #ground: Promise<{ folder: string; certificates: Certificates }> | undefined

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#proxy.listen(0, '127.0.0.1', resolve))
    await new Promise<void>((resolve) => this.#control.listen(0, '127.0.0.1', resolve))
    return portOf(this.#control)
  }

  async stop(): Promise<void> {
    for (const server of [this.#control, this.#proxy]) {
      server.closeAllConnections()
      server.close()
    }
    const started = await Promise.allSettled(this.#standIns.values())
    await Promise.all(started.map(async (it) => it.status === 'fulfilled' && (await it.value.stop())))
    const ground = await this.#ground?.catch(() => undefined)
    if (ground) rmSync(ground.folder, { recursive: true, force: true })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, what = '', name = ''] = (request.url ?? '').split('/')
    if (what === 'lease') return await this.#lease(name.split(','), response)
    const standIn = await this.#standIns.get(name)
    if (!standIn) throw new Error(`the workspace ${name} was not started`)
    if (what === 'reset') await standIn.reset()
    if (what === 'faults') standIn.face.faults.set(await faultsOf(request))
    response.end(JSON.stringify(this.#record(standIn)))
  }

  /** The regions are the caller's for as long as its connection stays open; so a test that dies returns them. */
  async #lease(regions: readonly string[], response: ServerResponse): Promise<void> {
    const closed = new Promise<void>((resolve) => response.on('close', resolve))
    // In one order, so that two test files never wait for each other.
    for (const region of [...regions].sort()) {
      const before = this.#lent.get(region)
      this.#lent.set(region, Promise.all([before, closed]).then())
      await before
    }
    const standIns = await Promise.all(regions.map((region) => this.#standIn(region)))
    await Promise.all(standIns.map((standIn) => standIn.reset()))
    this.#refusedHosts.length = 0
    response.write(`${JSON.stringify(await this.#granted(standIns))}\n`)
    await closed
  }

  #standIn(region: string): Promise<StandIn> {
    const known = this.#standIns.get(region)
    if (known) return known
    const started = this.#start(region)
    this.#standIns.set(region, started)
    return started
  }

  async #start(region: string): Promise<StandIn> {
    this.#ground ??= prepareGround()
    const { folder, certificates } = await this.#ground
    const standIn = await StandIn.start(region, folder, certificates)
    this.#routes.set(`${standIn.face.identity.host}:443`, standIn.port)
    return standIn
  }

  async #granted(standIns: readonly StandIn[]): Promise<Granted> {
    const ground = await this.#ground
    return {
      authority: ground?.certificates.authority ?? '',
      proxyPort: portOf(this.#proxy),
      workspaces: standIns.map(({ face, port }) => ({ ...face.identity, port })),
    }
  }

  #record({ face }: StandIn): RegionRecord {
    const tags: RegionRecord['tags'] = {}
    for (const { place, tags: ofTable, columnTags } of face.unity.all()) {
      const table = `${place.schema}.${place.table}`
      if (ofTable.size > 0) tags[table] = Object.fromEntries(ofTable)
      for (const [column, ofColumn] of columnTags) tags[`${table}.${column}`] = Object.fromEntries(ofColumn)
    }
    return {
      statements: face.statements,
      delayed: face.delayed,
      refusedPaths: face.refused,
      refusedHosts: this.#refusedHosts,
      tags,
    }
  }
}

async function prepareGround(): Promise<{ folder: string; certificates: Certificates }> {
  const folder = mkdtempSync(join(tmpdir(), 'dbt-regions-workspaces-'))
  return { folder, certificates: await makeCertificates(folder) }
}

async function faultsOf(request: IncomingMessage): Promise<Fault[]> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

function portOf(server: Server): number {
  // A server that listens on a host and port has such an address.
  return (server.address() as AddressInfo).port
}
