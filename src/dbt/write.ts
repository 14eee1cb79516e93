import { DBT_VERSION } from './context.ts'
import { jsonOf } from './json.ts'
import type { Json, JsonObject, Manifest, ManifestNode, Resource } from './manifest.ts'
import type { Project } from './project.ts'
import { md5 } from './text.ts'

const SCHEMA = 'https://schemas.getdbt.com/dbt/manifest/v12.json'

/** Writes a project's manifest as dbt's manifest.json, version 12: https://schemas.getdbt.com/dbt/manifest/v12.json. The same project gives the same bytes. */
export function writeManifest(project: Project): string {
  const { manifest } = project
  const { metadata } = manifest
  const parts: [string, Iterable<[string, Json]>][] = [
    ['nodes', mapped(manifest.nodes, nodeJson)],
    ['sources', mapped(manifest.sources, (source) => ({ ...object(source), created_at: 0 }))],
    [
      'macros',
      mapped(manifest.macros, (macro) => ({
        ...object(macro),
        config: { meta: macro.meta ?? {}, docs: jsonOf(macro.docs) },
        created_at: 0,
      })),
    ],
    ['docs', mapped(manifest.docs, object)],
    ['exposures', mapped(manifest.exposures, (exposure) => ({ ...object(exposure), created_at: 0 }))],
    ['metrics', mapped(manifest.metrics ?? new Map(), (metric) => ({ ...object(metric), created_at: 0 }))],
    ['groups', mapped(manifest.groups, object)],
    ['selectors', project.manifest.selectors ?? []],
    ['disabled', mapped(manifest.disabled, (list) => list.map(resourceJson))],
    ['parent_map', mapped(manifest.parent_map, jsonOf)],
    ['child_map', mapped(manifest.child_map, jsonOf)],
    ['group_map', groupMap(manifest)],
    ['saved_queries', mapped(manifest.saved_queries ?? new Map(), (query) => ({ ...object(query), created_at: 0 }))],
    [
      'semantic_models',
      mapped(manifest.semantic_models ?? new Map(), (model) => ({ ...object(model), created_at: 0 })),
    ],
    ['unit_tests', mapped(manifest.unit_tests, (test) => ({ ...object(test), created_at: 0 }))],
    ['functions', []],
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
    quoting: metadata.quoting ?? {},
    run_started_at: null,
  }
  const sections = parts.map(
    ([name, entries]) =>
      `${JSON.stringify(name)}:{${[...entries].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`,
  )
  return `{"metadata":${JSON.stringify(head)},${sections.join(',')}}`
}

function* mapped<T>(map: ReadonlyMap<string, T>, make: (value: T) => Json): Iterable<[string, Json]> {
  for (const [key, value] of map) yield [key, make(value)]
}

function object(value: object): JsonObject {
  const json = jsonOf(value)
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : {}
}

function resourceJson(resource: Resource): Json {
  switch (resource.resource_type) {
    case 'model':
    case 'seed':
    case 'snapshot':
    case 'analysis':
    case 'operation':
    case 'test':
      return nodeJson(resource)
    default:
      return { ...object(resource), created_at: 0 }
  }
}

/** A node with the fields that only a run fills. */
export function nodeJson(node: ManifestNode): JsonObject {
  const json: Record<string, Json> = { ...object(node), build_path: null, created_at: 0 }
  if (node.resource_type === 'seed') {
    for (const key of ['refs', 'sources', 'metrics', 'language']) delete json[key]
    return { ...json, root_path: null, depends_on: { macros: [...node.depends_on.macros] } }
  }
  if (node.resource_type === 'test' && node.test_metadata === null)
    for (const key of ['test_metadata', 'column_name', 'attached_node', 'file_key_name']) delete json[key]
  return {
    ...json,
    functions: [],
    compiled_path: null,
    ...(node.resource_type === 'model' ? {} : { contract: { enforced: false, alias_types: true, checksum: null } }),
  }
}

function* groupMap(manifest: Manifest): Iterable<[string, Json]> {
  const members = new Map([...manifest.groups.values()].map((group): [string, string[]] => [group.name, []]))
  for (const node of manifest.nodes.values()) if (node.group !== null) members.get(node.group)?.push(node.unique_id)
  yield* members
}
