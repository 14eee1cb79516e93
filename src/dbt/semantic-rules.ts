import { isJsonObject } from './data.ts'
import type { MetricDraft, SemanticModelDraft } from './draft.ts'
import type { Gathered } from './gathered.ts'
import type { JsonObject } from './manifest.ts'
import { GRAINS } from './metric-inputs.ts'
import { incomplete, wrongConversion, wrongFilters, wrongMetric, wrongName } from './metric-rules.ts'
import { flag } from './package.ts'
import type { PropertyEntry } from './properties.ts'
import { checkSavedQuery } from './saved-query-rules.ts'
import type { Session } from './session.ts'

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

function elementNames(models: readonly SemanticModelDraft[], metrics: readonly MetricDraft[]): ReadonlySet<string> {
  return new Set([
    'metric_time',
    ...metrics.map(({ name }) => name),
    ...models.flatMap(({ dimensions, entities }) => [...namesOf(dimensions), ...namesOf(entities)]),
  ])
}
