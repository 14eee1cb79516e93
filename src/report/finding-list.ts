import { details } from './details.ts'
import { blobUrl, code, link, prose } from './escape.ts'
import { grouped } from './grouped.ts'
import type { Place } from './place.ts'
import type { FindingRow, Section } from './section.ts'
import { ofProject } from './twins.ts'
import { counted } from './words.ts'

const SHOWN = 15
const icons = { error: '❌', warning: '⚠️', notice: 'ℹ️' } as const

interface Found {
  readonly finding: FindingRow
  /** Null for a finding about the configuration, which is no region's. */
  readonly section: Section | null
  readonly head: string
}

/** The findings that this pull request brings, worst first; those of twins that say the same are one entry with a link each. */
export function newFindings(sections: readonly Section[], place: Place): string {
  const entries = entriesOf(
    found(sections).filter((it) => it.finding.new),
    place,
  )
  if (entries.length === 0) return ''
  const left = leftOut(sections)
  return [
    '#### New findings',
    entries.slice(0, SHOWN).join('\n'),
    entries.length > SHOWN ? details(`${entries.length - SHOWN} more`, entries.slice(SHOWN).join('\n')) : '',
    left > 0 ? `… and ${counted(left, 'more finding')}.` : '',
  ]
    .filter((it) => it !== '')
    .join('\n\n')
}

/** What was there before, folded: it does not fail the check. */
export function existingFindings(sections: readonly Section[], place: Place): string {
  const total = sections.reduce((sum, it) => sum + it.totals.existing, 0)
  if (total === 0) return ''
  const summary = `${counted(total, 'finding')} that ${total === 1 ? 'was' : 'were'} there before, not counted against this pull request`
  const entries = entriesOf(
    found(sections).filter((it) => !it.finding.new),
    place,
  )
  return entries.length === 0 ? `${summary}.` : details(summary, entries.join('\n'))
}

function found(sections: readonly Section[]): Found[] {
  const configuration = sections.flatMap(({ configuration, head }) =>
    configuration.map((finding): Found => ({ finding, section: null, head })),
  )
  const alike = grouped(configuration, (it) => JSON.stringify(it.finding))
  const once = [...alike.values()].flatMap((them) => them.slice(0, 1))
  const regional = sections.flatMap((section) =>
    section.findings.map((finding): Found => ({ finding, section, head: section.head })),
  )
  return [...once, ...regional]
}

function leftOut(sections: readonly Section[]): number {
  const regional = sections.reduce((sum, { totals, findings }) => {
    const shown = findings.filter((it) => it.new).length
    return sum + totals.errors + totals.warnings + totals.notices - shown
  }, 0)
  return regional + Math.max(0, ...sections.map((it) => it.totals.configuration - it.configuration.length))
}

function entriesOf(all: readonly Found[], place: Place): string[] {
  const alike = grouped(all, ({ finding, section }) =>
    JSON.stringify([finding.severity, finding.rule, messageOf({ finding, section }), fileOf({ finding, section })]),
  )
  const order = { error: 0, warning: 1, notice: 2 }
  return [...alike.values()]
    .flatMap((them) => (them[0] ? [{ them, first: them[0] }] : []))
    .sort((a, b) => order[a.first.finding.severity] - order[b.first.finding.severity])
    .map(({ them, first }) => {
      const { severity, rule } = first.finding
      return `- ${icons[severity]} ${prose(messageOf(first))}<br>${code(rule)} ${them.map((it) => where(it, place)).join(' ')}`
    })
}

function messageOf({ finding, section }: Pick<Found, 'finding' | 'section'>): string {
  return section ? ofProject(finding.message, section) : finding.message
}

function fileOf({ finding, section }: Pick<Found, 'finding' | 'section'>): string {
  return section ? ofProject(finding.file, section) : finding.file
}

function where(found: Found, place: Place): string {
  const { finding, section, head } = found
  const label = code(`${fileOf(found)}:${finding.line}`)
  const at = link(label, blobUrl(place.repository, head || null, finding.file, finding.line))
  return section ? `· ${code(section.region)} ${at}` : `· ${at}`
}
