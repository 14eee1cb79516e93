import { csvHeader } from '../dbt/csv.ts'
import type { Macro, Manifest, ManifestNode } from '../dbt/manifest.ts'
import type { Project, ProjectFiles } from '../dbt/project.ts'
import type { OutputColumn } from '../sql/analysis.ts'
import { type KnownRelation, type MissingColumn, wrongColumns } from '../sql/columns-read.ts'
import { compareOutputs, type Difference } from '../sql/compare.ts'
import { isUnnamed } from '../sql/outputs.ts'
import { SqlError } from '../sql/sdk.ts'
import { idsByRelation, type ProjectColumns, partsOfRelation } from './columns.ts'
import type { Compile } from './fingerprint.ts'
import { mayDeclareVariables } from './session-variables.ts'

/** A column that a text names wrongly, of relations whose columns are known for certain: none of these has it, or all of them do. */
export interface MissingUse {
  /** unique_ids, more than one where any of them could have been meant. */
  readonly relations: readonly string[]
  /** As it is written. */
  readonly column: string
  /** The SQL that names it, and where there, in Unicode characters. */
  readonly code: string
  readonly offset: number | null
}

/** A column that a relation has. */
export interface KnownColumn {
  readonly name: string
  /** Null where it is not known for certain. */
  readonly type: string | null
}

/**
 * What is known for certain of the columns of one side of a comparison: what cannot be told is null or is not there. Each
 * fact is looked for when it is asked for. The SQL library must have been started.
 */
export class ColumnFacts {
  readonly project: Project
  readonly columns: ProjectColumns
  readonly #files: ProjectFiles
  readonly #compile: Compile
  readonly #known = new Map<string, readonly KnownColumn[] | null>()
  readonly #uses = new Map<string, WrongUses>()
  #ids: ReadonlyMap<string, string> | null = null
  /** Whether the project says itself how tables and views are built, so that there may be more in them. */
  #ownBuilding: boolean | null = null

  constructor(project: Project, files: ProjectFiles, columns: ProjectColumns, compile: Compile) {
    this.project = project
    this.columns = columns
    this.#files = files
    this.#compile = compile
  }

  /** The text of the file that a resource is defined in; null when it is not among the project's files. */
  text(unique_id: string): string | null {
    const path = this.project.positions.get(unique_id)?.path
    return (path === undefined ? undefined : this.#files.get(path)) ?? null
  }

  /** All columns of a node's relation once it is built; null where an earlier run, a hook or anything else may have left others. */
  known(unique_id: string): readonly KnownColumn[] | null {
    const known = this.#known.get(unique_id)
    if (known !== undefined) return known
    const found = this.#find(unique_id)
    this.#known.set(unique_id, found)
    return found
  }

  #find(unique_id: string): readonly KnownColumn[] | null {
    const node = this.project.manifest.nodes.get(unique_id)
    if (node === undefined) return null
    const { macros, metadata } = this.project.manifest
    this.#ownBuilding ??= [...macros.values()].some((macro) => buildsRelations(macro, metadata.project_name))
    if (this.#ownBuilding) return null
    if (node.resource_type === 'seed') return this.#seedColumns(node)
    const relation = this.columns.relation(unique_id)
    if (!relation.complete) return null
    return relation.columns.map(({ name }) => ({ name, type: this.type(unique_id, name) }))
  }

  #seedColumns(node: ManifestNode): KnownColumn[] | null {
    const text = this.text(node.unique_id)
    const { delimiter, column_types } = node.config
    if (text === null || (delimiter !== undefined && delimiter !== null && delimiter !== ',')) return null
    if (hasHooks(node)) return null
    const names = headerOf(text)
    const types = new Map(Object.entries(isBag(column_types) ? column_types : {}))
    return names?.map((name) => ({ name, type: textOrNull(types.get(name)) })) ?? null
  }

  /** What a node's SQL gives, in the order of its columns; null where that is not known, or not the same whenever it is built. */
  given(unique_id: string): readonly OutputColumn[] | null {
    const node = this.project.manifest.nodes.get(unique_id)
    if (node?.resource_type !== 'model' && node?.resource_type !== 'snapshot') return null
    const analysis = this.columns.node(unique_id)
    if ('unknown' in analysis) return null
    const ways = analysis.queries.map(({ output: { entries } }) =>
      entries.flatMap((entry) => ('star' in entry || isUnnamed(entry.column) ? [] : [entry.column])),
    )
    const [first = []] = ways
    const whole = analysis.queries.every(({ output }, index) => output.entries.length === ways[index]?.length)
    const names = ways.map((columns) => columns.map(({ name }) => name.toLowerCase()).join('\0'))
    return whole && first.length > 0 && new Set(names).size === 1 ? first : null
  }

  /** How what a full build gives differs from base; null where it is not known. */
  difference(base: ColumnFacts, unique_id: string): Difference | null {
    if (!base.columns.has(unique_id) || !this.columns.has(unique_id)) return null
    const [before, after] = [base.columns.node(unique_id), this.columns.node(unique_id)]
    if ('unknown' in before || 'unknown' in after) return null
    const [[old], [now]] = [before.queries, after.queries]
    return old === undefined || now === undefined ? null : compareOutputs(old.output, now.output)
  }

  /** Whether a relation has a column, or had it if it were built, as far as that is known. */
  has(unique_id: string, column: string): boolean {
    if (!this.columns.has(unique_id)) return false
    const name = column.toLowerCase()
    const columns = this.known(unique_id) ?? this.given(unique_id) ?? []
    return columns.some((each) => each.name.toLowerCase() === name)
  }

  /** The type of a column, followed to where a cast, a function or an enforced contract makes it; null where that is not known. */
  type(unique_id: string, column: string, depth = 0): string | null {
    const node = this.project.manifest.nodes.get(unique_id)
    if (node?.resource_type !== 'model' || depth > 100) return null
    const name = column.toLowerCase()
    if (node.contract.enforced)
      return [...node.columns.values()].find((each) => each.name.toLowerCase() === name)?.data_type ?? null
    const found = this.given(unique_id)?.find((each) => each.name.toLowerCase() === name)
    return found === undefined ? null : this.typeOf(found, depth)
  }

  /** The type of a column of a query, as `type`. What YAML says of a relation without a contract does not count. */
  typeOf({ upstream, type }: OutputColumn, depth = 0): string | null {
    const handed = upstream.filter(({ derivation }) => derivation === 'identity')
    if (handed.length === 0) return type
    const [only, ...more] = upstream
    return only === undefined || more.length > 0 ? null : this.type(only.relation, only.column, depth + 1)
  }

  /** What a node's SQL names of what it reads and that is not there, in any state in which it may be built. */
  missing(unique_id: string): readonly MissingUse[] {
    return this.#usesOf(unique_id).missing
  }

  /** What a node's SQL names without saying of which of several relations, all of which have it. */
  ambiguous(unique_id: string): readonly MissingUse[] {
    return this.#usesOf(unique_id).ambiguous
  }

  #usesOf(unique_id: string): WrongUses {
    const known = this.#uses.get(unique_id)
    if (known !== undefined) return known
    const found = this.#wrongUses(unique_id)
    this.#uses.set(unique_id, found)
    return found
  }

  #wrongUses(unique_id: string): WrongUses {
    const { manifest } = this.project
    const node = manifest.nodes.get(unique_id)
    // The arguments of a function read like columns.
    if (node === undefined || node.language !== 'sql' || ['seed', 'function'].includes(node.resource_type)) return none
    const relations = this.#relationsOf(readBy(manifest, unique_id))
    if (relations.size === 0 || mayDeclareVariables(manifest, node)) return none
    const states = node.config.materialized === 'incremental' ? [false, true] : [false]
    const compiled = states.map((incremental) => this.#compile(this.project, unique_id, { incremental }))
    const exact = new Set(compiled.filter(({ unresolved }) => unresolved.length === 0).map(({ code }) => code))
    const uses = [...exact].map((code) => usesIn(code.trim().replace(/;$/, ''), relations))
    return {
      missing: distinct(uses.flatMap(({ missing }) => missing)),
      ambiguous: distinct(uses.flatMap(({ ambiguous }) => ambiguous)),
    }
  }

  /** What an expression over the columns of one relation names and that is not there. */
  missingIn(unique_id: string, expression: string): readonly MissingUse[] {
    const relations = this.#relationsOf([unique_id])
    const [name] = [...relations.keys()]
    if (name === undefined) return []
    return usesIn(`select ${expression}\nfrom ${name.name.map(quoted).join('.')}`, relations).missing
  }

  #relationsOf(unique_ids: Iterable<string>): Map<KnownRelation, string> {
    const { manifest } = this.project
    this.#ids ??= idsByRelation(manifest)
    const relations = new Map<KnownRelation, string>()
    for (const id of unique_ids) {
      const name = manifest.nodes.get(id)?.relation_name ?? null
      const columns = name === null || !isSql(manifest) ? null : this.known(id)
      if (name === null || columns === null) continue
      const parts = partsOfRelation(name)
      if (this.#ids.get(parts.join('.').toLowerCase()) !== id) continue
      relations.set({ name: parts, columns: columns.map((column) => column.name) }, id)
    }
    return relations
  }
}

/** Whether what dbt sends there is read as Databricks reads it. */
function isSql({ metadata }: Manifest): boolean {
  return ['databricks', 'spark'].includes(metadata.adapter_type)
}

/** Whose relations a node's SQL reads: its parents, and theirs where they are inlined. */
function readBy({ nodes, parent_map }: Manifest, unique_id: string): Set<string> {
  const read = new Set<string>()
  const open = [...(parent_map.get(unique_id) ?? [])]
  const seen = new Set<string>()
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    if (nodes.get(id)?.config.materialized === 'ephemeral') open.push(...(parent_map.get(id) ?? []))
    else read.add(id)
  }
  return read
}

/** A macro of the project's own that dbt calls in the place of its own to build a relation. Those of packages are not called: https://docs.getdbt.com/reference/global-configs/legacy-behaviors */
function buildsRelations({ name, package_name }: Macro, project: string): boolean {
  if (package_name !== project) return false
  return /^(materialization_(table|view|seed)_|(\w+__)?(get_)?create_(or_replace_)?(table|view|csv_table)(_as)?(_sql)?$)/.test(
    name,
  )
}

interface WrongUses {
  readonly missing: readonly MissingUse[]
  readonly ambiguous: readonly MissingUse[]
}

const none: WrongUses = { missing: [], ambiguous: [] }

function usesIn(code: string, relations: ReadonlyMap<KnownRelation, string>): WrongUses {
  const used = (found: readonly MissingColumn[]): MissingUse[] =>
    found.map(({ relations: lacking, column, offset }) => ({
      relations: [...new Set(lacking.flatMap((relation) => relations.get(relation) ?? []))].sort(),
      column,
      code,
      offset,
    }))
  try {
    const { missing, ambiguous } = wrongColumns(code, [...relations.keys()])
    return { missing: used(missing), ambiguous: used(ambiguous) }
  } catch (error) {
    if (error instanceof SqlError) return none
    throw error
  }
}

function distinct(uses: readonly MissingUse[]): MissingUse[] {
  return uses.filter((use, index) => uses.findIndex((other) => isSameUse(use, other)) === index)
}

function isSameUse(one: MissingUse, other: MissingUse): boolean {
  return one.column.toLowerCase() === other.column.toLowerCase() && one.relations.join() === other.relations.join()
}

/** The names in the first line of a CSV; null where dbt would make some up. */
function headerOf(text: string): string[] | null {
  const names = csvHeader(text) ?? []
  const isPlain = names.length > 0 && names.every((name) => name !== '' && name === name.trim())
  return isPlain && new Set(names.map((name) => name.toLowerCase())).size === names.length ? names : null
}

function hasHooks({ config }: ManifestNode): boolean {
  const hooks = [config['pre-hook'], config['post-hook'], config.pre_hook, config.post_hook]
  return hooks.some((each) => each !== undefined && each !== null && !(Array.isArray(each) && each.length === 0))
}

function quoted(part: string): string {
  return `\`${part.replaceAll('`', '``')}\``
}

function isBag(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
