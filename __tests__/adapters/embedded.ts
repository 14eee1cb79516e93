import { vi } from 'vitest'
import { readAsset } from '../../src/adapters/assets.ts'
import { openDuckdb } from '../../src/adapters/duckdb.ts'
import type { Warehouse } from '../../src/run/warehouse.ts'
import { databricksToDuckdb, duckdbSetup } from '../../src/sql/duckdb.ts'
import { startSql } from '../../src/sql/sdk.ts'

// The first DuckDB of a process takes a second or two on a machine of its own, more among neighbours.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

/** An embedded DuckDB with the given catalogs, as a deploy has it. */
export async function embedded(catalogs: readonly string[], stateFile?: string): Promise<Warehouse> {
  await startSql(await readAsset('polyglot_sql.wasm'))
  const options = { translate: databricksToDuckdb, setup: duckdbSetup, catalogs }
  return openDuckdb({ ...options, ...(stateFile !== undefined && { stateFile }) })
}
