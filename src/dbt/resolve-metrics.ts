import type { MetricDraft, SemanticModelDraft } from './draft.ts'
import type { Json, JsonObject } from './manifest.ts'
import type { MetricWork } from './metrics.ts'
import type { Session } from './session.ts'

/**
 * Ties enabled metrics to the semantic models and metrics that they are made of. What they name and nobody has is told;
 * `disabled` are the names of the metrics that are.
 */
export function resolveMetrics(
  session: Session,
  metrics: readonly MetricWork[],
  models: readonly SemanticModelDraft[],
  disabled: ReadonlySet<string>,
): void {
  const byMeasure = new Map<string, SemanticModelDraft>()
  for (const model of models) for (const measure of model.measures) byMeasure.set(String(measure.name), model)
  const links = {
    session,
    disabled,
    byMeasure,
    byName: new Map(metrics.map((work) => [work.draft.name, work])),
    done: new Set<MetricWork>(),
  }
  for (const metric of metrics) resolveMetric(links, metric)
}

interface Links {
  readonly session: Session
  readonly byName: ReadonlyMap<string, MetricWork>
  readonly byMeasure: ReadonlyMap<string, SemanticModelDraft>
  readonly disabled: ReadonlySet<string>
  readonly done: Set<MetricWork>
}

function resolveMetric(links: Links, work: MetricWork): void {
  const { session, byName, byMeasure, disabled, done } = links
  if (done.has(work)) return
  done.add(work)
  const metric = work.draft
  const tell = (what: string): void =>
    session.sink.add('invalid-properties', 'error', work.entry.place, `the metric '${metric.name}' ${what}`)
  const measures: Json[] = []
  const nodes = new Set<string>()
  const addMeasure = (input: Json): void => {
    if (!measures.some((known) => JSON.stringify(known) === JSON.stringify(input))) measures.push(input)
  }
  for (const input of measuresOf(metric)) {
    addMeasure(input)
    const model = byMeasure.get(nameOf(input))
    if (model) nodes.add(model.unique_id)
    else tell(`is made of the measure '${nameOf(input)}', which no semantic model has`)
  }
  const params = metric.type_params.metric_aggregation_params
  if (isObject(params) && typeof params.semantic_model === 'string')
    nodes.add(`semantic_model.${session.packages.root.name}.${params.semantic_model}`)
  for (const input of metricsOf(metric)) {
    const found = byName.get(nameOf(input))
    if (!found) {
      const why = disabled.has(nameOf(input)) ? 'is disabled' : 'does not exist'
      tell(`is made of the metric '${nameOf(input)}', which ${why}`)
      continue
    }
    resolveMetric(links, found)
    const inherited = found.draft.type_params.input_measures
    const isOld = metric.type === 'ratio' || metric.type === 'derived'
    if (isOld && Array.isArray(inherited)) inherited.forEach(addMeasure)
    nodes.add(found.draft.unique_id)
  }
  metric.type_params = { ...metric.type_params, input_measures: measures }
  metric.depends_on = { macros: [], nodes: [...nodes] }
}

function measuresOf({ type_params }: MetricDraft): Json[] {
  const { measure, conversion_type_params: conversion } = type_params
  const named = isObject(conversion) ? [conversion.base_measure, conversion.conversion_measure] : [measure]
  return named.filter((input) => input !== undefined && input !== null)
}

function metricsOf({ type, type_params }: MetricDraft): Json[] {
  const { numerator, denominator, metrics, conversion_type_params, cumulative_type_params } = type_params
  const named = (): (Json | undefined)[] => {
    if (type === 'ratio') return [numerator, denominator]
    if (type === 'derived') return Array.isArray(metrics) ? metrics : []
    if (type === 'cumulative' && isObject(cumulative_type_params)) return [cumulative_type_params.metric]
    if (type === 'conversion' && isObject(conversion_type_params))
      return [conversion_type_params.base_metric, conversion_type_params.conversion_metric]
    return []
  }
  return named().filter((input) => input !== undefined && input !== null)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(input: Json): string {
  return isObject(input) ? String(input.name) : ''
}
