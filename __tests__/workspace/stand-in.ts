import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { spark } from '../tools/spark.ts'
import type { Certificates } from './certificates.ts'
import { type SparkServer, startSpark } from './spark-server.ts'
import { type WorkspaceIdentity, WorkspaceServer } from './workspace-server.ts'

/** One region's workspace: a Spark of its own behind a face of its own, with its own token, principal and catalog. */
export class StandIn {
  readonly #spark: SparkServer
  readonly face: WorkspaceServer

  private constructor(started: SparkServer, face: WorkspaceServer) {
    this.#spark = started
    this.face = face
  }

  static async start(region: string, folder: string, certificates: Certificates): Promise<StandIn> {
    const home = join(folder, region)
    mkdirSync(home)
    const started = await startSpark(await spark(), home)
    const face = new WorkspaceServer(identityOf(region), started.port, certificates)
    await new Promise<void>((resolve) => face.server.listen(0, '127.0.0.1', resolve))
    await settled(face)
    return new StandIn(started, face)
  }

  get port(): number {
    // A server that listens on a host and port has such an address.
    return (this.face.server.address() as AddressInfo).port
  }

  /** As new: no faults, no record, no tags, and no schema but `default`, which is empty. */
  async reset(): Promise<void> {
    const { face } = this
    face.faults.set([])
    face.unity.clear()
    await face.query(async (query) => {
      for (const [schema] of (await query('SHOW SCHEMAS')).rows) {
        if (schema !== 'default') await query(`DROP SCHEMA \`${schema}\` CASCADE`)
      }
      for (const [, table, isTemporary] of (await query('SHOW TABLES IN default')).rows) {
        if (isTemporary !== '1') await query(`DROP TABLE default.\`${table}\``)
      }
    })
    face.statements.length = 0
    face.delayed.length = 0
    face.refused.length = 0
  }

  async stop(): Promise<void> {
    await this.face.close()
    await this.#spark.stop()
  }
}

const SETTLE_MS = 60_000

/** Spark's port is open a moment before Spark answers: until then it hangs up. */
async function settled(face: WorkspaceServer): Promise<void> {
  for (const until = Date.now() + SETTLE_MS; ; await sleep(250)) {
    try {
      return void (await face.query(async (query) => void (await query('SELECT 1'))))
    } catch (error) {
      if (Date.now() > until) throw error
    }
  }
}

function identityOf(region: string): WorkspaceIdentity {
  return {
    region,
    host: `acme-${region}.cloud.databricks.com`,
    httpPath: `/sql/1.0/warehouses/${region}`,
    catalog: `${region}_prod`,
    token: `token-of-${region}-${randomUUID()}`,
    principal: { clientId: `principal-of-${region}`, clientSecret: `secret-of-${region}-${randomUUID()}` },
  }
}
