import type { Json, JsonObject, SemanticModel } from '../dbt/manifest.ts'
import type { ColumnFacts } from '../graph/column-facts.ts'
import type { ColumnRule } from './column-rule.ts'
import { droppedFrom, renamedTo, suggestion } from './column-use.ts'
import { called, definition } from './resource.ts'

/** An entity, a dimension or a measure of a semantic model whose column its model does not have: every query of it fails. */
export const brokenMetric: ColumnRule = {
  id: 'broken-metric',
  severity: 'error',
  description: 'A semantic model or a metric is of a column that is not there.',
  *check({ base, head, ids }) {
    const { project } = head
    const { semantic_models, metrics, child_map } = project.manifest
    for (const unique_id of ids) {
      const semantic = semantic_models?.get(unique_id)
      const model = semantic?.depends_on.nodes[0]
      if (semantic === undefined || model === undefined) continue
      const made = (child_map.get(unique_id) ?? []).flatMap((id) => metrics?.get(id) ?? [])
      for (const { kind, name, expression } of elementsOf(semantic)) {
        for (const use of missing(head, model, expression)) {
          const parent = droppedFrom(base, use)[0]
          const now = base === null || parent === undefined ? null : renamedTo(base, head, parent, use.column)
          const advice = now === null ? suggestion(head, use) : `; it is called '${now}' now`
          const broken = kind === 'measure' ? made.filter(({ type_params }) => names(type_params, name)) : []
          const whose = broken.length === 0 ? '' : ` (metric ${broken.map((each) => `'${each.name}'`).join(', ')})`
          const message = `${kind} '${name}'${whose} of ${called(project, unique_id)} is of column '${use.column}', which ${called(project, model)} does not have${advice}`
          yield { unique_id, columnName: use.column, location: definition(project, unique_id), message }
        }
      }
    }
  },
}

interface Element {
  readonly kind: 'entity' | 'dimension' | 'measure'
  readonly name: string
  readonly expression: string
}

/** https://docs.getdbt.com/docs/build/semantic-models: an element without `expr` is the column of its name. */
function elementsOf({ entities, dimensions, measures }: SemanticModel): Element[] {
  const of = (kind: Element['kind'], elements: readonly JsonObject[]): Element[] =>
    elements.flatMap(({ name, expr }) => {
      if (typeof name !== 'string') return []
      const expression = typeof expr === 'string' ? expr : expr === null || expr === undefined ? `\`${name}\`` : ''
      return expression === '' || /[{;]/.test(expression) ? [] : [{ kind, name, expression }]
    })
  return [...of('entity', entities), ...of('dimension', dimensions), ...of('measure', measures)]
}

function missing(head: ColumnFacts, model: string, expression: string) {
  const uses = head.missingIn(model, expression)
  return uses.filter((use, index) => uses.findIndex((each) => each.column === use.column) === index)
}

/** Whether a metric is made of a measure. */
function names(value: Json, measure: string): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some((each: Json) => names(each, measure))
  return Object.entries(value).some(
    ([key, each]) => (key === 'name' && each === measure) || (key !== 'metrics' && names(each, measure)),
  )
}
