import { distance } from 'fastest-levenshtein'
import type { NameScope } from '../jinja/index.ts'
import type { ParseCache } from './cache.ts'
import { type Data, type DataObject, define, isObject, textOr } from './data.ts'
import { packageFiles } from './files.ts'
import type { Json } from './manifest.ts'
import { type Package, packagePaths } from './package.ts'
import { readTarget, type Target } from './profile.ts'
import type { ProjectInput } from './project.ts'
import { checkPackageFiles, checkProject, varsFile } from './project-shapes.ts'
import { type KeyPath, renderYamlObject } from './render.ts'
import { readSelectors } from './selectors.ts'
import { Sink } from './sink.ts'
import { join } from './text.ts'
import { envVar, varLookup } from './variables.ts'
import { leadsOut, PROJECT_FILE, pinKey, readYamlFile, type Wanted, wantedPackages } from './wanted.ts'
import type { Yaml } from './yaml.ts'

/** The project and what is installed in it. */
export interface Packages {
  readonly root: Package
  /** By name; the project itself first. */
  readonly byName: ReadonlyMap<string, Package>
  readonly target: Target
  readonly cliVars: DataObject
  /** Of selectors.yml, by name. */
  readonly selectors: ReadonlyMap<string, Json>
  /** Names of packages that packages.yml asks for and that are not installed. */
  readonly missing: readonly string[]
  /** Those of them that `dbt deps` would install. */
  readonly toInstall: readonly string[]
}

const HOOKS = new Set(['pre-hook', 'post-hook', 'pre_hook', 'post_hook'])
const WITH_HOOKS = new Set(['seeds', 'models', 'snapshots', 'tests', 'data_tests'])

/** Reads dbt_project.yml, profiles.yml and the packages: https://docs.getdbt.com/docs/build/packages. What is wrong is told to the sink. */
export function loadPackages(input: ProjectInput, cache: ParseCache, sink: Sink): Packages {
  const cliVars = dataVars(input.vars)
  const yaml = readYamlFile(input, PROJECT_FILE, cache, sink)
  const project = yaml && isObject(yaml.data) ? yaml.data : {}
  const invalid = (message: string, offset = 0): void =>
    sink.add('invalid-project', 'error', { file: PROJECT_FILE, offset }, message)
  if (!yaml) {
    if (!input.files.has(PROJECT_FILE)) invalid('there is no dbt_project.yml; name the folder that holds it')
  } else if (!isObject(yaml.data)) invalid('dbt_project.yml is no mapping; start it with: name: my_project')
  else if (typeof project.name !== 'string') invalid('dbt_project.yml has no name; add one: name: my_project')
  const name = textOr(project.name, 'unnamed')
  const target = readTarget(
    input,
    textOr(project.profile, name),
    cliVars,
    cache,
    yaml && isObject(yaml.data) ? sink : new Sink(input.files, input.root),
  )
  const scope = (vars: DataObject): NameScope => projectScope(input, target, { ...vars, ...cliVars }, sink)
  const root = makePackage(input, name, '', project, yaml, scope, cache, sink)
  const byName = new Map([[name, root]])
  const install = join(textOr(root.rendered['packages-install-path'], 'dbt_packages').replace(/\/+$/, ''))
  const wanted = wantedPackages(input, cache, sink).map((found) => {
    const known = input.packages?.names.get(pinKey(found))
    return known === undefined ? found : { ...found, names: [known, ...found.names] }
  })
  const folders = packageFolders(input, install, wanted)
  for (const folder of folders) {
    const file = join(folder, PROJECT_FILE)
    const own = readYamlFile(input, file, cache, sink)
    const data = own && isObject(own.data) ? own.data : {}
    if (typeof data.name !== 'string') continue
    const known = byName.get(data.name)
    if (known) tellClash(known, folder, wanted, sink)
    else byName.set(data.name, makePackage(input, data.name, folder, data, own, scope, cache, sink))
  }
  for (const found of byName.values()) checkProject(found, sink)
  checkPackageFiles(input.files, input.root, cache, sink)
  const isInstalled = folders.length >= wanted.length
  for (const found of isInstalled ? [] : wanted) tellAbsent(input, found, sink)
  const absent = wanted.filter((found) => !found.names.some((one) => byName.has(one)) && !isThere(input, found))
  const unfetched = (input.packages?.absent ?? []).filter((name) => !byName.has(name))
  const names = (of: readonly Wanted[]): string[] =>
    [...new Set([...of.flatMap((found) => found.names.slice(0, 1)), ...unfetched])].sort()
  return {
    root,
    byName,
    target,
    cliVars,
    selectors: readSelectors(input, scope(root.vars === project.vars ? {} : root.vars), cache, sink),
    missing: names(absent),
    toInstall: names(absent.filter(({ local }) => local === null)),
  }
}

function isThere(input: ProjectInput, { local }: Wanted): boolean {
  return local !== null && input.files.has(join(local, PROJECT_FILE))
}

/** A local package that is not there: nothing can be installed for it. */
function tellAbsent(input: ProjectInput, found: Wanted, sink: Sink): void {
  const { local, written, place } = found
  if (local === null || isThere(input, found)) return
  const message = leadsOut(input.root, local)
    ? `the local package '${written}' is outside of the repository, where nothing is read: put it into the repository and name its folder`
    : `the local package '${written}' has no ${PROJECT_FILE} that can be read; its path counts from the project's folder, and no part of it may be a symbolic link`
  sink.add('invalid-project', 'error', place, message)
}

/** Two packages of one name, which dbt refuses. A package that was installed before is not meant. */
function tellClash(known: Package, folder: string, wanted: readonly Wanted[], sink: Sink): void {
  const place = wanted.find(({ local }) => local === folder)?.place
  if (!place) return
  const other = known.isRoot ? 'the project itself' : `the package in '${known.folder}'`
  sink.add(
    'invalid-project',
    'error',
    place,
    `this package is called '${known.name}', and so is ${other}; rename one of them`,
  )
}

/** Nobody mistypes a longer name, and to compare two takes the product of their lengths. */
const LONGEST = 300

/** The nearest of the names, when it is near enough to be what was meant, and not too many have been looked for. */
export function nearest(name: string, names: Iterable<string>, sink: Sink): string | null {
  if (!sink.maySuggest()) return null
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    if (name.length > LONGEST || Math.abs(candidate.length - name.length) >= bestDistance) continue
    const found = distance(name, candidate)
    if (found < bestDistance || (found === bestDistance && best !== null && candidate < best)) {
      best = candidate
      bestDistance = found
    }
  }
  return best
}

function makePackage(
  input: ProjectInput,
  name: string,
  folder: string,
  project: DataObject,
  yaml: Yaml | undefined,
  scopeWith: (vars: DataObject) => NameScope,
  cache: ParseCache,
  sink: Sink,
): Package {
  const file = join(folder, PROJECT_FILE)
  const fileVars = varsFile(input.files, input.root, folder, project, cache, sink)
  const rendered = renderYamlObject(project, {
    cache,
    scope: scopeWith(fileVars),
    shouldRender,
    onError: (error, holder, key) =>
      sink.add(
        'invalid-project',
        'error',
        { file, offset: yaml?.keyOffset(holder, String(key)) ?? 0 },
        `${key} cannot be rendered: ${error.message}`,
      ),
  })
  const paths = packagePaths(rendered)
  return {
    name,
    folder,
    isRoot: folder === '',
    isUnreadable: typeof project.name !== 'string',
    unrendered: project,
    yaml: yaml ?? null,
    rendered,
    vars: Object.keys(fileVars).length > 0 ? fileVars : isObject(project.vars) ? project.vars : {},
    paths,
    files: packageFiles(input.files, folder, paths),
  }
}

/** Hooks, vars and the query comment are rendered later, or never. */
function shouldRender(path: KeyPath): boolean {
  const first = path[0]
  if (first === 'on-run-start' || first === 'on-run-end' || first === 'query-comment' || first === 'vars') return false
  if (typeof first !== 'string' || !WITH_HOOKS.has(first)) return true
  return !path.some((part) => typeof part === 'string' && HOOKS.has(part.replace(/^[+ ]+/, '')))
}

function projectScope(input: ProjectInput, target: Target, cliVars: DataObject, sink: Sink): NameScope {
  const place = { file: PROJECT_FILE, offset: 0 }
  const reads = {
    var: () => {},
    env: () => {},
    missing: (kind: 'var' | 'env_var' | 'secret', name: string) =>
      sink.add(
        'unresolved-variable',
        kind === 'var' ? 'error' : 'warning',
        place,
        `dbt_project.yml needs the ${kind === 'var' ? 'variable' : 'environment variable'} '${name}', which is not set and has no default`,
      ),
  }
  const env_var = envVar(input.env, reads)
  const variables = varLookup([cliVars], reads).call
  return {
    get(name) {
      if (name === 'target') return target.value
      if (name === 'env_var') return env_var
      return name === 'var' ? variables : undefined
    },
  }
}

function packageFolders(input: ProjectInput, install: string, wanted: readonly Wanted[]): string[] {
  const local = wanted.flatMap((found) => (found.local !== null && isThere(input, found) ? [found.local] : []))
  const folders = new Set(local.sort())
  const pattern = new RegExp(`^(${install.replaceAll(/[.*+?^$()|[\]{}\\]/g, '\\$&')}/[^/]+)/dbt_project\\.yml$`)
  for (const file of [...input.files.keys()].sort()) {
    const found = file.startsWith(install) ? pattern.exec(file) : null
    if (found?.[1] && !found[1].includes('/__')) folders.add(found[1])
  }
  return [...folders]
}

function dataVars(vars: ProjectInput['vars']): DataObject {
  const result: Record<string, Data> = {}
  for (const [name, value] of Object.entries(vars ?? {}))
    define(result, name, JSON.parse(JSON.stringify(value ?? null)))
  return result
}
