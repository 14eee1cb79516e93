#!/usr/bin/env node
import { ConfigurationError } from './errors.ts'
import { plain } from './report/escape.ts'

const isAction = process.env.GITHUB_ACTIONS === 'true' && process.argv.length === 2

try {
  if (isAction) await (await import('./main.ts')).runAction()
  else await (await import('./cli.ts')).runCommand(process.argv)
} catch (error) {
  process.exitCode = error instanceof ConfigurationError ? 2 : 1
  const message =
    error instanceof ConfigurationError
      ? error.message
      : `this is a bug in dbt-regions, or an outage: ${describe(error)}`
  if (isAction) (await import('@actions/core')).setFailed(message)
  else console.error(linesOf(`dbt-regions: ${message}`))
}

/** A workflow's step may run the command: a message quotes names, and none of its lines may be taken for a workflow command. */
function linesOf(message: string): string {
  return message
    .split('\n')
    .map((line) => line.match(/^ */)?.[0] + plain(line.trimStart(), 10_000))
    .join('\n')
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
