import { code, link, prose, webUrl } from './escape.ts'
import { grouped } from './grouped.ts'
import { withoutRegion } from './lineage.ts'
import type { AffectedExposure } from './report.ts'
import type { Section } from './section.ts'
import { counted } from './words.ts'

const SHOWN = 10

interface Reached {
  readonly region: string
  readonly exposure: AffectedExposure
}

/** Who has to hear of the changes: the exposures that they reach, each with its owner, those of twins in one entry. */
export function exposureList(twins: readonly Section[]): string {
  const alike = [...grouped(twins.flatMap(reachedBy), keyOf).values()]
  const shown = alike.slice(0, SHOWN)
  const left = twins.reduce((sum, it) => sum + it.totals.exposures, 0) - shown.flat().length
  const entries = shown.map((them) => `- ${entryOf(them, twins.length)}`)
  if (left > 0)
    entries.push(
      `- ${entries.length > 0 ? 'and ' : ''}${counted(left, entries.length > 0 ? 'more exposure' : 'exposure')}`,
    )
  return entries.length === 0 ? '' : ['Reaches', ...entries].join('\n')
}

function reachedBy({ region, changes }: Section): Reached[] {
  const exposures = new Map(changes.flatMap((it) => it.exposures.map((exposure) => [exposure.unique_id, exposure])))
  return [...exposures.values()].map((exposure) => ({ region, exposure }))
}

function keyOf({ region, exposure }: Reached): string {
  return JSON.stringify([
    exposure.type,
    withoutRegion(exposure.name, region),
    withoutRegion(exposure.label ?? '', region),
  ])
}

function entryOf(them: readonly Reached[], regions: number): string {
  const lines = [...grouped(them, lineOf)].map(([line, of]) => {
    const where = of.length < regions && regions > 1 ? `${of.map((it) => code(it.region)).join(' ')} ` : ''
    return `${where}${line}`
  })
  return lines.join('<br>')
}

function lineOf({ exposure }: Reached): string {
  const title = link(`**${exposureTitle(exposure)}**`, webUrl(exposure.url))
  return `${title} (${prose(exposure.type, 40)}) · ${prose(exposureOwner(exposure), 100)}`
}

/** What people call an exposure. */
export function exposureTitle({ label, name }: AffectedExposure): string {
  return prose(label || name, 100)
}

/** Whom to ask. */
export function exposureOwner({ owner }: AffectedExposure): string {
  return owner || 'no owner'
}
