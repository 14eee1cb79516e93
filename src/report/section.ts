import { compare } from './grouped.ts'
import type { Place } from './place.ts'
import {
  changeClasses,
  type LeftPending,
  type Lineage,
  type NodeChange,
  type PlanStep,
  type RegionReport,
  type Report,
  type ReportedFinding,
  type TwinChange,
} from './report.ts'

/**
 * One region's part of the comment: what of its report is shown, most important first. It also travels hidden in the comment,
 * so that another region's job can show it again. Lists may be shortened, `totals` count the whole.
 */
export interface Section {
  readonly region: string
  readonly project: string
  readonly environment: string
  readonly target: string
  readonly base: string | null
  readonly head: string
  readonly run: number
  readonly attempt: number
  /** When the report was made, in seconds since 1970: of two steps of one job the later one counts. */
  readonly at: number
  /** The last failing state of this region on this pull request, when it does not fail any more. */
  readonly fixed: Failure | null
  readonly totals: Totals
  readonly changes: readonly ChangeRow[]
  readonly findings: readonly FindingRow[]
  /** Findings about the configuration, which each region's job finds alike. */
  readonly configuration: readonly FindingRow[]
  /** What is built or left to drop; its tests are counted alone. */
  readonly plan: readonly PlanStep[]
  readonly lineage: Lineage
  /** What an earlier deploy left behind, which the next one runs too. */
  readonly leftPending: LeftPending | null
  /** What its changes do beside its twins. */
  readonly twins: readonly TwinChange[]
  /** The artifact of the run that is `lineage.html`; null when there is none. */
  readonly page: number | null
}

/** A section as a comment holds it: one that was written before there was one of these lacks it. */
export type StoredSection = Omit<Section, 'leftPending' | 'page' | 'twins'> & {
  readonly leftPending?: LeftPending | null | undefined
  readonly page?: number | null | undefined
  readonly twins?: readonly TwinChange[] | undefined
}

export interface Failure {
  readonly errors: number
  readonly head: string
  readonly run: number
  readonly attempt: number
}

export interface Totals {
  readonly changes: number
  readonly unknown: number
  /** Distinct exposures and models downstream of the changes. */
  readonly exposures: number
  readonly affected: number
  readonly errors: number
  readonly warnings: number
  readonly notices: number
  readonly existing: number
  readonly configurationErrors: number
  readonly configuration: number
  /** Steps of the plan: what is built, the tests of it, and what is left for a person to drop. */
  readonly run: number
  readonly tests: number
  readonly review: number
  /** Nodes of the lineage. */
  readonly nodes: number
}

export type ChangeRow = Omit<NodeChange, 'affects' | 'unique_id'> & {
  /** How many models, seeds and snapshots are downstream, and how many exposures, of which `exposures` may be the first few. */
  readonly affected: number
  readonly reached: number
}

export type FindingRow = Omit<ReportedFinding, 'unique_id'>

/** The sections of a report, one a region, by name. */
export function sectionsOf(report: Report, place: Place): Section[] {
  return report.regions.map((region) => sectionOf(region, report, place)).sort((a, b) => compare(a.region, b.region))
}

function sectionOf(region: RegionReport, report: Report, place: Place): Section {
  return {
    region: region.name,
    project: region.project,
    environment: region.environment,
    target: region.target,
    base: report.base,
    head: place.head ?? report.head ?? '',
    run: place.run.id,
    attempt: place.run.attempt,
    at: place.run.at,
    fixed: null,
    totals: totalsOf(region, report.configuration),
    changes: [...region.changes].sort(byImportance).map(rowOf),
    findings: worstFirst(region.findings.map(findingOf)),
    configuration: worstFirst(report.configuration.map(findingOf)),
    plan: region.plan
      .filter((it) => !isTest(it))
      .map(({ unique_id, action, because }) => ({ unique_id, action, because })),
    lineage: region.lineage,
    leftPending: region.leftPending,
    twins: region.twins,
    page: place.lineage ?? null,
  }
}

function totalsOf(region: RegionReport, configuration: readonly ReportedFinding[]): Totals {
  const added = region.findings.filter((it) => it.new)
  const of = (severity: string) => added.filter((it) => it.severity === severity).length
  const downstream = new Set(region.changes.flatMap((it) => it.affects))
  return {
    changes: region.changes.length,
    unknown: region.changes.filter((it) => it.change === 'unknown').length,
    exposures: new Set(region.changes.flatMap((it) => it.exposures.map((exposure) => exposure.unique_id))).size,
    affected: [...downstream].filter(isRelation).length,
    errors: of('error'),
    warnings: of('warning'),
    notices: of('notice'),
    existing: region.findings.length - added.length,
    configurationErrors: configuration.filter((it) => it.new && it.severity === 'error').length,
    configuration: configuration.length,
    run: region.plan.filter((it) => it.action !== 'drop-review' && !isTest(it)).length,
    tests: region.plan.filter(isTest).length,
    review: region.plan.filter((it) => it.action === 'drop-review').length,
    nodes: region.lineage.nodes.length,
  }
}

function rowOf({ unique_id: _, affects, exposures, ...rest }: NodeChange): ChangeRow {
  return { ...rest, exposures, affected: affects.filter(isRelation).length, reached: exposures.length }
}

function findingOf({ unique_id: _, ...rest }: ReportedFinding): FindingRow {
  return rest
}

/** Whether something is built for it in the warehouse: tests and exposures are not. */
function isRelation(uniqueId: string): boolean {
  return /^(model|seed|snapshot|function)\./.test(uniqueId)
}

/** Whether a step of a plan is a test of what is built. */
export function isTest({ unique_id }: Pick<PlanStep, 'unique_id'>): boolean {
  return /^(test|unit_test)\./.test(unique_id)
}

/** Of unique_ids those that people know: tests only where there is nothing else. */
export function withoutTests(ids: readonly string[]): readonly string[] {
  const nodes = ids.filter((unique_id) => !isTest({ unique_id }))
  return nodes.length > 0 ? nodes : ids
}

/** First what people look at, then what is least known or most severe. */
function byImportance(a: NodeChange, b: NodeChange): number {
  return (
    b.exposures.length - a.exposures.length ||
    changeClasses.indexOf(a.change) - changeClasses.indexOf(b.change) ||
    compare(a.name, b.name) ||
    compare(a.unique_id, b.unique_id)
  )
}

const severities = ['error', 'warning', 'notice']

/** New findings first, among them errors first; then as they come, which is by file and line. */
export function worstFirst<F extends FindingRow>(findings: readonly F[]): F[] {
  return [...findings].sort(
    (a, b) => Number(b.new) - Number(a.new) || severities.indexOf(a.severity) - severities.indexOf(b.severity),
  )
}

/** Whether the check of this region fails. */
export function failed({ totals }: Section): boolean {
  return totals.errors + totals.configurationErrors > 0
}

/** Whether there is nothing that a reviewer has to know of. */
export function isEmpty({ totals, leftPending }: Section): boolean {
  return (
    leftPending === null &&
    totals.changes + totals.errors + totals.warnings + totals.notices + totals.configuration === 0
  )
}

/** What a person calls a resource: its name out of its unique_id. */
export function nameOf(uniqueId: string): string {
  return uniqueId.split('.').slice(2).join('.') || uniqueId
}
