import { Float } from '../jinja/value.ts'
import type { ParseCache } from './cache.ts'
import type { ConfigKind } from './config-kind.ts'
import { configFields } from './config-shapes.ts'
import { type DataObject, isList, isObject } from './data.ts'
import type { Package } from './package.ts'
import type { ProjectFiles } from './project.ts'
import { refusedVersion } from './required-version.ts'
import {
  anything,
  bool,
  checkFields,
  exact,
  kindOf,
  listOf,
  mapping,
  nullable,
  type Shape,
  type Tell,
  text,
  textOr,
} from './shape.ts'
import type { Sink } from './sink.ts'
import { join } from './text.ts'
import { PROJECT_FILE, readYamlFile } from './wanted.ts'

type Fields = Readonly<Record<string, Shape>>
const paths = nullable(listOf(text))
const treeOf: (kind: ConfigKind) => Shape = (kind) => (data, raw, at) => {
  nullable(mapping())(data, raw, at)
  if (isObject(data)) branch(configFields(kind), data, isObject(raw) ? raw : data, at.tell)
}
const tree = treeOf('model')

/** The configs of a level and of all below it: those with a plus, and `enabled`, which no folder is called by. */
function branch(fields: Fields, data: DataObject, raw: DataObject, tell: Tell): void {
  for (const key of Object.keys(data)) {
    const [value, written] = [data[key] ?? null, raw[key] ?? null]
    const name = key.replace(/^\+ */, '')
    const shape = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (name !== key || (name === 'enabled' && !isObject(value)))
      shape?.(value, written, { holder: raw, key, name, tell })
    else if (isObject(value)) branch(fields, value, isObject(written) ? written : value, tell)
  }
}
const hooks: Shape = (data, raw, at) => {
  if (typeof data !== 'string') nullable(listOf(text))(data, raw, at)
}
const says: (test: RegExp, message: string) => Shape = (test, message) => (data, _raw, at) => {
  if (typeof data === 'string' ? !test.test(data) : !(typeof data === 'number' || data instanceof Float))
    at.tell(at.holder, at.key, `'${at.name}' ${message}, not ${kindOf(data)}`)
}
const SEMVER = /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)(?:-[\da-zA-Z.-]+)?(?:\+[\da-zA-Z.-]+)?)?$/

/** The keys of a dbt_project.yml: https://docs.getdbt.com/reference/dbt_project.yml */
const FIELDS: Fields = {
  name: says(/^[^\d\W]\w*$/u, 'is letters, digits and underscores'),
  'config-version': (data, _raw, { holder, key, tell }) => {
    if (data !== null && data !== 2) tell(holder, key, `'config-version' is 2, not ${kindOf(data)}`)
  },
  version: nullable(says(SEMVER, "is a version such as '1.0.0'")),
  profile: nullable(text),
  'project-root': nullable(text),
  'source-paths': paths,
  'model-paths': paths,
  'macro-paths': paths,
  'data-paths': paths,
  'seed-paths': paths,
  'test-paths': paths,
  'analysis-paths': paths,
  'docs-paths': paths,
  'asset-paths': paths,
  'function-paths': paths,
  'osi-paths': paths,
  'snapshot-paths': paths,
  'clean-targets': paths,
  'target-path': nullable(text),
  'log-path': nullable(text),
  'packages-install-path': nullable(text),
  quoting: nullable(mapping({ database: nullable(bool), schema: nullable(bool), identifier: nullable(bool) })),
  'on-run-start': hooks,
  'on-run-end': hooks,
  'require-dbt-version': anything,
  dispatch: nullable(
    listOf(mapping({ macro_namespace: text, search_order: listOf(text) }, ['macro_namespace', 'search_order'])),
  ),
  models: tree,
  seeds: tree,
  snapshots: tree,
  analyses: tree,
  sources: tree,
  tests: tree,
  data_tests: tree,
  unit_tests: tree,
  metrics: treeOf('metric'),
  'semantic-models': treeOf('semantic_model'),
  'saved-queries': treeOf('saved_query'),
  exposures: tree,
  functions: treeOf('function'),
  vars: nullable(mapping()),
  packages: anything,
  'query-comment': nullable(textOr(exact({ comment: text, append: bool, 'job-label': bool }))),
  'restrict-access': bool,
  'dbt-cloud': nullable(mapping()),
  flags: nullable(mapping()),
}
const EXCLUSIVE = [
  ['source-paths', 'model-paths'],
  ['data-paths', 'seed-paths'],
  ['tests', 'data_tests'],
] as const

/** Tells what dbt refuses in a package's dbt_project.yml: of an installed one only that it is for another dbt. */
export function checkProject({ folder, isRoot, yaml, rendered, unrendered }: Package, sink: Sink): void {
  const file = join(folder, PROJECT_FILE)
  const tell = (holder: object, key: string | number, message: string): void => {
    const offset = typeof key === 'number' ? yaml?.itemOffset(holder, key) : yaml?.keyOffset(holder, key)
    sink.add('invalid-project', 'error', { file, offset: offset ?? 0 }, message)
  }
  const version = refusedVersion(rendered['require-dbt-version'])
  if (version !== null)
    sink.add(
      'invalid-project',
      version.isRange ? 'warning' : 'error',
      { file, offset: yaml?.keyOffset(unrendered, 'require-dbt-version') ?? 0 },
      version.message,
    )
  if (!isRoot) return
  for (const key of Object.keys(unrendered)) {
    if (!Object.hasOwn(FIELDS, key) && !Object.hasOwn(FIELDS, key.replaceAll('_', '-')))
      tell(unrendered, key, `'${key}' is no key of a dbt_project.yml; remove it, or put it under vars or meta`)
  }
  for (const [old, now] of EXCLUSIVE)
    if (old in unrendered && now in unrendered)
      tell(unrendered, old, `'${old}' is the old name of '${now}', and both are here: keep '${now}'`)
  if (unrendered.name !== undefined) checkFields(FIELDS, rendered, unrendered, tell)
}

/** The variables of a package's vars.yml; what dbt refuses in it is told. */
export function varsFile(
  files: ProjectFiles,
  root: string,
  folder: string,
  project: DataObject,
  cache: ParseCache,
  sink: Sink,
): DataObject {
  const file = join(folder, 'vars.yml')
  const yaml = readYamlFile({ files, root }, file, cache, sink)
  const data = yaml?.data ?? null
  if (!yaml || data === null) return {}
  const invalid = (message: string, offset = 0): void => sink.add('invalid-project', 'error', { file, offset }, message)
  if (!isObject(data)) {
    invalid('vars.yml is a mapping with the one key vars:')
    return {}
  }
  const vars = data.vars ?? {}
  if (!isObject(vars)) {
    invalid(`'vars' is a mapping, not ${kindOf(vars)}`, yaml.keyOffset(data, 'vars'))
    return {}
  }
  if (Object.keys(vars).length > 0 && isObject(project.vars) && Object.keys(project.vars).length > 0)
    invalid(
      'variables are set both here and under vars in dbt_project.yml; keep one of them',
      yaml.keyOffset(data, 'vars'),
    )
  return vars
}

const KINDS = ['package', 'git', 'tarball', 'local', 'private']

/** Tells what dbt refuses in the packages.yml and dependencies.yml of a project. */
export function checkPackageFiles(files: ProjectFiles, root: string, cache: ParseCache, sink: Sink): void {
  const seen: string[] = []
  for (const file of ['packages.yml', 'dependencies.yml']) {
    // What cannot be read is told when the packages are looked for.
    const yaml = readYamlFile({ files, root }, file, cache, sink)
    if (!yaml || !isObject(yaml.data)) continue
    const data = yaml.data
    const tell = (key: string, message: string): void =>
      sink.add('invalid-project', 'error', { file, offset: yaml.keyOffset(data, key) }, message)
    if ('packages' in data) {
      if (seen.length > 0) tell('packages', `packages are listed in ${seen.join()} too; keep one list`)
      seen.push(file)
      const list = data.packages ?? []
      if (!isList(list)) tell('packages', `'packages' is a list, not ${kindOf(list)}`)
      else
        list.forEach((entry, index) => {
          const message = wrongPackage(entry)
          if (message) sink.add('invalid-project', 'error', { file, offset: yaml.itemOffset(list, index) }, message)
        })
    }
    if (file === 'dependencies.yml') continue
    if ('projects' in data) tell('projects', "'projects' are for dependencies.yml")
    for (const key of Object.keys(data))
      if (key !== 'packages' && key !== 'projects')
        tell(key, `'${key}' is no key of a packages.yml; it has packages alone`)
  }
}

function wrongPackage(entry: unknown): string | null {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    return 'a package is a mapping: package: dbt-labs/dbt_utils'
  const fields = new Map(Object.entries(entry))
  const kind = KINDS.find((each) => fields.has(each))
  if (kind === undefined)
    return `a package has one of ${KINDS.join(', ')}; here are ${[...fields.keys()].join(', ') || 'none'}`
  if (typeof fields.get(kind) !== 'string') return `'${kind}' of a package is a text`
  return kind === 'package' && !fields.has('version') ? `the package '${fields.get(kind)}' needs a version` : null
}
