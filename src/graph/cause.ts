import type { Manifest, ManifestNode, UnitTestDefinition } from '../dbt/manifest.ts'
import type { Fingerprint } from './fingerprint.ts'
import { ephemeralParents, reachableMacros, relationOf } from './reach.ts'

/** Why a node's code means something else in head than in base, in words: its own SQL, a macro, an inlined model, a relation that moved, a variable. */
export function codeReasons(base: Manifest, head: Manifest, from: Fingerprint, to: Fingerprint): string[] {
  const id = to.unique_id
  const [before, after] = [base.nodes.get(id), head.nodes.get(id)]
  if (before === undefined || after === undefined) return ofUnitTest(base.unit_tests.get(id), head.unit_tests.get(id))
  const causes = [
    ...(ownText(before) === ownText(after) ? [] : [after.resource_type === 'seed' ? 'data changed' : 'SQL changed']),
    ...changedInlined(base, head, before, after),
    ...changedMacros(base, head, before, after),
    ...moved(base, head, before, after).map((each) => `${spoken(each)} moved to ${relationOf(head, each)}`),
  ]
  if (causes.length === 0) causes.push(outside([...new Set([...from.reads, ...to.reads])].sort()))
  const unresolved = [...new Set([...from.unresolved, ...to.unresolved])].sort()
  if (unresolved.length > 0) causes.push(`compared as text, since ${unresolved.join(', ')} could not be resolved`)
  return causes
}

/** Nothing in the project's files says why: what the SQL is made with from outside. */
function outside(reads: readonly string[]): string {
  if (reads.length === 0) return 'a variable, an environment variable or the target makes it other SQL'
  return `${reads.join(', ')} or the target makes it other SQL`
}

/** Which macros changed that a node can reach, in words: for what is known to have changed, but not in the node itself. */
export function macroReasons(base: Manifest, head: Manifest, unique_id: string): string[] {
  const [before, after] = [base.nodes.get(unique_id), head.nodes.get(unique_id)]
  return before === undefined || after === undefined ? [] : changedMacros(base, head, before, after)
}

function ofUnitTest(before: UnitTestDefinition | undefined, after: UnitTestDefinition | undefined): string[] {
  if (before === undefined || after === undefined) return []
  const keys = ['model', 'given', 'expect', 'overrides'] as const
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).map((key) => `${key} changed`)
}

function ownText(node: ManifestNode): string {
  const kwargs =
    node.resource_type === 'test'
      ? JSON.stringify(node.test_metadata?.kwargs ?? null)
      : node.resource_type === 'function'
        ? node.overloads.map(({ raw_body }) => withoutLayout(String(raw_body))).join('\n')
        : ''
  return node.resource_type === 'seed'
    ? (node.checksum.content ?? node.checksum.checksum)
    : withoutLayout(node.raw_code) + kwargs
}

/** Rough, since it only decides which words are used for a change that is certain. */
function withoutLayout(text: string): string {
  return text
    .replace(/\{#[\s\S]*?#\}/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

function changedInlined(base: Manifest, head: Manifest, before: ManifestNode, after: ManifestNode): string[] {
  const old = new Map(ephemeralParents(base, before).map((node) => [node.unique_id, ownText(node)]))
  return ephemeralParents(head, after)
    .filter((node) => old.has(node.unique_id) && old.get(node.unique_id) !== ownText(node))
    .map((node) => `the ephemeral model ${node.name}, which it inlines, changed`)
}

function changedMacros(base: Manifest, head: Manifest, before: ManifestNode, after: ManifestNode): string[] {
  const reach = (manifest: Manifest, node: ManifestNode): string[] =>
    reachableMacros(
      manifest,
      [node, ...ephemeralParents(manifest, node)].flatMap((each) => each.depends_on.macros),
    )
  const ids = new Set([...reach(base, before), ...reach(head, after)])
  return [...ids].sort().flatMap((id) => {
    const [old, now] = [base.macros.get(id), head.macros.get(id)]
    if (old === undefined && now === undefined) return []
    if (old === undefined) return [`macro ${now?.name} added`]
    if (now === undefined) return [`macro ${old.name} removed`]
    return withoutLayout(old.macro_sql) === withoutLayout(now.macro_sql) ? [] : [`macro ${now.name} changed`]
  })
}

/** What a node reads at another place than before, directly or through ephemeral models, sorted. */
export function movedParents(base: Manifest, head: Manifest, unique_id: string): string[] {
  const [before, after] = [base.nodes.get(unique_id), head.nodes.get(unique_id)]
  return before === undefined || after === undefined ? [] : moved(base, head, before, after)
}

function moved(base: Manifest, head: Manifest, before: ManifestNode, after: ManifestNode): string[] {
  const inlined = (manifest: Manifest, node: ManifestNode): string[] =>
    [node, ...ephemeralParents(manifest, node)].flatMap((each) => each.depends_on.nodes)
  const old = new Set(inlined(base, before))
  const now = new Set(inlined(head, after))
  return [...now].filter((id) => old.has(id) && relationOf(base, id) !== relationOf(head, id)).sort()
}

function spoken(unique_id: string): string {
  const [type, , ...name] = unique_id.split('.')
  return `${type} ${name.join('.')}`
}
