import type { DbtCommand } from '../../run/dbt-log.ts'

/** How a dbt command ended. */
export interface Outcome {
  /** Everything that it did succeeded; a build in which a node failed did not. */
  readonly success: boolean
  /** What stopped the command as a whole; null when nothing did. */
  readonly error: Stop | null
}

export interface Stop {
  readonly what: string
  /** dbt's own words, which may quote data once it builds; empty when there are none. */
  readonly said: string
}

/** A way to have dbt's commands run, one at a time: in one Python process, or each as a process of its own. */
export interface Invoker {
  /** Runs a command; each line that dbt prints is told. */
  invoke(command: DbtCommand, args: readonly string[], onLine: (line: string) => void): Promise<Outcome>
  /** Lets dbt cancel its running statements and end: the command under way ends with an error. */
  interrupt(): void
  /** Ends what still runs; waits for a build to cancel its statements. */
  close(): Promise<void>
}
