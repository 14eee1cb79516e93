import type { Answer } from '../tools/sqlglot.ts'
import type { ColumnLineage, ModelLineage } from './lineage.ts'

/** How two tools' answers about one column differ. */
export type Kind =
  | 'here are more columns'
  | 'sqlglot has more columns'
  | 'other columns'
  | 'sqlglot has the relation without the column'
  | 'sqlglot does not find the relation'
  | 'several columns of one name'

export interface Disagreement {
  readonly kind: Kind
  readonly model: string
  readonly column: string
  readonly here: readonly string[]
  readonly there: readonly string[]
}

/** One project's figures. Columns that one side has no answer for are not compared. */
export interface Agreement {
  readonly models: number
  readonly analysed: number
  readonly columns: number
  readonly resolved: number
  /** Stars that hand on columns that nobody knows. */
  readonly stars: number
  readonly compared: number
  readonly disagreements: readonly Disagreement[]
  /** Why models are not analysed -> how many; the same of columns, and of queries that sqlglot has no answer for. */
  readonly unknownModels: ReadonlyMap<string, number>
  readonly unknownColumns: ReadonlyMap<string, number>
  readonly unanswered: ReadonlyMap<string, number>
}

/** Compares what is found here of a project's models with sqlglot's answers to the same questions. */
export function agreementOf(models: readonly ModelLineage[], answers: readonly Answer[]): Agreement {
  const byId = new Map(answers.map((answer) => [answer.id, answer]))
  const analysed = models.filter(({ unknown }) => unknown === null)
  const columns = analysed.flatMap((model) => model.columns)
  const both = analysed.map((model) => comparedModel(model, byId.get(model.id)))
  return {
    models: models.length,
    analysed: analysed.length,
    columns: columns.length,
    resolved: columns.filter(({ unknown }) => unknown === null).length,
    stars: analysed.reduce((sum, { stars }) => sum + stars.length, 0),
    compared: both.reduce((sum, { compared }) => sum + compared, 0),
    disagreements: both.flatMap(({ disagreements }) => disagreements),
    unknownModels: counted(models.flatMap(({ unknown }) => unknown ?? [])),
    unknownColumns: counted(columns.flatMap(({ unknown }) => unknown ?? [])),
    unanswered: counted(
      answers.flatMap((answer) => ('error' in answer ? [answer.error.replace(/ Line [\s\S]*/, '')] : [])),
    ),
  }
}

function comparedModel(
  { id, columns, stars }: ModelLineage,
  answer: Answer | undefined,
): { compared: number; disagreements: Disagreement[] } {
  if (answer === undefined || 'error' in answer) return { compared: 0, disagreements: [] }
  // By place, where both know of all columns; else by name.
  const inOrder = stars.length === 0 && !answer.star && answer.columns.length === columns.length
  const names = answer.columns.map(([name]) => name)
  const pairs = columns.flatMap((column, index) => {
    const found = inOrder ? answer.columns[index] : answer.columns.find(([name]) => name === column.name)
    return found === undefined || column.unknown !== null ? [] : [{ column, there: found[1].map((it) => it.join(' ')) }]
  })
  const disagreements = pairs.flatMap(({ column, there }): Disagreement[] => {
    const kind = kindOf(column, there, names)
    return kind === null ? [] : [{ kind, model: id, column: column.name, here: column.from, there }]
  })
  return { compared: pairs.length, disagreements }
}

function kindOf({ name, from }: ColumnLineage, there: readonly string[], names: readonly string[]): Kind | null {
  const [extra, missing] = [from.filter((it) => !there.includes(it)), there.filter((it) => !from.includes(it))]
  if (extra.length + missing.length === 0) return null
  if (there.some((it) => it.startsWith('? '))) return 'sqlglot does not find the relation'
  if (there.some((it) => it.endsWith(' *'))) return 'sqlglot has the relation without the column'
  if (names.filter((it) => it === name).length > 1) return 'several columns of one name'
  if (missing.length === 0) return 'here are more columns'
  return extra.length === 0 ? 'sqlglot has more columns' : 'other columns'
}

/** Texts with how often each occurs, the most frequent first. */
function counted(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return new Map([...counts].sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1)))
}
