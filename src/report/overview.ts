import { code } from './escape.ts'
import { amount, awaited } from './headline.ts'
import type { Section } from './section.ts'
import type { Step } from './shorten.ts'
import type { CommentState } from './state.ts'
import { counted } from './words.ts'

/** One row a region, when there is more than one. */
export function overview(state: CommentState, head: string, step: Step): string {
  if (state.regions.length < 2) return ''
  const missing = new Set(awaited(state, head))
  const sections = new Map(state.sections.map((it) => [it.region, it]))
  const rows = state.regions.slice(0, step.regions).map((region) => {
    const section = sections.get(region)
    const cells = section ? cellsOf(section, missing.has(region)) : ['⏳ not checked yet', '', '', '']
    return `| ${[`**${code(region)}**`, ...cells].join(' | ')} |`
  })
  const more = state.regions.length - rows.length
  if (more > 0) rows.push(`| and ${counted(more, 'more region')} | | | | |`)
  return ['| Region | Check | Changes | Reaches | On merge |', '| :-- | :-- | :-- | :-- | :-- |', ...rows].join('\n')
}

function cellsOf(section: Section, outdated: boolean): string[] {
  const { changes, unknown } = section.totals
  const changed = changes === 0 ? 'none' : `${amount(section)}${unknown > 0 ? `, ${unknown} of unknown effect` : ''}`
  return [verdict(section, outdated), changed, reaches(section), onMerge(section)]
}

function verdict(section: Section, outdated: boolean): string {
  const { errors, configurationErrors, warnings } = section.totals
  const all = errors + configurationErrors
  const noted = warnings > 0 ? `⚠️ ${counted(warnings, 'new warning')}` : '✅ passes'
  const said = all > 0 ? `❌ **${counted(all, 'new error')}**` : noted
  return outdated ? `⏳ at ${code(section.head.slice(0, 7))}: ${said}` : said
}

function reaches({ totals }: Section): string {
  const parts = [
    ...(totals.exposures > 0 ? [`**${counted(totals.exposures, 'exposure')}**`] : []),
    ...(totals.affected > 0 ? [counted(totals.affected, 'model')] : []),
  ]
  return parts.join(', ') || '–'
}

function onMerge({ totals }: Section): string {
  const parts = [
    ...(totals.run > 0 ? [`runs ${totals.run.toLocaleString('en-US')}`] : []),
    ...(totals.review > 0 ? [`${totals.review.toLocaleString('en-US')} to drop by hand`] : []),
  ]
  return parts.join(', ') || 'nothing'
}
