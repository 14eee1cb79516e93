import { ConfigurationError } from '../../errors.ts'
import { commandLine } from './command-line.ts'
import { findProgram, pathOf, pythonOf } from './find.ts'
import { installedPython, pinned } from './install.ts'
import type { Invoker } from './invoke.ts'
import { type Session, startSession } from './session.ts'

export interface OpenInput {
  /** The project's folder. */
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  /** A folder for the session's commands. */
  readonly commands: string
  readonly say: (line: string) => void
}

/** dbt ready to take commands; its version is null while only its own log can tell it. */
export interface OpenedInvoker {
  readonly invoker: Invoker
  readonly version: string | null
}

/**
 * The dbt on PATH, else the pinned one in the tool cache. Throws a ConfigurationError when dbt has no adapter for
 * Databricks or cannot be installed.
 */
export async function openInvoker(input: OpenInput): Promise<OpenedInvoker> {
  const path = pathOf(input.environment)
  const dbt = await findProgram('dbt', path)
  if (dbt === null) {
    const python = await installedPython(input.environment, input.say)
    const session = await startSession(python, input.commands, input)
    if (session?.core) return { invoker: session, version: session.core }
    throw new ConfigurationError(
      `the dbt that was installed with ${python} does not start: remove its folder and try again`,
    )
  }
  const python = await pythonOf(dbt, path)
  const session = python === null ? null : await startSession(python, input.commands, input)
  if (session?.core) {
    await refuseWithoutAdapter(dbt, session)
    return { invoker: session, version: session.core }
  }
  await session?.close()
  return { invoker: commandLine(dbt, input), version: null }
}

async function refuseWithoutAdapter(dbt: string, session: Session): Promise<void> {
  if (session.databricks !== null) return
  await session.close()
  throw new ConfigurationError(
    `${dbt} (dbt-core ${session.core}) has no adapter for Databricks: install dbt-databricks==${pinned.databricks} beside it, or take dbt from PATH so that this program installs its own`,
  )
}
