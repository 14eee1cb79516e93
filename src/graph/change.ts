/**
 * The classes of change, most severe first. `unknown` is a change whose effect is not known: never shown as safe.
 */
export const changeClasses = ['unknown', 'rows', 'column', 'config', 'additive', 'governance', 'none'] as const
export type ChangeClass = (typeof changeClasses)[number]

/** How one node differs between base and head. */
export interface NodeChange {
  readonly unique_id: string
  readonly name: string
  readonly resource_type: string
  readonly state: 'new' | 'modified' | 'removed'
  readonly change: ChangeClass
  readonly all: readonly ChangeClass[]
  /** Columns concerned, where they are known. */
  readonly columns: readonly string[]
  readonly reason: string
  /** unique_ids of everything downstream of it, sorted. */
  readonly affects: readonly string[]
  /** The exposures among `affects`, with whom to ask. */
  readonly exposures: readonly AffectedExposure[]
  /** Where it is defined (at base for a removed node). */
  readonly file: string
  readonly line: number
}

export interface AffectedExposure {
  readonly unique_id: string
  readonly name: string
  readonly label: string | null
  readonly type: string
  readonly owner: string | null
  readonly url: string | null
}
