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
  return JSON.stringify([exposure.type, withoutRegion(exposure.name, region), titleIn(exposure, region)])
}

function entryOf(them: readonly Reached[], regions: number): string {
  const [first] = them
  if (!first) return ''
  const type = prose(first.exposure.type, 40)
  if (regions === 1)
    return `${linked(`**${prose(titleIn(first.exposure, null), 100)}**`, first)} (${type}) · ${ownerOf(first)}`
  const each = them.map((it) => `${linked(code(it.region), it)} ${ownerOf(it)}`)
  const title = them.length > 1 ? titleIn(first.exposure, first.region) : titleIn(first.exposure, null)
  return `**${prose(title, 100)}** (${type}) · ${each.join(' · ')}`
}

function linked(label: string, { exposure }: Reached): string {
  return link(label, webUrl(exposure.url))
}

function ownerOf({ exposure }: Reached): string {
  return prose(exposureOwner(exposure), 100)
}

/** What people call an exposure; given a region, without that region's name, as it is called among twins. */
export function titleIn({ label, name }: AffectedExposure, region: string | null): string {
  const title = label || name
  return (region === null ? '' : withoutRegion(title, region).trim()) || title
}

/** Whom to ask. */
export function exposureOwner({ owner }: AffectedExposure): string {
  return owner || 'no owner'
}
