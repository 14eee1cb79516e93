import type { Json, JsonObject, UnitTestDefinition } from '../dbt/manifest.ts'
import type { ColumnFacts } from '../graph/column-facts.ts'
import { didYouMean } from '../nearest.ts'
import type { ColumnRule } from './column-rule.ts'
import { called, definition } from './resource.ts'

/** A unit test whose rows name a column that its model does not give, or that an input does not have: dbt refuses to run it. */
export const brokenUnitTest: ColumnRule = {
  id: 'broken-unit-test',
  severity: 'error',
  description: 'A unit test gives or expects a column that is not there.',
  *check({ head, ids }) {
    const { project } = head
    for (const unique_id of ids) {
      const test = project.manifest.unit_tests.get(unique_id)
      const model = test?.depends_on.nodes[0]
      if (test === undefined || model === undefined || !head.columns.has(model)) continue
      const location = definition(project, unique_id)
      const told = (verb: string, column: string, about: string, lacks: string, has: readonly string[]) => ({
        unique_id,
        columnName: column,
        location,
        message: `${called(project, unique_id)} ${verb} column '${column}'${about}, which ${lacks}${didYouMean(column, has)}`,
      })
      const gives = head.given(model)?.map(({ name }) => name) ?? null
      for (const column of absent(test.expect, gives))
        yield told('expects', column, '', `${called(project, model)} does not give`, gives ?? [])
      for (const given of test.given) {
        const input = inputOf(head, test, model, given.input)
        const has = input === null ? null : (head.known(input)?.map(({ name }) => name) ?? null)
        for (const column of absent(given, has))
          yield told('gives', column, ` of ${called(project, input ?? '')}`, 'is not there', has ?? [])
      }
    }
  },
}

/** The columns of a fixture's rows that are not among those that there are; none where those are not known. */
function absent({ rows }: JsonObject, has: readonly string[] | null): string[] {
  if (has === null || !Array.isArray(rows)) return []
  const known = new Set(has.map((name) => name.toLowerCase()))
  const named = rows.flatMap((row: Json) => (isObject(row) ? Object.keys(row) : []))
  return [...new Set(named)].filter((name) => !known.has(name.toLowerCase()))
}

/** The model, seed or snapshot that `ref('x')` of an input names, of those that the tested model reads. */
function inputOf(head: ColumnFacts, test: UnitTestDefinition, model: string, input: Json | undefined): string | null {
  const call =
    typeof input === 'string' ? /^\s*ref\(\s*(?:['"][^'"]+['"]\s*,\s*)?['"]([^'"]+)['"]\s*\)\s*$/.exec(input) : null
  if (call === null) return null
  const { nodes, parent_map } = head.project.manifest
  const parents = [...(parent_map.get(model) ?? []), ...test.depends_on.nodes]
  const named = [...new Set(parents)].filter((id) => nodes.get(id)?.name === call[1])
  return named.length === 1 ? (named[0] ?? null) : null
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
