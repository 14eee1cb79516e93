import { compileNode } from '../../src/dbt/compile.ts'
import type { Project } from '../../src/dbt/project.ts'
import { ProjectColumns } from '../../src/graph/columns.ts'
import type { QueryAnalysis } from '../../src/sql/analysis.ts'
import { isUnnamed } from '../../src/sql/outputs.ts'
import type { Question } from '../tools/sqlglot.ts'

/** What is found of one model. */
export interface ModelLineage {
  readonly id: string
  /** Why it is not analysed; null when it is. */
  readonly unknown: string | null
  /** Its query, as another tool is asked about it; null when it is not analysed. */
  readonly question: Question | null
  readonly columns: readonly ColumnLineage[]
  /** Relations whose columns, which are not known, pass through a `*`. */
  readonly stars: readonly string[]
}

export interface ColumnLineage {
  /** In lower case; empty for one that Spark names. */
  readonly name: string
  readonly unknown: string | null
  /** `relation column`, sorted. */
  readonly from: readonly string[]
}

type Columns = Map<string, string | null>

/** Every SQL model of a project, compiled and analysed, with the questions for another tool. */
export function lineageOf(project: Project): ModelLineage[] {
  const columns = new ProjectColumns(project, compileNode)
  const ids = [...project.manifest.nodes.values()]
    .filter((node) => node.resource_type === 'model' && node.language === 'sql')
    .map(({ unique_id }) => unique_id)
  const schemas = schemasOf(project, columns, ids)
  return ids.map((id) => {
    const analysis = columns.node(id)
    if ('unknown' in analysis) return { id, unknown: analysis.unknown, question: null, columns: [], stars: [] }
    const [query] = analysis.queries
    if (query === undefined) throw new Error(`${id} has no query`)
    const sql = compileNode(project, id, { incremental: false }).code
    const schema = query.relations.map(
      (it) => [placeOf(project, it), Object.fromEntries(schemas.get(it) ?? [])] as const,
    )
    return {
      id,
      unknown: null,
      question: { id, sql, schema: Object.fromEntries(schema) },
      ...columnsOf(project, query),
    }
  })
}

function columnsOf(project: Project, { output }: QueryAnalysis): Pick<ModelLineage, 'columns' | 'stars'> {
  return {
    columns: output.entries.flatMap((entry) => {
      if ('star' in entry) return []
      const { name, unknown, upstream } = entry.column
      const from = upstream.map(({ relation, column }) => `${placeOf(project, relation)} ${column}`)
      return [{ name: isUnnamed(entry.column) ? '' : name.toLowerCase(), unknown, from: [...new Set(from)].sort() }]
    }),
    stars: output.entries.flatMap((entry) => ('star' in entry ? [entry.star.relation] : [])),
  }
}

/**
 * The columns of every relation. Of one whose columns are not known for certain, such as a source's, what is declared and what
 * the models read of it: public projects publish no catalog, and a tool that is given none guesses.
 */
function schemasOf(project: Project, columns: ProjectColumns, ids: readonly string[]): Map<string, Columns> {
  const schemas = new Map<string, Columns>()
  const { nodes, sources } = project.manifest
  const add = (relation: string, column: string): void => {
    let known = schemas.get(relation)
    if (known === undefined) {
      const own = nodes.has(relation) || sources.has(relation) ? columns.relation(relation).columns : []
      known = new Map(own.map(({ name, type }) => [name.toLowerCase(), type]))
      schemas.set(relation, known)
    }
    const complete = (nodes.has(relation) || sources.has(relation)) && columns.relation(relation).complete
    if (column !== '' && !complete && !known.has(column)) known.set(column, null)
  }
  for (const id of ids) {
    const analysis = columns.node(id)
    for (const { relations, uses, output } of 'queries' in analysis ? analysis.queries : []) {
      for (const relation of relations) add(relation, '')
      for (const used of [...uses.values()].flatMap((each) => [...each])) {
        const [relation = '', column = ''] = used.split('\0')
        add(relation, column)
      }
      for (const entry of output.entries)
        if ('column' in entry) for (const { relation, column } of entry.column.upstream) add(relation, column)
    }
  }
  return schemas
}

function placeOf({ manifest }: Project, id: string): string {
  const name = (manifest.nodes.get(id) ?? manifest.sources.get(id))?.relation_name ?? id
  return name.replaceAll('`', '').toLowerCase()
}
