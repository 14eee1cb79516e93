import picomatch from 'picomatch'
import type { DeclaredTwins } from '../config.ts'
import { compileNode } from '../dbt/compile.ts'
import type { Project } from '../dbt/project.ts'
import { compareTwins, type TwinDifference, type TwinPair } from '../graph/twins.ts'

/** Two regions with what they have of the same names. */
export interface ComparedTwins {
  readonly regions: readonly [string, string]
  readonly pairs: readonly TwinPair[]
}

/** Every two regions of which the projects are twins, in the regions' order. The SQL library must have been started. */
export function comparedTwins(
  projects: ReadonlyMap<string, Project>,
  among?: (name: string) => boolean,
): ComparedTwins[] {
  const sides = [...projects].map(([region, project]) => ({ region, project }))
  return sides.flatMap((first, index) =>
    sides.slice(index + 1).flatMap((second): ComparedTwins[] => {
      const pairs = compareTwins(first, second, compileNode, among)
      return pairs === null ? [] : [{ regions: [first.region, second.region], pairs }]
    }),
  )
}

/** Why the configuration says that twins differ so; null where it does not. */
export function declaredReason(
  declared: readonly DeclaredTwins[],
  name: string,
  { aspect, columns }: TwinDifference,
): string | null {
  const found = declared.find((each) => {
    if (each.differs !== null && !each.differs.includes(aspect)) return false
    if (!picomatch.isMatch(name, [...each.models], { nocase: true })) return false
    if (each.columns === null) return true
    const named = picomatch([...each.columns], { nocase: true })
    return columns.length > 0 && columns.every((column) => named(column))
  })
  return found?.reason ?? null
}
