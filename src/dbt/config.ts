import type { AdapterType } from './adapter-type.ts'
import { type ConfigKind, configDefaults, configMerge, type Merge } from './config-kind.ts'
import { copy, type Data, type DataObject, define, isJsonObject, isObject, ownValue, plain } from './data.ts'
import type { Json, JsonObject } from './manifest.ts'
import { flag, type Package } from './package.ts'
import type { Packages } from './packages.ts'

/** What a resource says of its own config. */
export interface OwnConfig {
  readonly kind: ConfigKind
  readonly package: Package
  readonly fqn: readonly string[]
  /** `config:` of its YAML. */
  readonly patch?: DataObject | undefined
  /** `config()` of its SQL. */
  readonly call?: DataObject | undefined
}

/**
 * Calculates configs as dbt does: defaults, the package's dbt_project.yml from the top down, the YAML's `config`, `config()`,
 * and for an installed package the project's own dbt_project.yml last. https://docs.getdbt.com/reference/configs-and-properties
 */
export class Configs {
  readonly #packages: Packages
  readonly #adapter: AdapterType
  readonly #levels = new WeakMap<object, DataObject>()
  readonly #bases = new Map<string, JsonObject>()
  readonly #finished = new Map<JsonObject, JsonObject>()
  readonly #unrendered = new Map<string, JsonObject>()
  readonly #ids = new WeakMap<object, number>()
  #lastId = 0

  constructor(packages: Packages) {
    this.#packages = packages
    this.#adapter = packages.target.adapter
  }

  /** The whole config, checked and completed. What says nothing of its own shares it with its folder. */
  rendered(own: OwnConfig): JsonObject {
    const base = this.#base(own)
    if (isSilent(own)) {
      const known = this.#finished.get(base) ?? finish(own.kind, copy(base))
      this.#finished.set(base, known)
      return known
    }
    const config: Record<string, Json> = copy(base)
    if (own.patch) this.#apply(own.kind, config, this.#translate(own.patch))
    if (own.call) this.#apply(own.kind, config, this.#translate(own.call))
    if (!own.package.isRoot) {
      for (const level of this.#levelsOf(this.#packages.root, own, false)) this.#apply(own.kind, config, level)
    }
    return finish(own.kind, config)
  }

  /** What is set anywhere, as it is written, without defaults and merging. */
  unrendered(own: OwnConfig): JsonObject {
    const levels = this.#levelsOf(own.package, own, true)
    if (!isSilent(own)) return this.#joined(own, levels)
    const key = this.#key(levels)
    const known = this.#unrendered.get(key) ?? this.#joined(own, levels)
    this.#unrendered.set(key, known)
    return known
  }

  #joined(own: OwnConfig, levels: readonly DataObject[]): JsonObject {
    const result: Record<string, Json> = {}
    const add = (level: DataObject): void => {
      for (const key of Object.keys(level))
        define(result, ownValue(this.#adapter.aliases, key) ?? key, plain(level[key] as Data))
    }
    for (const level of levels) add(level)
    if (own.patch) add(own.patch)
    if (own.call) add(own.call)
    if (!own.package.isRoot) for (const level of this.#levelsOf(this.#packages.root, own, true)) add(level)
    return result
  }

  /** Defaults and the levels of the package's dbt_project.yml: the same for all resources of a folder. */
  #base(own: OwnConfig): JsonObject {
    const levels = this.#levelsOf(own.package, own, false)
    const key = levels.length === 0 ? own.kind : `${own.kind} ${this.#key(levels)}`
    const known = this.#bases.get(key)
    if (known) return known
    const base: Record<string, Json> = copy(configDefaults(own.kind))
    for (const level of levels) this.#apply(own.kind, base, level)
    this.#bases.set(key, base)
    return base
  }

  #key(levels: readonly DataObject[]): string {
    if (levels.length === 0) return ''
    return levels.map((level) => this.#id(level)).join(' ')
  }

  #id(level: object): number {
    let id = this.#ids.get(level)
    if (id === undefined) {
      this.#lastId += 1
      id = this.#lastId
      this.#ids.set(level, id)
    }
    return id
  }

  #levelsOf(from: Package, own: OwnConfig, isUnrendered: boolean): readonly DataObject[] {
    let level: Data | undefined = configTree(from, own.kind, isUnrendered, this.#packages.root)
    if (!isObject(level)) return NO_LEVELS
    const levels: DataObject[] = []
    for (let depth = 0; isObject(level); depth += 1) {
      const config = this.#level(level, isUnrendered)
      if (Object.keys(config).length > 0) levels.push(config)
      const name: string | undefined = own.fqn[depth]
      level = name !== undefined && Object.hasOwn(level, name) ? level[name] : undefined
    }
    return levels
  }

  /** One level's own configs: what starts with `+`, and what is no folder. */
  #level(level: DataObject, isUnrendered: boolean): DataObject {
    let config = this.#levels.get(level)
    if (!config) {
      const result: Record<string, Data> = {}
      for (const key of Object.keys(level)) {
        const value = level[key] as Data
        if (key.startsWith('+')) define(result, key.slice(1).trim(), value)
        else if (!isObject(value)) define(result, key, value)
      }
      config = isUnrendered ? result : this.#translate(result)
      this.#levels.set(level, config)
    }
    return config
  }

  #translate(partial: DataObject): DataObject {
    const result: Record<string, Data> = {}
    for (const key of Object.keys(partial))
      define(result, hookName(ownValue(this.#adapter.aliases, key) ?? key), partial[key] as Data)
    return result
  }

  #apply(kind: ConfigKind, config: Record<string, Json>, partial: DataObject): void {
    for (const key of Object.keys(partial)) {
      const merge = configMerge(kind, key) ?? (this.#adapter.merged.includes(key) ? 'update' : undefined)
      define(config, key, mergeValue(merge, ownValue(config, key), expand(key, plain(partial[key] as Data))))
    }
  }
}

const NO_LEVELS: readonly DataObject[] = []

/** Whether a resource of the project itself says nothing of its config: most tests do not. */
function isSilent({ package: { isRoot }, patch, call }: OwnConfig): boolean {
  return isRoot && isEmpty(patch) && isEmpty(call)
}

function isEmpty(data: DataObject | undefined): boolean {
  for (const _key in data) return false
  return true
}

function hookName(key: string): string {
  return key === 'pre_hook' ? 'pre-hook' : key === 'post_hook' ? 'post-hook' : key
}

/** Values that dbt takes in a short form. */
function expand(key: string, value: Json): Json {
  if (key === 'post-hook' || key === 'pre-hook') return listify(value).map(hook)
  if (key === 'latest_version_pointer' && typeof value === 'boolean') return { enabled: value }
  if (key === 'static_analysis' && typeof value === 'boolean') return value ? 'on' : 'off'
  return value
}

/** A hook as dbt writes it: a text, a text of JSON, or an object. */
function hook(value: Json): Json {
  const parsed = typeof value === 'string' ? jsonHook(value) : value
  if (!isJsonObject(parsed)) return { sql: String(value), transaction: true, index: null }
  return { sql: parsed.sql ?? '', transaction: parsed.transaction ?? true, index: parsed.index ?? null }
}

function jsonHook(text: string): Json {
  if (!text.trimStart().startsWith('{') || text.trimStart().startsWith('{{')) return { sql: text }
  try {
    const parsed: Json = JSON.parse(text)
    return parsed
  } catch {
    return { sql: text }
  }
}

function listify(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [value]
}

/** Brings a later value together with an earlier one. */
export function mergeValue(merge: Merge | undefined, earlier: Json | undefined, later: Json): Json {
  if (earlier === undefined || earlier === null || merge === undefined) return later
  if (merge === 'append') return [...listify(earlier), ...listify(later)]
  if (!isJsonObject(earlier) || !isJsonObject(later)) return later === null ? earlier : later
  return merge === 'update' ? { ...earlier, ...later } : mergeGrants(earlier, later)
}

function mergeGrants(earlier: JsonObject, later: JsonObject): JsonObject {
  const result: Record<string, Json> = {}
  for (const key of Object.keys(earlier)) define(result, key, listify(earlier[key] ?? null))
  for (const key of Object.keys(later)) {
    const name = key.replace(/^\++/, '')
    const value = listify(later[key] ?? null)
    const known = ownValue(result, name)
    define(result, name, key.startsWith('+') && Array.isArray(known) ? [...known, ...value] : value)
  }
  return result
}

function finish(kind: ConfigKind, config: Record<string, Json>): JsonObject {
  if (kind === 'test') Object.assign(config, storedFailures(config))
  if (kind === 'model') config.freshness = isJsonObject(config.freshness ?? null) ? buildAfter(config.freshness) : null
  return config
}

function buildAfter(freshness: Json | undefined): Json {
  if (!isJsonObject(freshness) || !isJsonObject(freshness.build_after)) return null
  return { ...freshness, build_after: { count: null, period: null, updates_on: 'any', ...freshness.build_after } }
}

/** `store_failures_as` decides over `store_failures`: https://docs.getdbt.com/reference/resource-configs/store_failures_as */
function storedFailures(config: JsonObject): JsonObject {
  const { store_failures, store_failures_as } = config
  if (typeof store_failures_as === 'string')
    return { store_failures: store_failures_as !== 'ephemeral', store_failures_as }
  if (typeof store_failures !== 'boolean') return {}
  return { store_failures, store_failures_as: store_failures ? 'table' : 'ephemeral' }
}

/** The part of a dbt_project.yml that configures a kind of resource. */
function configTree(from: Package, kind: ConfigKind, isUnrendered: boolean, root: Package): Data | undefined {
  const project = isUnrendered ? from.unrendered : from.rendered
  switch (kind) {
    case 'model':
    case 'operation':
    case 'group':
      return project.models
    case 'function':
      // As they are written, dbt takes the configs of models.
      return isUnrendered ? project.models : project.functions
    case 'analysis':
      return flag(root, 'require_corrected_analysis_fqns', false) ? project.analyses : project.models
    case 'test':
      return 'data_tests' in project ? project.data_tests : project.tests
    case 'saved_query':
      // As they are written, dbt looks for neither under its own name.
      return isUnrendered ? project.saved_queries : (project['saved-queries'] ?? project.saved_queries)
    case 'semantic_model':
      return isUnrendered ? project.semantic_models : (project['semantic-models'] ?? project.semantic_models)
    default:
      return project[`${kind}s`]
  }
}

/** Adds what a further `config()` of the same SQL says, as dbt does: lists join, objects merge, the rest is replaced. */
export function addConfigCall(earlier: DataObject, later: DataObject): DataObject {
  if (Object.keys(earlier).length === 0) return later
  const result: Record<string, Data> = copy(earlier)
  for (const key of Object.keys(later)) define(result, key, joinCalls(key, ownValue(earlier, key), later[key] as Data))
  return result
}

const APPENDED = new Set(['pre-hook', 'pre_hook', 'post-hook', 'post_hook', 'tags', 'packages'])
const UPDATED = new Set(['quoting', 'column_types', 'meta', 'docs', 'contract', 'snapshot_meta_column_names'])

function joinCalls(key: string, earlier: Data | undefined, later: Data): Data {
  const list = (data: Data): readonly Data[] => (Array.isArray(data) ? data : [data])
  if (APPENDED.has(key)) return earlier === undefined ? list(later) : [...list(earlier), ...list(later)]
  if (UPDATED.has(key)) return isObject(earlier) && isObject(later) ? { ...earlier, ...later } : later
  if (key !== 'grants' || !isObject(later)) return later
  const result: Record<string, Data> = {}
  for (const name of Object.keys(isObject(earlier) ? earlier : {}))
    define(result, name, list((earlier as DataObject)[name] as Data))
  for (const name of Object.keys(later)) {
    const known = name.startsWith('+') ? ownValue(result, name) : undefined
    define(
      result,
      name,
      known === undefined ? list(later[name] as Data) : [...list(known), ...list(later[name] as Data)],
    )
  }
  return result
}
