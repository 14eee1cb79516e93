import { details } from './details.ts'
import { code, htmlCode, prose } from './escape.ts'
import { grouped } from './grouped.ts'
import { withoutRegion } from './lineage.ts'
import type { PlanStep } from './report.ts'
import { nameOf, type Section } from './section.ts'
import { ofProject } from './twins.ts'
import { counted, listed } from './words.ts'

/** What a deploy will do after the merge, folded; regions with the same steps share a list. */
export function planList(sections: readonly Section[]): string {
  const planned = sections.filter((it) => it.plan.length > 0)
  if (planned.length === 0) return ''
  const alike = grouped(planned, (it) =>
    JSON.stringify([it.totals.run, it.totals.review, ...it.plan.map((step) => likeness(step, it))]),
  )
  const lists = [...alike.values()].map(listOf)
  return details(`<b>Deploy plan</b>: on merge ${listed(planned.map(said))}`, lists.join('\n\n'))
}

function said({ region, totals }: Section): string {
  const review = totals.review > 0 ? ` and leaves ${totals.review} to drop by hand` : ''
  return `${htmlCode(region)} runs ${counted(totals.run, 'node')}${review}`
}

function likeness(step: PlanStep, section: Section): string[] {
  return [step.action, withoutRegion(nameOf(step.unique_id), section.region), ofProject(step.because, section)]
}

function listOf(twins: readonly Section[]): string {
  const [first] = twins
  if (!first) return ''
  const left = first.totals.run + first.totals.review - first.plan.length
  const steps = first.plan.map((step, index) => {
    const names = new Set(twins.flatMap((it) => (it.plan[index] ? [nameOf(it.plan[index].unique_id)] : [])))
    const verb = step.action === 'run' ? 'run' : 'drop by hand'
    return `1. ${verb} ${[...names].map(code).join(' ')}: ${prose(ofProject(step.because, first))}`
  })
  const where = twins
    .map((it) => `**${code(it.region)}**${it.environment === '' ? '' : ` (${code(it.environment)})`}`)
    .join(', ')
  return [where, steps.join('\n'), left > 0 ? `… and ${counted(left, 'more step')}.` : '']
    .filter((it) => it !== '')
    .join('\n\n')
}
