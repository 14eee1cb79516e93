import type { Coverage } from '../graph/column-lineage.ts'
import type { LeftPending, NodeChange, PlanStep, RegionReport, Report, ReportedFinding, TwinChange } from './report.ts'

/** What `check --format json` prints: `schemas/report.schema.json` describes it. Keys are only ever added. */
export interface ReportJson {
  readonly version: 1
  readonly base: string | null
  readonly head: string | null
  readonly conclusion: Report['conclusion']
  readonly regions: readonly RegionJson[]
  readonly configuration: readonly FindingJson[]
}

export interface RegionJson {
  readonly name: string
  readonly project: string
  readonly environment: string
  readonly target: string
  readonly changes: readonly NodeChange[]
  readonly findings: readonly FindingJson[]
  readonly plan: readonly PlanStep[]
  readonly coverage: Coverage | null
  readonly left_pending: LeftPending | null
  readonly twins: readonly TwinChange[]
}

export type FindingJson = Omit<ReportedFinding, 'unique_id'> & { readonly unique_id: string | null }

/** The report as data for other programs: all that was found, unshortened and unescaped, in the report's order. */
export function reportJson(report: Report): ReportJson {
  const { version, base, head, conclusion, regions, configuration } = report
  return {
    version,
    base,
    head,
    conclusion,
    regions: regions.map(regionJson),
    configuration: configuration.map(findingJson),
  }
}

function regionJson({
  name,
  project,
  environment,
  target,
  changes,
  findings,
  plan,
  coverage,
  leftPending,
  twins,
}: RegionReport): RegionJson {
  return {
    name,
    project,
    environment,
    target,
    changes: changes.map(changeJson),
    findings: findings.map(findingJson),
    plan: plan.map(({ unique_id, action, because }) => ({ unique_id, action, because })),
    coverage,
    left_pending: leftPending && leftPendingJson(leftPending),
    twins: twins.map(twinJson),
  }
}

function twinJson({ unique_id, name, file, kind, twin, reason, declared }: TwinChange): TwinChange {
  const { region, name: called, file: place } = twin
  return { unique_id, name, file, kind, twin: { region, name: called, file: place }, reason, declared }
}

function leftPendingJson({ commit, run, deploy, count, names }: LeftPending): LeftPending {
  return { commit, run, deploy, count, names }
}

function changeJson(it: NodeChange): NodeChange {
  const { unique_id, name, resource_type, state, change, all, columns, reason, affects, exposures, file, line } = it
  return { unique_id, name, resource_type, state, change, all, columns, reason, affects, exposures, file, line }
}

function findingJson({
  rule,
  severity,
  new: added,
  unique_id,
  file,
  line,
  column,
  message,
}: ReportedFinding): FindingJson {
  return { rule, severity, new: added, unique_id: unique_id ?? null, file, line, column, message }
}
