import { code } from './escape.ts'
import { grouped } from './grouped.ts'
import { failed, type Section } from './section.ts'
import type { CommentState } from './state.ts'
import { counted, listed, nounOf } from './words.ts'

/** The regions whose check of this head is not there: never checked, or at an older head. */
export function awaited({ regions, sections }: CommentState, head: string): string[] {
  return regions.filter((region) => !sections.some((it) => it.region === region && it.head === head))
}

/** The one line that says whether to merge, what changes, and whom it reaches. */
export function headline(state: CommentState, head: string): string {
  const current = state.sections.filter((it) => it.head === head)
  const waiting = awaited(state, head)
  const parts = [verdict(current, waiting), changes(current), reach(current)]
  return `${icon(current, waiting)} dbt: ${parts.filter((it) => it !== '').join(' · ')}`
}

function icon(sections: readonly Section[], waiting: readonly string[]): string {
  if (sections.some(failed)) return '❌'
  if (waiting.length > 0) return '⏳'
  return sections.some((it) => it.totals.unknown + it.totals.warnings > 0) ? '⚠️' : '✅'
}

/** The errors of a configuration are found by the job of each region, and count once. */
export function errorsOf(sections: readonly Section[]): number {
  const configuration = Math.max(0, ...sections.map((it) => it.totals.configurationErrors))
  return sections.reduce((sum, it) => sum + it.totals.errors, configuration)
}

function verdict(sections: readonly Section[], waiting: readonly string[]): string {
  const errors = errorsOf(sections)
  const warnings = sections.reduce((sum, it) => sum + it.totals.warnings, 0)
  const also = warnings > 0 ? [counted(warnings, 'new warning')] : []
  const wait = waiting.length > 0 ? [`waiting for ${listed(waiting.slice(0, 5).map(code))}`] : []
  if (errors > 0) return [...[counted(errors, 'new error')], ...also, ...wait].join(', ')
  if (waiting.length > 0) return [...wait, ...also].join(', ')
  const fixed = sections.flatMap((it) => it.fixed ?? [])
  const resolved = fixed.length > 0 ? ['resolved, the errors found before are fixed'] : []
  return [...resolved, ...also].join(', ')
}

function changes(sections: readonly Section[]): string {
  const changed = sections.filter((it) => it.totals.changes > 0)
  if (changed.length === 0) return sections.length > 0 ? 'no model changes' : ''
  const said = [...grouped(changed, amount)].map(([what, of]) => {
    const regions = of.length > 3 ? counted(of.length, 'region') : listed(of.map((it) => code(it.region)))
    return `${what} changed${sections.length > 1 ? ` in ${regions}` : ''}`
  })
  return said.length > 4 ? `changes in ${counted(changed.length, 'region')}` : said.join(', ')
}

/** How many nodes a region changes, and of how many nobody knows what it does. */
export function amount({ changes, totals }: Section): string {
  const all = counted(totals.changes, nounOf(changes))
  return totals.unknown > 0
    ? `${all} (${totals.unknown === totals.changes ? 'effect' : `${totals.unknown} with effect`} unknown)`
    : all
}

function reach(sections: readonly Section[]): string {
  const exposures = sections.reduce((sum, it) => sum + it.totals.exposures, 0)
  return exposures > 0 ? `${counted(exposures, 'exposure')} reached` : ''
}
