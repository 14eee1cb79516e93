import { type ColumnFindings, type ComparedSides, columnFindings } from './check/column-findings.ts'
import { lineageOf } from './check/lineage.ts'
import { type Found, markNew } from './check/new.ts'
import type { EffectiveConfig, EffectiveRegion } from './config/effective.ts'
import { compileNode, compileTemplate } from './dbt/compile.ts'
import type { Project, ProjectFiles } from './dbt/project.ts'
import { join, relativeTo } from './dbt/text.ts'
import { planPreview } from './deploy.ts'
import { type Finding, sortFindings } from './finding.ts'
import type { Coverage } from './graph/column-lineage.ts'
import type { KnownColumns, Versions } from './graph/columns.ts'
import { type Fingerprinted, type Fingerprints, fingerprints, settingsOf, standIns } from './graph/fingerprint.ts'
import { graphOf } from './graph/graph.ts'
import { type Affected, spread, startsOf } from './graph/spread.ts'
import { changes as changesOf, nodesWithOtherSql } from './graph/state.ts'
import { unchanged } from './graph/unchanged.ts'
import type { RegionReport, Report, ReportedFinding } from './report/report.ts'
import { findingsOf, type Ruled } from './rules/index.ts'

/** A region's project at one commit. */
export interface Side {
  readonly files: ProjectFiles
  readonly project: Project
  /** What is wrong with the files before they are parsed. */
  readonly findings?: readonly Finding[]
}

/** A region's project before and after; null where there is none. */
export interface Sides {
  readonly base: Side | null
  readonly head: Side | null
  /** Columns that a catalog.json names, besides those that SQL and YAML do. */
  readonly known?: KnownColumns
}

export interface CheckInput {
  /** Commit ids; `head` is null when the working tree holds what no commit does. */
  readonly base: string | null
  readonly head: string | null
  readonly config: EffectiveConfig
  /** Region's name -> its project on both sides. A region of the configuration that is not here is left out of the report. */
  readonly regions: ReadonlyMap<string, Sides>
}

/**
 * Runs every region's rules on both sides and compares. The conclusion is `failure` when head has an error that base has not.
 * `startSql` readies the SQL library for so many models, and is called only when SQL differs.
 */
export async function check(
  { base, head, config, regions }: CheckInput,
  startSql: (models: number) => Promise<void>,
): Promise<Report> {
  const checked: RegionReport[] = []
  for (const region of config.regions) {
    const sides = regions.get(region.name)
    if (sides !== undefined) checked.push(await checkRegion(region, sides, startSql))
  }
  const reports = await besideTwins(checked, { config, regions }, startSql)
  const configuration = config.findings.map((finding) => ({ ...finding, new: true }))
  const failed = [...configuration, ...reports.flatMap((report) => report.findings)].some(failsTheCheck)
  return { version: 1, base, head, conclusion: failed ? 'failure' : 'success', regions: reports, configuration }
}

/** The reports with what each region's changes do beside its twins; a region that is checked alone has nothing to be compared with. */
async function besideTwins(
  reports: readonly RegionReport[],
  { config, regions }: Pick<CheckInput, 'config' | 'regions'>,
  startSql: (models: number) => Promise<void>,
): Promise<readonly RegionReport[]> {
  const changed = reports.flatMap(({ name, changes }) => {
    const { base = null, head = null } = regions.get(name) ?? {}
    if (head === null || head.project.isUnreadable || base?.project.isUnreadable) return []
    return [{ name, base: base?.project ?? null, head: head.project, changes }]
  })
  const count = changed.reduce((sum, { changes }) => sum + changes.filter(({ change }) => change !== 'none').length, 0)
  if (changed.length < 2 || count === 0) return reports
  const [{ twinChanges }] = await Promise.all([import('./check/twin-changes.ts'), startSql(count)])
  const found = twinChanges(changed, config.twins)
  return reports.map((report) => ({ ...report, twins: found.get(report.name) ?? [] }))
}

function failsTheCheck(finding: ReportedFinding): boolean {
  return finding.new && finding.severity === 'error'
}

async function checkRegion(
  region: EffectiveRegion,
  sides: Sides,
  startSql: (models: number) => Promise<void>,
): Promise<RegionReport> {
  const { base, head } = sides
  const comparison = await compareSides(sides, startSql)
  const { changes, after, coverage } = comparison
  const ofColumns = await columnFindings({ base, head, comparison }, region, startSql)
  return {
    name: region.name,
    project: region.head.project,
    environment: region.environment,
    target: head?.project.manifest.metadata.target_name ?? region.head.target ?? '',
    changes,
    findings: head === null ? missing(region, base) : findings(region, base, head, ofColumns),
    plan: after === null ? [] : planPreview(region.name, comparison.before, after, comparison),
    lineage: lineageOf(base?.project ?? null, head?.project ?? null, changes),
    coverage,
    leftPending: null,
    twins: [],
  }
}

/** How a region's project differs between its sides. */
export interface Comparison extends Affected {
  readonly before: Fingerprinted | null
  readonly after: Fingerprinted | null
  /** Of the nodes of head whose SQL was looked at; null where none was. */
  readonly coverage: Coverage | null
  /** The columns of both sides, where they were looked at. */
  readonly columns: ComparedSides | null
}

/** How a project differs between two sides: not at all, without a look, where they are one. Only what may differ is compiled. */
export async function compareSides(
  { base, head, known }: Sides,
  startSql: (models: number) => Promise<void>,
): Promise<Comparison> {
  if (base === head || base?.project.isUnreadable || head?.project.isUnreadable)
    return { before: null, after: null, changes: [], impacts: new Map(), coverage: null, columns: null }
  const common = base && head ? standIns(head.project, unchanged(base, head)) : undefined
  const [before, after] = [base && fingerprinted(base, common), head && fingerprinted(head, common)]
  return { before, after, ...(await classified(before, after, startSql, known)) }
}

/** The changes with what those of SQL do, and whom they reach. The SQL library is large, so where no SQL differs it is not loaded. */
async function classified(
  from: Fingerprinted | null,
  to: Fingerprinted | null,
  startSql: (models: number) => Promise<void>,
  known: KnownColumns = new Map(),
): Promise<Affected & Pick<Comparison, 'coverage' | 'columns'>> {
  const ids = from === null || to === null ? [] : nodesWithOtherSql(from, to)
  if (from === null || to === null || ids.length === 0) {
    const changes = changesOf(from, to)
    const starts = startsOf(changes, from, to)
    return { changes, impacts: to === null ? starts : spread(to, starts), coverage: null, columns: null }
  }
  const [{ ProjectColumns }, { effectsOf }, { alongColumns }, { coverageOfAnalysed }] = await Promise.all([
    import('./graph/columns.ts'),
    import('./graph/effects.ts'),
    import('./graph/impact.ts'),
    import('./graph/column-lineage.ts'),
    startSql(ids.length),
  ])
  const base = new ProjectColumns(from.project, compileNode, { known })
  const now = new ProjectColumns(to.project, compileNode, { known })
  const heads = [now]
  const effects = effectsOf(base, now, ids)
  const head = (versions: Versions) => {
    const columns = new ProjectColumns(to.project, compileNode, { known, versions })
    heads.push(columns)
    return columns
  }
  const affected = alongColumns(changesOf(from, to, effects), { from, to, effects, base, head })
  return { ...affected, coverage: coverageOfAnalysed(to.project.manifest, heads), columns: { base, head: now } }
}

/** A region without a project is checked by nothing, which must not look like a check that passes. */
function missing({ name, base: before, head, removed }: EffectiveRegion, base: Side | null): ReportedFinding[] {
  if (removed) return []
  const file = head.project === '' ? 'dbt_project.yml' : `${head.project}/dbt_project.yml`
  const message = `the region '${name}' has its project here, but there is no such file that can be read: write the project's folder in the configuration, without symbolic links, or remove the region`
  const known = before !== null && before.project === head.project && base === null
  return [{ rule: 'invalid-project', severity: 'error', file, line: 1, column: 1, message, new: !known }]
}

function findings(
  region: EffectiveRegion,
  base: Side | null,
  head: Side,
  ofColumns: ColumnFindings,
): ReportedFinding[] {
  const now = found(head, region, ofColumns.head)
  const marked = markNew(base === head ? now : base && found(base, region, ofColumns.base), now)
  if (!head.project.isUnreadable) return [...unknownBefore(region, base, head), ...marked]
  const file = join(head.project.root, 'dbt_project.yml')
  return marked.filter((finding) => finding.file === file)
}

/** A project that could not be read before has no changes that could be told: said once, where it is read again. */
function unknownBefore(region: EffectiveRegion, base: Side | null, head: Side): ReportedFinding[] {
  if (!base?.project.isUnreadable || head.project.isUnreadable) return []
  const message = `the dbt_project.yml of the region '${region.name}' cannot be read at the base, so what this changes in its models cannot be told`
  const file = join(head.project.root, 'dbt_project.yml')
  return [{ rule: 'invalid-project', severity: 'notice', file, line: 1, column: 1, message, new: true }]
}

/** Every finding of one side at a region's severities. */
function allFindings({ project, findings = [] }: Side, region: Ruled): Finding[] {
  const whole = { ...project, findings: [...project.findings, ...findings] }
  return findingsOf(whole, graphOf(project.manifest), region)
}

function found(side: Side, region: EffectiveRegion, ofColumns: readonly Finding[]): Found {
  const { files, project } = side
  const { root } = project
  const has = (file: string) => files.has(relativeTo(root, file))
  return { project, findings: sortFindings([...allFindings(side, region), ...ofColumns]), has }
}

function fingerprinted({ files, project }: Side, known?: Fingerprints): Fingerprinted {
  return { project, fingerprints: fingerprints(project, compileNode, settingsOf(files), compileTemplate, known) }
}
