import { TemplateSyntaxError } from '../jinja/errors.ts'
import { str } from '../jinja/index.ts'
import { type Data, type DataObject, isJsonObject, isObject, plain, plainObject, textOr, toValue } from './data.ts'
import type { SemanticModelDraft } from './draft.ts'
import type { Json, JsonObject } from './manifest.ts'
import { objectOr, objects, type PropertyEntry } from './properties.ts'
import type { Session } from './session.ts'
import { folders } from './sql-nodes.ts'
import { refOrSource } from './static.ts'

/** A semantic model while it is parsed. */
export interface SemanticModelWork {
  readonly draft: SemanticModelDraft
  readonly entry: PropertyEntry
}

/** What makes a semantic model, wherever it is said. The parts' own meta is in their `config`. */
export interface SemanticFacts {
  readonly name: string
  readonly config: DataObject
  readonly description: string | null
  readonly label: string | null
  readonly model: string
  readonly defaults: Json
  readonly primary_entity: string | null
  readonly entities: readonly JsonObject[]
  readonly dimensions: readonly JsonObject[]
  readonly measures: readonly JsonObject[]
}

/** https://docs.getdbt.com/docs/build/semantic-models */
export function makeSemanticModel(session: Session, entry: PropertyEntry): SemanticModelWork {
  const { data, name } = entry
  const parts = (key: string, make: (element: DataObject) => JsonObject): JsonObject[] =>
    objects(data[key]).map((element) => ({
      name: textOr(element.name, ''),
      description: textOr(element.description, null),
      label: textOr(element.label, null),
      config: { meta: plainObject(objectOr(element.config).meta) },
      ...make(element),
    }))
  return semanticModel(session, entry, {
    name,
    config: objectOr(data.config),
    description: textOr(data.description, null),
    label: textOr(data.label, null),
    model: textOr(data.model, ''),
    defaults: isObject(data.defaults) ? { agg_time_dimension: textOr(data.defaults.agg_time_dimension, null) } : null,
    primary_entity: textOr(data.primary_entity, null),
    entities: parts('entities', (element) => ({
      type: textOr(element.type, '').toLowerCase(),
      role: textOr(element.role, null),
      expr: expression(element.expr),
    })),
    measures: parts('measures', measure),
    dimensions: parts('dimensions', dimension),
  })
}

/** A semantic model with its config, whose meta its parts have too. */
export function semanticModel(session: Session, entry: PropertyEntry, facts: SemanticFacts): SemanticModelWork {
  const { package: of } = entry
  const { name, model } = facts
  const fqn = [of.name, ...folders(entry.source.relative), name]
  const own = { kind: 'semantic_model' as const, package: of, fqn, patch: facts.config }
  const config = session.configs.rendered(own)
  const meta = isJsonObject(config.meta) ? config.meta : {}
  const withMeta = (parts: readonly JsonObject[]): JsonObject[] =>
    parts.map((part) => ({
      ...part,
      config: {
        meta: { ...meta, ...(isJsonObject(part.config) && isJsonObject(part.config.meta) ? part.config.meta : {}) },
      },
    }))
  return {
    entry,
    draft: {
      resource_type: 'semantic_model',
      name,
      package_name: of.name,
      path: entry.source.relative,
      original_file_path: entry.source.original,
      unique_id: `semantic_model.${of.name}.${name}`,
      fqn,
      model,
      node_relation: null,
      description: facts.description,
      label: facts.label,
      defaults: facts.defaults,
      entities: withMeta(facts.entities),
      measures: withMeta(facts.measures),
      dimensions: withMeta(facts.dimensions),
      metadata: null,
      primary_entity: facts.primary_entity,
      config,
      unrendered_config: session.configs.unrendered(own),
      group: typeof config.group === 'string' ? config.group : null,
      refs: modelRefs(session, entry, model),
      depends_on: { macros: [], nodes: [] },
    },
  }
}

function measure(element: DataObject): JsonObject {
  const params = element.agg_params
  const dimension = element.non_additive_dimension
  return {
    agg: textOr(element.agg, '').toLowerCase(),
    create_metric: false,
    expr: expression(element.expr),
    agg_params: isObject(params)
      ? {
          percentile: plain(params.percentile ?? null),
          use_discrete_percentile: params.use_discrete_percentile === true,
          use_approximate_percentile: params.use_approximate_percentile === true,
        }
      : null,
    non_additive_dimension: isObject(dimension)
      ? {
          name: textOr(dimension.name, ''),
          window_choice: lower(dimension.window_choice),
          window_groupings: plain(dimension.window_groupings ?? []),
        }
      : null,
    agg_time_dimension: textOr(element.agg_time_dimension, null),
  }
}

function dimension(element: DataObject): JsonObject {
  const params = element.type_params
  return {
    type: textOr(element.type, '').toLowerCase(),
    is_partition: element.is_partition === true,
    type_params: isObject(params)
      ? {
          time_granularity: lower(params.time_granularity),
          validity_params: plain(params.validity_params ?? null),
        }
      : null,
    expr: expression(element.expr),
    metadata: null,
    datatype: null,
  }
}

/** dbt's own words may be written in capitals. */
export function lower(data: Data | undefined): string | null {
  return typeof data === 'string' ? data.toLowerCase() : null
}

/** dbt keeps expressions as text, a number too. */
export function expression(data: Data | undefined): string | null {
  return data === undefined || data === null ? null : str(toValue(data))
}

function modelRefs(session: Session, entry: PropertyEntry, model: string): SemanticModelDraft['refs'] {
  try {
    const found = refOrSource(session.cache.template(`{{ ${model} }}`, 'model'))?.value
    if (found && 'name' in found) return [found]
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
  }
  session.sink.add('invalid-properties', 'error', entry.place, `a semantic model's model is ref('…'), not ${model}`)
  return []
}
