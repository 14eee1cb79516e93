import type { Json, JsonObject, ManifestNode, Position, SourceDefinition } from '../dbt/manifest.ts'
import type { Project } from '../dbt/project.ts'
import { join } from '../dbt/text.ts'
import type { Location } from '../finding.ts'

/** A place in the project as a place in the repository. */
export function located(project: Project, position: Position | undefined): Location {
  if (position === undefined) return { file: join(project.root, 'dbt_project.yml'), line: 1, column: 1 }
  return { file: join(project.root, position.path), line: position.line, column: position.column }
}

/** Where a resource is defined. */
export function definition(project: Project, unique_id: string): Location {
  return located(project, project.positions.get(unique_id))
}

/** Where the YAML that describes a resource stands; where it is defined when there is none. */
export function properties(project: Project, unique_id: string): Location {
  return located(project, project.patchPositions.get(unique_id) ?? project.positions.get(unique_id))
}

/** A resource as a person calls it: `model 'customers'`, `source 'bronze.orders'`. */
export function called(project: Project, unique_id: string): string {
  const { manifest } = project
  const source = manifest.sources.get(unique_id)
  if (source) return `source '${source.source_name}.${source.name}'`
  const resource =
    manifest.nodes.get(unique_id) ?? manifest.exposures.get(unique_id) ?? manifest.unit_tests.get(unique_id)
  if (resource) return `${resource.resource_type.replace('_', ' ')} '${resource.name}'`
  const [type = unique_id, , ...name] = unique_id.split('.')
  return `${type.replace('_', ' ')} '${name.join('.')}'`
}

/** What holds rows: models, seeds, snapshots and sources. */
export type Dataset =
  | Exclude<ManifestNode, { resource_type: 'analysis' | 'operation' | 'test' | 'function' }>
  | SourceDefinition

/** Every dataset of a project, by unique_id. */
export function datasets(project: Project): Dataset[] {
  const nodes = [...project.manifest.nodes.values()].filter(
    (node) => node.resource_type === 'model' || node.resource_type === 'seed' || node.resource_type === 'snapshot',
  )
  return [...nodes, ...project.manifest.sources.values()].sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
}

/** What `meta.gdpr` says of a resource or a column: under `config.meta`, or at the top level as older projects write it. */
export function gdprMeta(described: { readonly config: JsonObject; readonly meta: JsonObject }): Json | undefined {
  return member(described.config.meta, 'gdpr') ?? member(described.meta, 'gdpr')
}

/** A key of a value that may not be an object at all. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The texts of an option that is a list. */
export function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : []
}
