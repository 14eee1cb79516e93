import { type Data, type DataObject, define, isObject, plain, plainObject, textOr, texts } from './data.ts'
import type { ColumnInfo, Json, JsonObject } from './manifest.ts'
import { objectOr } from './properties.ts'

const KNOWN = new Set([
  'name',
  'description',
  'meta',
  'data_type',
  'constraints',
  'docs',
  'config',
  'data_tests',
  'tests',
  'quote',
  'tags',
  'granularity',
  'dimension',
  'entity',
])

/** What most columns have: nothing. One of each for all of them, since a project has a hundred thousand columns. */
const NO_META: JsonObject = {}
const NO_TAGS: readonly string[] = []
const NO_CONFIG: JsonObject = { meta: NO_META, tags: NO_TAGS }
const NO_CONSTRAINTS: JsonObject[] = []
const NO_DOC_BLOCKS: readonly string[] = []

/** A column as the manifest holds it. The description is still as it is written. */
export function columnInfo(raw: DataObject, data: DataObject): ColumnInfo {
  const meta = metaOf(data)
  const tags = tagsOf(data)
  const config = meta === NO_META && tags === NO_TAGS ? NO_CONFIG : { meta, tags }
  const column: ColumnInfo = {
    name: textOr(data.name, ''),
    description: textOr(raw.description, ''),
    meta,
    data_type: data.data_type === null || data.data_type === undefined ? null : String(data.data_type),
    constraints: constraints(data.constraints, false),
    quote: typeof data.quote === 'boolean' ? data.quote : null,
    config,
    tags,
    granularity: textOr(data.granularity, null),
    dimension: semantics(data, data.dimension, true),
    entity: semantics(data, data.entity, false),
    doc_blocks: NO_DOC_BLOCKS,
  }
  for (const key in data) if (!KNOWN.has(key)) return { ...column, ...extras(data) }
  return column
}

function extras(data: DataObject): JsonObject {
  const extra: Record<string, Json> = {}
  for (const key of Object.keys(data)) if (!KNOWN.has(key)) define(extra, key, plain(data[key] as Data))
  return extra
}

function metaOf(data: DataObject): JsonObject {
  const config = objectOr(data.config)
  if (data.meta === undefined && config.meta === undefined) return NO_META
  return { ...plainObject(data.meta), ...plainObject(config.meta) }
}

function tagsOf(data: DataObject): readonly string[] {
  const config = objectOr(data.config)
  if (data.tags === undefined && config.tags === undefined) return NO_TAGS
  return [...new Set([...texts(data.tags), ...texts(config.tags)])]
}

const VALIDITY = { is_start: false, is_end: false }

/** What a column is to a semantic model: a text, or a mapping that takes its name and description from the column. */
function semantics(column: DataObject, data: Data | undefined, isDimension: boolean): Json {
  if (!isObject(data)) return plain(data ?? null)
  const { name, type, description, label, config, validity_params: validity } = data
  return {
    name: textOr(name, '') || textOr(column.name, ''),
    type: textOr(type, null),
    description: textOr(description, '') || textOr(column.description, ''),
    label: textOr(label, null),
    config: plainObject(config),
    ...(isDimension && {
      is_partition: data.is_partition === true,
      validity_params: isObject(validity) ? { ...VALIDITY, ...plainObject(validity) } : null,
    }),
  }
}

/** Constraints with dbt's defaults: https://docs.getdbt.com/reference/resource-properties/constraints */
export function constraints(data: Data | undefined, isModel: boolean): readonly JsonObject[] {
  if (!Array.isArray(data)) return NO_CONSTRAINTS
  return data.filter(isObject).map((constraint) => ({
    type: textOr(constraint.type, ''),
    name: plain(constraint.name ?? null),
    expression: plain(constraint.expression ?? null),
    warn_unenforced: plain(constraint.warn_unenforced ?? true),
    warn_unsupported: plain(constraint.warn_unsupported ?? true),
    to: plain(constraint.to ?? null),
    to_columns: plain(constraint.to_columns ?? []),
    ...(isModel ? { columns: plain(constraint.columns ?? []) } : {}),
  }))
}
