import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { readText } from './adapters/files.ts'
import type { Side } from './check.ts'
import { readCatalog } from './dbt/catalog.ts'
import { compileNode } from './dbt/compile.ts'
import { workspaceHost } from './dbt/connection.ts'
import { readProfiles } from './deployment/profiles.ts'
import { ConfigurationError } from './errors.ts'
import { type ColumnLineage, columnLineage } from './graph/column-lineage.ts'
import { namedColumn } from './graph/column-name.ts'
import { ColumnGraph } from './graph/column-walk.ts'
import type { KnownColumns } from './graph/columns.ts'
import { didYouMean } from './nearest.ts'
import { type ProjectOptions, printFindings, readProjectFolder } from './project-folder.ts'
import { lineageJson, type Walked } from './report/lineage-json.ts'
import { lineageText, walkText } from './report/lineage-text.ts'
import { openLineageEvents } from './report/openlineage.ts'
import { wholeEnvironment } from './repository.ts'
import { startSqlLibrary } from './start-sql.ts'
import { version } from './version.ts'

export interface LineageOptions extends ProjectOptions {
  /** `MODEL.COLUMN`. */
  readonly column?: string
  readonly upstream?: boolean
  readonly downstream?: boolean
  readonly format: 'text' | 'json' | 'openlineage'
  /** dbt's catalog.json. */
  readonly catalog?: string
  /** Of OpenLineage's datasets. */
  readonly namespace?: string
  readonly output?: string
}

/**
 * A project's column lineage in the wanted format, written to `output` when it is given, else answered as text. Prints the project's findings on
 * standard error; `failed` when there are errors among them. Throws a ConfigurationError for a column or a catalog that is not there.
 */
export async function lineage(options: LineageOptions): Promise<{ readonly text: string; readonly failed: boolean }> {
  const side = await readProjectFolder(options)
  const failed = printFindings(side)
  const { project } = side
  const known = await knownColumns(options.catalog)
  await startSqlLibrary(project.manifest.nodes.size)
  const text = options.format === 'openlineage' ? await events(side, options, known) : rendered(side, options, known)
  if (options.output === undefined) return { text, failed }
  const file = resolve(options.output)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  return { text: '', failed }
}

function rendered({ project }: Side, options: LineageOptions, known: KnownColumns): string {
  const { manifest } = project
  const all = columnLineage(project, compileNode, { known })
  const walk = options.column === undefined ? null : walked(all, side(options), manifest, options.column)
  if (options.format === 'json') return `${JSON.stringify(lineageJson(all, manifest, walk), null, 2)}\n`
  return `${walk === null ? lineageText(all, manifest) : walkText(walk, manifest)}\n`
}

/** Both directions when none is named. */
function side({ upstream = false, downstream = false }: LineageOptions) {
  return upstream || downstream ? { upstream, downstream } : { upstream: true, downstream: true }
}

function walked(
  all: ColumnLineage,
  directions: { readonly upstream: boolean; readonly downstream: boolean },
  manifest: Side['project']['manifest'],
  written: string,
): Walked {
  const named = namedColumn(written, all, manifest)
  if ('problem' in named) throw new ConfigurationError(problemOf(written, named))
  const graph = new ColumnGraph(all, manifest.child_map)
  const { column } = named
  return {
    start: column,
    upstream: directions.upstream ? graph.upstream([column]) : null,
    downstream: directions.downstream ? graph.downstream([column]) : null,
  }
}

function problemOf(
  written: string,
  { problem, name, known }: { readonly problem: string; readonly name: string; readonly known: readonly string[] },
): string {
  if (problem === 'ambiguous')
    return `--column ${written}: '${name}' is more than one; write one of ${known.join(', ')}`
  if (problem === 'column') {
    const column = written.slice(written.lastIndexOf('.') + 1)
    return `--column ${written}: ${name} has no column '${column}'${didYouMean(column, known)}`
  }
  const hint = didYouMean(name, known)
  return `--column ${written}: there is no model, snapshot, seed or source '${name}'${hint === '' ? '; write it as MODEL.COLUMN' : hint}`
}

async function knownColumns(file: string | undefined): Promise<KnownColumns> {
  if (file === undefined) return new Map()
  const text = await readText(resolve(file))
  const catalog = text === null ? null : readCatalog(text)
  if (catalog !== null) return catalog
  throw new ConfigurationError(
    `--catalog ${file} ${text === null ? 'is not there' : 'is no catalog.json'}: dbt writes one to target/catalog.json with \`dbt docs generate\``,
  )
}

async function events(side: Side, options: LineageOptions, known: KnownColumns): Promise<string> {
  const { project } = side
  if (options.column !== undefined)
    throw new ConfigurationError('--column is not for --format openlineage, which tells whole datasets')
  const all = columnLineage(project, compileNode, { known, ephemeral: 'inlined' })
  const namespace = options.namespace ?? (await defaultNamespace(side, options))
  const found = openLineageEvents(all, project.manifest, {
    namespace,
    // The variable of OpenLineage's own clients.
    jobNamespace: process.env.OPENLINEAGE_NAMESPACE || 'default',
    at: new Date().toISOString(),
    producer: `https://github.com/dbt-regions/dbt-regions/tree/v${encodeURIComponent(version)}`,
  })
  return found.map((event) => `${JSON.stringify(event)}\n`).join('')
}

async function defaultNamespace({ files, project }: Side, options: LineageOptions): Promise<string> {
  const { profile, name: target } = project.target
  const outside = await readProfiles(options.profilesDir, files.has('profiles.yml'))
  const profiles = outside?.text ?? files.get('profiles.yml') ?? ''
  const host = workspaceHost({ profiles, profile, target, env: wholeEnvironment() })
  if (host !== null) return `unitycatalog://${host}`
  throw new ConfigurationError(
    `the host of the target '${target}' is not in profiles.yml or its variable is not set: name the datasets' namespace, such as --namespace unitycatalog://HOST`,
  )
}
