export const ledgerStatuses = ['pending', 'started', 'success', 'failed', 'skipped'] as const
export type LedgerStatus = (typeof ledgerStatuses)[number]

/** One thing that happened to one node. The ledger is only ever appended to. */
export interface LedgerEvent {
  readonly region: string
  readonly unique_id: string
  readonly status: LedgerStatus
  readonly fingerprint: string
  readonly fingerprint_version: number
  /** unique_id -> fingerprint of the nodes that it was built from. */
  readonly parents: Readonly<Record<string, string>>
  /** Where it stands, to name what a removed or moved node leaves behind. */
  readonly relation: string | null
  readonly commit: string
  readonly run_id: string
  /** UTC with milliseconds, ISO 8601: sorts as text. Never goes back within a run. */
  readonly time: string
  /** Counts a run's events from 0. */
  readonly sequence: number
  /** In our words, without any data. Of a success: why nothing was built for it. */
  readonly message: string | null
  /** What the node gives, with `pending` and with a success for which nothing was built. It is read apart from the events. */
  readonly outputs?: string
}

/** By time, run and sequence; every run keeps its times from going back, so a run's own events stay in their order. */
export function sortEvents(events: Iterable<LedgerEvent>): LedgerEvent[] {
  return [...events].sort((a, b) => compare(a.time, b.time) || compare(a.run_id, b.run_id) || a.sequence - b.sequence)
}

/**
 * The clock of one run: UTC text that never goes back and is later than `recordedUntil`, the newest event that the run
 * has read, so that its events come after those even where two machines' clocks disagree.
 */
export function runClock(now: () => Date, recordedUntil: string | null): () => string {
  const read = recordedUntil === null ? Number.NaN : Date.parse(recordedUntil)
  let last = Number.isNaN(read) ? Number.NEGATIVE_INFINITY : read + 1
  return () => {
    last = Math.max(last, now().getTime())
    return new Date(last).toISOString()
  }
}

/** Texts by their UTF-16 code units, for sorting. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
