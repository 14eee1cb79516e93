#!/usr/bin/env node
import { ConfigurationError } from './errors.ts'
import { plain } from './report/escape.ts'
import { WarehouseError } from './run/warehouse.ts'
import { version } from './version.ts'

// Who closes standard output has read enough; a deploy that still runs is not to die of it half-way.
process.stdout.on('error', (error) => {
  if (!('code' in error) || error.code !== 'EPIPE') fail(error)
})
const isAction = process.env.GITHUB_ACTIONS === 'true' && process.argv.length === 2

try {
  // Who asks for the version waits for nothing else to be loaded.
  if (process.argv.length === 3 && /^(?:--version|-V)$/.test(process.argv[2] ?? '')) console.log(version)
  else if (isAction) await (await import('./main.ts')).runAction()
  else await (await import('./cli.ts')).runCommand(process.argv)
} catch (error) {
  const message = fail(error)
  if (isAction) (await import('@actions/core')).setFailed(message)
}
// All is done and told. A driver that was still connecting would keep the process for as long as a workspace does not answer.
process.stdout.write('', () => process.exit())

/** Sets the exit status and says on a terminal what went wrong. */
function fail(error: unknown): string {
  const refused = error instanceof ConfigurationError ? error.message : refusedByTheSystem(error)
  process.exitCode = refused === null ? 1 : 2
  const stopped = error instanceof WarehouseError ? error.message : null
  const message = refused ?? stopped ?? `this is a bug in dbt-regions, or an outage: ${describe(error)}`
  if (!isAction) console.error(linesOf(`dbt-regions: ${message}`))
  return message
}

/** What the system does not let be read or written is no bug of ours; null for any other error. */
function refusedByTheSystem(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error || 'syscall' in error)) return null
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${error.message}; let it be read and written, or name another place`
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
      return `${error.message}; move what is in the way, or name another place`
    case 'ENOSPC':
    case 'EDQUOT':
      return `${error.message}; make room`
    default:
      return null
  }
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
