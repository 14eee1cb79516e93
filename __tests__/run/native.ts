import { compileNode, compileTemplate } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import type { Project, ProjectFiles } from '../../src/dbt/project.ts'
import type { NodeResult } from '../../src/run/build.ts'
import type { Compiler } from '../../src/run/compiler.ts'
import { nativeBuild } from '../../src/run/materialize.ts'
import type { Warehouse } from '../../src/run/warehouse.ts'

const base = {
  'dbt_project.yml': 'name: shop\nversion: "1"\nprofile: shop\n',
  'profiles.yml':
    'shop:\n  target: dev\n  outputs:\n    dev: {type: databricks, catalog: c, schema: s, host: h, http_path: p, token: t}\n',
}

/** A project of these files in catalog `c`, schema `s`. */
export function shop(files: Readonly<Record<string, string>>): { project: Project; files: ProjectFiles } {
  const all = new Map(Object.entries({ ...base, ...files }))
  return { files: all, project: parseProject({ files: all, root: '', env: new Map() }) }
}

export function compilerOf(project: Project): Compiler {
  return {
    code: (unique_id, options) => compileNode(project, unique_id, options),
    template: (unique_id, template, options) => compileTemplate(project, unique_id, template, options),
  }
}

/** Builds everything that can be built, or the named nodes, and gives the last result of each in the order it came. */
export async function build(
  warehouse: Warehouse,
  { project, files }: { project: Project; files: ProjectFiles },
  nodes: readonly string[] = [...project.manifest.nodes.keys()],
  fullRefresh = false,
): Promise<NodeResult[]> {
  const results: NodeResult[] = []
  const build = nativeBuild({ project, files, warehouse, compiler: compilerOf(project), fullRefresh })
  for await (const known of build(nodes)) results.push(...known.filter(({ status }) => status !== 'started'))
  return results
}

/** `name: status`, with the message when it is no success. */
export function told(results: readonly NodeResult[]): string[] {
  return results.map(({ unique_id, status, message }) => {
    const name = unique_id.split('.')[2]
    return `${name}: ${status}${status === 'success' ? '' : ` (${message})`}`
  })
}
