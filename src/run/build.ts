/** What happened to one planned node while it was built; the words are those of dbt's run results. */
export interface NodeResult {
  readonly unique_id: string
  readonly status: 'started' | 'success' | 'warn' | 'error' | 'fail' | 'skipped'
  /** What was said, without any row of data. */
  readonly message: string | null
  /** Seconds. */
  readonly execution_time: number
}

/**
 * Builds the given nodes (unique_ids of models, seeds, snapshots and data tests) in the graph's order and tells what has
 * become known since it was last asked: the embedded engine and dbt are two of it.
 */
export type Build = (nodes: readonly string[]) => AsyncIterable<readonly NodeResult[]>
