#!/usr/bin/env node
import { ConfigurationError } from './errors.ts'

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
  else console.error(`dbt-regions: ${message}`)
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
