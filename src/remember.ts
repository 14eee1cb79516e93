import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { KeptChecks } from './adapters/kept-checks.ts'
import { type CheckInput, check } from './check.ts'
import type { Report } from './report/report.ts'
import type { CheckContents } from './sides.ts'
import { startSqlLibrary } from './start-sql.ts'

/** With fewer files a check takes no longer than to look for what is kept. */
const FEWEST = 500

/** The text that `what` names and `make` makes, as it was made before of the same contents, or made now. */
export type Remember = (what: string, make: () => Promise<string>) => Promise<string>

/**
 * Remembers what follows from what is checked and from this program alone. Null for `kept` remembers nothing, and neither is anything
 * of a small project.
 */
export function remembering(
  contents: CheckContents,
  kept: KeptChecks | null,
  program: string | null = programHash(),
): Remember {
  if (kept === null || program === null || contents.files < FEWEST) return (_, make) => make()
  const all = contents.hash()
  return async (what, make) => {
    const key = createHash('sha256').update(`${program} ${all} ${what}`).digest('hex')
    const known = await kept.read(key)
    if (known !== null) return known
    const made = await make()
    await kept.write(key, made)
    return made
  }
}

/** The report of a check. Nothing is parsed when one is remembered. */
export async function checked(input: CheckInput, remember: Remember): Promise<Report> {
  const { base, head } = input
  let fresh: Report | undefined
  const text = await remember('report', async () => {
    fresh = await check(input, startSqlLibrary)
    return JSON.stringify(fresh)
  })
  return fresh ?? { ...JSON.parse(text), base, head }
}

/** What this program is: its entry names every other part of it by a hash of the part. Null where it is not the bundle. */
function programHash(): string | null {
  try {
    return createHash('sha256')
      .update(readFileSync(new URL('index.js', import.meta.url)))
      .digest('hex')
  } catch {
    return null
  }
}
