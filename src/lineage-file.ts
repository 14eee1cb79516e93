import { readPage } from './adapters/assets.ts'
import { pageDataOf } from './check/page/data.ts'
import type { CheckInput } from './check.ts'
import { visibleEnvironment } from './config/environment.ts'
import { compileNode } from './dbt/compile.ts'
import { columnLineage } from './graph/column-lineage.ts'
import { lineageHtml } from './report/html/html.ts'
import type { Report } from './report/report.ts'
import { startSqlLibrary } from './start-sql.ts'

export interface LineageFileOptions {
  /** Address of the repository for links, as in `Place`. */
  readonly repository: string | null
  /** All environment variables. */
  readonly env: ReadonlyMap<string, string>
}

/** The text of `lineage.html`: the report with the whole graph of every region, as one file. Needs the SQL library, which it loads. */
export async function lineageFile(
  report: Report,
  { regions, config }: CheckInput,
  { repository, env }: LineageFileOptions,
): Promise<string> {
  const models = [...regions.values()].reduce((sum, { head }) => sum + (head?.project.manifest.nodes.size ?? 0), 0)
  const [page] = await Promise.all([readPage(), startSqlLibrary(models)])
  const data = pageDataOf(report, {
    repository,
    regions,
    env: visibleEnvironment(env, config.envVars),
    columns: (project, ids) => columnLineage(project, compileNode, { ids: [...ids] }),
  })
  return lineageHtml(page, data)
}
