import type { ColumnInfo, Json, Manifest, ManifestNode, SourceDefinition } from '../dbt/manifest.ts'
import type { Project } from '../dbt/project.ts'
import { seedColumns } from '../dbt/seed-columns.ts'
import { analyseOnce } from '../sql/analyse-once.ts'
import type { QueryAnalysis, Relation } from '../sql/analysis.ts'
import { UnknownSql } from '../sql/expression.ts'
import { normaliseSql } from '../sql/normalise.ts'
import { isUnnamed } from '../sql/outputs.ts'
import { SqlError } from '../sql/sdk.ts'
import type { Compile } from './fingerprint.ts'
import { snapshotColumns } from './snapshot-columns.ts'

/** A node's query in each state that it may be built in, or why it is not known what it does. */
export type NodeAnalysis =
  | { readonly queries: readonly QueryAnalysis[] }
  /** `code` is all of its SQL without layout, where that is known: what has the same one does the same. */
  | { readonly unknown: string; readonly code?: string }

/** What a node's relation holds that it did not hold before: a text that differs for what differs. */
export interface Versions {
  column(unique_id: string, column: string | null): string
  rows(unique_id: string): string
}

const asBefore: Versions = { column: () => '', rows: () => '' }

/** Columns by unique_id that neither SQL nor YAML says, such as those of dbt's catalog.json. There may be others, or fewer. */
export type KnownColumns = ReadonlyMap<string, readonly { readonly name: string; readonly type: string | null }[]>

export interface ColumnsOptions {
  readonly versions?: Versions
  readonly known?: KnownColumns
  /** What a node or source is called in the answers; left out, by its unique_id. */
  readonly called?: (unique_id: string) => string
  /** Whether an ephemeral model is a relation of its own, not a part of the SQL that it is inlined in. */
  readonly ephemeralApart?: boolean
}

/** The columns of a project's nodes, each looked at when it is asked for. The SQL library must have been started. */
export class ProjectColumns {
  readonly #project: Project
  readonly #compile: Compile
  readonly #versions: Versions
  readonly #known: KnownColumns
  readonly #called: (unique_id: string) => string
  readonly #ids: ReadonlyMap<string, string>
  readonly #ephemeral: ReadonlyMap<string, string>
  readonly #analyses = new Map<string, NodeAnalysis>()
  readonly #relations = new Map<string, Relation>()
  readonly #open = new Set<string>()

  constructor(project: Project, compile: Compile, options: ColumnsOptions = {}) {
    const { versions = asBefore, known = new Map(), called = (id: string) => id, ephemeralApart = false } = options
    this.#project = project
    this.#compile = compile
    this.#versions = versions
    this.#known = known
    this.#called = called
    this.#ids = idsByRelation(project.manifest)
    this.#ephemeral = ephemeralApart ? idsOfEphemeral(project.manifest) : new Map()
  }

  has(unique_id: string): boolean {
    return this.#project.manifest.nodes.has(unique_id)
  }

  /** The nodes whose SQL was looked at so far. */
  analysed(): string[] {
    return [...this.#analyses.keys()]
  }

  /** What a node's SQL does. Throws for a unique_id that the project has not. */
  node(unique_id: string): NodeAnalysis {
    const known = this.#analyses.get(unique_id)
    if (known !== undefined) return known
    const analysis = this.#analyse(unique_id)
    this.#analyses.set(unique_id, analysis)
    return analysis
  }

  /** Whether a node's relation holds other values every time that it is built, though nothing changed: random ones, ids made anew. */
  isMadeAnew(unique_id: string): boolean {
    const node = this.#project.manifest.nodes.get(unique_id)
    if (node === undefined || !isMade(node)) return false
    return random.test(this.#compile(this.#project, unique_id, { incremental: false }).code)
  }

  #analyse(unique_id: string): NodeAnalysis {
    const { manifest } = this.#project
    const node = manifest.nodes.get(unique_id)
    if (node === undefined) throw new Error(`the project has no node ${unique_id}`)
    if (node.resource_type === 'seed') return { unknown: 'a seed has no SQL' }
    if (node.language !== 'sql') return { unknown: `a model in ${node.language}` }
    if (!['databricks', 'spark'].includes(manifest.metadata.adapter_type))
      return { unknown: `the SQL of ${manifest.metadata.adapter_type} is not analysed` }
    const states = node.config.materialized === 'incremental' ? [false, true] : [false]
    const columnsOf = (relation: string) => this.#columnsOf(relation)
    const compiled = states.map((incremental) => this.#compile(this.#project, unique_id, { incremental, columnsOf }))
    const unresolved = [...new Set(compiled.flatMap((each) => each.unresolved))].sort()
    if (unresolved.length > 0) return { unknown: `${unresolved.join(', ')} could not be resolved` }
    const texts = compiled.map(({ code }) => code.trim().replace(/;$/, ''))
    try {
      const [first = ''] = texts
      const queries = texts.map((code, index) => (index > 0 && code === first ? null : this.#query(code)))
      return { queries: queries.map((query) => query ?? queries[0]).filter((query) => query != null) }
    } catch (error) {
      const code = texts.map(normaliseSql).join('\0')
      if (error instanceof SqlError) return { unknown: `the SQL library cannot read it: ${error.message}`, code }
      if (error instanceof UnknownSql) return { unknown: `${error.message} is not analysed`, code }
      throw error
    }
  }

  /** What a macro that asks the warehouse for a relation's columns is told. */
  #columnsOf(relation: string): Relation['columns'] | null {
    const id = this.#ids.get(nameOf(relation))
    const found = id === undefined ? null : this.relation(id)
    return found?.complete ? found.columns : null
  }

  #query(code: string): QueryAnalysis {
    const relation = (id: string | undefined) => (id === undefined ? null : this.relation(id))
    return analyseOnce(
      code,
      (name) => relation(this.#ids.get(name)),
      (cte) => relation(this.#ephemeral.get(cte)),
    )
  }

  /** The columns of a node's or a source's relation, as far as they are known. */
  relation(unique_id: string): Relation {
    const known = this.#relations.get(unique_id)
    if (known !== undefined) return known
    // A model that reads itself, or one of a cycle.
    if (this.#open.has(unique_id)) return this.#described(unique_id, [])
    this.#open.add(unique_id)
    const relation = this.#find(unique_id)
    this.#open.delete(unique_id)
    this.#relations.set(unique_id, relation)
    return relation
  }

  #find(unique_id: string): Relation {
    const { nodes, sources } = this.#project.manifest
    const node = nodes.get(unique_id)
    const yaml = [...((node ?? sources.get(unique_id))?.columns.values() ?? [])]
    if (node?.resource_type === 'model' && node.contract.enforced)
      return { ...this.#described(unique_id, described(yaml)), complete: asItsSql(node) }
    const known = this.#known.get(unique_id) ?? []
    const analysis = isMade(node) ? this.node(unique_id) : null
    const header = node === undefined ? null : seedColumns(this.#project, unique_id)
    if (node !== undefined && header !== null) {
      const own = header.map((name) => ({ name, type: null }))
      const listed = merged(own, [...described(yaml), ...known]).slice(0, own.length)
      return { ...this.#described(unique_id, listed), complete: hasNoHooks(node) }
    }
    if (node === undefined || analysis === null || 'unknown' in analysis)
      return this.#described(unique_id, merged(described(yaml), known))
    const entries = analysis.queries[0]?.output.entries ?? []
    const listed = entries.flatMap((entry) =>
      'star' in entry ? [] : [{ name: entry.column.name, type: entry.column.type }],
    )
    const types = new Map(described(yaml).map(({ name, type }) => [name.toLowerCase(), type]))
    const columns = listed.map(({ name, type }) => ({ name, type: type ?? types.get(name.toLowerCase()) ?? null }))
    const whole = entries.length > 0 && entries.every((entry) => 'column' in entry && !isUnnamed(entry.column))
    if (whole && asItsSql(node)) return { ...this.#described(unique_id, columns), complete: true }
    // What stood there when a catalog was made may have other types by now.
    const names = known.map(({ name }) => ({ name, type: null }))
    const more = node.resource_type === 'snapshot' ? snapshotColumns(node) : []
    return this.#described(unique_id, merged(columns, merged([...described(yaml), ...more], names)))
  }

  #described(unique_id: string, columns: Relation['columns']): Relation {
    return {
      id: this.#called(unique_id),
      columns,
      complete: false,
      version: (column) => this.#versions.column(unique_id, column),
      rowsVersion: this.#versions.rows(unique_id),
    }
  }
}

/** Not the clock: it moves as what sources hold does. */
const random = /\b(?:uuid|uuid4|rand|randn|random|randstr|shuffle|monotonically_increasing_id)`?\s*\(/i

function described(columns: readonly ColumnInfo[]): Relation['columns'] {
  return columns.map(({ name, data_type }) => ({ name, type: data_type }))
}

function isMade(node: ManifestNode | undefined): boolean {
  return node?.resource_type === 'model' || node?.resource_type === 'snapshot'
}

/** Columns of two accounts: the first one counts, the other one adds names and types. */
function merged(first: Relation['columns'], other: Relation['columns']): Relation['columns'] {
  const types = new Map(other.map(({ name, type }) => [name.toLowerCase(), type]))
  const names = new Set(first.map(({ name }) => name.toLowerCase()))
  return [
    ...first.map(({ name, type }) => ({ name, type: type ?? types.get(name.toLowerCase()) ?? null })),
    ...other.filter(({ name }) => !names.has(name.toLowerCase())),
  ]
}

/** Whether a model's relation has the columns of its SQL and no others: not what an earlier run left, or a hook adds. */
function asItsSql(node: ManifestNode): boolean {
  return ['table', 'view', 'ephemeral'].includes(String(node.config.materialized)) && hasNoHooks(node)
}

function hasNoHooks({ config }: ManifestNode): boolean {
  return [config['pre-hook'], config['post-hook'], config.pre_hook, config.post_hook].every(isUnset)
}

function isUnset(hooks: Json | undefined): boolean {
  return hooks === undefined || hooks === null || (Array.isArray(hooks) && hooks.length === 0)
}

/**
 * Nodes and sources by their relation's name in lower case. A relation that two nodes have is nobody's; one that a node builds
 * is the node's, though a source names it as well.
 */
export function idsByRelation(manifest: Manifest): ReadonlyMap<string, string> {
  let ids = relations.get(manifest)
  if (ids === undefined) {
    ids = new Map([...idsOnce(manifest.sources.values()), ...idsOnce(manifest.nodes.values())])
    relations.set(manifest, ids)
  }
  return ids
}

const relations = new WeakMap<Manifest, ReadonlyMap<string, string>>()

function idsOnce(all: Iterable<ManifestNode | SourceDefinition>): Map<string, string> {
  const ids = new Map<string, string>()
  const twice = new Set<string>()
  for (const { unique_id, relation_name, resource_type } of all) {
    if (relation_name === null || resource_type === 'test') continue
    const name = nameOf(relation_name)
    if (ids.has(name)) twice.add(name)
    ids.set(name, unique_id)
  }
  for (const name of twice) ids.delete(name)
  return ids
}

/** A relation's name as SQL without its quotes, in lower case. */
function nameOf(relation: string): string {
  const isPlain = !relation.includes('``')
  return (isPlain ? relation.replaceAll('`', '') : partsOfRelation(relation).join('.')).toLowerCase()
}

/** Ephemeral models by the name of the common table expression that dbt makes of them. */
function idsOfEphemeral({ nodes }: Manifest): Map<string, string> {
  const ids = new Map<string, string>()
  for (const { unique_id, config, alias } of nodes.values())
    if (config.materialized === 'ephemeral') ids.set(`__dbt__cte__${alias.toLowerCase()}`, unique_id)
  return ids
}

/** The parts of a relation's name as dbt writes it, without their quotes. */
export function partsOfRelation(name: string): string[] {
  return [...name.matchAll(/`((?:[^`]|``)*)`|([^.`]+)/g)].map((match) => match[1] ?? match[2] ?? '')
}
