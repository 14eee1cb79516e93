import { type Data, type DataObject, isList, isObject, textOr, texts } from './data.ts'
import type { SourceFile } from './files.ts'
import type { Yaml } from './yaml.ts'

/** A dbt package: the project itself, or one that is installed in it. */
export interface Package {
  readonly name: string
  /** From the project's root; `''` for the project itself. */
  readonly folder: string
  readonly isRoot: boolean
  /** Whether its dbt_project.yml is no mapping with a name. */
  readonly isUnreadable: boolean
  /** dbt_project.yml as it is written, and with its Jinja rendered. */
  readonly unrendered: DataObject
  /** Where its parts stand; null when it cannot be read. */
  readonly yaml: Yaml | null
  readonly rendered: DataObject
  readonly vars: DataObject
  readonly paths: PackagePaths
  readonly files: PackageFiles
}

/** Folders as they are written, which is how dbt calls what is in them: `./models/a.sql`. */
export interface PackagePaths {
  readonly models: readonly string[]
  readonly seeds: readonly string[]
  readonly snapshots: readonly string[]
  readonly analyses: readonly string[]
  readonly macros: readonly string[]
  readonly tests: readonly string[]
  readonly docs: readonly string[]
  readonly functions: readonly string[]
  readonly all: readonly string[]
}

/** The files of a package by what dbt reads them as. */
export interface PackageFiles {
  readonly macros: readonly SourceFile[]
  readonly models: readonly SourceFile[]
  readonly snapshots: readonly SourceFile[]
  readonly analyses: readonly SourceFile[]
  readonly singularTests: readonly SourceFile[]
  readonly genericTests: readonly SourceFile[]
  readonly seeds: readonly SourceFile[]
  readonly docs: readonly SourceFile[]
  readonly properties: readonly SourceFile[]
  readonly fixtures: readonly SourceFile[]
  readonly functions: readonly SourceFile[]
}

/** The paths that a dbt_project.yml sets, or dbt's own: https://docs.getdbt.com/reference/dbt_project.yml */
export function packagePaths(project: DataObject): PackagePaths {
  const models = paths(project['model-paths'] ?? project['source-paths'], ['models'])
  const seeds = paths(project['seed-paths'] ?? project['data-paths'], ['seeds'])
  const snapshots = paths(project['snapshot-paths'], ['snapshots'])
  const analyses = paths(project['analysis-paths'], ['analyses'])
  const macros = paths(project['macro-paths'], ['macros'])
  const tests = paths(project['test-paths'], ['tests'])
  const functions = paths(project['function-paths'], ['functions'])
  const all = [...new Set([...models, ...seeds, ...snapshots, ...analyses, ...macros, ...tests, ...functions])]
  return { models, seeds, snapshots, analyses, macros, tests, functions, docs: paths(project['docs-paths'], all), all }
}

function paths(data: Data | undefined, otherwise: readonly string[]): readonly string[] {
  return isList(data) ? texts(data).map((path) => path.replace(/\/+$/, '')) : otherwise
}

/** Search order of `adapter.dispatch` for a namespace, when the project sets one. */
export function dispatchOrder(root: Package, namespace: string): readonly string[] | undefined {
  const entries = root.rendered.dispatch
  if (!isList(entries)) return undefined
  for (const entry of entries) {
    if (isObject(entry) && textOr(entry.macro_namespace, '') === namespace) return texts(entry.search_order)
  }
  return undefined
}

/** A flag of the project's `flags`, or dbt's default. */
export function flag(root: Package, name: string, otherwise: boolean): boolean {
  const flags = root.unrendered.flags
  const value = isObject(flags) ? flags[name] : undefined
  return typeof value === 'boolean' ? value : otherwise
}
