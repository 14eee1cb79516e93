import type { CompileOptions } from '../dbt/compile.ts'
import type { Json, JsonObject, Manifest, ManifestNode, UnitTestDefinition } from '../dbt/manifest.ts'
import type { Project } from '../dbt/project.ts'
import { normaliseSql } from '../sql/normalise.ts'
import { hash, isObject } from './canonical.ts'
import { ephemeralParents, reachableMacros, relationOf } from './reach.ts'
import { configOf, governanceOf, macroTexts } from './relation-parts.ts'
import type { Settings } from './settings.ts'

export { type Settings, settingsOf } from './settings.ts'

/** Raised whenever the same project would get other fingerprints: a ledger written by another version is read again. */
export const fingerprintVersion = 1

/** What a node's text comes to under the region's target. */
export interface Compiled {
  readonly code: string
  /** What could not be resolved while compiling, in words; empty when `code` is exactly what dbt would send. */
  readonly unresolved: readonly string[]
  /** Names of the variables that the code was made with. */
  readonly reads?: { readonly vars: readonly string[]; readonly env_vars: readonly string[] }
}
export type CompileTemplate = (
  project: Project,
  unique_id: string,
  template: string,
  options: { readonly incremental: boolean },
) => Compiled
export type Compile = (project: Project, unique_id: string, options: CompileOptions) => Compiled

/** What a node means for what stands in the warehouse. Equal hashes: deploying it again would change nothing but the data. */
export interface Fingerprint {
  readonly unique_id: string
  readonly version: number
  readonly hash: string
  /** False when the code could not be compiled with certainty, so that text stands in for meaning. */
  readonly exact: boolean
  readonly unresolved: readonly string[]
  /** The variables that its code was made with, such as `variable high_value_above`. */
  readonly reads: readonly string[]
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
 * The fingerprints of all nodes and unit tests of a project, by unique_id in order. `settings` are those of the project's
 * files. Without `template`, hooks that call macros are compared as text. Those that are known already are taken as they are.
 */
export function fingerprints(
  project: Project,
  compile: Compile,
  settings: Settings,
  template?: CompileTemplate,
  known: Fingerprints = new Map(),
): Fingerprints {
  const tools: Tools = { project, compile, settings, template: template ?? null }
  const { manifest } = project
  const all = [...manifest.nodes.values(), ...manifest.unit_tests.values()]
  all.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
  const of = (node: ManifestNode | UnitTestDefinition): Fingerprint =>
    known.get(node.unique_id) ?? (node.resource_type === 'unit_test' ? ofUnitTest(node) : ofNode(tools, node))
  return new Map(all.map((node) => [node.unique_id, of(node)]))
}

/** What stands for the fingerprints of nodes that two sides have in common: the same for both, and like no other. It is never recorded. */
export function standIns({ manifest }: Project, unique_ids: Iterable<string>): Fingerprints {
  const same = 'as on the other side'
  const parts = { code: same, config: same, governance: same, place: same }
  const rest = {
    version: fingerprintVersion,
    hash: same,
    exact: true,
    unresolved: [],
    reads: [],
    parts,
    config: {},
    governance: {},
  }
  const place = (id: string): string | null => {
    const node = manifest.nodes.get(id)
    return node === undefined ? null : placeOf(node)
  }
  return new Map([...unique_ids].map((unique_id) => [unique_id, { unique_id, ...rest, place: place(unique_id) }]))
}

/** Whether a node leaves something in the warehouse or is checked there, so that a plan may hold it. */
export function isDeployed(node: ManifestNode): boolean {
  if (node.resource_type === 'model') return node.config.materialized !== 'ephemeral'
  return ['seed', 'snapshot', 'test', 'function'].includes(node.resource_type)
}

function ofNode(tools: Tools, node: ManifestNode): Fingerprint {
  const code = codeOf(tools, node)
  const config = {
    ...configOf(tools.project.manifest, node),
    ...signatureOf(node),
    ...hooksOf(tools, node),
    ...flagsOf(tools, node),
  }
  const governance = governanceOf(node)
  const place = placeOf(node)
  return assemble(node.unique_id, { ...code, config, governance, place })
}

/** What a function takes and gives back, in each of its forms. */
function signatureOf(node: ManifestNode): JsonObject {
  if (node.resource_type !== 'function') return {}
  const overloads = node.overloads.map(({ arguments: takes, returns }) => ({
    arguments: takes ?? [],
    returns: returns ?? null,
  }))
  return { arguments: node.arguments, returns: node.returns, ...(overloads.length > 0 && { overloads }) }
}

function ofUnitTest(test: UnitTestDefinition): Fingerprint {
  const code = { model: test.model, given: test.given, expect: test.expect, overrides: test.overrides }
  return assemble(test.unique_id, { code, unresolved: [], reads: [], config: {}, governance: {}, place: null })
}

interface Tools {
  readonly project: Project
  readonly compile: Compile
  readonly settings: Settings
  readonly template: CompileTemplate | null
}

interface Meaning {
  readonly code: Json
  readonly unresolved: readonly string[]
  readonly reads: readonly string[]
  readonly config: JsonObject
  readonly governance: JsonObject
  readonly place: string | null
}

function assemble(unique_id: string, meaning: Meaning): Fingerprint {
  const { unresolved, reads, config, governance, place } = meaning
  const parts = { code: hash(meaning.code), config: hash(config), governance: hash(governance), place: hash(place) }
  const version = fingerprintVersion
  const whole = hash([version, parts.code, parts.config, parts.governance, parts.place])
  return {
    unique_id,
    version,
    hash: whole,
    exact: unresolved.length === 0,
    unresolved,
    reads,
    parts,
    config,
    governance,
    place,
  }
}

function codeOf(tools: Tools, node: ManifestNode): Pick<Meaning, 'code' | 'unresolved' | 'reads'> {
  const { project, compile, settings } = tools
  if (node.resource_type === 'seed') {
    const { name, checksum, content } = node.checksum
    if (content !== undefined) return { code: ['seed', 'sha256', content], unresolved: [], reads: [] }
    // dbt hashes a large seed's path instead of its content; then nothing says whether the content changed.
    const unresolved = name === 'path' ? ['the content of this large seed'] : []
    return { code: ['seed', name, checksum], unresolved, reads: [] }
  }
  const compiled = [
    ...waysOf(node).map((incremental) => compile(project, node.unique_id, { incremental })),
    ...overloadsOf(tools, node),
  ]
  const unresolved = [...new Set(compiled.flatMap((each) => each.unresolved))].sort()
  const reads = [...new Set(compiled.flatMap(readsOf))].sort()
  if (unresolved.length > 0) return { code: ['text', ...textOf(project, node), settings.text], unresolved, reads }
  return {
    code: [node.language, ...new Set(compiled.map((each) => normal(project.manifest, node, each.code)))],
    unresolved,
    reads,
  }
}

/** The bodies of a function's further forms. */
function overloadsOf({ project, template }: Tools, node: ManifestNode): Compiled[] {
  if (node.resource_type !== 'function') return []
  return node.overloads.flatMap(({ raw_body }) =>
    typeof raw_body === 'string'
      ? [template?.(project, node.unique_id, raw_body, { incremental: false }) ?? asText(raw_body)]
      : [],
  )
}

function readsOf({ reads }: Compiled): string[] {
  const { vars = [], env_vars = [] } = reads ?? {}
  return [...vars.map((name) => `variable ${name}`), ...env_vars.map((name) => `environment variable ${name}`)]
}

/** What `is_incremental()` may answer when the node is built. */
function waysOf(node: ManifestNode): boolean[] {
  return node.config.materialized === 'incremental' ? [false, true] : [false]
}

function normal(manifest: Manifest, node: ManifestNode, code: string): string {
  return isDatabricks(manifest) && node.language === 'sql' ? normaliseSql(code) : code
}

/** The statements of a node's hooks; where they are not certain, their text and that of all they could depend on. */
function hooksOf({ project, settings, template }: Tools, node: ManifestNode): JsonObject {
  const { manifest } = project
  const hooks: Record<string, Json> = {}
  for (const key of ['pre-hook', 'post-hook'] as const) {
    const texts = hookTexts(node.config[key] ?? node.config[key.replace('-', '_')])
    if (texts.length === 0) continue
    const compiled = texts.flatMap((text) =>
      waysOf(node).map((incremental) => template?.(project, node.unique_id, text, { incremental }) ?? asText(text)),
    )
    const exact = compiled.every((each) => each.unresolved.length === 0)
    hooks[key.replace('-', '_')] = exact
      ? [...new Set(compiled.map((each) => normal(manifest, node, each.code)))]
      : { text: texts, settings: hash(settings.text), ...macroTexts(manifest, node.depends_on.macros) }
  }
  return hooks
}

/** Without a compiler, text that calls nothing is what will be run. */
function asText(text: string): Compiled {
  return { code: text, unresolved: /\{[{%]/.test(text) ? [text] : [] }
}

function hookTexts(hooks: Json | undefined): string[] {
  const list = Array.isArray(hooks) ? hooks : [hooks ?? null]
  return list.flatMap((hook: Json) => {
    const sql = isObject(hook) ? hook.sql : hook
    return typeof sql === 'string' ? [sql] : []
  })
}

function flagsOf({ settings }: Tools, node: ManifestNode): JsonObject {
  const built = ['model', 'seed', 'snapshot'].includes(node.resource_type) && node.config.materialized !== 'ephemeral'
  return built && Object.keys(settings.flags).length > 0 ? { flags: settings.flags } : {}
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
    ...(node.resource_type === 'function' ? node.overloads.map(({ raw_body }) => raw_body ?? null) : []),
    inlined.map((each) => [each.unique_id, each.raw_code]),
    macros.map((id) => [id, manifest.macros.get(id)?.macro_sql ?? null]),
    node.depends_on.nodes.map((id) => [id, relationOf(manifest, id)]),
    [...missingPackages].sort(),
  ]
}

function isDatabricks(manifest: Manifest): boolean {
  return ['databricks', 'spark'].includes(manifest.metadata.adapter_type)
}

function placeOf(node: ManifestNode): string | null {
  const none =
    node.config.materialized === 'ephemeral' || node.resource_type === 'operation' || node.resource_type === 'analysis'
  return none ? null : node.relation_name
}
