import type { Template } from '../jinja/index.ts'
import type { ConfigKind } from './config-kind.ts'
import type { DataObject } from './data.ts'
import type { SourceFile } from './files.ts'
import type {
  Analysis,
  BaseResource,
  DataTest,
  Exposure,
  FunctionNode,
  Metric,
  Model,
  NodeConfig,
  Operation,
  RefArgs,
  SavedQuery,
  Seed,
  SemanticModel,
  Snapshot,
  SourceDefinition,
  UnitTestDefinition,
} from './manifest.ts'
import type { Package } from './package.ts'
import type { Place } from './sink.ts'

type Draft<T> = { -readonly [K in keyof Required<T>]: Required<T>[K] }
export type ModelDraft = Draft<Model>
export type DataTestDraft = Draft<DataTest>
export type FunctionDraft = Draft<FunctionNode>
export type NodeDraft =
  | ModelDraft
  | Draft<Seed>
  | Draft<Snapshot>
  | Draft<Analysis>
  | Draft<Operation>
  | DataTestDraft
  | FunctionDraft
export type SourceDraft = Draft<SourceDefinition>
export type ExposureDraft = Draft<Exposure>
export type UnitTestDraft = Draft<UnitTestDefinition>
export type MetricDraft = Draft<Metric>
export type SemanticModelDraft = Draft<SemanticModel>
export type SavedQueryDraft = Draft<SavedQuery>

/** A `ref`, `source` or `function` that a resource asks for, and where it says so. */
export type Asked =
  | { readonly kind: 'ref' | 'function'; readonly args: RefArgs; readonly place: Place }
  | { readonly kind: 'source'; readonly args: readonly [source: string, table: string]; readonly place: Place }

/** A node while it is parsed. */
export interface Work {
  readonly draft: NodeDraft
  readonly package: Package
  readonly kind: ConfigKind
  /** The file that it stands in; for what YAML defines, the YAML. */
  readonly source: SourceFile
  /** Its text as a template; null for a seed, a Python model, and what cannot be read. */
  template: Template | null
  /** Where `template` starts in the file. */
  readonly place: Place
  /** What `config()` said, and as it is written. */
  call: DataObject
  unrenderedCall: DataObject
  asked: Asked[]
  /** Tests of one macro may have one set. */
  macros: Set<string>
  /** `config:` of its YAML, as it is and with its Jinja unrendered. */
  patch: DataObject | undefined
  unrenderedPatch: DataObject | undefined
  /** For a generic test: the arguments of its macro, as YAML holds them. */
  testArguments?: DataObject
}

type Base = Omit<BaseResource, 'resource_type'>

/**
 * A node before anything is known of it. Objects are written out in full: tens of thousands are made, and objects that are
 * spread into others are slow to make and to read.
 */
export function makeDraft(resource_type: NodeDraft['resource_type'], base: Base): NodeDraft {
  switch (resource_type) {
    case 'model':
      return Object.assign(common(resource_type, base), {
        access: 'protected' as const,
        version: null,
        latest_version: null,
        contract: { enforced: false, alias_types: true, checksum: null },
        constraints: [],
        deprecation_date: null,
        primary_key: [],
        time_spine: null,
      })
    case 'operation':
      return Object.assign(common(resource_type, base), { index: 0 })
    case 'test':
      return testDraft(base)
    case 'function':
      return Object.assign(common(resource_type, base), {
        arguments: [],
        // dbt's own stand-in for a function that no YAML describes.
        returns: { data_type: 'INVALID_TYPE', description: null },
        overloads: [],
      })
    case 'seed':
      return common(resource_type, base)
    case 'snapshot':
      return common(resource_type, base)
    case 'analysis':
      return common(resource_type, base)
  }
}

/** Of what nodes have none of there is one, which nobody changes: a project has tens of thousands of tests. */
const NOTHING: readonly never[] = []
const NO_FIELDS = {}
const NO_CONFIG: NodeConfig = { enabled: true, materialized: 'view', tags: [], meta: {} }
const NO_CHECKSUM = { name: 'none', checksum: '' }
const NO_COLUMNS = new Map()
const SHOWN = { show: true, node_color: null }
const NOTHING_NEEDED = { macros: [], nodes: [] }

function common<T extends NodeDraft['resource_type']>(resource_type: T, base: Base) {
  return {
    resource_type,
    name: base.name,
    package_name: base.package_name,
    path: base.path,
    original_file_path: base.original_file_path,
    unique_id: base.unique_id,
    database: null,
    schema: '',
    relation_name: null,
    alias: base.name,
    fqn: NOTHING,
    checksum: NO_CHECKSUM,
    config: NO_CONFIG,
    tags: NOTHING,
    meta: NO_FIELDS,
    description: '',
    columns: NO_COLUMNS,
    docs: SHOWN,
    doc_blocks: NOTHING,
    group: null,
    raw_code: '',
    language: 'sql',
    refs: NOTHING,
    sources: NOTHING,
    metrics: NOTHING,
    functions: NOTHING,
    depends_on: NOTHING_NEEDED,
    patch_path: null,
    unrendered_config: NO_FIELDS,
  }
}

/** A test has what `common` has and four fields more, written out: spread into a larger object they would cost a check of many tests a quarter of its time. */
function testDraft(base: Base): DataTestDraft {
  return {
    resource_type: 'test',
    name: base.name,
    package_name: base.package_name,
    path: base.path,
    original_file_path: base.original_file_path,
    unique_id: base.unique_id,
    database: null,
    schema: '',
    relation_name: null,
    alias: base.name,
    fqn: NOTHING,
    checksum: NO_CHECKSUM,
    config: NO_CONFIG,
    tags: NOTHING,
    meta: NO_FIELDS,
    description: '',
    columns: NO_COLUMNS,
    docs: SHOWN,
    doc_blocks: NOTHING,
    group: null,
    raw_code: '',
    language: 'sql',
    refs: NOTHING,
    sources: NOTHING,
    metrics: NOTHING,
    functions: NOTHING,
    depends_on: NOTHING_NEEDED,
    patch_path: null,
    unrendered_config: NO_FIELDS,
    test_metadata: null,
    column_name: null,
    attached_node: null,
    file_key_name: null,
  }
}
