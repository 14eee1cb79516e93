import { type Data, type DataObject, isList, isObject, plain, plainObject, textOr, texts } from './data.ts'
import type { MetricDraft, SemanticModelDraft } from './draft.ts'
import type { Json, JsonObject } from './manifest.ts'
import { objectOr, objects, type PropertyEntry } from './properties.ts'
import { expression } from './semantic-models.ts'
import type { Session } from './session.ts'
import { folders } from './sql-nodes.ts'

/** A metric while it is parsed. */
export interface MetricWork {
  readonly draft: MetricDraft
  readonly entry: PropertyEntry
}

/** https://docs.getdbt.com/docs/build/metrics-overview */
export function makeMetric(session: Session, entry: PropertyEntry): MetricWork {
  return metricOf(session, entry, entry.name, entry.data, entry.raw)
}

/** The metrics that a semantic model makes of its measures with `create_metric: true`. */
export function measureMetrics(session: Session, entry: PropertyEntry, config: JsonObject): MetricWork[] {
  return objects(entry.data.measures).flatMap((measure) => {
    if (measure.create_metric !== true) return []
    const name = textOr(measure.name, '')
    const data: DataObject = {
      name,
      label: textOr(measure.label, name),
      type: 'simple',
      type_params: { measure: name, expr: measure.expr ?? name },
      description: textOr(measure.description, `Metric created from measure ${name}`),
      config: { enabled: config.enabled !== false, meta: plainObject(objectOr(entry.data.config).meta) as DataObject },
    }
    return [metricOf(session, entry, name, data, data)]
  })
}

function metricOf(session: Session, entry: PropertyEntry, name: string, data: DataObject, raw: DataObject): MetricWork {
  const { package: of } = entry
  const fqn = [of.name, ...folders(entry.source.relative), name]
  const own = { kind: 'metric' as const, package: of, fqn, patch: objectOr(data.config) }
  const config = session.configs.rendered(own)
  const configMeta = config.meta
  const hasMeta = typeof configMeta === 'object' && configMeta !== null && Object.keys(configMeta).length > 0
  return {
    entry,
    draft: {
      resource_type: 'metric',
      name,
      package_name: of.name,
      path: entry.source.relative,
      original_file_path: entry.source.original,
      unique_id: `metric.${of.name}.${name}`,
      fqn,
      description: textOr(raw.description, ''),
      label: textOr(data.label, name),
      type: textOr(data.type, 'simple').toLowerCase(),
      type_params: typeParams(data),
      filter: whereFilter(raw.filter),
      metadata: null,
      time_granularity: textOr(data.time_granularity, null),
      meta: hasMeta && !Array.isArray(configMeta) ? (configMeta as JsonObject) : plainObject(data.meta),
      tags: texts(data.tags),
      config,
      unrendered_config: session.configs.unrendered(own),
      group: typeof config.group === 'string' ? config.group : null,
      refs: [],
      sources: [],
      metrics: [],
      depends_on: { macros: [], nodes: [] },
    },
  }
}

function typeParams(data: DataObject): JsonObject {
  const params = objectOr(data.type_params)
  const conversion = params.conversion_type_params
  return {
    measure: inputMeasure(params.measure),
    input_measures: [],
    numerator: inputMetric(params.numerator),
    denominator: inputMetric(params.denominator),
    expr: expression(params.expr),
    window: timeWindow(params.window),
    grain_to_date: textOr(params.grain_to_date, null),
    metrics: isList(params.metrics) ? params.metrics.map(inputMetric) : [],
    conversion_type_params: isObject(conversion)
      ? {
          base_measure: inputMeasure(conversion.base_measure),
          conversion_measure: inputMeasure(conversion.conversion_measure),
          base_metric: null,
          conversion_metric: null,
          entity: textOr(conversion.entity, ''),
          calculation: textOr(conversion.calculation, 'conversion_rate'),
          window: timeWindow(conversion.window),
          constant_properties: plain(conversion.constant_properties ?? null),
        }
      : null,
    cumulative_type_params: textOr(data.type, '').toLowerCase() === 'cumulative' ? cumulative(params) : null,
    metric_aggregation_params: null,
    fill_nulls_with: null,
    join_to_timespine: false,
    is_private: null,
  }
}

function cumulative(params: DataObject): Json {
  const own = objectOr(params.cumulative_type_params)
  return {
    window: timeWindow(own.window ?? params.window),
    grain_to_date: textOr(own.grain_to_date ?? params.grain_to_date, null),
    period_agg: textOr(own.period_agg, 'first'),
    metric: null,
  }
}

function inputMeasure(data: Data | undefined): Json {
  if (data === undefined || data === null) return null
  const own = typeof data === 'string' ? { name: data } : objectOr(data)
  return {
    name: textOr(own.name, ''),
    filter: whereFilter(own.filter),
    alias: textOr(own.alias, null),
    join_to_timespine: own.join_to_timespine === true,
    fill_nulls_with: plain(own.fill_nulls_with ?? null),
  }
}

function inputMetric(data: Data | undefined): Json {
  if (data === undefined || data === null) return null
  const own = typeof data === 'string' ? { name: data } : objectOr(data)
  return {
    name: textOr(own.name, ''),
    filter: whereFilter(own.filter),
    alias: textOr(own.alias, null),
    offset_window: timeWindow(own.offset_window),
    offset_to_grain: textOr(own.offset_to_grain, null),
  }
}

const GRAINS = new Set([
  'nanosecond',
  'microsecond',
  'millisecond',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
])

/** `28 days` as a count and a grain. */
function timeWindow(data: Data | undefined): Json {
  if (typeof data !== 'string') return null
  const [count = '', grain = ''] = data.toLowerCase().split(' ')
  const singular = grain.endsWith('s') && GRAINS.has(grain.slice(0, -1)) ? grain.slice(0, -1) : grain
  return { count: Number(count), granularity: singular }
}

export function whereFilter(data: Data | undefined): Json {
  if (data === undefined || data === null) return null
  const list = isList(data) ? data : [data]
  return { where_filters: list.map((text) => ({ where_sql_template: String(text) })) }
}

/** Ties metrics to the semantic models and metrics that they are made of. What they name and nobody has is left out. */
export function resolveMetrics(metrics: readonly MetricDraft[], models: readonly SemanticModelDraft[]): void {
  const byName = new Map(metrics.map((metric) => [metric.name, metric]))
  const byMeasure = new Map<string, SemanticModelDraft>()
  for (const model of models) for (const measure of model.measures) byMeasure.set(String(measure.name), model)
  const done = new Set<MetricDraft>()
  for (const metric of metrics) resolveMetric(metric, byName, byMeasure, done)
}

function resolveMetric(
  metric: MetricDraft,
  byName: ReadonlyMap<string, MetricDraft>,
  byMeasure: ReadonlyMap<string, SemanticModelDraft>,
  done: Set<MetricDraft>,
): void {
  if (done.has(metric)) return
  done.add(metric)
  const { measure, numerator, denominator, metrics, conversion_type_params: conversion } = metric.type_params
  const measures: Json[] = []
  const nodes = new Set<string>()
  const addMeasure = (input: Json | undefined): void => {
    if (
      input === undefined ||
      input === null ||
      measures.some((known) => JSON.stringify(known) === JSON.stringify(input))
    )
      return
    measures.push(input)
  }
  const own = isConversion(conversion) ? [conversion.base_measure, conversion.conversion_measure] : [measure]
  for (const input of own) {
    addMeasure(input)
    const model = byMeasure.get(nameOf(input))
    if (model) nodes.add(model.unique_id)
  }
  const inputs =
    metric.type === 'ratio'
      ? [numerator, denominator]
      : metric.type === 'derived' && Array.isArray(metrics)
        ? metrics
        : []
  for (const input of inputs) {
    const found = byName.get(nameOf(input))
    if (!found) continue
    resolveMetric(found, byName, byMeasure, done)
    const inherited = found.type_params.input_measures
    if (Array.isArray(inherited)) inherited.forEach(addMeasure)
    nodes.add(found.unique_id)
  }
  metric.type_params = { ...metric.type_params, input_measures: measures }
  metric.depends_on = { macros: [], nodes: [...nodes] }
}

function isConversion(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(input: Json | undefined): string {
  return typeof input === 'object' && input !== null && 'name' in input ? String(input.name) : ''
}
