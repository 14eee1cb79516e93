import { code } from './escape.ts'
import { amount, awaited } from './headline.ts'
import type { Section } from './section.ts'
import type { Step } from './shorten.ts'
import type { CommentState } from './state.ts'
import { counted, thousands } from './words.ts'

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
  const changed = section.totals.changes === 0 ? 'none' : amount(section)
  const left = section.leftPending === null ? [] : [`${thousands(section.leftPending.count)} from an earlier deploy`]
  const planned = section.totals.run + section.totals.tests + section.totals.review > 0 ? [onMerge(section.totals)] : []
  const merge = [...planned, ...left].join(', ') || onMerge(section.totals)
  return [verdict(section, outdated), changed, reaches(section), merge]
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

/** What a deploy will do, in a few words. */
export function onMerge({ run, tests, review }: Section['totals']): string {
  const parts = [
    ...(run > 0 ? [`builds ${thousands(run)}`] : []),
    ...(tests > 0 ? [`runs ${counted(tests, 'test')}`] : []),
    ...(review > 0 ? [`${thousands(review)} to drop by hand`] : []),
  ]
  return parts.join(', ') || 'nothing'
}
