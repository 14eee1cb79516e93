import { details } from './details.ts'
import { effects } from './effects.ts'
import { blobUrl, code, link, prose } from './escape.ts'
import { titleIn } from './exposure-list.ts'
import type { Place } from './place.ts'
import type { ChangeRow, Section } from './section.ts'
import { ofProject } from './twins.ts'
import { counted, listed } from './words.ts'

const SHOWN = 20
const NAMED = 3

/** The changed nodes of regions that change alike, with what they do and whom they reach; what is beyond 20 is folded. */
export function changeTable(twins: readonly Section[], place: Place): string {
  const [first] = twins
  if (!first) return ''
  const rows = first.changes.map((_, index) => rowOf(twins, index, place))
  const left = first.totals.changes - first.changes.length
  return [
    table(rows.slice(0, SHOWN)),
    rows.length > SHOWN ? details(`${rows.length - SHOWN} more changes`, table(rows.slice(SHOWN))) : '',
    left > 0 ? `… and ${counted(left, 'more change')}.` : '',
  ]
    .filter((it) => it !== '')
    .join('\n\n')
}

function table(rows: readonly string[]): string {
  if (rows.length === 0) return ''
  return ['| Changed | What it does | Reaches |', '| :-- | :-- | :-- |', ...rows].join('\n')
}

function rowOf(twins: readonly Section[], index: number, place: Place): string {
  const each = twins.flatMap((section) => {
    const change = section.changes[index]
    return change ? [{ section, change }] : []
  })
  const [first] = each
  if (!first) return ''
  return `| ${[nameCell(each, place), effectCell(first.change, first.section), reachCell(each)].join(' | ')} |`
}

type Twin = { readonly section: Section; readonly change: ChangeRow }

/** The name, once where twins bear the same, with a link into each region's file. */
function nameCell(each: readonly Twin[], place: Place): string {
  const { state, resource_type } = each[0]?.change ?? { state: 'modified', resource_type: 'model' }
  const kind = prose(resource_type.replaceAll('_', ' '))
  const [only] = each
  if (each.length === 1 && only) return `${link(code(only.change.name), fileUrl(only, place))}<br>${state} ${kind}`
  const names = [...new Set(each.map((it) => it.change.name))].map(code)
  const links = each.map((it) => link(code(it.section.region), fileUrl(it, place)))
  return `${names.join('<br>')}<br>${state} ${kind} ${links.join('&nbsp;')}`
}

function fileUrl({ section, change }: Twin, place: Place): string | null {
  const commit = change.state === 'removed' ? section.base : section.head
  return blobUrl(place.repository, commit, change.file, change.line)
}

function effectCell(change: ChangeRow, section: Section): string {
  const also = change.all.filter((it) => it !== change.change)
  const columns = change.columns.length > 0 ? `: ${change.columns.map(code).join(', ')}` : ''
  const more = also.length > 0 ? `, also ${listed(also.map((it) => effects[it]))}` : ''
  const mark = change.change === 'unknown' ? '⚠️ ' : ''
  const reason = change.reason === '' ? '' : `<br>${prose(ofProject(change.reason, section))}`
  return `${mark}**${effects[change.change]}**${columns}${more}${reason}`
}

/** Exposures first, those of twins once, then how many models. */
function reachCell(each: readonly Twin[]): string {
  const titles = new Set(
    each.flatMap(({ section, change }) =>
      change.exposures
        .slice(0, NAMED)
        .map((it) => `**${prose(titleIn(it, each.length > 1 ? section.region : null), 100)}**`),
    ),
  )
  const left = Math.max(...each.map(({ change }) => change.reached - Math.min(NAMED, change.exposures.length)))
  const affected = Math.max(...each.map(({ change }) => change.affected))
  const parts = [
    ...titles,
    ...(left > 0 ? [counted(left, titles.size > 0 ? 'more exposure' : 'exposure')] : []),
    ...(affected > 0 ? [counted(affected, 'model')] : []),
  ]
  return parts.join('<br>') || '–'
}
