import type { JsonObject, ManifestNode } from '../dbt/manifest.ts'
import type { Project } from '../dbt/project.ts'
import { compareOutputs, type Difference } from '../sql/compare.ts'
import type { NodeAnalysis } from './columns.ts'
import { ProjectColumns } from './columns.ts'
import type { Compile } from './fingerprint.ts'
import { configOf, governanceOf } from './relation-parts.ts'
import { dataWithoutRegion, twinId, withoutRegion } from './twin-names.ts'
import { testsOf } from './twin-tests.ts'
import { differences } from './words.ts'

/** In what twins may differ. `presence`: one region alone has it. */
export const twinAspects = ['presence', 'logic', 'columns', 'types', 'tests', 'materialization', 'governance'] as const
export type TwinAspect = (typeof twinAspects)[number]

/** One way in which two twins differ. */
export interface TwinDifference {
  readonly aspect: TwinAspect
  /** From the first region to the second. */
  readonly words: string
  /** The columns that it is about, without regions' names; empty where it is about the whole. */
  readonly columns: readonly string[]
}

/** A model, seed or snapshot of one region. */
export interface Twin {
  readonly region: string
  readonly unique_id: string
  readonly name: string
  /** From the repository's root. */
  readonly file: string
}

/** What two regions have of the same name, or one of them alone. */
export interface TwinPair {
  /** The name without the regions'. */
  readonly name: string
  readonly resource_type: string
  readonly twins: readonly [Twin, Twin] | readonly [Twin]
  readonly differences: readonly TwinDifference[]
}

export interface TwinSide {
  readonly region: string
  readonly project: Project
}

/**
 * What two projects have in common and how that differs, by name; null when they are no twins: one and the same project, or fewer than half of
 * the smaller one's models have a twin. `among` are names to look at; left out, all. The SQL library must have been started.
 */
export function compareTwins(
  first: TwinSide,
  second: TwinSide,
  compile: Compile,
  among: (name: string) => boolean = () => true,
): TwinPair[] | null {
  if (first.project.root === second.project.root) return null
  const [ours, theirs] = [nodesByName(first), nodesByName(second)]
  const shared = [...ours.keys()].filter((key) => theirs.has(key))
  if (shared.length === 0 || shared.length * 2 < Math.min(ours.size, theirs.size)) return null
  const [before, after] = [new Region(first, compile), new Region(second, compile)]
  return [...new Set([...ours.keys(), ...theirs.keys()])].sort().flatMap((key): TwinPair[] => {
    const [one, other] = [ours.get(key), theirs.get(key)]
    const [resource_type = '', , ...name] = key.split('.')
    const about = { name: name.join('.'), resource_type }
    if (!among(about.name)) return []
    if (one !== undefined && other !== undefined) {
      const twins = [before.twin(one), after.twin(other)] as const
      return [{ ...about, twins, differences: differencesOf(before, one, after, other) }]
    }
    const [region, node] = one !== undefined ? [before, one] : [after, other]
    if (node === undefined) return []
    const presence: TwinDifference = { aspect: 'presence', words: `in ${region.name} only`, columns: [] }
    return [{ ...about, twins: [region.twin(node)], differences: [presence] }]
  })
}

/** What is built in a project, by its name without the region's; those that would have one name in common are left out. */
function nodesByName({ region, project }: TwinSide): Map<string, ManifestNode> {
  const nodes = new Map<string, ManifestNode>()
  const twice = new Set<string>()
  for (const node of project.manifest.nodes.values()) {
    const own = node.package_name === project.manifest.metadata.project_name
    if (!own || !['model', 'seed', 'snapshot'].includes(node.resource_type)) continue
    const key = twinId(node.unique_id, project, region)
    if (nodes.has(key)) twice.add(key)
    nodes.set(key, node)
  }
  for (const key of twice) nodes.delete(key)
  return nodes
}

/** One region's project in words that its twin's has too. */
class Region {
  readonly name: string
  readonly project: Project
  readonly #compile: Compile
  readonly #columns: ProjectColumns
  readonly #relations: ReadonlyMap<string, string>

  constructor({ region, project }: TwinSide, compile: Compile) {
    this.name = region
    this.project = project
    this.#compile = compile
    const { nodes, sources } = project.manifest
    const all = [...nodes.values(), ...sources.values()].map(({ unique_id, relation_name }) => {
      return { unique_id, relation_name, called: twinId(unique_id, project, region) }
    })
    const called = new Map(all.map((each) => [each.unique_id, each.called]))
    this.#relations = new Map(all.map((each) => [each.relation_name ?? '', each.called]))
    this.#columns = new ProjectColumns(project, compile, { called: (id) => called.get(id) ?? id })
  }

  twin({ unique_id, name, original_file_path }: ManifestNode): Twin {
    const { root } = this.project
    const file = root === '' ? original_file_path : `${root}/${original_file_path}`
    return { region: this.name, unique_id, name, file }
  }

  /** The SQL with relations under names that twins have in common. */
  text(node: ManifestNode): string {
    if (node.resource_type === 'seed') return node.checksum.content ?? node.checksum.checksum
    const states = node.config.materialized === 'incremental' ? [false, true] : [false]
    const texts = states.map((incremental) => this.#compile(this.project, node.unique_id, { incremental }).code)
    const named = (text: string) =>
      text.replace(/`[^`]+`(?:\.`[^`]+`)+/g, (relation) => this.#relations.get(relation) ?? relation)
    return texts.map((text) => named(text).replace(/\s+/g, ' ').trim()).join('\n')
  }

  analysis(node: ManifestNode): NodeAnalysis {
    return this.#columns.node(node.unique_id)
  }

  bag(value: JsonObject): JsonObject {
    const plain = dataWithoutRegion(value, this.name)
    return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? (plain as JsonObject) : {}
  }

  column(name: string): string {
    return withoutRegion(name, this.name)
  }
}

function differencesOf(before: Region, one: ManifestNode, after: Region, other: ManifestNode): TwinDifference[] {
  return [
    ...ofSql(before, one, after, other),
    ...ofDeclaredTypes(before, one, after, other),
    ...inWords('materialization', before, after, shape(before, one), shape(after, other)),
    ...ofTests(before, one, after, other),
    ...inWords('governance', before, after, said(before, one), said(after, other)),
  ]
}

function ofSql(before: Region, one: ManifestNode, after: Region, other: ManifestNode): TwinDifference[] {
  if (before.text(one) === after.text(other)) return []
  if (one.resource_type === 'seed') return [about('logic', 'other rows in the file')]
  const [ours, theirs] = [before.analysis(one), after.analysis(other)]
  for (const each of [ours, theirs]) if ('unknown' in each) return [about('logic', `other SQL; ${each.unknown}`)]
  if (!('queries' in ours) || !('queries' in theirs)) return []
  const found = new Map<string, TwinDifference>()
  for (const [index, query] of theirs.queries.entries()) {
    const old = ours.queries[index] ?? ours.queries[0]
    if (old === undefined) continue
    const types = typesOf(old.output.entries)
    const difference = compareOutputs(old.output, query.output)
    const own = ofOutputs(difference, [before.name, after.name], types, typesOf(query.output.entries))
    for (const each of own) found.set(`${each.aspect} ${each.words}`, each)
  }
  return [...found.values()]
}

function ofOutputs(
  { rows, changed, added, removed, shown, all }: Difference,
  [one, other]: readonly [string, string],
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): TwinDifference[] {
  const typed = changed.filter((name) => {
    const [old, now] = [before.get(name.toLowerCase()), after.get(name.toLowerCase())]
    return old !== undefined && now !== undefined && old !== now
  })
  const type = (types: ReadonlyMap<string, string>, name: string) => types.get(name.toLowerCase()) ?? 'unknown'
  return [
    ...rows.map((words) => about('logic', words)),
    ...changed
      .filter((name) => !typed.includes(name))
      .map((name) => about('logic', `${name} computed otherwise`, [name])),
    ...typed.map((name) => about('types', `${name} ${type(before, name)} → ${type(after, name)}`, [name])),
    ...added.map((name) => about('columns', `${name} in ${other} only`, [name])),
    ...removed.map((name) => about('columns', `${name} in ${one} only`, [name])),
    ...[...shown, ...(all === null ? [] : [all])].map((words) => about('columns', words)),
  ]
}

type Entries = Extract<NodeAnalysis, { readonly queries: unknown }>['queries'][number]['output']['entries']

function typesOf(entries: Entries): Map<string, string> {
  return new Map(
    entries.flatMap((entry): [string, string][] =>
      'column' in entry && entry.column.type !== null ? [[entry.column.name.toLowerCase(), entry.column.type]] : [],
    ),
  )
}

/** What YAML says of types that the SQL leaves open. */
function ofDeclaredTypes(before: Region, one: ManifestNode, after: Region, other: ManifestNode): TwinDifference[] {
  const types = (region: Region, { columns }: ManifestNode) =>
    new Map([...columns.values()].map(({ name, data_type }) => [region.column(name), data_type?.toLowerCase() ?? null]))
  const [old, now] = [types(before, one), types(after, other)]
  return [...old].flatMap(([name, type]) => {
    const twin = now.get(name) ?? null
    return type === null || twin === null || type === twin
      ? []
      : [about('types', `${name} declared ${type} → ${twin}`, [name])]
  })
}

/** What shapes the relation, but for the columns that a contract lists, which are compared as columns. */
function shape(region: Region, node: ManifestNode): JsonObject {
  const { contract, macros: _, ...config } = configOf(region.project.manifest, node)
  return region.bag({ ...config, ...(contract !== undefined && { contract: 'enforced' }) })
}

/** Descriptions, tags, meta and what Unity Catalog is told. */
function said(region: Region, node: ManifestNode): JsonObject {
  const { columns: governed = {}, ...relation } = governanceOf(node)
  const bags = governed as Readonly<Record<string, JsonObject>>
  const columns = [...node.columns.values()].map(({ name, tags, meta, description }) => {
    return [name, { ...bags[name], tags, meta, description }] as const
  })
  const { tags, meta, description } = node
  return region.bag({ ...relation, tags, meta, description, columns: Object.fromEntries(columns) })
}

function inWords(
  aspect: TwinAspect,
  before: Region,
  after: Region,
  one: JsonObject,
  other: JsonObject,
): TwinDifference[] {
  return differences(one, other).map((words) => {
    const column = / on column (.+)$/.exec(words)?.[1]
    const only = words.replace(/ (added|removed)( on column .+)?$/, (_, which: string, where = '') => {
      return `${where} in ${(which === 'added' ? after : before).name} only`
    })
    return about(aspect, only, column === undefined ? [] : [column])
  })
}

function ofTests(before: Region, one: ManifestNode, after: Region, other: ManifestNode): TwinDifference[] {
  const [ours, theirs] = [
    testsOf(before.project, before.name, one.unique_id),
    testsOf(after.project, after.name, other.unique_id),
  ]
  const only = (region: Region, tests: typeof ours, others: typeof ours) =>
    [...tests].flatMap(([key, { words, column }]) =>
      others.has(key) ? [] : [about('tests', `${words} in ${region.name} only`, column === null ? [] : [column])],
    )
  return [...only(before, ours, theirs), ...only(after, theirs, ours)]
}

function about(aspect: TwinAspect, words: string, columns: readonly string[] = []): TwinDifference {
  return { aspect, words, columns }
}
