import { isJsonObject } from './data.ts'
import type { MetricDraft, SemanticModelDraft } from './draft.ts'
import type { Json, JsonObject } from './manifest.ts'
import { GRAINS } from './metric-inputs.ts'
import { semanticObjects } from './semantic-objects.ts'
import type { Session } from './session.ts'

const NAME = /^[a-z](?:(?!__)[a-z0-9_])*[a-z0-9]$/
const KNOWN: ReadonlySet<string> = new Set(GRAINS)

/** What a metric cannot do without: dbt looks for it in every project. */
export function incomplete({ type, type_params: params }: MetricDraft): string[] {
  const {
    measure,
    numerator,
    denominator,
    cumulative_type_params: cumulative,
    conversion_type_params: conversion,
  } = params
  const isSaid = (value: Json | undefined): boolean => value !== undefined && value !== null
  if (type === 'simple' && !isSaid(measure) && !isSaid(params.metric_aggregation_params))
    return ["is simple and needs a measure, or 'agg' where it stands in a model's entry"]
  if (type === 'cumulative' && !isSaid(measure) && !(isJsonObject(cumulative) && isSaid(cumulative.metric)))
    return ["is cumulative and needs a measure, or 'input_metric' in the latest form"]
  if (type === 'ratio' && !(isSaid(numerator) && isSaid(denominator)))
    return ['is a ratio and needs a numerator and a denominator']
  if (type !== 'conversion') return []
  const isWhole = (kind: string): boolean =>
    isJsonObject(conversion) && isSaid(conversion[`base_${kind}`]) && isSaid(conversion[`conversion_${kind}`])
  return isWhole('measure') || isWhole('metric')
    ? []
    : ['is a conversion and needs what is counted before and after: base_metric and conversion_metric, or the measures']
}

/** What is wrong with a name of the semantic layer. */
export function wrongName(name: string): string[] {
  const isTaken = KNOWN.has(name.toLowerCase()) || ['metric_time', 'mf_internal_uuid'].includes(name.toLowerCase())
  if (isTaken) return [`has the name '${name}', which the semantic layer keeps for itself`]
  if (NAME.test(name)) return []
  return [
    `has the name '${name}'; a name is two or more lower case letters, digits and underscores, starts with a letter, does not end with an underscore and has no two in a row`,
  ]
}

function wrongWindow(window: Json | undefined): string[] {
  if (!isJsonObject(window) || KNOWN.has(String(window.granularity))) return []
  return [
    `has a window of ${String(window.count)} ${String(window.granularity)}; its grain is one of ${GRAINS.join(', ')}`,
  ]
}

/** What is wrong with a metric by itself. */
export function wrongMetric({ name, type, type_params: params }: MetricDraft, isNested: boolean): string[] {
  const cumulative = isJsonObject(params.cumulative_type_params) ? params.cumulative_type_params : null
  const [window, grain] = [
    cumulative?.window ?? params.window ?? null,
    cumulative?.grain_to_date ?? params.grain_to_date ?? null,
  ]
  const isOld = (params.window ?? null) !== null || (params.grain_to_date ?? null) !== null
  const inputs = Array.isArray(params.metrics) ? params.metrics : []
  return [
    ...wrongName(name),
    ...(isOld && isNested
      ? [
          "has its window or grain_to_date beside type_params' others; put them under cumulative_type_params, or set the flag require_nested_cumulative_type_params: false",
        ]
      : []),
    ...(type === 'cumulative' && window !== null && grain !== null
      ? ['has a window and a grain_to_date; keep one']
      : []),
    ...(type === 'cumulative' && typeof grain === 'string' && !KNOWN.has(grain)
      ? [`has the grain_to_date '${grain}', which is none of ${GRAINS.join(', ')}`]
      : []),
    ...(type === 'cumulative' ? wrongWindow(window) : []),
    ...(type === 'derived' && inputs.length === 0 ? ['is derived and has no metrics to be derived from'] : []),
    ...inputs.flatMap((input) => (isJsonObject(input) ? wrongOffset(input) : [])),
  ]
}

function wrongOffset({ alias, offset_window, offset_to_grain }: JsonObject): string[] {
  return [
    ...(typeof alias === 'string' ? wrongName(alias) : []),
    ...((offset_window ?? null) !== null && (offset_to_grain ?? null) !== null
      ? ['has an input with an offset_window and an offset_to_grain; keep one']
      : []),
    ...(typeof offset_to_grain === 'string' && !KNOWN.has(offset_to_grain)
      ? [`has the offset_to_grain '${offset_to_grain}', which is none of ${GRAINS.join(', ')}`]
      : []),
  ]
}

/** The entity of a conversion links what is counted before to what is counted after. */
export function wrongConversion(
  { type, type_params: params }: MetricDraft,
  byName: ReadonlyMap<string, SemanticModelDraft>,
  models: readonly { readonly draft: SemanticModelDraft }[],
): string[] {
  const { conversion_type_params: conversion } = params
  if (type !== 'conversion' || !isJsonObject(conversion) || byName.size === 0) return []
  const own = [conversion.base_measure, conversion.conversion_measure].flatMap((input) => {
    const name = isJsonObject(input) ? input.name : null
    return models.find(({ draft }) => draft.measures.some((measure) => measure.name === name))?.draft ?? []
  })
  const lacking = own.find(({ entities }) => !entities.some(({ name }) => name === conversion.entity))
  return [
    ...wrongWindow(conversion.window),
    ...(lacking
      ? [`is about the entity '${String(conversion.entity)}', which the semantic model '${lacking.name}' does not have`]
      : []),
  ]
}

/** The filters of a metric and of what it is made of. */
export function wrongFilters(session: Session, { filter, type_params: params }: MetricDraft): string[] {
  const inputs = [
    params.measure,
    params.numerator,
    params.denominator,
    ...(Array.isArray(params.metrics) ? params.metrics : []),
  ]
  const filters = [filter, ...inputs.map((input) => (isJsonObject(input) ? (input.filter ?? null) : null))]
  return filters.flatMap((each) => wrongWhere(session, each))
}

/** What cannot be read in a filter as the manifest holds it. */
export function wrongWhere(session: Session, filter: Json): string[] {
  const list = isJsonObject(filter) && Array.isArray(filter.where_filters) ? filter.where_filters : []
  return list.flatMap((each) => {
    const text = isJsonObject(each) ? String(each.where_sql_template) : ''
    const found = semanticObjects(session, text)
    return typeof found === 'string' ? [`has a filter that cannot be read: ${found}`] : []
  })
}
