import type { Build, NodeResult } from '../../run/build.ts'
import { type DbtEvent, resultReader, shownError } from '../../run/dbt-log.ts'
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
 * Runs `dbt build` and tells results as its log tells them. Ends with a WarehouseError when dbt did not come to its end;
 * what it had not told of then was not built. Whoever stops listening has it cancelled.
 */
export function buildWith({ run, interrupt, isCancelled, redact }: BuildInput): Build {
  return async function* (nodes) {
    if (nodes.length === 0) return
    const read = resultReader()
    let waiting: NodeResult[] = []
    let wake = () => {}
    let ended = false
    const running = run((event) => {
      const result = read(event)
      if (result === null) return
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
    const { error } = await running
    if (error === null) return
    if (isCancelled()) throw new WarehouseError('the run was cancelled')
    const { what, said } = error
    if (said === '') throw new WarehouseError(what)
    const { condition } = readWarehouseError(said)
    throw new WarehouseError(redact(`${what}: ${shownError(said)}`), { condition })
  }
}
