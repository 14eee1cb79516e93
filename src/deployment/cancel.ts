/**
 * Aborted by the first SIGINT or SIGTERM, as Ctrl-C and a cancelled workflow send them; a second one ends the process.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-cancellation
 */
export function cancelledBySignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort())
  return controller.signal
}
