import { comparedTwins, declaredReason } from './check/twins.ts'
import type { OpenSource } from './packages.ts'
import { type TwinsReport, twinsText } from './report/twins-text.ts'
import { type Repository, wholeEnvironment } from './repository.ts'
import { readSides } from './sides.ts'
import { startSqlLibrary } from './start-sql.ts'

/** The comparison of all regions that hold the same models, in the working tree, as text or JSON. */
export async function twins(
  repository: Repository,
  { format, packages }: { readonly format: string; readonly packages?: OpenSource },
): Promise<string> {
  const { regions, config } = await readSides(
    repository,
    { kind: 'local', base: 'HEAD' },
    { env: wholeEnvironment(), ...(packages !== undefined && { packages }) },
  )
  const projects = new Map(
    [...regions].flatMap(([name, { head }]) => (head === null ? [] : [[name, head.project] as const])),
  )
  await startSqlLibrary([...projects.values()].reduce((sum, { manifest }) => sum + manifest.nodes.size, 0))
  const reports = comparedTwins(projects).map(({ regions, pairs }): TwinsReport => {
    return {
      regions,
      pairs: pairs.map((pair) => ({
        ...pair,
        differences: pair.differences.map((each) => ({
          ...each,
          declared: declaredReason(config.twins, pair.name, each),
        })),
      })),
    }
  })
  return format === 'json' ? JSON.stringify({ version: 1, twins: reports }, null, 2) : twinsText(reports)
}
