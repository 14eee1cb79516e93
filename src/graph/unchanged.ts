import { isEqual } from '../dbt/equal.ts'
import type { Manifest, ManifestNode } from '../dbt/manifest.ts'
import type { Project, ProjectFiles } from '../dbt/project.ts'
import { ephemeralParents, reachableMacros, relationOf } from './reach.ts'

/** A project with the files that it was read from. */
export interface ReadProject {
  readonly project: Project
  readonly files: ProjectFiles
}

/**
 * The nodes and unit tests that are the same at base and head as far as the manifest says: their own entry, what is inlined in them, where
 * what they read stands, and everything that all nodes share. They mean the same, so that nothing of them need be compiled. None where
 * macros, packages, variables or the target differ.
 */
export function unchanged(base: ReadProject, head: ReadProject): ReadonlySet<string> {
  if (!sharesAll(base, head)) return new Set()
  const [before, after] = [base.project.manifest, head.project.manifest]
  const same = new Set<string>()
  for (const [id, node] of [...after.nodes, ...after.unit_tests]) {
    const old = before.nodes.get(id) ?? before.unit_tests.get(id)
    if (old !== undefined && isEqual(old, node)) same.add(id)
  }
  const elsewhere = standsElsewhere(before, after)
  const looksAround = macrosThatLookAround(after)
  const isAlone = (node: ManifestNode): boolean =>
    !node.depends_on.nodes.some((parent) => elsewhere.has(parent)) &&
    !templatesOf(node).some((text) => graphVariable.test(text)) &&
    (looksAround.size === 0 || !reachableMacros(after, node.depends_on.macros).some((macro) => looksAround.has(macro)))
  const isSettled = (id: string): boolean => {
    const node = after.nodes.get(id)
    if (node === undefined) return true
    // What a further form of a function reads is not among what it depends on.
    if (node.resource_type === 'function' && node.overloads.length > 0) return false
    return (
      isAlone(node) && ephemeralParents(after, node).every((parent) => same.has(parent.unique_id) && isAlone(parent))
    )
  }
  return new Set([...same].filter(isSettled))
}

/** Whether everything that any node may be compiled with is the same: macros, variables, packages, the target. */
function sharesAll(base: ReadProject, head: ReadProject): boolean {
  const settings = ({ files }: ReadProject) =>
    [...files]
      .filter(([path]) =>
        /(?:^|\/)(?:(?:dbt_project|packages|dependencies|package-lock|vars)\.yml|profiles\.yml)$/.test(path),
      )
      .sort(([a], [b]) => (a < b ? -1 : 1))
  const macros = ({ project }: ReadProject) =>
    new Map([...project.manifest.macros].map(([id, { macro_sql, depends_on }]) => [id, [macro_sql, depends_on]]))
  const shared = (side: ReadProject) => [
    side.project.target,
    side.project.missingPackages,
    side.project.manifest.metadata,
  ]
  return (
    isEqual(shared(base), shared(head)) &&
    isEqual(settings(base), settings(head)) &&
    isEqual(macros(base), macros(head))
  )
}

/** dbt's context variable with all nodes: https://docs.getdbt.com/reference/dbt-jinja-functions/graph */
const graphVariable = /\bgraph\b/

/** A node's texts that are rendered when it is compiled. */
function templatesOf({ raw_code, config }: ManifestNode): string[] {
  const templates = [raw_code]
  for (const key of HOOKS) {
    const hook = config[key]
    if (hook !== undefined && !(Array.isArray(hook) && hook.length === 0)) templates.push(JSON.stringify(hook))
  }
  return templates
}

const HOOKS = ['pre-hook', 'post-hook', 'pre_hook', 'post_hook']

function macrosThatLookAround({ macros }: Manifest): Set<string> {
  return new Set(
    [...macros.values()].filter((macro) => graphVariable.test(macro.macro_sql)).map((macro) => macro.unique_id),
  )
}

/** The nodes and sources that are not read at the same place on both sides, or inlined on one alone. */
function standsElsewhere(before: Manifest, after: Manifest): Set<string> {
  const kind = ({ nodes }: Manifest, id: string) => nodes.get(id)?.config.materialized
  const ids = [before, after].flatMap(({ nodes, sources }) => [...nodes.keys(), ...sources.keys()])
  return new Set(
    ids.filter((id) => {
      const known = before.nodes.get(id) ?? before.sources.get(id)
      if (known !== undefined && known === (after.nodes.get(id) ?? after.sources.get(id))) return false
      return relationOf(before, id) !== relationOf(after, id) || kind(before, id) !== kind(after, id)
    }),
  )
}
