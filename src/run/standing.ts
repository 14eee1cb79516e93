import { type Fingerprint, type Fingerprints, fingerprintVersion } from '../graph/fingerprint.ts'
import { anything, type Impact, type Impacts, joined, type NodeOutputs, partsOf } from '../graph/outputs.ts'
import { isBuiltSince, type LedgerEvent, type LedgerState, type NodeState } from './ledger.ts'
import type { RecordedNode } from './plan.ts'

/** Follows what differs between what stands in a region and what head gives along columns. */
export interface Along {
  /** What was recorded that a node gives; null when that is not known, or in the terms of another version. */
  recorded(event: LedgerEvent): NodeOutputs | null
  /** Answers how what was recorded of a node differs from what head's gives over parents with the impacts that are there by then; null when nothing does. */
  over(impacts: Impacts): (unique_id: string, recorded: NodeOutputs) => Impact | null
  /** Whether a node's relation holds other values every time that it is built. */
  isMadeAnew(unique_id: string): boolean
}

/** The fingerprints of the project as it was at a commit, computed by this version; null when the commit is gone. */
export type Reread = (commit: string) => Fingerprints | null

/** How what may stand of a node compares with head. */
export interface Standing {
  /** Whether it must be run for what it is, whatever anyone reads of it. */
  readonly run: boolean
  /** Null when everyone who reads it reads what head gives. */
  readonly impact: Impact | null
}

const other: Standing = { run: true, impact: anything }

/** Says of nodes, parents first, how what stands differs from head, following columns. */
export class Standings {
  readonly #fingerprints: Fingerprints
  readonly #ledger: LedgerState
  readonly #reread: Reread
  readonly #along: Along
  readonly #impacts = new Map<string, Impact>()
  readonly #differs: ReturnType<Along['over']>

  constructor(fingerprints: Fingerprints, ledger: LedgerState, reread: Reread, along: Along) {
    this.#fingerprints = fingerprints
    this.#ledger = ledger
    this.#reread = reread
    this.#along = along
    this.#differs = along.over(this.#impacts)
  }

  /** The parents of which something stands that head does not give. */
  differing(parents: readonly string[]): string[] {
    return parents.filter((id) => this.#impacts.has(id))
  }

  /** `must`: it is run in any case. */
  of(head: RecordedNode, must: boolean): Standing {
    const compared = this.#joined(head, this.#ledger.get(head.unique_id))
    // What is not run keeps its values, whatever they were.
    const standing = (must || compared.run) && this.#along.isMadeAnew(head.unique_id) ? other : compared
    if (standing.impact !== null) this.#impacts.set(head.unique_id, standing.impact)
    return standing
  }

  /** The parents that it was not built from as they stand, or may stand, now. */
  strangers(head: RecordedNode, event: LedgerEvent): string[] {
    const named = this.#named(event)
    return Object.keys(head.parents).filter((id) => {
      const state = this.#ledger.get(id)
      const version = named.parents[id]
      if (state === undefined || version === undefined || isBuiltSince(state, event)) return true
      return !this.#versions(state).has(version)
    })
  }

  #joined(head: RecordedNode, state: NodeState | undefined): Standing {
    const standings = (state?.possible ?? []).map((event) => this.#compared(head, event))
    if (standings.length === 0) return other
    const impacts = standings.flatMap(({ impact }) => impact ?? [])
    const impact = impacts.reduce<Impact | null>((all, each) => joined(all ?? undefined, each), null)
    return { run: standings.some(({ run }) => run), impact }
  }

  #compared(head: RecordedNode, event: LedgerEvent): Standing {
    if (this.strangers(head, event).length > 0) return other
    const above = Object.keys(head.parents).flatMap((id) => this.#impacts.get(id) ?? [])
    const same = this.#named(event).fingerprint === head.fingerprint
    if (same && above.length === 0) return { run: false, impact: null }
    const recorded = this.#along.recorded(event)
    if (above.includes(anything) || recorded === null) return other
    const parts = this.#parts(head)
    if (!same && (['config', 'place', 'readers'] as const).some((part) => parts[part] !== recorded.parts[part]))
      return other
    const governed = !same && parts.governance !== recorded.parts.governance
    const changed = !same && parts.code !== recorded.parts.code
    if (!changed && above.length === 0) return { run: governed, impact: null }
    const impact = this.#differs(head.unique_id, recorded)
    if (impact === null) return { run: governed, impact: null }
    // Which rows a node gives otherwise is not followed, only that it does.
    return { run: true, impact: changed && impact.rows ? anything : impact }
  }

  #parts({ unique_id }: RecordedNode): NodeOutputs['parts'] {
    return partsOf(known(this.#fingerprints, unique_id))
  }

  /** An event in the terms of this version. */
  #named(event: LedgerEvent): Pick<LedgerEvent, 'fingerprint' | 'parents'> {
    return event.fingerprint_version === fingerprintVersion ? event : rereadEvent(event, this.#reread)
  }

  #versions({ fingerprints, possible }: NodeState): Set<string> {
    return new Set([...fingerprints, ...possible.map((event) => this.#named(event).fingerprint)])
  }
}

/** What another version recorded, worked out again from its commit; empty where that is gone. */
export function rereadEvent(
  { unique_id, commit, parents }: LedgerEvent,
  reread: Reread,
): Pick<LedgerEvent, 'fingerprint' | 'parents'> {
  const then = reread(commit)
  const hashOf = (id: string): string => then?.get(id)?.hash ?? ''
  return {
    fingerprint: hashOf(unique_id),
    parents: Object.fromEntries(Object.keys(parents).map((id) => [id, hashOf(id)])),
  }
}

function known(fingerprints: Fingerprints, unique_id: string): Fingerprint {
  const found = fingerprints.get(unique_id)
  if (found === undefined) throw new Error(`No fingerprint was computed for ${unique_id}.`)
  return found
}
