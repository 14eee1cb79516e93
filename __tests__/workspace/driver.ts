import { readFileSync } from 'node:fs'
import { DBSQLClient } from '@databricks/sql'
import type { Workspace, Workspaces } from './workspaces.ts'

export interface Connection {
  query(sql: string, parameters?: Readonly<Record<string, string | number | boolean | null>>): Promise<object[]>
  close(): Promise<void>
}

/**
 * Connects with the real driver and the region's token, to the workspace's local port: behind a proxy the driver trusts
 * only what this process was started with (NODE_EXTRA_CA_CERTS).
 */
export async function connect<R extends string>(
  workspaces: Workspaces<R>,
  region: R,
  other: Partial<Pick<Workspace, 'token' | 'catalog'>> = {},
): Promise<Connection> {
  const { port, httpPath: path, token, catalog } = { ...workspaces.of(region), ...other }
  const client = new DBSQLClient({ logger: { log: () => undefined } })
  const customCaCert = readFileSync(workspaces.authority)
  const patience = { retryMaxAttempts: 3, retryDelayMin: 100, retriesTimeout: 10_000 }
  await client.connect({ host: '127.0.0.1', port, path, token, customCaCert, telemetryEnabled: false, ...patience })
  const session = await client.openSession({ initialCatalog: catalog })
  return {
    async query(sql, namedParameters) {
      const operation = await session.executeStatement(
        sql,
        namedParameters ? { namedParameters: { ...namedParameters } } : {},
      )
      try {
        return await operation.fetchAll()
      } finally {
        await operation.close()
      }
    },
    async close() {
      await session.close()
      await client.close()
    },
  }
}
