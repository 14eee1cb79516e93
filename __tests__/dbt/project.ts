import { ParseCache } from '../../src/dbt/cache.ts'
import type { ManifestNode } from '../../src/dbt/manifest.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import type { Project, ProjectInput } from '../../src/dbt/project.ts'

/** Files of a project, path -> text. */
export type Files = Readonly<Record<string, string>>

const SURROUNDINGS: Files = {
  'dbt_project.yml': 'name: shop\nprofile: shop\n',
  'profiles.yml': 'shop:\n  target: dev\n  outputs:\n    dev: {type: databricks, catalog: main, schema: dev}\n',
}

/** A parsed project of these files, with a dbt_project.yml and a profiles.yml unless they are given. */
export function parsed(files: Files, input: Partial<ProjectInput> = {}): Project {
  const all = new Map(Object.entries({ ...SURROUNDINGS, ...files }))
  return parseProject({ root: '', env: new Map(), cache: new ParseCache(), ...input, files: all })
}

/** What the parser finds, as a person reads it: `file:line:column: rule: message`. */
export function findings(files: Files, input: Partial<ProjectInput> = {}): string[] {
  return parsed(files, input).findings.map(
    ({ file, line, column, rule, message }) => `${file}:${line}:${column}: ${rule}: ${message}`,
  )
}

/** A node by the end of its unique_id. */
export function node(project: Project, name: string): ManifestNode {
  for (const [unique_id, found] of project.manifest.nodes) if (unique_id.endsWith(name)) return found
  throw new Error(`no node ${name} among ${[...project.manifest.nodes.keys()].join(', ')}`)
}

/** A model by its name. */
export function model(project: Project, name: string): Extract<ManifestNode, { resource_type: 'model' }> {
  const found = node(project, `.${name}`)
  if (found.resource_type !== 'model') throw new Error(`${name} is a ${found.resource_type}`)
  return found
}
