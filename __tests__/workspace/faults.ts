/** How a workspace can be told to misbehave. `times` is how often, without it until it is told otherwise. */
export type Fault = { readonly times?: number } & (
  | { readonly kind: 'refuse-token' }
  /** As a warehouse that is starting answers. */
  | { readonly kind: 'starting'; readonly retryAfterSeconds?: number }
  /** A statement that matches fails with this message, such as `[INSUFFICIENT_PERMISSIONS] …`. */
  | { readonly kind: 'fail'; readonly statement: string; readonly message: string }
  /** The connection breaks when a statement matches, before Spark has seen it or after it has run. */
  | { readonly kind: 'drop'; readonly statement: string; readonly when: 'before' | 'after' }
  /** A statement that matches waits before it runs: the time to cancel or to kill. */
  | { readonly kind: 'delay'; readonly statement: string; readonly milliseconds: number }
)

export type FaultKind = Fault['kind']
type FaultOf<K extends FaultKind> = Extract<Fault, { readonly kind: K }>

/** The faults of one workspace; each use counts. Patterns of statements are case-insensitive regular expressions. */
export class Faults {
  #left: { readonly fault: Fault; times: number }[] = []

  set(faults: readonly Fault[]): void {
    this.#left = faults.map((fault) => ({ fault, times: fault.times ?? Number.POSITIVE_INFINITY }))
  }

  take<K extends FaultKind>(kind: K, statement = ''): FaultOf<K> | undefined {
    for (const entry of this.#left) {
      const { fault } = entry
      if (entry.times === 0 || !isKind(fault, kind)) continue
      if ('statement' in fault && !new RegExp(String(fault.statement), 'i').test(statement)) continue
      entry.times--
      return fault
    }
    return undefined
  }
}

function isKind<K extends FaultKind>(fault: Fault, kind: K): fault is FaultOf<K> {
  return fault.kind === kind
}
