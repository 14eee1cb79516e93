import { changeTable } from './change-table.ts'
import { code, link } from './escape.ts'
import { exposureList } from './exposure-list.ts'
import { existingFindings, newFindings } from './finding-list.ts'
import { amount, headline } from './headline.ts'
import { leftPendingList } from './left-pending.ts'
import { limited, pictureOf } from './lineage.ts'
import { mermaid } from './mermaid.ts'
import { overview } from './overview.ts'
import { pageLink } from './page-link.ts'
import type { Place } from './place.ts'
import { planList } from './plan-list.ts'
import type { Section } from './section.ts'
import type { Step } from './shorten.ts'
import type { CommentState } from './state.ts'
import { twinList } from './twin-list.ts'
import { twinsOf } from './twins.ts'
import { listed } from './words.ts'

const LARGEST_PICTURE = 80

/** What people see of a state, as GitHub's Markdown: what fails first, then what changes and whom it reaches, then the plan. */
export function markdown(state: CommentState, place: Place, head: string, step: Step): string {
  const { sections } = state
  const changed = sections.filter((it) => it.changes.length > 0)
  const blocks = [
    `### ${headline(state, head)}`,
    overview(state, head, step),
    newFindings(sections, place),
    ...twinsOf(changed).flatMap((twins) => changesOf(twins, place, head)),
    twinList(sections, place),
    leftPendingList(sections, place),
    planList(sections),
    existingFindings(sections, place),
    footer(sections, place, head, step),
  ]
  return blocks.filter((it) => it !== '').join('\n\n')
}

/** The changes of one region, or of several that change alike, and their picture. */
function changesOf(twins: readonly Section[], place: Place, head: string): string[] {
  const [first] = twins
  if (!first) return []
  const names = listed(twins.map((it) => code(it.region)))
  const alike = twins.length > 1 ? `, the same in ${twins.length > 2 ? 'all' : 'both'}` : ''
  const old = first.head === head ? '' : `, as of ${code(first.head.slice(0, 7))}`
  return [
    `#### ${names}: ${amount(first)} changed${alike}${old}`,
    exposureList(twins),
    changeTable(twins, place),
    graph(twins),
    pageLink(twins, place),
  ]
}

/** The largest picture that GitHub draws, and what is not in it. */
function graph(twins: readonly Section[]): string {
  const all = Math.max(0, ...twins.map((it) => it.totals.nodes))
  if (twins.every((it) => it.lineage.nodes.length === 0))
    return all > 0 ? `<sub>The graph of ${all} nodes is left out.</sub>` : ''
  for (let most = LARGEST_PICTURE; most >= 5; most = Math.floor(most / 2)) {
    const lineages = twins.map((it) => ({ ...it, lineage: limited(it.lineage, most) }))
    const text = mermaid(pictureOf(lineages))
    const shown = Math.max(...lineages.map((it) => it.lineage.nodes.length))
    const left =
      shown < all
        ? `\n\n<sub>The graph shows ${shown} of ${all} nodes, the changed ones first; a line may pass over others.</sub>`
        : ''
    if (text !== null) return `\`\`\`mermaid\n${text}\n\`\`\`${left}`
  }
  return `<sub>The graph of ${all} nodes is left out: GitHub does not draw one so large.</sub>`
}

function footer(sections: readonly Section[], place: Place, head: string, step: Step): string {
  const base = sections.find((it) => it.head === head)?.base ?? null
  const checked = head === '' ? 'the working tree' : commit(head, place)
  const against = base === null ? '' : ` against ${commit(base, place)}`
  const short =
    step.says === null
      ? ''
      : ` Shortened to fit GitHub’s limit: ${step.says}; the whole report is in the output of <code>check --format json</code>.`
  return `<sub>Checked ${checked}${against}. Only new errors fail the check.${short}</sub>`
}

function commit(sha: string, { repository }: Place): string {
  return link(code(sha.slice(0, 7)), repository === null ? null : `${repository}/commit/${encodeURIComponent(sha)}`)
}
