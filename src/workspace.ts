import { join } from 'node:path'
import { readAsset } from './adapters/assets.ts'
import { makeIgnoredFolder } from './adapters/files.ts'
import type { Side } from './check.ts'
import { compileNode, compileTemplate } from './dbt/compile.ts'
import { ConfigurationError } from './errors.ts'
import type { Build } from './run/build.ts'
import { nativeBuild } from './run/materialize.ts'
import { createSampleSources } from './run/sample.ts'
import type { Warehouse } from './run/warehouse.ts'
import { databricksToDuckdb, duckdbSetup } from './sql/duckdb.ts'
import { startSql } from './sql/sdk.ts'

/** What a region is deployed on: where its relations and its ledger stand, and what builds them. */
export interface Workspace {
  readonly warehouse: Warehouse
  readonly build: Build
  close(): Promise<void>
}

/**
 * The workspace of a deploy; the engine `demo` is the embedded DuckDB, its data and ledger kept in the repository's `.dbt-regions/` folder.
 * Throws a ConfigurationError when none is named.
 */
export async function openWorkspace(
  named: string | undefined,
  root: string,
  region: string,
  side: Side,
): Promise<Workspace> {
  const engine = named ?? (process.env.DAGSTER_DEMO_MODE === 'true' ? 'demo' : undefined)
  if (engine !== 'demo') {
    throw new ConfigurationError(
      `${engine === undefined ? 'no engine is named' : `the engine '${engine}' is none`}: this version deploys on the embedded DuckDB alone; ` +
        "say --engine demo (the action's input engine: demo), or set DAGSTER_DEMO_MODE=true",
    )
  }
  await makeIgnoredFolder(join(root, '.dbt-regions'))
  const dialect = side.project.manifest.metadata.adapter_type
  if (dialect !== 'databricks' && dialect !== 'spark') {
    throw new ConfigurationError(
      `the engine 'demo' reads Databricks SQL, and the profile of region ${region} is of type ${dialect}: name a target of type databricks in the configuration`,
    )
  }
  return openDemoWorkspace(side, join(root, '.dbt-regions', 'demo', `${region}.json`))
}

/** The embedded DuckDB with a project's sample sources; without a file it is forgotten when it is closed. */
export async function openDemoWorkspace(side: Side, stateFile?: string): Promise<Workspace> {
  const { project, files } = side
  const warehouse = await openWarehouse(side, stateFile)
  await createSampleSources(warehouse, project.manifest, files)
  return { warehouse, build: buildOf(side, warehouse), close: () => warehouse.close() }
}

/** What builds a project's nodes on a warehouse without dbt. */
export function buildOf({ project, files }: Side, warehouse: Warehouse): Build {
  return nativeBuild({
    project,
    files,
    warehouse,
    compiler: {
      code: (unique_id, options) => compileNode(project, unique_id, options),
      template: (unique_id, template, options) => compileTemplate(project, unique_id, template, options),
    },
  })
}

async function openWarehouse(
  { project: { manifest, target } }: Side,
  stateFile: string | undefined,
): Promise<Warehouse> {
  const { openDuckdb } = await import('./adapters/duckdb.ts')
  const places = [...manifest.nodes.values(), ...manifest.sources.values(), { database: target.database }]
  const catalogs = new Set(places.map(({ database }) => database).filter((database) => database !== null))
  const warehouse = await openDuckdb({
    translate: databricksToDuckdb,
    setup: duckdbSetup,
    catalogs,
    ...(stateFile !== undefined && { stateFile }),
  })
  // After DuckDB, which turns V8's optimizer off: in the seconds that a deploy takes, it costs more than it gives.
  await startSql(await readAsset('polyglot_sql.wasm'))
  const schema = [target.database, target.schema]
    .filter((part) => part !== null)
    .map((part) => `\`${part.replaceAll('`', '``')}\``)
  await warehouse.query(`create schema if not exists ${schema.join('.')}`)
  return warehouse
}
