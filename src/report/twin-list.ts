import { details } from './details.ts'
import { blobUrl, code, htmlCode, link, plain, prose } from './escape.ts'
import type { Place } from './place.ts'
import type { TwinChange } from './report.ts'
import type { Section } from './section.ts'
import { ofProject } from './twins.ts'
import { counted } from './words.ts'

const SHOWN = 20

interface Row {
  readonly section: Section
  readonly change: TwinChange
}

/** What a pull request does to one of several regions that hold the same models, folded; what is declared to differ comes last. */
export function twinList(sections: readonly Section[], place: Place): string {
  const all = sections.flatMap((section) => section.twins.map((change): Row => ({ section, change })))
  if (all.length === 0) return ''
  const open = all.filter(({ change }) => change.declared === null)
  const meant = all.filter(({ change }) => change.declared !== null)
  const regions = sections.flatMap(({ region }) => {
    const own = open.filter(({ section, change }) => section.region === region && change.kind !== 'differs').length
    return own === 0 ? [] : [`${own} in ${htmlCode(region)} only`]
  })
  const apart = open.filter(({ change }) => change.kind === 'differs').length
  const counts = [
    ...regions,
    ...(apart > 0 ? [`${apart} changed otherwise`] : []),
    ...(meant.length > 0 ? [`${meant.length} as declared`] : []),
  ]
  const lists = [listOf(open, place), ...(meant.length > 0 ? [`Meant to differ:\n\n${listOf(meant, place)}`] : [])]
  return details(`<b>Twins</b>: ${counts.join(', ')}`, lists.filter((it) => it !== '').join('\n\n'))
}

function listOf(rows: readonly Row[], place: Place): string {
  const left = rows.length - SHOWN
  const shown = rows.slice(0, SHOWN).map((row) => `- ${entryOf(row, place)}`)
  return [...shown, ...(left > 0 ? [`- and ${counted(left, 'more node')}`] : [])].join('\n')
}

function entryOf({ section, change }: Row, place: Place): string {
  const { name, kind, twin, reason, declared } = change
  const file = twin.file === null ? null : link(code(twin.file), blobUrl(place.repository, section.head, twin.file, 1))
  const where =
    kind === 'differs'
      ? `in ${code(section.region)} and ${code(twin.region)}, not alike`
      : `in ${code(section.region)} only`
  const beside =
    file === null ? `${code(twin.region)} has none` : `${kind === 'differs' ? 'beside' : 'its twin is'} ${file}`
  const why = declared === null ? '' : ` (${prose(declared)})`
  const verb = kind === 'differs' ? 'changed' : kind
  return `${code(name)} ${verb} ${where}${why}: ${prose(ofProject(reason, section))}; ${beside}`
}

/** The same for a terminal, a line each. */
export function twinTexts(region: string, twins: readonly TwinChange[]): string[] {
  return twins.map(({ name, kind, twin, declared }) => {
    const where = kind === 'differs' ? `otherwise than in ${plain(twin.region)}` : `in ${plain(region)} only`
    const beside = twin.file === null ? `${plain(twin.region)} has none` : plain(twin.file)
    const why = declared === null ? '' : ` (declared: ${plain(declared)})`
    return `  ${plain(name)} ${kind === 'differs' ? 'changed' : kind} ${where}: ${beside}${why}`
  })
}
