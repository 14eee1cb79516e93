import type { Manifest, ManifestNode } from '../dbt/manifest.ts'
import type { Entry, OpenStar, OutputColumn, QueryAnalysis, Role, Upstream } from '../sql/analysis.ts'
import { derived } from '../sql/lookup.ts'
import { isUnnamed } from '../sql/outputs.ts'
import type { ColumnOf, LineageColumn, NodeColumns, PassedThrough } from './column-lineage.ts'
import type { ProjectColumns } from './columns.ts'
import { snapshotColumns } from './snapshot-columns.ts'

/** Columns by name in lower case; of several with one name, each has its number. */
type Columns = Map<string, OutputColumn>

/** Tells what a node's columns are made from, one node at a time. */
export class NodeReader {
  readonly #manifest: Manifest
  readonly #columns: ProjectColumns

  constructor(manifest: Manifest, columns: ProjectColumns) {
    this.#manifest = manifest
    this.#columns = columns
  }

  /** `read`: names in lower case of what other nodes read of it. */
  node(unique_id: string, read: ReadonlySet<string>): NodeColumns {
    const node = this.#manifest.nodes.get(unique_id)
    if (node === undefined || node.resource_type === 'seed') return this.#undeveloped(unique_id, read, null)
    const analysis = this.#columns.node(unique_id)
    if ('unknown' in analysis) return this.#undeveloped(unique_id, read, analysis.unknown)
    const { queries } = analysis
    const declared = [...node.columns.values()]
    const wanted = new Set([...declared.map(({ name }) => lower(name)), ...read])
    const columns = joined(queries.map(({ output }) => columnsOf(output.entries, wanted)))
    if (node.resource_type === 'snapshot') for (const [key, column] of addedTo(node, columns)) columns.set(key, column)
    const types = new Map(declared.map(({ name, data_type }) => [lower(name), data_type]))
    const stars = queries.flatMap(({ output }) => starsOf(output.entries)).filter((star) => this.#isOpen(star))
    return {
      unique_id,
      columns: [...columns].map(([key, column]) => this.#column(column, types.get(key) ?? null)),
      passes: passesOf(stars),
      uses: this.#uses(queries),
      unknown: null,
    }
  }

  /** A node without SQL, or with SQL that is not known: what is declared of it, and what others read. */
  #undeveloped(unique_id: string, read: ReadonlySet<string>, unknown: string | null): NodeColumns {
    const { columns } = this.#columns.relation(unique_id)
    const names = new Set(columns.map(({ name }) => lower(name)))
    const others = [...read].filter((name) => !names.has(name)).sort()
    const all = [...columns, ...others.map((name) => ({ name, type: null }))]
    return {
      unique_id,
      columns: all.map(({ name, type }) => ({ name, type, upstream: [], derivation: null, unknown })),
      passes: [],
      uses: {},
      unknown,
    }
  }

  #column(column: OutputColumn, declared: string | null): LineageColumn {
    const { type, unknown } = column
    const upstream = column.upstream.map((each) => {
      const { derivation, functions } = each
      return { ...this.#of(each), derivation, functions }
    })
    const most = derived(
      column.upstream.map((each) => ({ ...each, relation: '', column: '' })),
      'identity',
      null,
    )[0]?.derivation
    const derivation = most ?? (unknown === null ? 'literal' : null)
    return { name: nameOf(column), type: type ?? declared, upstream, derivation, unknown }
  }

  #of({ relation, column }: Pick<Upstream, 'relation' | 'column'>): ColumnOf {
    const { nodes, sources } = this.#manifest
    const known = nodes.has(relation) || sources.has(relation)
    return { unique_id: known ? relation : null, relation: known ? null : relation, column }
  }

  #uses(queries: readonly QueryAnalysis[]): NodeColumns['uses'] {
    const all = new Map<Role, Set<string>>()
    for (const { uses } of queries)
      for (const [role, keys] of uses) all.set(role, new Set([...(all.get(role) ?? []), ...keys]))
    const sorted = [...all].filter(([, keys]) => keys.size > 0).sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(
      sorted.map(([role, keys]) => [
        role,
        [...keys].sort().map((key) => {
          const [relation = '', column = ''] = key.split('\0')
          return this.#of({ relation, column })
        }),
      ]),
    )
  }

  /** Whether a star hands on more than what the SQL of its relation says. */
  #isOpen({ relation }: OpenStar, above: ReadonlySet<string> = new Set()): boolean {
    if (above.has(relation)) return false
    const node = this.#manifest.nodes.get(relation)
    if (node?.resource_type !== 'model' && node?.resource_type !== 'snapshot') return true
    const analysis = this.#columns.node(relation)
    if ('unknown' in analysis) return true
    const seen = new Set([...above, relation])
    return analysis.queries.some(({ output }) => starsOf(output.entries).some((star) => this.#isOpen(star, seen)))
  }
}

/** What a query lists, and what of the declared and wanted names passes through its stars. */
function columnsOf(entries: readonly Entry[], wanted: ReadonlySet<string>): Columns {
  const columns: Columns = new Map()
  const listed = new Set(entries.flatMap((entry) => ('column' in entry ? [lower(entry.column.name)] : [])))
  const isOpen = (star: OpenStar, name: string) => !listed.has(name) && !star.except.has(name)
  for (const entry of entries) {
    if ('column' in entry) add(columns, entry.column)
    else for (const name of entry.star.declared) if (isOpen(entry.star, name)) add(columns, entry.star.at(name))
  }
  for (const name of [...wanted].sort()) {
    const stars = starsOf(entries).filter((star) => isOpen(star, name))
    if (columns.has(name) || stars.length === 0) continue
    const found = stars.map((star) => star.at(name))
    const column = found.reduce(either)
    const unknown = `it may be of ${stars.map(({ relation }) => relation).join(' or of ')}, whose columns are not known`
    columns.set(name, { ...column, unknown: column.unknown ?? (stars.length > 1 ? unknown : null) })
  }
  return columns
}

function add(columns: Columns, column: OutputColumn): void {
  const name = lower(nameOf(column))
  let key = name
  for (let count = 2; columns.has(key); count++) key = `${name}\0${count}`
  columns.set(key, column)
}

/** The columns of all states that a node is built in. */
function joined(states: readonly Columns[]): Columns {
  const columns: Columns = new Map()
  for (const [key, column] of states.flatMap((state) => [...state])) {
    const before = columns.get(key)
    columns.set(key, before === undefined ? column : either(before, column))
  }
  return columns
}

function either(one: OutputColumn, other: OutputColumn): OutputColumn {
  return {
    ...one,
    upstream: derived([...one.upstream, ...other.upstream], 'identity', null),
    type: one.type === other.type ? one.type : null,
    unknown: one.unknown ?? other.unknown,
  }
}

function addedTo(node: ManifestNode, columns: Columns): [string, OutputColumn][] {
  return snapshotColumns(node).map(({ name, type, from, function: applied }) => {
    const upstream = from.flatMap((each) => columns.get(lower(each))?.upstream ?? [])
    const derivation = applied === null ? 'identity' : 'function'
    return [lower(name), { name, type, upstream: derived(upstream, derivation, applied), unknown: null, meaning: '' }]
  })
}

function passesOf(stars: readonly OpenStar[]): PassedThrough[] {
  const passes = stars.map(({ relation, except }) => ({
    relation,
    except: [...except].sort(),
    reason: `which columns ${relation} has is not known`,
  }))
  return [...new Map(passes.map((each) => [JSON.stringify(each), each])).values()]
}

function starsOf(entries: readonly Entry[]): OpenStar[] {
  return entries.flatMap((entry) => ('star' in entry ? [entry.star] : []))
}

function nameOf(column: OutputColumn): string {
  return isUnnamed(column) ? '(unnamed)' : column.name
}

function lower(name: string): string {
  return name.toLowerCase()
}
