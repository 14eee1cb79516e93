import { DBT_VERSION } from './context.ts'
import { copy, isJsonObject } from './data.ts'
import { jsonOf } from './json.ts'
import type { Json, JsonObject, Manifest, ManifestNode, Resource } from './manifest.ts'
import type { Project } from './project.ts'
import { md5 } from './text.ts'

const SCHEMA = 'https://schemas.getdbt.com/dbt/manifest/v12.json'

/** Long enough that writing a chunk is nothing beside making it. */
const CHUNK = 1 << 20

/** A project's manifest as dbt's manifest.json, version 12: https://schemas.getdbt.com/dbt/manifest/v12.json. The same project gives the same bytes. */
export function writeManifest(project: Project): string {
  return [...manifestChunks(project)].join('')
}

/** What `writeManifest` gives, in parts: a large project's is longer than what should be held at once. */
export function* manifestChunks(project: Project): Iterable<string> {
  let chunk = ''
  for (const part of manifestParts(project)) {
    chunk += part
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}

function* manifestParts({ manifest }: Project): Iterable<string> {
  const { metadata } = manifest
  const sections: [string, Iterable<[string, unknown]>][] = [
    ['nodes', mapped(nodesOf(manifest, false), nodeFields)],
    ['sources', mapped(manifest.sources, dated)],
    [
      'macros',
      mapped(manifest.macros, (macro) => ({
        ...fields(macro),
        config: { meta: macro.meta ?? {}, docs: macro.docs ?? null },
        created_at: 0,
      })),
    ],
    ['docs', manifest.docs],
    ['exposures', mapped(manifest.exposures, dated)],
    ['metrics', mapped(manifest.metrics ?? new Map(), dated)],
    ['groups', manifest.groups],
    ['selectors', manifest.selectors ?? []],
    ['disabled', mapped(manifest.disabled, (list) => list.map(writtenResource))],
    ['parent_map', manifest.parent_map],
    ['child_map', manifest.child_map],
    ['group_map', groupMap(manifest)],
    ['saved_queries', mapped(manifest.saved_queries ?? new Map(), dated)],
    ['semantic_models', mapped(manifest.semantic_models ?? new Map(), dated)],
    ['unit_tests', mapped(manifest.unit_tests, dated)],
    ['functions', mapped(nodesOf(manifest, true), nodeFields)],
  ]
  const head: JsonObject = {
    dbt_schema_version: SCHEMA,
    dbt_version: DBT_VERSION,
    generated_at: '1970-01-01T00:00:00Z',
    invocation_id: null,
    invocation_started_at: null,
    env: {},
    project_name: metadata.project_name,
    project_id: md5(metadata.project_name),
    user_id: null,
    send_anonymous_usage_stats: false,
    adapter_type: metadata.adapter_type,
    quoting: { ...metadata.quoting, column: null },
    run_started_at: null,
  }
  yield `{"metadata":${JSON.stringify(head)}`
  for (const [name, entries] of sections) {
    yield `,${JSON.stringify(name)}:{`
    let comma = ''
    for (const [key, value] of entries) {
      yield `${comma}${JSON.stringify(key)}:${JSON.stringify(value)}`
      comma = ','
    }
    yield '}'
  }
  yield '}'
}

function* nodesOf({ nodes }: Manifest, isFunction: boolean): Iterable<[string, ManifestNode]> {
  for (const entry of nodes) if ((entry[1].resource_type === 'function') === isFunction) yield entry
}

function* mapped<T>(map: Iterable<readonly [string, T]>, make: (value: T) => unknown): Iterable<[string, unknown]> {
  for (const [key, value] of map) yield [key, make(value)]
}

/** What JSON.stringify is to write: the only Maps in a resource are its columns. */
type Fields = Record<string, unknown>

function fields(resource: object): Fields {
  const result: Fields = copy<unknown>(resource as Readonly<Fields>)
  if (result.columns instanceof Map) result.columns = Object.fromEntries(result.columns)
  return result
}

function dated(resource: object): Fields {
  const result = fields(resource)
  result.created_at = 0
  return result
}

/** A resource as manifest.json holds it. */
export function writtenResource(resource: Resource): Fields {
  switch (resource.resource_type) {
    case 'model':
    case 'seed':
    case 'snapshot':
    case 'analysis':
    case 'operation':
    case 'test':
    case 'function':
      return nodeFields(resource)
    default:
      return dated(resource)
  }
}

/** A node with the fields that only a run fills. */
function nodeFields(node: ManifestNode): Fields {
  const result = fields(node)
  result.build_path = null
  result.created_at = 0
  if (node.resource_type === 'seed') {
    for (const key of ['refs', 'sources', 'metrics', 'functions', 'language']) delete result[key]
    result.root_path = null
    result.checksum = { name: node.checksum.name, checksum: node.checksum.checksum }
    result.depends_on = { macros: node.depends_on.macros }
    return result
  }
  if (node.resource_type === 'test' && node.test_metadata === null)
    for (const key of ['test_metadata', 'column_name', 'attached_node', 'file_key_name']) delete result[key]
  result.compiled_path = null
  if (node.resource_type !== 'model') result.contract = { enforced: false, alias_types: true, checksum: null }
  return result
}

/** A node as templates see it. */
export function nodeJson(node: ManifestNode): JsonObject {
  const json = jsonOf(nodeFields(node))
  return isJsonObject(json) ? json : {}
}

function* groupMap(manifest: Manifest): Iterable<[string, Json]> {
  const members = new Map([...manifest.groups.values()].map((group): [string, string[]] => [group.name, []]))
  for (const node of manifest.nodes.values()) if (node.group !== null) members.get(node.group)?.push(node.unique_id)
  yield* members
}
