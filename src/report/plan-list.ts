import { details } from './details.ts'
import { code, htmlCode, prose } from './escape.ts'
import { grouped } from './grouped.ts'
import { withoutRegion } from './lineage.ts'
import { onMerge } from './overview.ts'
import type { PlanStep } from './report.ts'
import { nameOf, type Section } from './section.ts'
import { ofProject } from './twins.ts'
import { counted } from './words.ts'

/** What a deploy will do after the merge, folded; regions with the same steps share a list. */
export function planList(sections: readonly Section[]): string {
  const planned = sections.filter((it) => it.totals.run + it.totals.review > 0 && it.plan.length > 0)
  if (planned.length === 0) return ''
  const alike = grouped(planned, (it) =>
    JSON.stringify([it.totals.run, it.totals.tests, it.totals.review, ...it.plan.map((step) => likeness(step, it))]),
  )
  const lists = [...alike.values()].map(listOf)
  return details(`<b>Deploy plan</b>: on merge ${planned.map(said).join('; ')}`, lists.join('\n\n'))
}

function said({ region, totals }: Section): string {
  return `${htmlCode(region)} ${onMerge(totals)}`
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
    const verb = step.action === 'drop-review' ? 'drop by hand' : 'build'
    return `1. ${verb} ${[...names].map(code).join(' ')}: ${prose(ofProject(step.because, first))}`
  })
  const where = twins
    .map((it) => `**${code(it.region)}**${it.environment === '' ? '' : ` (${code(it.environment)})`}`)
    .join(', ')
  const tests = first.totals.tests > 0 ? `Then ${counted(first.totals.tests, 'test')} of what was built.` : ''
  return [where, steps.join('\n'), left > 0 ? `… and ${counted(left, 'more step')}.` : '', tests]
    .filter((it) => it !== '')
    .join('\n\n')
}
