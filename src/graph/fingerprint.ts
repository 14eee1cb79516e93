import { createHash } from 'node:crypto'
import type {
  ColumnInfo,
  Json,
  JsonObject,
  Macro,
  Manifest,
  ManifestNode,
  UnitTestDefinition,
} from '../dbt/manifest.ts'
import type { Project, ProjectFiles } from '../dbt/project.ts'
import { normaliseSql } from '../sql/normalise.ts'

/** Raised whenever the same project would get other fingerprints: a ledger written by another version is read again. */
export const fingerprintVersion = 1

/** What a node's text comes to under the region's target. */
export interface Compiled {
  readonly code: string
  /** What could not be resolved while compiling, in words; empty when `code` is exactly what dbt would send. */
  readonly unresolved: readonly string[]
}
export type Compile = (project: Project, unique_id: string, options: { readonly incremental: boolean }) => Compiled

/** What a node means for what stands in the warehouse. Equal hashes: deploying it again would change nothing but the data. */
export interface Fingerprint {
  readonly unique_id: string
  readonly version: number
  readonly hash: string
  /** False when the code could not be compiled with certainty, so that text stands in for meaning. */
  readonly exact: boolean
  readonly unresolved: readonly string[]
  /** The hash of each part, to tell which of them changed. */
  readonly parts: FingerprintParts
  /** The parts that can be put into words. */
  readonly config: JsonObject
  readonly governance: JsonObject
  /** The relation that it stands in; null for what has none. */
  readonly place: string | null
}

export interface FingerprintParts {
  readonly code: string
  readonly config: string
  readonly governance: string
  readonly place: string
}

export type Fingerprints = ReadonlyMap<string, Fingerprint>

/** A project with its fingerprints. */
export interface Fingerprinted {
  readonly project: Project
  readonly fingerprints: Fingerprints
}

/**
 * The fingerprints of all nodes and unit tests of a project, by unique_id in order. `settings` is what a node that cannot
 * be compiled may depend on besides its text: `settingsOf` the project's files, and whatever else the caller knows.
 */
export function fingerprints(project: Project, compile: Compile, settings: Json): Fingerprints {
  const { manifest } = project
  const all = [...manifest.nodes.values(), ...manifest.unit_tests.values()]
  all.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
  return new Map(
    all.map((node) => [
      node.unique_id,
      node.resource_type === 'unit_test' ? ofUnitTest(node) : ofNode(project, node, compile, settings),
    ]),
  )
}

/** The text of the files that say which vars, flags and package versions a project has. */
export function settingsOf(files: ProjectFiles): Json {
  const names = ['dbt_project.yml', 'dependencies.yml', 'package-lock.yml', 'packages.yml', 'vars.yml']
  return names.map((name) => [name, files.get(name) ?? null])
}

/** Whether a node leaves something in the warehouse or is checked there, so that a plan may hold it. */
export function isDeployed(node: ManifestNode): boolean {
  if (node.resource_type === 'model') return node.config.materialized !== 'ephemeral'
  return node.resource_type === 'seed' || node.resource_type === 'snapshot' || node.resource_type === 'test'
}

/** The macros that a node can reach, with those that they call, sorted. */
export function reachableMacros(manifest: Manifest, start: readonly string[]): string[] {
  const reached = new Set<string>()
  const open = [...start]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue
    reached.add(id)
    open.push(...(manifest.macros.get(id)?.depends_on.macros ?? []))
  }
  return [...reached].sort()
}

function ofNode(project: Project, node: ManifestNode, compile: Compile, settings: Json): Fingerprint {
  const code = codeOf(project, node, compile, settings)
  const config = configOf(project.manifest, node)
  const governance = governanceOf(node)
  const place = placeOf(node)
  return assemble(node.unique_id, { ...code, config, governance, place })
}

function ofUnitTest(test: UnitTestDefinition): Fingerprint {
  const code = { model: test.model, given: test.given, expect: test.expect, overrides: test.overrides }
  return assemble(test.unique_id, { code, unresolved: [], config: {}, governance: {}, place: null })
}

interface Meaning {
  readonly code: Json
  readonly unresolved: readonly string[]
  readonly config: JsonObject
  readonly governance: JsonObject
  readonly place: string | null
}

function assemble(unique_id: string, meaning: Meaning): Fingerprint {
  const { unresolved, config, governance, place } = meaning
  const parts = { code: hash(meaning.code), config: hash(config), governance: hash(governance), place: hash(place) }
  const version = fingerprintVersion
  const whole = hash([version, parts.code, parts.config, parts.governance, parts.place])
  return {
    unique_id,
    version,
    hash: whole,
    exact: unresolved.length === 0,
    unresolved,
    parts,
    config,
    governance,
    place,
  }
}

function codeOf(
  project: Project,
  node: ManifestNode,
  compile: Compile,
  settings: Json,
): Pick<Meaning, 'code' | 'unresolved'> {
  if (node.resource_type === 'seed') {
    // dbt hashes a large seed's path instead of its content; then nothing says whether the content changed.
    const unresolved = node.checksum.name === 'path' ? ['the content of this large seed'] : []
    return { code: ['seed', node.checksum.name, node.checksum.checksum], unresolved }
  }
  const ways = node.config.materialized === 'incremental' ? [false, true] : [false]
  const compiled = ways.map((incremental) => compile(project, node.unique_id, { incremental }))
  const unresolved = [...new Set(compiled.flatMap((each) => each.unresolved))].sort()
  if (unresolved.length > 0) return { code: ['text', ...textOf(project, node), settings], unresolved }
  const normal = isDatabricks(project.manifest) && node.language === 'sql' ? normaliseSql : (code: string) => code
  return { code: [node.language, ...new Set(compiled.map((each) => normal(each.code)))], unresolved }
}

/** Everything that the node's meaning could come from, as text. */
function textOf({ manifest, missingPackages }: Project, node: ManifestNode): Json[] {
  const inlined = ephemeralParents(manifest, node)
  const macros = reachableMacros(
    manifest,
    [node, ...inlined].flatMap((each) => each.depends_on.macros),
  )
  return [
    node.raw_code,
    inlined.map((each) => [each.unique_id, each.raw_code]),
    macros.map((id) => [id, manifest.macros.get(id)?.macro_sql ?? null]),
    node.depends_on.nodes.map((id) => [id, relationOf(manifest, id)]),
    [...missingPackages].sort(),
  ]
}

/** The ephemeral models that are inlined in a node's SQL, with those inlined in them, sorted. */
export function ephemeralParents(manifest: Manifest, node: ManifestNode): ManifestNode[] {
  const found = new Map<string, ManifestNode>()
  const open = [...node.depends_on.nodes]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const parent = manifest.nodes.get(id)
    if (parent === undefined || found.has(id) || parent.config.materialized !== 'ephemeral') continue
    found.set(id, parent)
    open.push(...parent.depends_on.nodes)
  }
  return [...found.values()].sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
}

/** The relation of a node or source as it is written in SQL. */
export function relationOf(manifest: Manifest, unique_id: string): string | null {
  return manifest.nodes.get(unique_id)?.relation_name ?? manifest.sources.get(unique_id)?.relation_name ?? null
}

function isDatabricks(manifest: Manifest): boolean {
  return ['databricks', 'spark'].includes(manifest.metadata.adapter_type)
}

function placeOf(node: ManifestNode): string | null {
  const none =
    node.config.materialized === 'ephemeral' || node.resource_type === 'operation' || node.resource_type === 'analysis'
  return none ? null : node.relation_name
}

/** What says something about a resource and alters nothing in the warehouse, or is a part of its own. */
const notConfig = new Set(
  'enabled tags meta docs group access description database schema alias persist_docs contract databricks_tags row_filter grants freshness'.split(
    ' ',
  ),
)

function configOf(manifest: Manifest, node: ManifestNode): JsonObject {
  const config: Record<string, Json> = {}
  for (const [key, value] of Object.entries(node.config)) {
    if (!notConfig.has(key) && !isEmpty(value)) config[key.replaceAll('-', '_')] = value
  }
  const contract = contractOf(node)
  if (contract !== null) config.contract = contract
  const macros = configMacros(manifest, node)
  if (macros !== null) config.macros = macros
  return config
}

function contractOf(node: ManifestNode): JsonObject | null {
  if (node.resource_type !== 'model' || !node.contract.enforced) return null
  const columns = [...node.columns.values()].map((column): readonly [string, Json] => [
    column.name,
    { data_type: column.data_type, constraints: column.constraints, quote: column.quote },
  ])
  return {
    columns: Object.fromEntries(columns),
    // Under a contract dbt selects the columns in the order of the YAML.
    order: [...node.columns.keys()],
    constraints: node.constraints,
    alias_types: node.contract.alias_types,
  }
}

/** The text of the macros that a node's hooks call, and of a materialization that is not dbt's own. */
function configMacros(manifest: Manifest, node: ManifestNode): JsonObject | null {
  const hooks = JSON.stringify([node.config['pre-hook'] ?? null, node.config['post-hook'] ?? null])
  const prefix = `materialization_${node.config.materialized}_`
  const own = materializationsOf(manifest).filter((macro) => macro.name.startsWith(prefix))
  const start = [...(/\{\{|\{%/.test(hooks) ? node.depends_on.macros : []), ...own.map((macro) => macro.unique_id)]
  if (start.length === 0) return null
  return Object.fromEntries(
    reachableMacros(manifest, start).map((id) => [id, hash(manifest.macros.get(id)?.macro_sql ?? null)]),
  )
}

const materializations = new WeakMap<Manifest, readonly Macro[]>()

function materializationsOf(manifest: Manifest): readonly Macro[] {
  const known = materializations.get(manifest)
  if (known !== undefined) return known
  const shipped = new Set(['dbt', 'dbt_spark', `dbt_${manifest.metadata.adapter_type}`])
  const own = [...manifest.macros.values()].filter(
    (macro) => macro.name.startsWith('materialization_') && !shipped.has(macro.package_name),
  )
  materializations.set(manifest, own)
  return own
}

/** dbt-core's own keys of a column; what else stands at its top level is the adapter's, such as `databricks_tags`. */
const columnKeys = new Set(
  'name description data_type meta tags quote constraints config granularity doc_blocks dimension entity'.split(' '),
)

/** What Unity Catalog holds about the relation: tags, masks, filters, grants, and descriptions that are persisted. */
function governanceOf(node: ManifestNode): JsonObject {
  const governance: Record<string, Json> = {}
  for (const key of ['databricks_tags', 'row_filter', 'grants'] as const) {
    const value = node.config[key]
    if (value !== undefined && !isEmpty(value)) governance[key] = value
  }
  const persist = node.config.persist_docs
  if (flag(persist, 'relation') && node.description !== '') governance.description = node.description
  const columns = [...node.columns.values()]
    .map((column): readonly [string, JsonObject] => [column.name, columnGovernance(column, flag(persist, 'columns'))])
    .filter(([, value]) => Object.keys(value).length > 0)
  if (columns.length > 0) governance.columns = Object.fromEntries(columns)
  return governance
}

function columnGovernance(column: ColumnInfo, persisted: boolean): JsonObject {
  const extra = Object.entries(column).filter(([key, value]) => !columnKeys.has(key) && !isEmpty(value))
  const description = persisted && column.description !== '' ? [['description', column.description] as const] : []
  return Object.fromEntries([...extra, ...description])
}

function flag(value: Json | undefined, key: string): boolean {
  return isObject(value) && value[key] === true
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** dbt writes what is not set as null, [] or {}, and not always the same one: all mean not set. */
export function isEmpty(value: Json): boolean {
  if (value === null) return true
  if (Array.isArray(value)) return value.length === 0
  return isObject(value) && Object.keys(value).length === 0
}

function hash(value: Json): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

/** JSON with sorted keys and no layout: equal values give equal text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each)).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`).join(',')}}`
}
