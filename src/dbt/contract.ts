import { repr } from '../jinja/index.ts'
import { isJsonObject, toValue } from './data.ts'
import type { ModelDraft } from './draft.ts'
import type { Json, JsonObject } from './manifest.ts'
import { compare, sha256 } from './text.ts'

/** The checksum of an enforced contract, of what dbt puts into it; null when it is not enforced. */
export function contractChecksum(model: ModelDraft): string | null {
  if (!model.contract.enforced) return null
  const columns = [...model.columns.values()].sort((a, b) => compare(a.name, b.name))
  let state = ''
  for (const column of columns) state += `|${column.name}${column.data_type ?? 'None'}${written(column.constraints)}`
  const { materialized } = model.config
  if (materialized === 'table' || materialized === 'incremental')
    state += `${materialized}${written(model.constraints)}`
  return sha256(state)
}

/** A list of constraints as Python prints dbt's objects. */
function written(constraints: readonly JsonObject[]): string {
  return `[${constraints.map(object).join(', ')}]`
}

function object(constraint: JsonObject): string {
  const { type, columns, ...rest } = constraint
  const facts = Object.entries(rest).map(([key, value]) => `${key}=${repr(toValue(value))}`)
  const kind = String(type)
  const own = `type=<ConstraintType.${kind}: '${kind}'>`
  return columns === undefined
    ? `ColumnLevelConstraint(${[own, ...facts].join(', ')})`
    : `ModelLevelConstraint(${[own, ...facts, `columns=${repr(toValue(columns))}`].join(', ')})`
}

/** Columns of a primary key among constraints, the model's before its columns'; null when there is none. */
export function constrainedKey(model: ModelDraft): readonly string[] | null {
  for (const constraint of model.constraints) if (constraint.type === 'primary_key') return texts(constraint.columns)
  for (const column of model.columns.values()) {
    if (column.constraints.some((constraint) => isJsonObject(constraint) && constraint.type === 'primary_key'))
      return [column.name]
  }
  return null
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
