import { isJsonObject } from './data.ts'
import type { MetricDraft, SemanticModelDraft } from './draft.ts'
import type { Gathered } from './gathered.ts'
import type { Json, JsonObject } from './manifest.ts'
import { GRAINS } from './metric-inputs.ts'
import { flag } from './package.ts'
import type { PropertyEntry } from './properties.ts'
import { checkSavedQuery } from './saved-query-rules.ts'
import { semanticObjects } from './semantic-objects.ts'
import type { Session } from './session.ts'

const NAME = /^[a-z](?:(?!__)[a-z0-9_])*[a-z0-9]$/
const KNOWN: ReadonlySet<string> = new Set(GRAINS)

/** What is wrong with one of the semantic layer's resources, in words that follow its name. */
export type TellOf = (what: string) => void

/** Tells what dbt's semantic layer refuses in what is enabled, once it is resolved: https://docs.getdbt.com/docs/build/validation */
export function checkSemantics(session: Session, gathered: Gathered): void {
  const models = gathered.semanticModels.filter(({ draft }) => draft.config.enabled !== false)
  const metrics = gathered.metrics.filter(({ draft }) => draft.config.enabled !== false)
  const queries = gathered.savedQueries.filter(({ draft }) => draft.config.enabled !== false)
  const groups = new Set(gathered.groups.map(({ name }) => name))
  const teller =
    (
      draft: { readonly resource_type: string; readonly name: string; readonly unique_id: string },
      entry: PropertyEntry,
    ): TellOf =>
    (what) =>
      session.sink.add(
        'invalid-properties',
        'error',
        entry.place,
        `the ${draft.resource_type.replace('_', ' ')} '${draft.name}' ${what}`,
        draft.unique_id,
      )
  for (const { draft, entry } of [...models, ...metrics, ...queries])
    if (draft.group !== null && !groups.has(draft.group))
      teller(draft, entry)(`is in the group '${draft.group}', which does not exist`)
  // What a simple metric of the latest form lacks is told where its entry is read.
  const isRead = ({ draft, entry }: (typeof metrics)[number]): boolean =>
    draft.type === 'simple' && entry.key === 'metrics' && !('type_params' in entry.data)
  for (const work of metrics.filter((each) => !isRead(each)))
    for (const what of incomplete(work.draft)) teller(work.draft, work.entry)(what)
  for (const { draft, entry } of gathered.savedQueries)
    for (const each of draft.exports)
      if (!isJsonObject(each.config) || each.config.export_as === null)
        teller(draft, entry)(`has the export '${String(each.name)}' without export_as; add it: export_as: table`)
  const [first] = models
  if (first && !hasTimeSpine(gathered))
    teller(
      first.draft,
      first.entry,
    )(
      'needs a time spine of days or less: a model with time_spine: in its entry (https://docs.getdbt.com/docs/build/metricflow-time-spine)',
    )
  // dbt's other rules are for a project that has both.
  if (models.length === 0 || metrics.length === 0) return
  const byName = new Map(models.map(({ draft }) => [draft.name, draft]))
  const isNested = flag(session.packages.root, 'require_nested_cumulative_type_params', true)
  for (const { draft, entry } of models) for (const what of wrongModel(draft)) teller(draft, entry)(what)
  for (const { draft, entry } of metrics)
    for (const what of [
      ...wrongMetric(draft, isNested),
      ...wrongConversion(draft, byName, models),
      ...wrongFilters(session, draft),
    ])
      teller(draft, entry)(what)
  const names = elementNames(
    models.map(({ draft }) => draft),
    metrics.map(({ draft }) => draft),
  )
  for (const { draft, entry } of queries) checkSavedQuery(session, draft, names, teller(draft, entry))
}

function hasTimeSpine({ works }: Gathered): boolean {
  return works.some(({ draft }) => {
    if (draft.resource_type !== 'model' || !draft.config.enabled) return false
    if (draft.name === 'metricflow_time_spine') return true
    if (!isJsonObject(draft.time_spine ?? undefined)) return false
    const { standard_granularity_column: column } = draft.time_spine as JsonObject
    const grain = draft.columns.get(String(column))?.granularity
    return (
      typeof grain === 'string' && GRAINS.findIndex((each) => each === grain.toLowerCase()) <= GRAINS.indexOf('day')
    )
  })
}

/** What a metric cannot do without: dbt looks for it in every project. */
function incomplete({ type, type_params: params }: MetricDraft): string[] {
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

function wrongName(name: string): string[] {
  const isTaken = KNOWN.has(name.toLowerCase()) || ['metric_time', 'mf_internal_uuid'].includes(name.toLowerCase())
  if (isTaken) return [`has the name '${name}', which the semantic layer keeps for itself`]
  if (NAME.test(name)) return []
  return [
    `has the name '${name}'; a name is two or more lower case letters, digits and underscores, starts with a letter, does not end with an underscore and has no two in a row`,
  ]
}

function namesOf(list: readonly JsonObject[]): string[] {
  return list.map(({ name }) => String(name))
}

function wrongModel(model: SemanticModelDraft): string[] {
  const { entities, dimensions, measures, primary_entity } = model
  const all = [...namesOf(measures), ...namesOf(entities), ...namesOf(dimensions)]
  const twice = all.find((name, index) => all.indexOf(name) !== index)
  const primary = entities.filter(({ type }) => type === 'primary')
  const times = new Set(namesOf(dimensions.filter(({ type }) => type === 'time')))
  const fallback = isJsonObject(model.defaults) ? model.defaults.agg_time_dimension : null
  return [
    ...wrongName(model.name),
    ...all.flatMap(wrongName),
    ...(twice === undefined ? [] : [`has '${twice}' twice`]),
    ...(primary.length > 1 ? [`has the primary entities ${namesOf(primary).join(' and ')}; keep one`] : []),
    ...(primary.length === 1 && primary_entity !== null
      ? [`has a primary entity '${String(primary[0]?.name)}' and primary_entity: ${primary_entity}; keep one of them`]
      : []),
    ...(dimensions.length > 0 && primary.length === 0 && primary_entity === null
      ? ['has dimensions and no primary entity; make an entity primary, or set primary_entity']
      : []),
    ...measures.flatMap(({ name, agg_time_dimension }) => {
      const time = agg_time_dimension ?? fallback ?? null
      if (typeof time === 'string' && times.has(time)) return []
      return [
        time === null
          ? `has the measure '${String(name)}' without a time dimension; set defaults: {agg_time_dimension: …}`
          : `has no time dimension '${String(time)}', by which its measure '${String(name)}' is to be aggregated`,
      ]
    }),
  ]
}

function wrongWindow(window: Json | undefined): string[] {
  if (!isJsonObject(window) || KNOWN.has(String(window.granularity))) return []
  return [
    `has a window of ${String(window.count)} ${String(window.granularity)}; its grain is one of ${GRAINS.join(', ')}`,
  ]
}

function wrongMetric({ name, type, type_params: params }: MetricDraft, isNested: boolean): string[] {
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
function wrongConversion(
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
function wrongFilters(session: Session, { filter, type_params: params }: MetricDraft): string[] {
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

function elementNames(models: readonly SemanticModelDraft[], metrics: readonly MetricDraft[]): ReadonlySet<string> {
  return new Set([
    'metric_time',
    ...metrics.map(({ name }) => name),
    ...models.flatMap(({ dimensions, entities }) => [...namesOf(dimensions), ...namesOf(entities)]),
  ])
}
