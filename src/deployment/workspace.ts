import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { makeIgnoredFolder } from '../adapters/files.ts'
import type { Side } from '../check.ts'
import { compileNode, compileTemplate } from '../dbt/compile.ts'
import type { Project } from '../dbt/project.ts'
import { writeManifest } from '../dbt/write.ts'
import { ConfigurationError } from '../errors.ts'
import type { Build, NodeResult } from '../run/build.ts'
import { nativeBuild } from '../run/materialize.ts'
import type { Plan } from '../run/plan.ts'
import { runResults } from '../run/run-results.ts'
import { createSampleSources } from '../run/sample.ts'
import type { Warehouse } from '../run/warehouse.ts'
import { databricksToDuckdb, duckdbSetup } from '../sql/duckdb.ts'
import { startSqlLibrary } from '../start-sql.ts'

/** What a region is deployed on: where its relations and its ledger stand, and what builds them. */
export interface Workspace {
  readonly warehouse: Warehouse
  /** What builds runs on by itself: it shows each result as it comes, and does not wait until it is recorded. */
  readonly runsByItself: boolean
  /** Looks whether a plan can be run as it is, before anything of it runs. */
  prepare(plan: Plan): Promise<Prepared>
  /** dbt's artifacts, as text by file name; without `run_results.json` where nothing was run. `elapsed` is in seconds. */
  artifacts(results: readonly NodeResult[], elapsed: number): Promise<ReadonlyMap<string, string>>
  close(): Promise<void>
}

/** What runs a plan, with what whoever deploys should know; or why nothing of it may be run, in words. */
export type Prepared =
  | { readonly refused: null; readonly build: Build; readonly notes: readonly string[] }
  | { readonly refused: string }

/**
 * The embedded DuckDB over a project's sample sources, its data and ledger kept in the repository's `.dbt-regions/` folder. Throws a
 * ConfigurationError for a project that is not in Databricks SQL.
 */
export async function openKeptDemoWorkspace(
  root: string,
  region: string,
  side: Side,
  signal: AbortSignal,
): Promise<Workspace> {
  const dialect = side.project.manifest.metadata.adapter_type
  if (dialect !== 'databricks' && dialect !== 'spark') {
    throw new ConfigurationError(
      `the engine 'demo' reads Databricks SQL, and the profile of region ${region} is of type ${dialect}: name a target of type databricks in the configuration`,
    )
  }
  await makeIgnoredFolder(join(root, '.dbt-regions'))
  return openDemoWorkspace(side, { stateFile: join(root, '.dbt-regions', 'demo', `${region}.json`), signal })
}

/** The embedded DuckDB with a project's sample sources; without a file it is forgotten when it is closed. */
export async function openDemoWorkspace(
  side: Side,
  { stateFile, signal }: { readonly stateFile?: string; readonly signal?: AbortSignal } = {},
): Promise<Workspace> {
  const { project, files } = side
  const warehouse = await openWarehouse(side, stateFile)
  await createSampleSources(warehouse, project.manifest, files)
  return {
    warehouse,
    runsByItself: false,
    prepare: async () => ({ build: buildOf(side, warehouse, signal), refused: null, notes: [] }),
    artifacts: async (results, elapsed) => demoArtifacts(project, results, elapsed),
    close: () => warehouse.close(),
  }
}

function demoArtifacts(project: Project, results: readonly NodeResult[], elapsed: number): Map<string, string> {
  const manifest = ['manifest.json', writeManifest(project)] as const
  if (results.length === 0) return new Map([manifest])
  const { nodes } = project.manifest
  const written = runResults({
    results,
    relations: new Map(results.map(({ unique_id }) => [unique_id, nodes.get(unique_id)?.relation_name ?? null])),
    version: process.env.DBT_REGIONS_VERSION ?? 'from sources',
    invocationId: randomUUID(),
    generatedAt: new Date(),
    elapsed,
    args: { target: project.target.name },
  })
  return new Map([manifest, ['run_results.json', JSON.stringify(written)]])
}

/** What builds a project's nodes on a warehouse without dbt. */
export function buildOf({ project, files }: Side, warehouse: Warehouse, signal?: AbortSignal): Build {
  return nativeBuild({
    project,
    files,
    warehouse,
    ...(signal !== undefined && { signal }),
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
  const { openDuckdb } = await import('../adapters/duckdb.ts')
  const places = [...manifest.nodes.values(), ...manifest.sources.values(), { database: target.database }]
  const catalogs = new Set(places.map(({ database }) => database).filter((database) => database !== null))
  const warehouse = await openDuckdb({
    translate: databricksToDuckdb,
    setup: duckdbSetup,
    catalogs,
    ...(stateFile !== undefined && { stateFile }),
  })
  await startSqlLibrary(1)
  return warehouse
}
