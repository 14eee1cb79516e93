import { type ArtifactResult, noService, uploadFile } from './adapters/artifacts.ts'
import { readPage } from './adapters/assets.ts'
import { pageDataOf } from './check/page/data.ts'
import type { CheckInput } from './check.ts'
import { visibleEnvironment } from './config/environment.ts'
import { compileNode } from './dbt/compile.ts'
import { columnLineage } from './graph/column-lineage.ts'
import type { Remember } from './remember.ts'
import { lineageHtml } from './report/html/html.ts'
import type { Place } from './report/place.ts'
import type { Report } from './report/report.ts'
import { wholeEnvironment } from './repository.ts'
import { startSqlLibrary } from './start-sql.ts'

export interface LineageFileOptions {
  /** Address of the repository for links, as in `Place`. */
  readonly repository: string | null
  /** All environment variables. */
  readonly env: ReadonlyMap<string, string>
  /** As in `PageInput`. */
  readonly most?: number
}

/** The text of `lineage.html`: the report with the whole graph of every region, as one file. Needs the SQL library, which it loads. */
export async function lineageFile(
  report: Report,
  { regions, config }: CheckInput,
  { repository, env, most }: LineageFileOptions,
): Promise<string> {
  const models = [...regions.values()].reduce((sum, { head }) => sum + (head?.project.manifest.nodes.size ?? 0), 0)
  const [page] = await Promise.all([readPage(), startSqlLibrary(models)])
  const data = pageDataOf(report, {
    repository,
    regions,
    env: visibleEnvironment(env, config.envVars),
    ...(most !== undefined && { most }),
    columns: (project, ids) => columnLineage(project, compileNode, { ids: [...ids] }),
  })
  return lineageHtml(page, data)
}

/** Nobody asked for the page of a pull request: it costs a large project no more than some seconds. */
const MOST = 250

/** Where a check runs: what tells the pages of one workflow run apart. */
export interface LineagePlace extends Pick<Place, 'repository' | 'run' | 'id'> {
  readonly job: string
  /** The one region that it checks, where it does not check all of them. */
  readonly region?: string
}

/** Makes `lineage.html` and uploads it as an artifact of the workflow run. It is not made where it could not be kept. */
export async function uploadLineage(
  report: Report,
  input: CheckInput,
  place: LineagePlace,
  remember: Remember,
): Promise<ArtifactResult> {
  const reason = noService()
  if (reason !== null) return { kind: 'not there', reason }
  const { repository } = place
  const make = () => lineageFile(report, input, { repository, env: wholeEnvironment(), most: MOST })
  return uploadFile(fileName(place), await remember(JSON.stringify([repository, report]), make))
}

/** `lineage-check-eu-1.html`: another one for every job, region, configuration and attempt, since an artifact is never replaced. */
export function fileName({ job, region, id, run }: LineagePlace): string {
  const parts = [
    'lineage',
    job,
    ...(region === undefined ? [] : [region]),
    ...(id === 'default' ? [] : [id]),
    run.attempt,
  ]
  return `${parts.join('-').replace(/[^A-Za-z0-9_-]+/g, '-')}.html`
}
