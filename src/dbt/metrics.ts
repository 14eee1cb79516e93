import { type Data, type DataObject, isObject, plain, plainObject, textOr, texts } from './data.ts'
import type { MetricDraft } from './draft.ts'
import type { Json, JsonObject } from './manifest.ts'
import { inputMeasure, inputMetric, inputMetrics, timeWindow, whereFilter } from './metric-inputs.ts'
import { type Attached, latestTypeParams } from './model-metrics.ts'
import { objectOr, objects, type PropertyEntry } from './properties.ts'
import { expression, lower } from './semantic-models.ts'
import type { Session } from './session.ts'
import { folders } from './sql-nodes.ts'

/** A metric while it is parsed. */
export interface MetricWork {
  readonly draft: MetricDraft
  readonly entry: PropertyEntry
}

/** https://docs.getdbt.com/docs/build/metrics-overview. What has no `type_params` is in the latest form, as dbt tells them apart. */
export function makeMetric(session: Session, entry: PropertyEntry): MetricWork {
  const { name, data } = entry
  const params = 'type_params' in data ? typeParams(data) : latestTypeParams(data, null)
  return { entry, draft: metricOf(session, entry, name, data, params) }
}

/** The metrics that stand in a model's own entry, on its semantic model. */
export function modelMetrics(session: Session, entry: PropertyEntry, attached: Attached): MetricWork[] {
  return objects(entry.data.metrics).map((data) => {
    const params = latestTypeParams(data, attached)
    return { entry, draft: metricOf(session, entry, textOr(data.name, ''), data, params) }
  })
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
      config: { enabled: config.enabled !== false, meta: (config.meta ?? {}) as Data },
    }
    return [{ entry, draft: metricOf(session, entry, name, data, typeParams(data)) }]
  })
}

function metricOf(
  session: Session,
  entry: PropertyEntry,
  name: string,
  data: DataObject,
  type_params: JsonObject,
): MetricDraft {
  const { package: of } = entry
  const fqn = [of.name, ...folders(entry.source.relative), name]
  const own = { kind: 'metric' as const, package: of, fqn, patch: objectOr(data.config) }
  const config = session.configs.rendered(own)
  return {
    resource_type: 'metric',
    name,
    package_name: of.name,
    path: entry.source.relative,
    original_file_path: entry.source.original,
    unique_id: `metric.${of.name}.${name}`,
    fqn,
    description: textOr(data.description, ''),
    label: textOr(data.label, '') || name,
    type: textOr(data.type, 'simple').toLowerCase(),
    type_params,
    filter: whereFilter(data.filter),
    metadata: null,
    time_granularity: textOr(data.time_granularity, null),
    ...('type_params' in data ? { meta: metaOf(config, data), tags: texts(data.tags) } : { meta: {}, tags: [] }),
    config,
    unrendered_config: session.configs.unrendered(own),
    group: typeof config.group === 'string' ? config.group : null,
    refs: [],
    sources: [],
    metrics: [],
    depends_on: { macros: [], nodes: [] },
  }
}

function metaOf({ meta }: JsonObject, data: DataObject): JsonObject {
  const isSaid = typeof meta === 'object' && meta !== null && !Array.isArray(meta) && Object.keys(meta).length > 0
  return isSaid ? (meta as JsonObject) : plainObject(data.meta)
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
    grain_to_date: lower(params.grain_to_date),
    metrics: inputMetrics(params.metrics),
    conversion_type_params: isObject(conversion)
      ? {
          base_measure: inputMeasure(conversion.base_measure),
          conversion_measure: inputMeasure(conversion.conversion_measure),
          base_metric: null,
          conversion_metric: null,
          entity: textOr(conversion.entity, ''),
          calculation: lower(conversion.calculation) ?? 'conversion_rate',
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
    period_agg: lower(own.period_agg) ?? 'first',
    metric: null,
  }
}
