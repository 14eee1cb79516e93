import { isJsonObject } from '../dbt/data.ts'
import type { Json, JsonObject } from '../dbt/manifest.ts'
import {
  criteria,
  type IndirectSelection,
  indirectSelections,
  parseCriteria,
  SelectionError,
  type Specification,
} from './specification.ts'

/**
 * What a definition of selectors.yml means, as the manifest holds it. Throws a SelectionError that names the selector.
 * https://docs.getdbt.com/reference/node-selection/yaml-selectors
 */
export function parseDefinition(name: string, definition: Json, usual: IndirectSelection): Specification {
  const refuse = (message: string) => new SelectionError(`selectors.yml, the selector '${name}': ${message}`)

  const parse = (part: Json): Specification => {
    if (typeof part === 'string') return parseCriteria(part, usual)
    if (!isJsonObject(part)) throw refuse(`${JSON.stringify(part)} is neither a text nor a mapping`)
    if (part.union !== undefined) return combined('union', part.union)
    if (part.intersection !== undefined) return combined('intersection', part.intersection)
    const included = criterion(part)
    return part.exclude === undefined ? included : without(included, part.exclude)
  }
  const combined = (kind: 'union' | 'intersection', parts: Json): Specification => {
    const list = listOf(kind, parts)
    const excluded = list.filter(
      (part): part is JsonObject => isJsonObject(part) && part.exclude !== undefined && !isCriterion(part),
    )
    if (excluded.length > 1) throw refuse(`one ${kind} can exclude once: put both in one list`)
    const included = list.filter((part) => !excluded.some((each) => each === part))
    const whole: Specification = { kind, parts: included.map(parse), indirectSelection: 'eager' }
    return excluded[0] === undefined ? whole : without(whole, excluded[0].exclude ?? [])
  }
  const without = (included: Specification, exclude: Json): Specification => ({
    kind: 'difference',
    parts: [included, ...listOf('exclude', exclude).map(parse)],
    indirectSelection: 'eager',
  })
  const listOf = (key: string, value: Json): readonly Json[] => {
    if (!isList(value)) throw refuse(`${key} is a list`)
    return value
  }
  const criterion = (part: JsonObject): Specification => {
    const [short, ...others] = Object.entries(part)
    const given: JsonObject =
      isCriterion(part) || short === undefined || others.length > 0 ? part : { method: short[0], value: short[1] }
    const { method, value, indirect_selection = usual } = given
    if (isList(value)) throw refuse(`${method} has a list of values: write a union with one each`)
    if (typeof method !== 'string' || value === undefined || isJsonObject(value)) {
      throw refuse(`a criterion is a method and a value, not ${JSON.stringify(part)}`)
    }
    const indirectSelection = indirectSelections.find((each) => each === indirect_selection)
    if (indirectSelection === undefined) {
      throw refuse(
        `indirect_selection is one of ${indirectSelections.join(', ')}, not ${JSON.stringify(indirect_selection)}`,
      )
    }
    return criteria({
      raw: JSON.stringify(part),
      method,
      value,
      childrensParents: isTrue(given.childrens_parents),
      parents: isTrue(given.parents) ? { depth: depthOf(given.parents_depth) } : null,
      children: isTrue(given.children) ? { depth: depthOf(given.children_depth) } : null,
      indirectSelection,
    })
  }
  return parse(definition)
}

function isCriterion(part: JsonObject): boolean {
  return part.method !== undefined && part.value !== undefined
}

function depthOf(value: Json | undefined): number | null {
  return value === undefined || value === null || value === '' ? null : Number(value)
}

/** Whether Python takes the value for true. */
function isTrue(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== ''
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
