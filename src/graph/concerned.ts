import type { Manifest, ManifestNode } from '../dbt/manifest.ts'
import type { Project } from '../dbt/project.ts'
import type { NodeChange } from './change.ts'
import type { ColumnFacts } from './column-facts.ts'

/**
 * The resources of head whose columns, or what is said of them, a change may have altered by itself, sorted: what is new,
 * computed or configured otherwise, checks that differ, and YAML with other columns. Layout and descriptions are not among them.
 */
export function withOtherColumns(base: Project, head: Project, changes: readonly NodeChange[]): string[] {
  const [before, after] = [base.manifest, head.manifest]
  const changed = changes.filter(({ state, unique_id }) => state !== 'removed' && isLookedAt(unique_id))
  const ids = changed.filter(
    ({ unique_id, state, change }) =>
      state === 'new' || /^(test|unit_test)\./.test(unique_id) || (change !== 'none' && change !== 'governance'),
  )
  // A column that YAML names without a word more is no change of its node.
  const described = [...after.nodes.values()].filter(
    (node) => isLookedAt(node.unique_id) && describesOthers(before.nodes.get(node.unique_id), node),
  )
  const semantic = [...(after.semantic_models ?? [])].filter(
    ([id, model]) => JSON.stringify(before.semantic_models?.get(id)) !== JSON.stringify(model),
  )
  const all = [...ids, ...described].map(({ unique_id }) => unique_id)
  return [...new Set([...all, ...semantic.map(([id]) => id)])].sort()
}

/**
 * Those resources with all that reads what has other columns than before, through as many relations as that goes, sorted.
 * Base is looked at for which columns were there.
 */
export function concerned(starts: readonly string[], base: ColumnFacts, head: ColumnFacts): string[] {
  const { manifest } = head.project
  const found = new Set(starts)
  const open = [...starts]
  const seen = new Set<string>()
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id) || !hasOthers(id, base, head)) continue
    seen.add(id)
    for (const reader of readersOf(manifest, id)) {
      found.add(reader)
      open.push(reader)
    }
  }
  // A unit test depends on its model alone, and gives rows to what that reads.
  const unitTests = [...found].flatMap((id) =>
    (manifest.child_map.get(id) ?? []).filter((it) => /^unit_test\./.test(it)),
  )
  return [...new Set([...found, ...unitTests])].sort()
}

/** Whether a relation, all of whose columns are known now, may have had others before. */
function hasOthers(unique_id: string, base: ColumnFacts, head: ColumnFacts): boolean {
  const now = head.project.manifest.nodes.has(unique_id) ? (head.known(unique_id) ?? head.given(unique_id)) : null
  if (now === null) return false
  const before = base.known(unique_id) ?? base.given(unique_id)
  const names = (columns: readonly { readonly name: string }[]) =>
    columns
      .map(({ name }) => name.toLowerCase())
      .sort()
      .join('\0')
  return before === null || names(before) !== names(now)
}

/** What reads a relation, or an ephemeral model's query, in its own text: what is inlined in between does so for its readers too. */
function readersOf({ child_map }: Manifest, unique_id: string): string[] {
  return (child_map.get(unique_id) ?? []).filter(isLookedAt)
}

function isLookedAt(unique_id: string): boolean {
  return /^(model|snapshot|seed|test|unit_test|semantic_model|exposure)\./.test(unique_id)
}

function describesOthers(before: ManifestNode | undefined, { columns }: ManifestNode): boolean {
  if (before === undefined || before.columns.size !== columns.size) return columns.size > 0 || before !== undefined
  const old = before.columns
  return [...columns.values()].some(({ name, data_type }) => old.get(name)?.data_type !== data_type)
}
