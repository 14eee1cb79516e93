import { compare, type LedgerEvent, sortEvents } from './ledger-event.ts'

/** What the ledger says about one node. */
export interface NodeState {
  readonly last: LedgerEvent
  /** Its last success, when nothing has touched it since; null when what stands there is not certain. */
  readonly deployed: LedgerEvent | null
  /** Its last success, whatever came after. */
  readonly lastSuccess: LedgerEvent | null
  /** The last time that it was built and not only recorded anew. */
  readonly lastBuilt: LedgerEvent | null
  /** The last success is of a run during which another run built it too: which of them stands there is not known. */
  readonly contested: boolean
  /** One event for each version of the node that may stand there, or that a run meant to build since its last success. */
  readonly possible: readonly LedgerEvent[]
  /** The fingerprints of these versions, and of those that were recorded since as giving the same. */
  readonly fingerprints: readonly string[]
  /** Every place that it was ever built in, or begun to be, sorted. */
  readonly relations: readonly string[]
}
export type LedgerState = ReadonlyMap<string, NodeState>

/** Per node its last event and what is deployed. The events may come in any order. */
export function currentState(events: Iterable<LedgerEvent>): LedgerState {
  const state = new Map<string, NodeState>()
  const touches = new Map<string, Touches>()
  for (const event of sortEvents(events)) {
    const { unique_id } = event
    const before = state.get(unique_id)
    if (isRestated(event)) {
      state.set(unique_id, restatedState(event, before))
      continue
    }
    const untouched = event.status === 'pending' || event.status === 'skipped'
    const contested = event.status === 'success' && isContested(event, touches.get(unique_id))
    if (!untouched) touches.set(unique_id, touchedBy(event, touches.get(unique_id)))
    const certain = event.status === 'success' && !contested
    state.set(unique_id, {
      last: event,
      deployed: event.status === 'success' ? (contested ? null : event) : untouched ? (before?.deployed ?? null) : null,
      lastSuccess: event.status === 'success' ? event : (before?.lastSuccess ?? null),
      lastBuilt: event.status === 'success' ? event : (before?.lastBuilt ?? null),
      contested,
      possible: certain ? [event] : withEvent(before?.possible ?? [], event),
      fingerprints: certain ? [event.fingerprint] : withText(before?.fingerprints ?? [], event.fingerprint),
      relations: untouched ? (before?.relations ?? []) : withRelation(before?.relations ?? [], event.relation),
    })
  }
  return new Map([...state].sort(([a], [b]) => compare(a, b)))
}

/** Whether a success was recorded because what stands there is as good as built. */
function isRestated({ status, message }: LedgerEvent): boolean {
  return status === 'success' && message !== null
}

/** Nothing is touched, so that what was not certain stays so; what stands is equal to what is recorded now. */
function restatedState(event: LedgerEvent, before: NodeState | undefined): NodeState {
  const certain = before === undefined || before.deployed !== null
  const possible = before?.possible ?? []
  return {
    last: event,
    deployed: certain ? event : null,
    lastSuccess: event,
    lastBuilt: before?.lastBuilt ?? null,
    contested: !certain,
    possible: certain && possible.length < 2 ? [event] : withEvent(possible, event),
    fingerprints: withText(before?.fingerprints ?? [], event.fingerprint),
    relations: withRelation(before?.relations ?? [], event.relation),
  }
}

function withEvent(events: readonly LedgerEvent[], event: LedgerEvent): readonly LedgerEvent[] {
  return events.some((each) => each.run_id === event.run_id && each.fingerprint === event.fingerprint)
    ? events
    : [...events, event]
}

function withText(texts: readonly string[], text: string): readonly string[] {
  return texts.includes(text) ? texts : [...texts, text]
}

/** Run -> whether another run has touched the node since that run began to build it. */
type Touches = ReadonlyMap<string, boolean>

function touchedBy({ run_id, status }: LedgerEvent, before: Touches = new Map()): Touches {
  const touches = new Map([...before.keys()].map((run) => [run, run !== run_id || (before.get(run) ?? false)]))
  if (status === 'started') touches.set(run_id, false)
  else touches.delete(run_id)
  return touches
}

/** A run that was killed never ends what it began, so that only a touch since this run's own beginning counts. */
function isContested({ run_id }: LedgerEvent, touches: Touches | undefined): boolean {
  return touches?.get(run_id) ?? false
}

function withRelation(relations: readonly string[], relation: string | null): readonly string[] {
  return relation === null || relations.includes(relation) ? relations : [...relations, relation].sort()
}

/** Whether a node was built by a run that came after what is recorded of a child, which knows nothing of that run. */
export function isBuiltSince(parent: NodeState | undefined, child: LedgerEvent): boolean {
  const built = parent?.lastBuilt ?? null
  return built !== null && built.run_id !== child.run_id && sortEvents([built, child])[0] === child
}
