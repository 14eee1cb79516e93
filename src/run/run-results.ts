import type { Json, JsonObject } from '../dbt/manifest.ts'
import type { NodeResult } from './build.ts'

export interface RunResultsInput {
  readonly results: readonly NodeResult[]
  /** unique_id -> the relation it stands in. */
  readonly relations: ReadonlyMap<string, string | null>
  /** Which program ran the nodes, as `dbt_version` is for dbt. */
  readonly version: string
  readonly invocationId: string
  readonly generatedAt: Date
  /** Seconds, the whole run. */
  readonly elapsed: number
  /** What was asked for, such as the target. */
  readonly args: JsonObject
}

/** dbt's run_results.json, schema v6 (https://schemas.getdbt.com/dbt/run-results/v6.json), of what was run. */
export function runResults(input: RunResultsInput): JsonObject {
  return {
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
      dbt_version: input.version,
      generated_at: input.generatedAt.toISOString(),
      invocation_id: input.invocationId,
      env: {},
    },
    results: input.results.map((result) => resultOf(result, input.relations.get(result.unique_id) ?? null)),
    elapsed_time: input.elapsed,
    args: input.args,
  }
}

function resultOf(result: NodeResult, relation_name: string | null): Json {
  return {
    status: statusOf(result),
    timing: [],
    thread_id: 'Thread-1',
    execution_time: result.execution_time,
    adapter_response: {},
    message: result.message,
    failures: null,
    unique_id: result.unique_id,
    compiled: null,
    compiled_code: null,
    relation_name,
    batch_results: null,
  }
}

/** dbt has other words for a test's outcome than for a model's. */
function statusOf({ unique_id, status }: NodeResult): string {
  if (status === 'started') return 'skipped'
  const test = unique_id.startsWith('test.')
  if (status === 'success') return test ? 'pass' : 'success'
  return status === 'fail' && !test ? 'error' : status
}
