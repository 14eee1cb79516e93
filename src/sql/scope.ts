/** A relation of the warehouse with the columns that it has. */
export interface KnownRelation {
  /** Its name's parts as a query writes them: catalog, schema, table; fewer where the query writes fewer. */
  readonly name: readonly string[]
  readonly columns: readonly string[]
}

/** What a query, or anything else that may stand in FROM, gives to those who read it. Names are in lower case. */
export interface Output {
  readonly names: ReadonlySet<string>
  /** Whether it may have columns beside `names`: those of a relation that is not known, or one whose name Spark makes up. */
  readonly open: boolean
  /** The known relations all of whose columns pass through it: what a reader misses, these lack. */
  readonly through: readonly KnownRelation[]
}

/** Something in FROM, under the qualifiers that a column may have: `o`, or `catalog.schema.orders` and its ends. */
export interface Source {
  readonly qualifiers: readonly (readonly string[])[]
  readonly output: Output
}

/** What a name may mean at one place of a query; outwards, `parent` is what a correlated subquery sees too. */
export interface Scope {
  readonly sources: readonly Source[]
  /** Names that mean something of the query's own: an alias of its SELECT, a lambda's parameter; null when that cannot be told. */
  readonly own: ReadonlySet<string> | null
  readonly parent: Scope | null
  /** Names that joins make one of several; null where that cannot be told. */
  readonly merged: ReadonlySet<string> | null
}

/** A column that a query names and that none of these relations has. There is more than one where any of them could have been meant. */
export interface MissingColumn {
  readonly relations: readonly KnownRelation[]
  /** As the query writes it. */
  readonly column: string
  /** Where it stands in the text, counted in Unicode characters; null where that is not known. */
  readonly offset: number | null
}

export const anything: Output = { names: new Set(), open: true, through: [] }

/** Words that stand for themselves where no column has their name, and columns that Spark adds. */
const words =
  /^(all|user|session_user|session|system|current_\w+|local\w+|now|grouping__id|window|session_window|_metadata)$/

/**
 * What is missing for a name of one or more parts (`amount`, `o.amount`, `o.address.city`) to mean anything; null when it
 * means something or may do so. Follows https://docs.databricks.com/en/sql/language-manual/sql-ref-name-resolution.html.
 * One reading is passed over: a column of an unknown relation that is a struct, is named like another relation's alias and
 * has a field named like the column that this relation lacks.
 */
export function missingFor(written: readonly string[], scope: Scope): MissingColumn | null {
  const parts = written.map((part) => part.toLowerCase())
  const scopes = chain(scope)
  const first = parts[0] ?? ''
  if (words.test(first) || scopes.some(({ own }) => own === null || own.has(first))) return null
  const sources = scopes.flatMap((each) => each.sources)
  if (sources.some(({ output }) => output.names.has(first))) return null
  const qualified = sources.flatMap((source) => lengthsOf(source, parts).map((length) => ({ source, length })))
  const [nearest] = qualified
  if (nearest !== undefined) {
    if (qualified.some(({ source: { output }, length }) => output.open || output.names.has(parts[length] ?? '')))
      return null
    return missing([nearest.source], written[nearest.length] ?? '')
  }
  if (parts.length > 2 || sources.some(({ output }) => output.open)) return null
  return missing(scopes.find((each) => each.sources.length > 0)?.sources ?? [], written[0] ?? '')
}

/** A bare name that several of what is read at the nearest place have, so that it cannot be told which is meant; null for any other. */
export function ambiguousFor(written: readonly string[], scope: Scope): MissingColumn | null {
  const [column = '', ...more] = written
  const name = column.toLowerCase()
  for (const { sources, own, merged } of chain(scope)) {
    if (own === null || own.has(name) || merged === null || merged.has(name)) return null
    if (more.length > 0 && sources.some(({ qualifiers }) => qualifiers.some((parts) => parts[0] === name))) return null
    const having = sources.filter(({ output }) => output.names.has(name))
    // What is open may have it too, which changes nothing here; but it may be nearer than what is outside.
    if (having.length === 0 && sources.some(({ output }) => output.open)) return null
    if (having.length === 0) continue
    if (having.length === 1) return null
    const has = (relation: KnownRelation) => relation.columns.some((each) => each.toLowerCase() === name)
    const relations = [...new Set(having.flatMap(({ output }) => output.through.filter(has)))]
    return relations.length === 0 ? null : { relations, column, offset: null }
  }
  return null
}

/** A bare name that none of these has for certain, as a join's USING asks of each side; null when one has it or may have it. */
export function missingFromAll(sources: readonly Source[], column: string): MissingColumn | null {
  const has = ({ output }: Source): boolean => output.open || output.names.has(column.toLowerCase())
  return sources.some(has) ? null : missing(sources, column)
}

/** How many parts at the name's front may be the source's qualifier. */
function lengthsOf({ qualifiers }: Source, parts: readonly string[]): number[] {
  return qualifiers
    .filter((qualifier) => qualifier.length < parts.length && qualifier.every((part, index) => part === parts[index]))
    .map((qualifier) => qualifier.length)
}

function missing(sources: readonly Source[], column: string): MissingColumn | null {
  const lacks = (relation: KnownRelation): boolean =>
    relation.columns.every((each) => each.toLowerCase() !== column.toLowerCase())
  const relations = [...new Set(sources.flatMap(({ output }) => output.through))].filter(lacks)
  return relations.length === 0 ? null : { relations, column, offset: null }
}

function chain(scope: Scope | null): Scope[] {
  return scope === null ? [] : [scope, ...chain(scope.parent)]
}
