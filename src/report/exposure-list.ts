import { code, link, prose, webUrl } from './escape.ts'
import { grouped } from './grouped.ts'
import type { AffectedExposure } from './report.ts'
import type { Section } from './section.ts'
import { counted } from './words.ts'

const SHOWN = 10

interface Reached {
  readonly region: string
  readonly exposure: AffectedExposure
}

/** Who has to hear of the changes: the exposures that they reach, each with its owner, those of twins in one line. */
export function exposureList(twins: readonly Section[]): string {
  const reached = twins.flatMap(reachedBy)
  const alike = [
    ...grouped(reached, ({ exposure }) => JSON.stringify([exposure.name, exposure.label, exposure.type])).values(),
  ]
  const lines = alike.slice(0, SHOWN).map((them) => lineOf(them, twins.length > 1))
  const shown = alike.slice(0, SHOWN).reduce((sum, them) => sum + them.length, 0)
  const left = twins.reduce((sum, it) => sum + it.totals.exposures, 0) - shown
  if (left > 0) lines.push(`- and ${counted(left, lines.length > 0 ? 'more exposure' : 'exposure')}`)
  return lines.length === 0 ? '' : ['Reaches', ...lines].join('\n')
}

function reachedBy({ region, changes }: Section): Reached[] {
  const exposures = new Map(changes.flatMap((it) => it.exposures.map((exposure) => [exposure.unique_id, exposure])))
  return [...exposures.values()].map((exposure) => ({ region, exposure }))
}

function lineOf(them: readonly Reached[], several: boolean): string {
  const [first] = them
  if (!first) return ''
  const { exposure } = first
  const title = `**${exposureTitle(exposure)}**`
  const url = webUrl(exposure.url)
  const everywhere = them.every((it) => webUrl(it.exposure.url) === url && it.exposure.owner === exposure.owner)
  const type = prose(exposure.type, 40)
  if (!several || everywhere) {
    const where = several ? ` in ${them.map((it) => code(it.region)).join(' ')}` : ''
    return `- ${link(title, url)} (${type})${where} · ${prose(exposureOwner(exposure), 100)}`
  }
  const owners = them.map(
    (it) => `${link(code(it.region), webUrl(it.exposure.url))} ${prose(exposureOwner(it.exposure), 100)}`,
  )
  return `- ${title} (${type}) · ${owners.join(' · ')}`
}

/** What people call an exposure. */
export function exposureTitle({ label, name }: AffectedExposure): string {
  return prose(label || name, 100)
}

/** Whom to ask. */
export function exposureOwner({ owner }: AffectedExposure): string {
  return owner || 'no owner'
}
