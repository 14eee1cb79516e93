import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProjects, readProjectFiles } from './adapters/files.ts'
import { check, type Side } from './check.ts'
import { effectiveConfig } from './config/effective.ts'
import { type Config, discover, type Region } from './config.ts'
import { ParseCache } from './dbt/cache.ts'
import { parseProject } from './dbt/parse.ts'
import type { ProjectFiles } from './dbt/project.ts'
import { deploySide } from './demo/deploy-side.ts'
import { type SampleChange, sampleChange } from './demo/sample-change.ts'
import { textTable } from './demo/table.ts'
import { contents, heading, lastModels, testLine } from './demo/words.ts'
import { buildOf, openDemoWorkspace } from './deployment/workspace.ts'
import { ConfigurationError } from './errors.ts'
import { commentMarkdown } from './report/comment.ts'
import { resultLine } from './report/deployment.ts'
import { planLines } from './report/plan.ts'
import { counted } from './report/words.ts'
import { quotedRelation } from './run/relation.ts'
import { appendLaterRows } from './run/sample.ts'
import type { Warehouse } from './run/warehouse.ts'
import { startSqlLibrary } from './start-sql.ts'

/** The folder above `dist/` and `src/`: it holds the projects that come with this program. */
const home = fileURLToPath(new URL('../', import.meta.url))

type Print = (line: string) => void

interface DemoRegion {
  readonly region: Region
  readonly before: Side
  /** With the sample change, in one of the regions. */
  readonly after: Side
}

/**
 * Shows what this program does on the two projects that come with it: the comment on a sample change, then two deploys
 * of every region on an embedded DuckDB over sample rows. `root` holds the projects. Nothing leaves the process.
 * Answers `failure` when a deploy failed; throws a ConfigurationError when there is no project.
 */
export async function runDemo(print: Print, root = home): Promise<'success' | 'failure'> {
  const projects = await readProjects(root)
  const config = discover(
    new Map([...projects].map(([path, files]) => [`${path}/dbt_project.yml`, files.get('dbt_project.yml') ?? ''])),
  )
  const { regions, changed, change } = withChange(config, projects)
  for (const { region, before } of regions) print(`${region.name}: ${contents(before)} in ${region.project}`)
  showChange(print, changed, change)
  await showComment(print, config, regions)
  let conclusion: 'success' | 'failure' = 'success'
  // One after the other: a DuckDB that was closed is ready at once for the next region.
  for (const it of regions) if ((await deployTwice(print, it)) === 'failure') conclusion = 'failure'
  return conclusion
}

async function deployTwice(print: Print, it: DemoRegion): Promise<'success' | 'failure'> {
  const { region, before, after } = it
  const { warehouse, close } = await openDemoWorkspace(before)
  try {
    heading(print, `${region.name}: the first deploy`)
    const first = await deployOne(print, region, before, 'before', warehouse)
    heading(print, `${region.name}: new rows arrive in bronze, the pull request is merged and deployed`)
    const arrived = await appendLaterRows(warehouse, before.project.manifest, before.files)
    for (const [source, rows] of arrived) print(`  ${counted(rows, 'row')} in ${source.split('.').at(-1)}`)
    const second = await deployOne(print, region, after, 'after', warehouse)
    return first === 'success' && second === 'success' ? 'success' : 'failure'
  } finally {
    await close()
  }
}

async function readProjects(root: string): Promise<ReadonlyMap<string, ProjectFiles>> {
  const paths = await findProjects(root)
  if (paths.length === 0) {
    throw new ConfigurationError(
      `the demo runs on the projects of dbt-regions' own repository, and there is no dbt_projects/ in ${root}: run it from a clone`,
    )
  }
  const folders = paths.map((path) => path.replace(/\/?dbt_project\.yml$/, ''))
  return new Map(await Promise.all(folders.map(async (it) => [it, await readProjectFiles(join(root, it))] as const)))
}

function withChange({ regions }: Config, projects: ReadonlyMap<string, ProjectFiles>) {
  const cache = new ParseCache()
  const side = (region: Region, files: ProjectFiles): Side => {
    return { files, project: parseProject({ files, root: region.project, env: new Map(), cache }) }
  }
  const before = new Map(regions.map((it) => [it, side(it, projects.get(it.project) ?? new Map())]))
  const changed = regions.find((it) => it.gdpr) ?? regions[0] ?? null
  const base = changed === null ? undefined : before.get(changed)
  const change = base === undefined ? null : sampleChange(base.files, base.project.manifest)
  const sides = [...before].map(([region, it]): DemoRegion => {
    return { region, before: it, after: region === changed && change !== null ? side(region, change.files) : it }
  })
  return { regions: sides, changed, change }
}

function showChange(print: Print, region: Region | null, change: SampleChange | null): void {
  heading(print, 'A pull request')
  if (region === null || change === null) {
    print('No model in these projects takes a sample change, so the pull request changes nothing.')
    return
  }
  print(`It gives the model ${change.model.name} of ${region.name} ${change.description}:\n`)
  print(`  ${region.project}/${change.model.original_file_path}`)
  for (const line of change.diff) print(`  ${line}`)
}

async function showComment(print: Print, config: Config, regions: readonly DemoRegion[]): Promise<void> {
  const input = {
    base: 'before',
    head: 'after',
    config: effectiveConfig(config, config),
    regions: new Map(regions.map(({ region, before, after }) => [region.name, { base: before, head: after }])),
  }
  const report = await check(input, startSqlLibrary)
  const names = regions.map(({ region }) => region.name)
  const place = { repository: null, head: 'after', run: { id: 0, attempt: 1, at: 0 }, id: 'default', regions: names }
  heading(print, 'The comment on it')
  print(commentMarkdown(report, place).trimEnd())
}

async function deployOne(
  print: Print,
  region: Region,
  side: Side,
  commit: 'before' | 'after',
  warehouse: Warehouse,
): Promise<'success' | 'failure'> {
  const started = performance.now()
  const { plan, execution } = await deploySide({
    region: region.name,
    side,
    warehouse,
    build: buildOf(side, warehouse),
    commit,
    earlier: commit === 'after' ? ['before'] : [],
    onPlan: (made) => {
      for (const line of planLines(made)) print(line)
    },
    onResult: (result) => {
      const quiet = result.status === 'started' || (result.unique_id.startsWith('test.') && result.status === 'success')
      if (!quiet) print(resultLine(result))
    },
  })
  if (plan.nodes.length === 0) print('  its new rows wait for the next scheduled run')
  else print(testLine(execution.results, (performance.now() - started) / 1000))
  if (execution.error instanceof Error) print(`  ${execution.error.message}`)
  if (execution.conclusion === 'failure' || plan.nodes.length === 0) return execution.conclusion
  for (const table of lastModels(side)) await showTable(print, warehouse, table)
  return execution.conclusion
}

async function showTable(
  print: Print,
  warehouse: Warehouse,
  { table, name }: ReturnType<typeof lastModels>[number],
): Promise<void> {
  const rows = await warehouse.query(`select * from ${quotedRelation(table)} order by 1 limit 20`)
  const columns = (await warehouse.columns(table)) ?? []
  print(`\n  ${name}`)
  for (const line of textTable(
    columns.map((column) => column.name),
    rows,
  ))
    print(`  ${line}`)
}
