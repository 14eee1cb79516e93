/** What a pull request does to a model beside its twin of another region. */
export interface TwinChange {
  readonly unique_id: string
  readonly name: string
  /** From the repository's root. */
  readonly file: string
  /** `changed`, `added` or `removed` in this region only; `differs`: changed in both, and now otherwise than before. */
  readonly kind: 'changed' | 'added' | 'removed' | 'differs'
  readonly twin: {
    readonly region: string
    /** Null for what the other region has not. */
    readonly name: string | null
    readonly file: string | null
  }
  /** What the change is, in words. */
  readonly reason: string
  /** Why the configuration says that the two differ; null where not all of it is declared. */
  readonly declared: string | null
}
