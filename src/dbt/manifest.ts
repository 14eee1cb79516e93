/**
 * dbt's manifest, schema v12, as far as this project reads it. Field names and shapes are dbt's own:
 * https://schemas.getdbt.com/dbt/manifest/v12.json. What the manifest command writes has every field; the types
 * name those that the rest of the program reads.
 */
export interface Manifest {
  readonly metadata: ManifestMetadata
  /** dbt's nodes, and its functions, which are built like them and are written into a section of their own. */
  readonly nodes: ReadonlyMap<string, ManifestNode>
  readonly sources: ReadonlyMap<string, SourceDefinition>
  readonly exposures: ReadonlyMap<string, Exposure>
  readonly metrics?: ReadonlyMap<string, Metric>
  readonly semantic_models?: ReadonlyMap<string, SemanticModel>
  readonly saved_queries?: ReadonlyMap<string, SavedQuery>
  readonly unit_tests: ReadonlyMap<string, UnitTestDefinition>
  readonly selectors?: ReadonlyMap<string, Json>
  readonly groups: ReadonlyMap<string, Group>
  readonly macros: ReadonlyMap<string, Macro>
  readonly docs: ReadonlyMap<string, Documentation>
  readonly disabled: ReadonlyMap<string, readonly Resource[]>
  /** unique_id -> the unique_ids that it depends on, sorted. Holds every node, source, exposure and unit test. */
  readonly parent_map: ReadonlyMap<string, readonly string[]>
  readonly child_map: ReadonlyMap<string, readonly string[]>
}

export interface ManifestMetadata {
  readonly project_name: string
  readonly adapter_type: string
  readonly target_name: string
  readonly quoting?: JsonObject
}

/** A value as JSON holds it: what dbt's `meta`, `config` and `tags` are made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** What every dbt resource has. */
export interface BaseResource {
  readonly name: string
  readonly package_name: string
  readonly path: string
  /** Relative to the root of the resource's package, with forward slashes. */
  readonly original_file_path: string
  readonly unique_id: string
}

/** Where a resource's parts stand in its files, for findings. Ours, not dbt's: it is not written into manifest.json. */
export interface Position {
  /** Relative to the root of the project. */
  readonly path: string
  readonly line: number
  readonly column: number
}

export interface ColumnInfo {
  readonly name: string
  readonly description: string
  readonly data_type: string | null
  readonly meta: JsonObject
  readonly tags: readonly string[]
  readonly quote: boolean | null
  readonly constraints: readonly JsonObject[]
  readonly config: JsonObject
  /** What stands at the column's top level and is not dbt-core's: `databricks_tags`, `column_mask`. */
  readonly [extra: string]: Json
}

export interface RefArgs {
  readonly name: string
  readonly package: string | null
  readonly version: string | number | null
}

export interface Docs {
  readonly show: boolean
  readonly node_color: string | null
}

export interface NodeConfig {
  readonly enabled: boolean
  readonly materialized: string
  readonly tags: readonly string[]
  readonly meta: JsonObject
  readonly [key: string]: Json
}

interface RelationParts {
  readonly database: string | null
  readonly schema: string
  readonly relation_name: string | null
}

interface CommonNode extends BaseResource, RelationParts {
  readonly alias: string
  readonly fqn: readonly string[]
  /** `content`, which is not written, is the hash of a large seed: dbt has that seed's path instead. */
  readonly checksum: { readonly name: string; readonly checksum: string; readonly content?: string }
  readonly config: NodeConfig
  readonly tags: readonly string[]
  readonly meta: JsonObject
  readonly description: string
  readonly columns: ReadonlyMap<string, ColumnInfo>
  readonly docs?: Docs
  /** unique_ids of the docs blocks that the description names. */
  readonly doc_blocks?: readonly string[]
  readonly group: string | null
  readonly raw_code: string
  readonly language: string
  readonly refs: readonly RefArgs[]
  readonly sources: readonly (readonly [source: string, table: string])[]
  readonly metrics: readonly (readonly string[])[]
  /** The functions that it calls: a name, or a package and a name. */
  readonly functions?: readonly (readonly string[])[]
  readonly depends_on: { readonly macros: readonly string[]; readonly nodes: readonly string[] }
  /** `package://path` of the YAML that describes the node. */
  readonly patch_path: string | null
  readonly unrendered_config: JsonObject
}

export interface Model extends CommonNode {
  readonly resource_type: 'model'
  readonly access: 'private' | 'protected' | 'public'
  readonly version: string | number | null
  readonly latest_version: string | number | null
  readonly contract: { readonly enforced: boolean; readonly alias_types: boolean; readonly checksum: string | null }
  readonly constraints: readonly JsonObject[]
  readonly deprecation_date: string | null
  readonly primary_key: readonly string[]
  readonly time_spine?: Json
}

export interface Seed extends CommonNode {
  readonly resource_type: 'seed'
}

export interface Snapshot extends CommonNode {
  readonly resource_type: 'snapshot'
}

export interface Analysis extends CommonNode {
  readonly resource_type: 'analysis'
}

export interface Operation extends CommonNode {
  readonly resource_type: 'operation'
  readonly index: number
}

export interface DataTest extends CommonNode {
  readonly resource_type: 'test'
  /** Set for generic tests, null for singular ones. */
  readonly test_metadata: {
    readonly name: string
    readonly namespace: string | null
    readonly kwargs: JsonObject
  } | null
  readonly column_name: string | null
  readonly attached_node: string | null
  readonly file_key_name: string | null
}

/** A user-defined function: https://docs.getdbt.com/docs/build/udfs */
export interface FunctionNode extends CommonNode {
  readonly resource_type: 'function'
  readonly arguments: readonly JsonObject[]
  readonly returns: JsonObject
  /** Other signatures of the same name, each with the body of its own file. */
  readonly overloads: readonly JsonObject[]
}

export type ManifestNode = Model | Seed | Snapshot | Analysis | Operation | DataTest | FunctionNode

export interface SourceDefinition extends BaseResource {
  readonly resource_type: 'source'
  readonly source_name: string
  readonly source_description: string
  readonly loader: string
  readonly identifier: string
  readonly database: string | null
  readonly schema: string
  readonly relation_name: string
  readonly fqn: readonly string[]
  readonly config: JsonObject
  readonly tags: readonly string[]
  readonly meta: JsonObject
  readonly source_meta: JsonObject
  readonly description: string
  readonly columns: ReadonlyMap<string, ColumnInfo>
  readonly freshness: JsonObject | null
  readonly loaded_at_field: string | null
  readonly loaded_at_query?: string | null
  readonly quoting?: JsonObject
  readonly external?: Json
  readonly patch_path?: string | null
  readonly unrendered_config: JsonObject
  readonly unrendered_database?: string | null
  readonly unrendered_schema?: string | null
  readonly doc_blocks?: readonly string[]
}

export interface Exposure extends BaseResource {
  readonly resource_type: 'exposure'
  readonly type: string
  readonly fqn: readonly string[]
  readonly owner: { readonly name: string | null; readonly email: string | readonly string[] | null }
  readonly label: string | null
  readonly maturity: string | null
  readonly url: string | null
  readonly description: string
  readonly config: JsonObject
  readonly tags: readonly string[]
  readonly meta: JsonObject
  readonly refs: readonly RefArgs[]
  readonly sources: readonly (readonly [source: string, table: string])[]
  readonly metrics?: readonly (readonly string[])[]
  readonly depends_on: { readonly macros: readonly string[]; readonly nodes: readonly string[] }
  readonly unrendered_config?: JsonObject
}

/** A metric of the semantic layer; `type_params` and `filter` as dbt writes them. */
export interface Metric extends BaseResource {
  readonly resource_type: 'metric'
  readonly fqn: readonly string[]
  readonly description: string
  readonly label: string | null
  readonly type: string
  readonly type_params: JsonObject
  readonly filter: Json
  readonly metadata: Json
  readonly time_granularity: string | null
  readonly meta: JsonObject
  readonly tags: readonly string[]
  readonly config: JsonObject
  readonly unrendered_config: JsonObject
  readonly group: string | null
  readonly refs: readonly RefArgs[]
  readonly sources: readonly (readonly [source: string, table: string])[]
  readonly metrics: readonly (readonly string[])[]
  readonly depends_on: { readonly macros: readonly string[]; readonly nodes: readonly string[] }
}

export interface SemanticModel extends BaseResource {
  readonly resource_type: 'semantic_model'
  readonly fqn: readonly string[]
  /** The `ref(…)` that it is about, as it is written. */
  readonly model: string
  readonly node_relation: Json
  readonly description: string | null
  readonly label: string | null
  readonly defaults: Json
  readonly entities: readonly JsonObject[]
  readonly measures: readonly JsonObject[]
  readonly dimensions: readonly JsonObject[]
  readonly metadata: Json
  readonly primary_entity: string | null
  readonly config: JsonObject
  readonly unrendered_config: JsonObject
  readonly group: string | null
  readonly refs: readonly RefArgs[]
  readonly depends_on: { readonly macros: readonly string[]; readonly nodes: readonly string[] }
}

export interface SavedQuery extends BaseResource {
  readonly resource_type: 'saved_query'
  readonly fqn: readonly string[]
  readonly description: string | null
  readonly label: string | null
  readonly query_params: JsonObject
  readonly exports: readonly JsonObject[]
  readonly metadata: Json
  readonly tags: readonly string[]
  readonly config: JsonObject
  readonly unrendered_config: JsonObject
  readonly group: string | null
  readonly refs: readonly RefArgs[]
  readonly depends_on: { readonly macros: readonly string[]; readonly nodes: readonly string[] }
}

export interface UnitTestDefinition extends BaseResource {
  readonly resource_type: 'unit_test'
  readonly model: string
  readonly given: readonly JsonObject[]
  readonly expect: JsonObject
  readonly overrides: JsonObject | null
  readonly description: string
  readonly fqn: readonly string[]
  readonly config: JsonObject
  readonly depends_on: { readonly macros: readonly string[]; readonly nodes: readonly string[] }
  readonly checksum?: string | null
  readonly schema?: string | null
  readonly versions?: Json
  readonly version?: string | number | null
}

export interface Group extends BaseResource {
  readonly resource_type: 'group'
  readonly description?: string | null
  readonly config?: JsonObject
  readonly owner: { readonly name: string | null; readonly email: string | readonly string[] | null }
}

export interface Macro extends BaseResource {
  readonly resource_type: 'macro'
  readonly macro_sql: string
  readonly depends_on: { readonly macros: readonly string[] }
  readonly description: string
  readonly meta?: JsonObject
  readonly docs?: Docs
  readonly patch_path?: string | null
  readonly arguments?: readonly { readonly name: string; readonly type: string | null; readonly description: string }[]
  readonly supported_languages?: readonly string[] | null
}

export interface Documentation extends BaseResource {
  readonly resource_type: 'doc'
  readonly block_contents: string
}

export type Resource =
  | ManifestNode
  | SourceDefinition
  | Exposure
  | Metric
  | SemanticModel
  | SavedQuery
  | UnitTestDefinition
  | Group
  | Macro
  | Documentation
