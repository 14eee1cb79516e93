import { lineageOf } from './check/lineage.ts'
import { type Found, markNew } from './check/new.ts'
import type { EffectiveConfig, EffectiveRegion } from './config/effective.ts'
import { compileNode, compileTemplate } from './dbt/compile.ts'
import type { Project, ProjectFiles } from './dbt/project.ts'
import { planPreview } from './deploy.ts'
import { type Fingerprinted, fingerprints, settingsOf } from './graph/fingerprint.ts'
import { graphOf } from './graph/graph.ts'
import { changes } from './graph/state.ts'
import type { RegionReport, Report, ReportedFinding } from './report/report.ts'
import { findingsOf } from './rules/index.ts'

/** A region's project at one commit. */
export interface Side {
  readonly files: ProjectFiles
  readonly project: Project
}

/** A region's project before and after; null where there is none. */
export interface Sides {
  readonly base: Side | null
  readonly head: Side | null
}

export interface CheckInput {
  /** Commit ids; `head` is null when the working tree holds what no commit does. */
  readonly base: string | null
  readonly head: string | null
  readonly config: EffectiveConfig
  /** Region's name -> its project on both sides. A region of the configuration that is not here is left out of the report. */
  readonly regions: ReadonlyMap<string, Sides>
}

/** Runs every region's rules on both sides and compares. The conclusion is `failure` when head has an error that base has not. */
export function check({ base, head, config, regions }: CheckInput): Report {
  const reports = config.regions.flatMap((region) => {
    const sides = regions.get(region.name)
    return sides === undefined ? [] : [checkRegion(region, sides)]
  })
  const configuration = config.findings.map((finding) => ({ ...finding, new: true }))
  const failed = [...configuration, ...reports.flatMap((report) => report.findings)].some(failsTheCheck)
  return { version: 1, base, head, conclusion: failed ? 'failure' : 'success', regions: reports, configuration }
}

function failsTheCheck(finding: ReportedFinding): boolean {
  return finding.new && finding.severity === 'error'
}

function checkRegion(region: EffectiveRegion, { base, head }: Sides): RegionReport {
  const after = head && fingerprinted(head)
  const before = base === head ? after : base && fingerprinted(base)
  const changed = changes(before, after)
  return {
    name: region.name,
    project: region.head.project,
    environment: region.environment,
    target: head?.project.manifest.metadata.target_name ?? region.head.target ?? '',
    changes: changed,
    findings: head === null ? [] : findings(region, base, head),
    plan: after === null ? [] : planPreview(region.name, before, after, changed),
    lineage: lineageOf(base?.project ?? null, head?.project ?? null, changed),
  }
}

function findings(region: EffectiveRegion, base: Side | null, head: Side): ReportedFinding[] {
  const now = found(head, region)
  return markNew(base === head ? now : base && found(base, region), now)
}

function found({ files, project }: Side, region: EffectiveRegion): Found {
  const { root } = project
  const has = (file: string) =>
    files.has(root === '' ? file : file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file)
  return { project, findings: findingsOf(project, graphOf(project.manifest), region), has }
}

function fingerprinted({ files, project }: Side): Fingerprinted {
  return { project, fingerprints: fingerprints(project, compileNode, settingsOf(files), compileTemplate) }
}
