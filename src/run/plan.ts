import type { Manifest } from '../dbt/manifest.ts'
import { type Fingerprint, type Fingerprints, isDeployed } from '../graph/fingerprint.ts'

/** A node as the ledger records it. */
export interface RecordedNode {
  readonly unique_id: string
  readonly fingerprint: string
  /** unique_id -> fingerprint of what it is built from. */
  readonly parents: Readonly<Record<string, string>>
  readonly relation: string | null
  /** Of a test, the nodes that its failure counts against: the one that it is defined on, else all that it reads. */
  readonly guards: readonly string[]
  /** What it gives, as text for the ledger. */
  readonly outputs?: string
}

export interface PlannedNode extends RecordedNode {
  readonly action: 'run'
  readonly because: string
}

/** A node that is deployed as it is, though the ledger calls it or its parents otherwise: recorded anew, not run. */
export interface RestatedNode extends RecordedNode {
  readonly because: string
}

/** A relation that nothing in the project builds any more. It is shown, never dropped. */
export interface LeftBehind {
  readonly unique_id: string
  readonly action: 'drop-review'
  readonly because: string
  readonly relation: string
}

/** What a deploy will do in one region, in order. */
export interface Plan {
  readonly region: string
  readonly nodes: readonly PlannedNode[]
  /** What changed or is downstream of that, and gives what it gave before, sorted. */
  readonly unaffected: readonly string[]
  readonly leftBehind: readonly LeftBehind[]
  readonly restated: readonly RestatedNode[]
  /** Why nothing may be deployed, in words; then `nodes` is empty. */
  readonly refused: string | null
  /** What whoever deploys should know, in words. */
  readonly notes: readonly string[]
  /** Time of the newest event that the plan knows of. */
  readonly recordedUntil: string | null
}

/** What the ledger will hold about a node once the given project is deployed. */
export function recordedNode(manifest: Manifest, fingerprints: Fingerprints, unique_id: string): RecordedNode {
  const own = fingerprintOf(fingerprints, unique_id)
  const parents = deployedParents(manifest, unique_id).map((id) => [id, fingerprintOf(fingerprints, id).hash] as const)
  const guards = guardedBy(manifest, unique_id)
  return { unique_id, fingerprint: own.hash, parents: Object.fromEntries(parents), relation: own.place, guards }
}

function guardedBy(manifest: Manifest, unique_id: string): readonly string[] {
  const node = manifest.nodes.get(unique_id)
  if (node?.resource_type !== 'test') return []
  const attached = node.attached_node === null ? undefined : manifest.nodes.get(node.attached_node)
  return attached !== undefined && isDeployed(attached) ? [attached.unique_id] : deployedParents(manifest, unique_id)
}

/** The nodes that a node is built from, seen through ephemeral models, sorted. */
export function deployedParents(manifest: Manifest, unique_id: string): string[] {
  const found = new Set<string>()
  const seen = new Set<string>()
  const open = [...(manifest.parent_map.get(unique_id) ?? [])]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = manifest.nodes.get(id)
    if (node === undefined || seen.has(id)) continue
    seen.add(id)
    if (isDeployed(node)) found.add(id)
    else open.push(...(manifest.parent_map.get(id) ?? []))
  }
  return [...found].sort()
}

function fingerprintOf(fingerprints: Fingerprints, unique_id: string): Fingerprint {
  const found = fingerprints.get(unique_id)
  if (found === undefined) throw new Error(`No fingerprint was computed for ${unique_id}.`)
  return found
}

/** The names of a few nodes, as people say them. */
export function list(ids: readonly string[]): string {
  const shown = ids.slice(0, 3).map((id) => id.split('.').slice(2).join('.'))
  return ids.length > 3 ? `${shown.join(', ')} and ${ids.length - 3} more` : shown.join(', ')
}

/** A commit id as people write it. */
export function short(commit: string): string {
  return /^[0-9a-f]{12,}$/.test(commit) ? commit.slice(0, 7) : commit
}
