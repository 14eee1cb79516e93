import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { isKnown } from './decode.ts'
import { compare } from './grouped.ts'
import type { Place } from './place.ts'
import type { Report } from './report.ts'
import { failed, type Section, sectionsOf } from './section.ts'

/** What the comment of a pull request knows: the newest section of every region. */
export interface CommentState {
  readonly id: string
  /** The regions that are configured at the newest head: a section that is not there yet is waited for. */
  readonly regions: readonly string[]
  readonly sections: readonly Section[]
}

/** What one job knows: its own report's sections, and which regions there are. */
export function stateOf(report: Report, place: Place): CommentState {
  const regions = new Set([...place.regions, ...report.regions.map((it) => it.name)])
  return { id: place.id, regions: [...regions].sort(compare), sections: sectionsOf(report, place) }
}

const MARKER = /^<!-- dbt-regions (\{[^\n]*\}) -->(?:\r?\n|$)/
const DATA = /^<!-- dbt-regions-data ([A-Za-z0-9+/=]+) -->\r?$/m
const LARGEST = 8 * 1024 * 1024

/** The hidden first line of a comment: by it alone a comment is known. Nothing in it can end an HTML comment. */
export function markerOf(state: CommentState): string {
  const newest = [...state.sections].sort((a, b) => b.run - a.run || b.attempt - a.attempt)[0]
  const { head = '', run = 0, attempt = 0 } = newest ?? {}
  const json = JSON.stringify({ version: 1, id: state.id, head, run, attempt })
  return `<!-- dbt-regions ${json.replace(/[-<>\u2028\u2029]/g, unicodeEscape)} -->`
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The hidden last line: the sections themselves, deflated, as base64, which holds no `--` and no `>`. */
export function dataOf(state: CommentState): string {
  const json = JSON.stringify({ regions: state.regions, sections: state.sections })
  return `<!-- dbt-regions-data ${deflateRawSync(json, { level: 9 }).toString('base64')} -->`
}

/** Whether a text is the comment of the configuration `id`, whatever else it holds. */
export function isComment(body: string, id: string): boolean {
  const json = MARKER.exec(body)?.[1]
  if (json === undefined) return false
  try {
    const marker: unknown = JSON.parse(json)
    return typeof marker === 'object' && marker !== null && 'id' in marker && marker.id === id
  } catch {
    return false
  }
}

/** The state that a comment's text holds; none when somebody broke it or another version wrote it. */
export function parseComment(body: string, id: string): CommentState | null {
  if (!isComment(body, id)) return null
  const base64 = DATA.exec(body)?.[1]
  if (base64 === undefined) return null
  try {
    const json = inflateRawSync(Buffer.from(base64, 'base64'), { maxOutputLength: LARGEST }).toString()
    const known: unknown = JSON.parse(json)
    if (!isKnown(known)) return null
    const sections = known.sections.map((it) => ({
      ...it,
      leftPending: it.leftPending ?? null,
      page: it.page ?? null,
      twins: it.twins ?? [],
    }))
    return { id, regions: known.regions, sections }
  } catch {
    return null
  }
}

/**
 * Two states as one. Of each region the newer section stays: one of the pull request's `head` is newer than any other, else the
 * later run, attempt and time is. Associative, commutative and idempotent, so overlapping writers agree in the end.
 */
export function joined(a: CommentState, b: CommentState, head: string): CommentState {
  const sections = new Map<string, Section>()
  for (const section of [...a.sections, ...b.sections]) {
    const other = sections.get(section.region)
    sections.set(section.region, other ? newer(other, section, head) : section)
  }
  const order = compareRanks(latest(a.sections, head), latest(b.sections, head))
  const regions = order === 0 ? [...a.regions, ...b.regions] : (order > 0 ? a : b).regions
  const kept = [...new Set(regions)].sort(compare)
  return {
    id: a.id,
    regions: kept,
    sections: kept.flatMap((region) => sections.get(region) ?? []),
  }
}

type Rank = readonly [current: number, run: number, attempt: number, at: number]

function rank(section: Section, head: string): Rank {
  return [Number(section.head === head), section.run, section.attempt, section.at]
}

function latest(sections: readonly Section[], head: string): Rank {
  return sections.map((it) => rank(it, head)).reduce((x, y) => (compareRanks(x, y) > 0 ? x : y), [-1, 0, 0, 0])
}

function compareRanks(a: Rank, b: Rank): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]
}

function newer(a: Section, b: Section, head: string): Section {
  const order = compareRanks(rank(a, head), rank(b, head)) || bySubstance(a, b)
  const [kept, other] = order >= 0 ? [a, b] : [b, a]
  return { ...kept, fixed: failed(kept) ? null : lastFailure([kept.fixed, other.fixed, failureOf(other)]) }
}

/** The same job's section, read back from the comment, may be a shortened one. */
function bySubstance(a: Section, b: Section): number {
  const [x, y] = [a, b].map((it) => JSON.stringify({ ...it, fixed: null }))
  return x === undefined || y === undefined ? 0 : x.length - y.length || compare(x, y)
}

function failureOf(section: Section): Section['fixed'] {
  if (!failed(section)) return null
  const { totals, head, run, attempt } = section
  return { errors: totals.errors + totals.configurationErrors, head, run, attempt }
}

function lastFailure(failures: readonly Section['fixed'][]): Section['fixed'] {
  return failures.reduce(
    (a, b) => (a && b ? ((a.run - b.run || a.attempt - b.attempt || compare(a.head, b.head)) >= 0 ? a : b) : (a ?? b)),
    null,
  )
}
