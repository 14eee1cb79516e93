import type { Work } from './draft.ts'
import { isEqual } from './equal.ts'
import { packageFiles, type SourceFile } from './files.ts'
import type { TestRequest } from './generic-tests.ts'
import type { PackageFiles } from './package.ts'
import type { Packages } from './packages.ts'
import type { Project, ProjectInput } from './project.ts'
import { objects, type PropertyEntry } from './properties.ts'
import type { SourceWork } from './sources.ts'
import { type ProjectState, stateOf } from './state.ts'
import { basename, join, stem } from './text.ts'

/** Files that more hangs on than a few nodes, wherever they stand. */
const OF_ALL = /^(?:(?:dbt_project|packages|dependencies|package-lock|profiles|selectors|vars)\.ya?ml|\.dbtignore)$/
/** With more files that differ, little would be kept. */
const MOST = 2_000

/**
 * What a parse keeps of another parse, of a project from which it differs in SQL files of models, snapshots, analyses and singular tests and in
 * property files alone: base of head. A node is kept as it is, resolved and all, when its file, the YAML that describes it and all
 * that it names are the same. What is kept is never changed again.
 */
export class Kept {
  readonly state: ProjectState
  /** The packages with their files as they are now. */
  readonly packages: Packages
  readonly #differing: ReadonlySet<string>
  /** Names of nodes, and of sources, of which something may differ. */
  readonly #names = new Set<string>()
  readonly #sources = new Set<string>()
  /** unique_ids of which something is told, which is to be told again. */
  readonly #told: ReadonlySet<string>
  readonly #nodes: ReadonlyMap<string, readonly Work[]>
  readonly #entries: ReadonlyMap<string, readonly PropertyEntry[]>
  readonly #requests: ReadonlyMap<PropertyEntry, readonly TestRequest[]>
  readonly #tests: ReadonlyMap<TestRequest, Work>
  readonly #tables: ReadonlyMap<PropertyEntry, readonly SourceWork[]>
  readonly #taken = new Set<object>()

  /** Null where so much differs, or something on which so much hangs, that nothing is known to be the same. */
  static of(other: Project, input: ProjectInput): Kept | null {
    const state = stateOf(other)
    if (other.isUnreadable || !isEqual(settings(state.input), settings(input))) return null
    const { session, prelude } = state
    const differing = differingPaths(state.input.files, input.files)
    const findings = session.sink.since(prelude).filter(({ unique_id }) => !unique_id?.startsWith('operation.'))
    const paths = new Map([...input.files.keys()].map((path) => [join(input.root, path), path]))
    for (const { file } of findings) differing.add(paths.get(file) ?? file)
    if (differing.size > MOST) return null
    const packages = withFiles(session.packages, input)
    const files = [session.packages, packages].flatMap(({ byName }) => [...byName.values()].map((of) => of.files))
    if (![...differing].every((path) => isOfFew(path, files))) return null
    const told = [
      ...findings.flatMap(({ unique_id }) => unique_id ?? []),
      ...other.unresolved.map(({ unique_id }) => unique_id),
      ...other.duplicates.flatMap(({ unique_ids }) => unique_ids),
      // A test that leads nowhere stays among the nodes, and what disables it is that it is resolved.
      ...[...other.manifest.nodes.values()].flatMap(({ config, unique_id }) => (config.enabled ? [] : unique_id)),
    ]
    return new Kept(state, packages, input, differing, new Set(told))
  }

  private constructor(
    state: ProjectState,
    packages: Packages,
    input: ProjectInput,
    differing: ReadonlySet<string>,
    told: ReadonlySet<string>,
  ) {
    const { gathered } = state
    this.state = state
    this.packages = packages
    this.#differing = differing
    this.#told = told
    this.#nodes = grouped(gathered.works, ({ kind, source }) => `${kind} ${source.file}`)
    this.#entries = grouped(gathered.entries, ({ source }) => source.file)
    this.#requests = grouped(
      [...gathered.requests.values()].filter(({ target }) => target.table === null),
      ({ entry }) => entry,
    )
    this.#tests = new Map([...gathered.requests].map(([work, request]) => [request, work]))
    this.#tables = gathered.entries.some(overrides) ? new Map() : grouped(gathered.sources, ({ entry }) => entry)
    for (const { draft, source } of gathered.works) if (differing.has(source.file)) this.#names.add(draft.name)
    for (const path of differing)
      for (const files of [state.input.files, input.files])
        for (const name of namesIn(path, files.get(path) ?? '')) this.#names.add(name)
    this.#note(gathered.entries)
  }

  /** Tells which entries there are now, before anything else is asked for. */
  note(entries: readonly PropertyEntry[]): void {
    if (entries.some(overrides)) for (const { entry } of this.state.gathered.sources) this.#sources.add(entry.name)
    this.#note(entries)
  }

  #note(entries: readonly PropertyEntry[]): void {
    for (const entry of entries) {
      if (!this.#differing.has(entry.source.file)) continue
      if (entry.key === 'sources') this.#sources.add(entry.name)
      else for (const name of namesOf(entry)) this.#names.add(name)
    }
  }

  /** Whether a node, an entry or a source's table is kept. */
  has(kept: object): boolean {
    return this.#taken.has(kept)
  }

  /** The entries of a property file. */
  entries({ file }: SourceFile): readonly PropertyEntry[] | undefined {
    return this.#differing.has(file) ? undefined : this.#take(this.#entries.get(file))
  }

  /** The nodes that stand in a file. */
  nodes(kind: Work['kind'], { file }: SourceFile): readonly Work[] | undefined {
    const works = this.#differing.has(file) ? undefined : this.#nodes.get(`${kind} ${file}`)
    return works?.every((work) => this.#isSame(work)) ? this.#take(works) : undefined
  }

  /** The tests that an entry of a model, seed or snapshot asks for. */
  requests(entry: PropertyEntry): readonly TestRequest[] | undefined {
    return this.#taken.has(entry) ? this.#requests.get(entry) : undefined
  }

  /** The node of a test that a kept entry or a kept source asks for. */
  test(request: TestRequest): Work | undefined {
    const work = this.#tests.get(request)
    const { name, table } = request.target
    if (work === undefined || (table === null ? this.#names : this.#sources).has(name)) return undefined
    return this.#isSame(work) ? this.#take([work])?.[0] : undefined
  }

  /** The tables of a source's entry. */
  tables(entry: PropertyEntry): readonly SourceWork[] | undefined {
    if (!this.#taken.has(entry) || this.#sources.has(entry.name)) return undefined
    return this.#take(this.#tables.get(entry))
  }

  #take<T extends object>(all: readonly T[] | undefined): readonly T[] | undefined {
    for (const each of all ?? []) this.#taken.add(each)
    return all
  }

  #isSame({ draft, asked }: Work): boolean {
    if (this.#names.has(draft.name) || this.#told.has(draft.unique_id)) return false
    // What YAML makes of a version's file has another name than the file.
    if (draft.resource_type === 'model' && draft.version !== null) return false
    return asked.every(({ kind, args }) =>
      kind === 'source' ? !this.#sources.has(args[0]) : !this.#names.has(args.name),
    )
  }
}

function settings({ root, target, profiles, env, vars, packages }: ProjectInput): unknown {
  return { root, target, profiles, env, vars, packages }
}

function differingPaths(some: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): Set<string> {
  const paths = new Set<string>()
  for (const [path, text] of some) if (others.get(path) !== text) paths.add(path)
  for (const path of others.keys()) if (!some.has(path)) paths.add(path)
  return paths
}

function withFiles(packages: Packages, { files }: ProjectInput): Packages {
  const byName = new Map(
    [...packages.byName].map(([name, of]) => [name, { ...of, files: packageFiles(files, of.folder, of.paths) }]),
  )
  return { ...packages, root: byName.get(packages.root.name) ?? packages.root, byName }
}

/** Whether a file holds nodes that stand for themselves, or says something of such nodes, and is nothing else besides. */
function isOfFew(path: string, all: readonly PackageFiles[]): boolean {
  if (OF_ALL.test(basename(path))) return false
  const holds = (files: readonly SourceFile[]): boolean => files.some(({ file }) => file === path)
  return (
    all.some(({ models, snapshots, analyses, singularTests, properties }) =>
      [models, snapshots, analyses, singularTests, properties].some(holds),
    ) &&
    !all.some(({ macros, genericTests, seeds, docs, fixtures, functions }) =>
      [macros, genericTests, seeds, docs, fixtures, functions].some(holds),
    )
  )
}

/** The names of all nodes that a file may hold. */
function namesIn(path: string, text: string): string[] {
  return [stem(path), ...[...text.matchAll(/\bsnapshot\s+(\w+)/g)].flatMap(([, name]) => name ?? [])]
}

/** The names of all nodes that an entry may describe, or that are known by it. */
function namesOf({ name, data }: PropertyEntry): string[] {
  const versions = objects(data.versions).flatMap(({ v, defined_in }) => [
    `${name}_v${String(v)}`,
    ...(typeof defined_in === 'string' ? [defined_in] : []),
  ])
  return [name, ...versions]
}

function overrides({ key, data }: PropertyEntry): boolean {
  return key === 'sources' && typeof data.overrides === 'string'
}

function grouped<K, V>(all: readonly V[], key: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>()
  for (const each of all) {
    const group = groups.get(key(each))
    if (group === undefined) groups.set(key(each), [each])
    else group.push(each)
  }
  return groups
}
