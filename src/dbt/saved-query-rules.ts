import type { SavedQueryDraft } from './draft.ts'
import type { Json } from './manifest.ts'
import { wrongWhere } from './metric-rules.ts'
import { type SemanticObject, semanticObjects } from './semantic-objects.ts'
import type { TellOf } from './semantic-rules.ts'
import type { Session } from './session.ts'

/** Tells what the semantic layer refuses in a saved query. `names` are those of all dimensions, entities and metrics. */
export function checkSavedQuery(
  session: Session,
  { query_params: params }: SavedQueryDraft,
  names: ReadonlySet<string>,
  tell: TellOf,
): void {
  const known = new Set(texts(params.metrics).map((name) => keyOf({ kind: 'Metric', name, grain: null })))
  for (const item of texts(params.group_by)) {
    const found = read(session, item)
    const [only] = typeof found === 'string' ? [] : found
    if (only && typeof found !== 'string' && found.length === 1 && names.has(elementOf(only))) known.add(keyOf(only))
    else tell(`groups by ${item}, which is no dimension, entity or metric; write Dimension('entity__name')`)
  }
  for (const item of texts(params.order_by)) {
    const found = read(session, item)
    const [only] = typeof found === 'string' ? [] : found
    if (!only || !known.has(keyOf(only))) tell(`is ordered by ${item}, which is none of its metrics and groups`)
  }
  if (typeof params.limit === 'number' && params.limit < 0) tell(`has the limit ${params.limit}; it is zero or more`)
  for (const what of wrongWhere(session, params.where ?? null)) tell(what)
}

function read(session: Session, item: string): SemanticObject[] | string {
  return semanticObjects(session, `{{ ${item} }}`)
}

/** The last part of `customer__region`. */
function elementOf({ name }: SemanticObject): string {
  return name.split('__').at(-1) ?? name
}

function keyOf({ kind, name, grain }: SemanticObject): string {
  return JSON.stringify([kind, name, grain])
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
