import { type Data, isObject } from './data.ts'
import { GRAINS } from './metric-inputs.ts'
import {
  anything,
  bool,
  exact,
  listOf,
  mapping,
  nullable,
  oneOfAnyCase,
  type Shape,
  scalar,
  text,
  textOr,
  whole,
} from './shape.ts'

type Fields = Readonly<Record<string, Shape>>

const config = mapping({ enabled: bool, meta: mapping() })
const aggregation = oneOfAnyCase(
  'sum',
  'min',
  'max',
  'count_distinct',
  'sum_boolean',
  'average',
  'percentile',
  'median',
  'count',
)
const entityType = oneOfAnyCase('primary', 'foreign', 'unique', 'natural')
const dimensionType = oneOfAnyCase('categorical', 'time')
const grain = oneOfAnyCase(...GRAINS)
const filter = nullable(textOr(listOf(text)))
const named: Fields = { name: text, description: nullable(text), label: nullable(text), config }
const validity = nullable(exact({ is_start: bool, is_end: bool }))

/** `28 days`: https://docs.getdbt.com/docs/build/cumulative */
const timeWindow: Shape = (data, raw, at) => {
  text(data, raw, at)
  if (typeof data === 'string' && !/^\d+ \S+$/.test(data))
    at.tell(at.holder, at.key, `'${at.name}' is a count and a grain, such as 28 days, not '${data}'`)
}
const inputMeasure = textOr(
  exact({ name: text, filter, alias: nullable(text), join_to_timespine: bool, fill_nulls_with: nullable(whole) }, [
    'name',
  ]),
)
const inputMetric = textOr(
  exact(
    { name: text, filter, alias: nullable(text), offset_window: nullable(timeWindow), offset_to_grain: nullable(text) },
    ['name'],
  ),
)
const metricType = oneOfAnyCase('simple', 'ratio', 'cumulative', 'derived', 'conversion')
const calculation = oneOfAnyCase('conversions', 'conversion_rate')
const periodAgg = oneOfAnyCase('first', 'last', 'average')
const constants = nullable(
  listOf(exact({ base_property: text, conversion_property: text }, ['base_property', 'conversion_property'])),
)
const metric: Fields = {
  name: text,
  type: metricType,
  label: nullable(text),
  description: text,
  filter,
  time_granularity: nullable(text),
  config,
}

/** A metric with `type_params`: https://docs.getdbt.com/docs/build/metrics-overview */
export const OLD_METRIC: Fields = {
  ...metric,
  meta: mapping(),
  tags: listOf(text),
  type_params: exact({
    measure: nullable(inputMeasure),
    numerator: nullable(inputMetric),
    denominator: nullable(inputMetric),
    expr: anything,
    window: nullable(timeWindow),
    grain_to_date: nullable(grain),
    metrics: nullable(listOf(inputMetric)),
    conversion_type_params: nullable(
      exact(
        {
          base_measure: inputMeasure,
          conversion_measure: inputMeasure,
          entity: text,
          calculation,
          window: nullable(timeWindow),
          constant_properties: constants,
        },
        ['base_measure', 'conversion_measure', 'entity'],
      ),
    ),
    cumulative_type_params: nullable(
      exact({ window: nullable(timeWindow), grain_to_date: nullable(text), period_agg: periodAgg }),
    ),
  }),
}

/** A metric in the latest form: https://docs.getdbt.com/docs/build/latest-metrics-spec */
export const LATEST_METRIC: Fields = {
  ...metric,
  hidden: bool,
  agg: nullable(aggregation),
  percentile: nullable(scalar),
  percentile_type: nullable(text),
  join_to_timespine: nullable(bool),
  fill_nulls_with: nullable(whole),
  expr: anything,
  non_additive_dimension: nullable(
    exact({ name: text, window_agg: aggregation, group_by: listOf(text) }, ['name', 'window_agg']),
  ),
  agg_time_dimension: nullable(text),
  window: nullable(timeWindow),
  grain_to_date: nullable(text),
  period_agg: periodAgg,
  input_metric: nullable(inputMetric),
  numerator: nullable(inputMetric),
  denominator: nullable(inputMetric),
  input_metrics: nullable(listOf(inputMetric)),
  entity: nullable(text),
  calculation: nullable(calculation),
  base_metric: nullable(inputMetric),
  conversion_metric: nullable(inputMetric),
  constant_properties: constants,
}

const entity: Fields = { ...named, type: entityType }
const dimension: Fields = { ...named, type: dimensionType, is_partition: bool }

/** https://docs.getdbt.com/docs/build/semantic-models */
export const SEMANTIC_MODEL: Fields = {
  ...named,
  model: text,
  primary_entity: nullable(text),
  defaults: nullable(exact({ agg_time_dimension: nullable(text) })),
  entities: listOf(exact({ ...entity, role: nullable(text), expr: nullable(text) }, ['name', 'type'])),
  dimensions: listOf(
    exact(
      {
        ...dimension,
        type_params: nullable(exact({ time_granularity: grain, validity_params: validity }, ['time_granularity'])),
        expr: nullable(text),
      },
      ['name', 'type'],
    ),
  ),
  measures: listOf(
    exact(
      {
        ...named,
        agg: aggregation,
        expr: anything,
        agg_params: nullable(mapping()),
        non_additive_dimension: nullable(
          exact({ name: text, window_choice: aggregation, window_groupings: listOf(text) }, ['name', 'window_choice']),
        ),
        agg_time_dimension: nullable(text),
        create_metric: bool,
      },
      ['name', 'agg'],
    ),
  ),
}

/** https://docs.getdbt.com/docs/build/saved-queries */
export const SAVED_QUERY: Fields = {
  ...named,
  config: mapping({
    enabled: bool,
    meta: mapping(),
    export_as: nullable(oneOfAnyCase('table', 'view')),
    cache: mapping({ enabled: bool }),
  }),
  tags: textOr(listOf(text)),
  query_params: exact({
    metrics: listOf(text),
    group_by: listOf(text),
    where: filter,
    order_by: listOf(text),
    limit: nullable(whole),
  }),
  exports: listOf(exact({ name: text, config: mapping({ export_as: oneOfAnyCase('table', 'view') }) }, ['name'])),
}

/** What a model's entry says of its semantic model: https://docs.getdbt.com/docs/build/latest-metrics-spec */
export const MODEL_SEMANTICS: Fields = {
  semantic_model: (data, raw, at) => {
    if (data !== null && typeof data !== 'boolean') ownSemanticModel(data, raw, at)
  },
  primary_entity: nullable(text),
  agg_time_dimension: nullable(text),
  metrics: nullable(listOf(exact(LATEST_METRIC, ['name']))),
  derived_semantics: nullable(
    exact({
      entities: listOf(exact({ ...entity, expr: text }, ['name', 'type', 'expr'])),
      dimensions: listOf(
        exact({ ...dimension, expr: text, granularity: nullable(grain), validity_params: validity }, [
          'name',
          'type',
          'expr',
        ]),
      ),
    }),
  ),
  time_spine: nullable(
    exact(
      {
        standard_granularity_column: text,
        custom_granularities: listOf(exact({ name: text, column_name: nullable(text) }, ['name'])),
      },
      ['standard_granularity_column'],
    ),
  ),
}
const ownSemanticModel = exact({
  name: nullable(text),
  enabled: bool,
  group: nullable(text),
  config: nullable(exact({ meta: mapping() })),
})

/** What a column says of itself to a semantic model. */
export const COLUMN_SEMANTICS: Fields = {
  granularity: nullable(grain),
  dimension: (data, raw, at) => {
    if (isObject(data))
      exact({ ...dimension, name: nullable(text), validity_params: validity }, ['type'])(data, raw, at)
    else nullable(dimensionType)(data, raw, at)
  },
  entity: (data, raw, at) => {
    if (isObject(data)) exact({ ...entity, name: nullable(text) }, ['type'])(data, raw, at)
    else nullable(entityType)(data, raw, at)
  },
}

/** A time dimension has the grain of its column. */
export const columnGrain: Shape = Object.assign(
  (...[data, , at]: Parameters<Shape>): void => {
    if (lacksGrain(data))
      at.tell(at.holder, at.key, `'${at.name}' has a time dimension and needs 'granularity'; add it: granularity: day`)
  },
  { fits: (data: Data) => !lacksGrain(data) },
)

function lacksGrain(data: Data): boolean {
  if (!isObject(data) || typeof data.granularity === 'string') return false
  const { dimension: own } = data
  const type = isObject(own) ? own.type : own
  const isTime = typeof type === 'string' && type.toLowerCase() === 'time'
  return isTime || (isObject(own) && (own.validity_params ?? null) !== null)
}
