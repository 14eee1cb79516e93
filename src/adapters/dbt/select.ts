import type { Manifest } from '../../dbt/manifest.ts'
import { ConfigurationError } from '../../errors.ts'
import { selectionArguments } from '../../run/dbt-arguments.ts'
import { exactly, selectorsOf } from '../../run/selection.ts'

const SAID = 10

/**
 * The arguments with which dbt selects the planned nodes and no other. dbt's selectors cannot name every node exactly: what
 * it selects beside them is excluded, and asked again. Throws a ConfigurationError that names what differs then.
 */
export async function selectExactly(
  list: (selection: readonly string[]) => Promise<readonly string[]>,
  manifest: Manifest,
  planned: readonly string[],
): Promise<readonly string[]> {
  if (planned.length === 0) return []
  const select = selectorsOf(manifest, planned)
  const first = selectionArguments(select, [])
  const difference = exactly(manifest, planned, await list(first))
  if (isNone(difference)) return first
  const second = selectionArguments(select, selectorsOf(manifest, difference.beside))
  const left = difference.beside.length === 0 ? difference : exactly(manifest, planned, await list(second))
  if (isNone(left)) return second
  throw new ConfigurationError(
    [
      'dbt does not select exactly what is planned, so nothing was run:',
      ...sentences('dbt would also run', left.beside),
      ...sentences('dbt would not run', left.missing),
      'give the nodes names that differ, or build these once with dbt itself',
    ].join('\n'),
  )
}

function isNone({ beside, missing }: ReturnType<typeof exactly>): boolean {
  return beside.length === 0 && missing.length === 0
}

function sentences(what: string, nodes: readonly string[]): string[] {
  if (nodes.length === 0) return []
  const more = nodes.length > SAID ? ` and ${nodes.length - SAID} more` : ''
  return [`  ${what} ${nodes.slice(0, SAID).join(', ')}${more}`]
}
