import { columnInfo } from './columns.ts'
import { type Data, type DataObject, isJsonObject, isObject, plain, plainObject, textOr } from './data.ts'
import type { JsonObject } from './manifest.ts'
import { objectOr, objects, type PropertyEntry } from './properties.ts'
import { expression, type SemanticModelWork, semanticModel } from './semantic-models.ts'
import type { Session } from './session.ts'

/**
 * The semantic model that a model's own entry makes of its columns, `null` when it makes none:
 * https://docs.getdbt.com/docs/build/latest-metrics-spec
 */
export function modelSemantics(session: Session, entry: PropertyEntry): SemanticModelWork | null {
  const { semantic_model, columns, derived_semantics, agg_time_dimension, primary_entity } = entry.data
  const own = isObject(semantic_model) ? semantic_model : null
  if (own === null ? semantic_model !== true : own.enabled === false) return null
  const derived = objectOr(derived_semantics)
  const infos = objects(columns).map((column) => columnInfo(column, column))
  return semanticModel(session, entry, {
    name: textOr(own?.name, entry.name),
    config: configOf(own),
    description: textOr(entry.data.description, ''),
    label: null,
    model: `ref('${entry.name}')`,
    defaults: { agg_time_dimension: textOr(agg_time_dimension, null) },
    primary_entity: textOr(primary_entity, null),
    entities: [...infos.flatMap(entityOf), ...objects(derived.entities).map(derivedEntity)],
    dimensions: [...infos.flatMap(dimensionOf), ...objects(derived.dimensions).map(derivedDimension)],
    measures: [],
  })
}

/** dbt looks at `enabled` and `group` where there is a `config` beside them. */
function configOf(own: DataObject | null): DataObject {
  if (own === null || !isObject(own.config)) return {}
  const { config, enabled = true, group } = own
  return {
    meta: config.meta ?? {},
    enabled,
    ...(group !== undefined && group !== null && { group }),
  }
}

type Column = ReturnType<typeof columnInfo>

function entityOf(column: Column): JsonObject[] {
  const { entity } = column
  const meta = column.config.meta ?? {}
  if (typeof entity === 'string')
    return [{ ...part(column.name, column.description, meta), type: entity, role: null, expr: null }]
  if (!isJsonObject(entity)) return []
  const { name = null, config } = entity
  const own = isJsonObject(config) && 'meta' in config ? config.meta : meta
  return [
    {
      ...part(String(name), entity.description, own),
      label: entity.label ?? null,
      type: entity.type ?? null,
      role: null,
      expr: name === column.name ? null : column.name,
    },
  ]
}

function dimensionOf(column: Column): JsonObject[] {
  const { dimension } = column
  const meta = plainMeta(column.config)
  const shared = { metadata: null, datatype: null }
  if (typeof dimension === 'string')
    return [
      {
        ...part(column.name, column.description, meta),
        type: dimension,
        is_partition: false,
        type_params: null,
        expr: null,
        ...shared,
      },
    ]
  if (!isJsonObject(dimension)) return []
  const { name = null } = dimension
  return [
    {
      ...part(String(name), dimension.description, { ...meta, ...plainMeta(dimension.config) }),
      label: dimension.label ?? null,
      type: dimension.type ?? null,
      is_partition: dimension.is_partition ?? false,
      type_params: timeParams(column.granularity, dimension.validity_params),
      expr: name === column.name ? null : column.name,
      ...shared,
    },
  ]
}

function derivedEntity(data: DataObject): JsonObject {
  return {
    ...part(textOr(data.name, ''), textOr(data.description, null), plainMeta(plain(data.config ?? null))),
    label: textOr(data.label, null),
    type: textOr(data.type, ''),
    role: null,
    expr: expression(data.expr),
  }
}

function derivedDimension(data: DataObject): JsonObject {
  const validity = data.validity_params
  return {
    ...part(textOr(data.name, ''), textOr(data.description, null), plainMeta(plain(data.config ?? null))),
    label: textOr(data.label, null),
    type: textOr(data.type, ''),
    is_partition: data.is_partition === true,
    type_params: timeParams(
      data.granularity,
      isObject(validity) ? { is_start: false, is_end: false, ...plainObject(validity) } : null,
    ),
    expr: expression(data.expr),
    metadata: null,
    datatype: null,
  }
}

function part(
  name: string,
  description: JsonObject[string] | undefined,
  meta: JsonObject[string] | undefined,
): JsonObject {
  return { name, description: description ?? null, label: null, config: { meta: meta ?? {} } }
}

function plainMeta(config: JsonObject[string] | undefined): JsonObject {
  return isJsonObject(config) && isJsonObject(config.meta) ? config.meta : {}
}

function timeParams(grain: Data | undefined, validity: JsonObject[string] | undefined): JsonObject | null {
  return typeof grain === 'string' ? { time_granularity: grain, validity_params: validity ?? null } : null
}
