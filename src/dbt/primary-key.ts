import { constrainedKey } from './contract.ts'
import type { NodeDraft, Work } from './draft.ts'
import type { Gathered } from './gathered.ts'
import type { Session } from './session.ts'

/** Primary keys as dbt infers them: from constraints, else from tests. */
export function inferKeys({ kept }: Session, nodes: ReadonlyMap<string, Work>, gathered: Gathered): void {
  const tests = new Map<string, NodeDraft[]>()
  for (const { draft } of gathered.works) {
    if (draft.resource_type !== 'test' || draft.attached_node === null) continue
    const known = tests.get(draft.attached_node)
    if (known) known.push(draft)
    else tests.set(draft.attached_node, [draft])
  }
  for (const work of nodes.values()) {
    const { draft } = work
    if (draft.resource_type === 'model' && !kept?.has(work))
      draft.primary_key = constrainedKey(draft) ?? keyOf(tests.get(draft.unique_id))
  }
}

const NO_KEY: readonly string[] = []

function keyOf(tests: readonly NodeDraft[] | undefined): readonly string[] {
  if (!tests) return NO_KEY
  const [enabled, disabled, notNull] = [new Set<string>(), new Set<string>(), new Set<string>()]
  for (const test of tests) {
    if (test.resource_type !== 'test' || !test.test_metadata) continue
    const { name, kwargs } = test.test_metadata
    const combination = kwargs.combination_of_columns
    const columns =
      typeof kwargs.column_name === 'string'
        ? [kwargs.column_name]
        : Array.isArray(combination)
          ? combination.filter((item) => typeof item === 'string')
          : []
    const into =
      name === 'not_null'
        ? notNull
        : name === 'unique' || name === 'unique_combination_of_columns'
          ? test.config.enabled
            ? enabled
            : disabled
          : undefined
    for (const column of columns) into?.add(column)
  }
  const both = [...notNull].filter((column) => enabled.has(column) || disabled.has(column))
  return both.length > 0 ? both.sort() : enabled.size > 0 ? [...enabled].sort() : [...disabled].sort()
}
