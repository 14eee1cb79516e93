import { type DataObject, isObject, plain, textOr } from './data.ts'
import type { Json, JsonObject } from './manifest.ts'
import { inputMetric, inputMetrics, timeWindow } from './metric-inputs.ts'
import { expression, lower } from './semantic-models.ts'

/** The semantic model that the metrics of a model's entry belong to. */
export interface Attached {
  readonly semanticModel: string
  readonly timeDimension: string | null
}

/** The `type_params` of a metric in the latest form, which has none: https://docs.getdbt.com/docs/build/latest-metrics-spec */
export function latestTypeParams(data: DataObject, attached: Attached | null): JsonObject {
  const type = textOr(data.type, 'simple').toLowerCase()
  return {
    measure: null,
    input_measures: [],
    numerator: inputMetric(data.numerator),
    denominator: inputMetric(data.denominator),
    expr: expression(data.expr),
    window: timeWindow(data.window),
    grain_to_date: null,
    metrics: inputMetrics(data.input_metrics),
    conversion_type_params: type === 'conversion' ? conversion(data) : null,
    cumulative_type_params:
      type === 'cumulative'
        ? {
            window: timeWindow(data.window),
            grain_to_date: textOr(data.grain_to_date, null),
            period_agg: lower(data.period_agg) ?? 'first',
            metric: inputMetric(data.input_metric),
          }
        : null,
    metric_aggregation_params: typeof data.agg === 'string' ? aggregation(data, data.agg, type, attached) : null,
    // dbt takes `fill_nulls_with` and drops it.
    fill_nulls_with: null,
    join_to_timespine: data.join_to_timespine === true,
    is_private: data.hidden === true,
  }
}

function conversion(data: DataObject): Json {
  return {
    base_measure: null,
    conversion_measure: null,
    base_metric: inputMetric(data.base_metric),
    conversion_metric: inputMetric(data.conversion_metric),
    entity: textOr(data.entity, ''),
    calculation: lower(data.calculation) ?? 'conversion_rate',
    window: timeWindow(data.window),
    constant_properties: plain(data.constant_properties ?? null),
  }
}

function aggregation(data: DataObject, agg: string, type: string, attached: Attached | null): Json {
  const dimension = data.non_additive_dimension
  const percentile = textOr(data.percentile_type, '').toLowerCase()
  return {
    semantic_model: type === 'simple' ? (attached?.semanticModel ?? null) : null,
    agg: agg.toLowerCase(),
    agg_params: {
      percentile: plain(data.percentile ?? null),
      use_discrete_percentile: percentile === 'discrete',
      use_approximate_percentile: percentile === 'continuous',
    },
    agg_time_dimension: textOr(data.agg_time_dimension, '') || (attached?.timeDimension ?? null),
    non_additive_dimension: isObject(dimension)
      ? {
          name: textOr(dimension.name, ''),
          window_choice: lower(dimension.window_agg),
          window_groupings: plain(dimension.group_by ?? []),
        }
      : null,
  }
}
