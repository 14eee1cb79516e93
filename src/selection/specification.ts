import { CRITERIA, usualMethod } from '../dbt/selectors.ts'

/** Which tests come with the nodes that they read: https://docs.getdbt.com/reference/node-selection/test-selection-examples */
export const indirectSelections = ['eager', 'cautious', 'buildable', 'empty'] as const
export type IndirectSelection = (typeof indirectSelections)[number]

/** One criterion, `2+config.materialized:table+1`. A depth is null where it goes on to the end. */
export interface Criteria {
  readonly kind: 'criteria'
  /** As it was written. */
  readonly raw: string
  readonly method: string
  /** What follows the method's name after dots. */
  readonly methodArguments: readonly string[]
  readonly value: string | number | boolean | null
  readonly childrensParents: boolean
  readonly parents: { readonly depth: number | null } | null
  readonly children: { readonly depth: number | null } | null
  readonly indirectSelection: IndirectSelection
}

/** Sets of nodes put together; of a difference, the first without the others. */
export interface Combination {
  readonly kind: 'union' | 'intersection' | 'difference'
  readonly parts: readonly Specification[]
  readonly indirectSelection: IndirectSelection
}

export type Specification = Criteria | Combination

/** What is wrong with a selection, in words for whoever wrote it. */
export class SelectionError extends Error {}

const defaults = ['fqn:*', 'source:*', 'exposure:*', 'metric:*', 'semantic_model:*']

/**
 * What `--select` and `--exclude` mean: blanks unite, commas intersect. Without a selection it is everything. Throws a SelectionError.
 * https://docs.getdbt.com/reference/node-selection/syntax
 */
export function parseSelection(
  select: readonly string[] | undefined,
  exclude: readonly string[] | undefined,
  indirectSelection: IndirectSelection,
): Specification {
  const union = (texts: readonly string[]): Specification => ({
    kind: 'union',
    parts: texts.flatMap((text) => text.split(' ')).map(intersection),
    indirectSelection,
  })
  const intersection = (text: string): Specification => ({
    kind: 'intersection',
    parts: text.split(',').map((part) => parseCriteria(part, indirectSelection)),
    indirectSelection,
  })
  return {
    kind: 'difference',
    parts: [union(select === undefined || select.length === 0 ? defaults : select), union(exclude ?? [])],
    indirectSelection: 'eager',
  }
}

/** One criterion as it is written. Throws a SelectionError. */
export function parseCriteria(raw: string, indirectSelection: IndirectSelection): Criteria {
  const { groups } = CRITERIA.exec(raw) ?? {}
  if (groups === undefined) throw new SelectionError(`'${raw}' is no selection: it has a line break`)
  const depth = (given: string | undefined, text: string | undefined) =>
    given === undefined ? null : { depth: text === undefined || text === '' ? null : Number(text) }
  const value = groups.value ?? ''
  return criteria({
    raw,
    method: groups.method ?? usualMethod(value),
    value,
    childrensParents: groups.childrens_parents !== undefined,
    parents: depth(groups.parents, groups.parents_depth),
    children: depth(groups.children, groups.children_depth),
    indirectSelection,
  })
}

/** A criterion whose method is written with its arguments, `config.materialized`. Throws a SelectionError where @ and + contradict each other. */
export function criteria(given: Omit<Criteria, 'kind' | 'methodArguments'>): Criteria {
  const [method = '', ...methodArguments] = given.method.split('.')
  if (given.children !== null && given.childrensParents) {
    throw new SelectionError(`'${given.raw}': the prefix @ and the suffix + cannot be together; keep one`)
  }
  return { ...given, kind: 'criteria', method, methodArguments }
}
