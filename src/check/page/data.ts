import type { Sides } from '../../check.ts'
import type { Project } from '../../dbt/project.ts'
import { grouped } from '../../report/grouped.ts'
import type { PageChange, PageData, PageFinding, PageNode, PageRegion } from '../../report/html/page-data.ts'
import type { NodeChange, RegionReport, Report, ReportedFinding } from '../../report/report.ts'
import { isTest, nameOf } from '../../report/section.ts'
import { counted } from '../../report/words.ts'
import { drawn } from '../lineage.ts'
import { type Mask, maskOf } from './mask.ts'
import { nearest } from './near.ts'
import { factsOf, type LookAtColumns } from './node.ts'
import { sqlOf } from './sql.ts'

export interface PageInput {
  /** Address of the repository for links, as in `Place`. */
  readonly repository: string | null
  readonly regions: ReadonlyMap<string, Sides>
  /** The environment that the projects could see: none of its values is in what this makes. */
  readonly env: ReadonlyMap<string, string>
  /** How the columns of a project's nodes are looked at; left out, nothing is known of what they come from. */
  readonly columns?: LookAtColumns
  /** Of how many nodes of a region the SQL is compiled and the columns are looked at, those nearest to what changed; left out, of all. */
  readonly most?: number
}

/** Everything that `lineage.html` shows, from the report and the projects that it was made from. */
export function pageDataOf(report: Report, input: PageInput): PageData {
  const { base, head, conclusion, configuration } = report
  const regions = report.regions.map((region) => {
    const { base, head } = input.regions.get(region.name) ?? { base: null, head: null }
    return regionOf(region, { base, head }, input)
  })
  const { repository, most = Infinity } = input
  const far = Math.max(0, ...regions.map((region) => region.nodes.length - most))
  return {
    version: 1,
    repository,
    base,
    head,
    conclusion,
    regions,
    configuration: configuration.map(findingOf),
    leftOut:
      far > 0 ? [`what columns come from, and compiled SQL, of ${counted(far, 'node')} far from the changes`] : [],
  }
}

function regionOf(
  report: RegionReport,
  sides: Sides,
  { env, columns: lookAt, most = Infinity }: PageInput,
): PageRegion {
  const [before, after] = [sides.base?.project ?? null, sides.head?.project ?? null]
  const mask = maskOf(sides, env)
  const changes = new Map(report.changes.map((change) => [change.unique_id, change]))
  const affected = new Set(report.changes.flatMap((change) => change.affects))
  const ids = shownIds(before, after, changes)
  const index = new Map(ids.map((id, at) => [id, at]))
  const edges = edgesOf(before, after, index, changes)
  const near = nearest(ids, edges, (id) => changes.has(id) || affected.has(id), most)
  const columns = after && lookAt ? lookAt(after, near) : null
  const findings = grouped(report.findings, (it) => placeOf(it.unique_id, index, sides))
  const plan = grouped(report.plan, (it) => placeOf(it.unique_id, index, sides))

  const nodes = ids.map((id): PageNode => {
    const change = changes.get(id)
    const steps = plan.get(id) ?? []
    return {
      unique_id: id,
      ...factsOf(id, change?.state === 'removed' ? before : after, { index, mask, columns }),
      state: change?.state ?? (affected.has(id) ? 'affected' : 'unchanged'),
      change: change === undefined ? null : changeOf(change, index, mask),
      sql: sqlOf(id, before, after, { compiles: near.has(id), mask }),
      findings: (findings.get(id) ?? []).map(findingOf),
      plan: steps.flatMap((it) => (isTest(it) ? [] : [{ action: it.action, because: mask(it.because) }])),
      tests: steps.filter(isTest).map((it) => nameOf(it.unique_id).replace(/\.[0-9a-f]{10}$/, '')),
    }
  })
  const { name, project, environment, target, leftPending } = report
  return {
    name,
    project,
    environment,
    target,
    nodes,
    edges,
    findings: (findings.get('') ?? []).map(findingOf),
    leftPending,
    coverage: columns && { columns: columns.coverage.columns, resolved: columns.coverage.resolved },
  }
}

/** What is drawn of both sides, and whatever else changed, sorted. */
function shownIds(base: Project | null, head: Project | null, changes: ReadonlyMap<string, NodeChange>): string[] {
  const { nodes, sources, exposures } = (head ?? base)?.manifest ?? {}
  const all = [nodes, sources, exposures].flatMap((it) => [...(it?.keys() ?? [])])
  const project = head ?? base
  const shown = project === null ? [] : all.filter((id) => drawn(project.manifest, id) !== null)
  return [...new Set([...shown, ...[...changes.keys()].filter((id) => !isTest({ unique_id: id }))])].sort()
}

/** What reads what at head, and what is removed as it was at base. */
function edgesOf(
  base: Project | null,
  head: Project | null,
  index: ReadonlyMap<string, number>,
  changes: ReadonlyMap<string, NodeChange>,
): [number, number][] {
  const isRemoved = (id: string) => changes.get(id)?.state === 'removed'
  return [...index].flatMap(([child, to]) => {
    const before = base?.manifest.parent_map.get(child) ?? []
    const parents = isRemoved(child)
      ? before
      : [...(head?.manifest.parent_map.get(child) ?? []), ...before.filter(isRemoved)]
    return [...new Set(parents)].sort().flatMap((parent): [number, number][] => {
      const from = index.get(parent)
      return from === undefined ? [] : [[from, to]]
    })
  })
}

/** The node that something is about: itself, or what a test is a test of; empty when that is not shown. */
function placeOf(id: string | undefined, index: ReadonlyMap<string, number>, { base, head }: Sides): string {
  if (id === undefined || index.has(id)) return id ?? ''
  for (const side of [head, base]) {
    const node = side?.project.manifest.nodes.get(id)
    const attached = node?.resource_type === 'test' ? node.attached_node : null
    const parents = side?.project.manifest.parent_map.get(id) ?? []
    const about = [...(attached === null ? [] : [attached]), ...parents].find((it) => index.has(it))
    if (about !== undefined) return about
  }
  return ''
}

function changeOf(
  { change, all, columns, reason, affects }: NodeChange,
  index: ReadonlyMap<string, number>,
  mask: Mask,
): PageChange {
  const reached = affects.filter((id) => index.has(id)).sort((a, b) => Number(isExposure(b)) - Number(isExposure(a)))
  return {
    change,
    all,
    columns,
    reason: mask(reason),
    affects: reached.flatMap((id) => index.get(id) ?? []),
    reached: reached.length,
  }
}

function isExposure(id: string): boolean {
  return id.startsWith('exposure.')
}

function findingOf({ rule, severity, message, file, line, column, new: isNew }: ReportedFinding): PageFinding {
  return { rule, severity, message, file, line, column, new: isNew }
}
