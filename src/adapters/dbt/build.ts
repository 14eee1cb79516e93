import type { Build, NodeResult } from '../../run/build.ts'
import { type DbtEvent, failedHook, resultReader, shownError } from '../../run/dbt-log.ts'
import { WarehouseError } from '../../run/warehouse.ts'
import { readWarehouseError } from '../../run/warehouse-error.ts'
import type { Outcome } from './invoke.ts'

export interface BuildInput {
  readonly run: (onEvent: (event: DbtEvent) => void) => Promise<Outcome>
  readonly interrupt: () => void
  readonly isCancelled: () => boolean
  readonly redact: (text: string) => string
}

/**
 * Runs `dbt build` and tells results as its log tells them. Ends with a WarehouseError when dbt did not come to its end,
 * when a hook of the run failed, or when dbt says without a reason that it did; what it had not told of then was not built.
 * Whoever stops listening has it cancelled.
 */
export function buildWith({ run, interrupt, isCancelled, redact }: BuildInput): Build {
  return async function* (nodes) {
    if (nodes.length === 0) return
    const read = resultReader()
    let waiting: NodeResult[] = []
    let wake = () => {}
    let ended = false
    let unfinished = false
    const hooks: string[] = []
    const running = run((event) => {
      const hook = failedHook(event)
      if (hook !== null) hooks.push(hook)
      const result = read(event)
      if (result === null) return
      unfinished ||= ['error', 'fail', 'skipped'].includes(result.status)
      waiting.push(result.message === null ? result : { ...result, message: redact(result.message) })
      wake()
    })
    const over = running.then(
      () => {},
      () => {},
    )
    void over.then(() => {
      ended = true
      wake()
    })
    try {
      while (!ended || waiting.length > 0) {
        if (waiting.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          continue
        }
        const batch = waiting
        waiting = []
        yield batch
      }
    } finally {
      if (!ended) interrupt()
      await over
    }
    const { success, error } = await running
    if (error === null && hooks.length > 0) {
      throw new WarehouseError(
        redact(
          `the hook ${hooks.join(', ')} failed; the workspace's query history has its words. Hooks run with every deploy that builds something`,
        ),
      )
    }
    if (error === null && !success && !unfinished) {
      throw new WarehouseError('dbt says that its build failed, and of no node that it did')
    }
    if (error === null) return
    if (isCancelled()) throw new WarehouseError('the run was cancelled')
    const { what, said } = error
    if (said === '') throw new WarehouseError(what)
    const { condition } = readWarehouseError(said)
    throw new WarehouseError(redact(`${what}: ${shownError(said)}`), { condition })
  }
}
