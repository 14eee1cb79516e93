import { commitUrl, visible } from '../report/escape.ts'
import type { PageData } from '../report/html/page-data.ts'
import { findingsOf } from './details.ts'
import { h } from './dom.ts'

/** What stands in the header: whether the check passes, what changed where, and what is found about no node. */
export function overviewOf(data: PageData): (Node | string)[] {
  const changed = data.regions.map(({ nodes }) => nodes.filter((it) => it.change !== null).length)
  const all = changed.reduce((sum, it) => sum + it, 0)
  const others = [...data.configuration, ...data.regions.flatMap((it) => it.findings)]
  const passes = data.conclusion === 'success'
  const commit = (sha: string) => {
    const url = commitUrl(data.repository, sha)
    const label = h('code', {}, visible(sha.slice(0, 7)))
    return url === null ? label : h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label)
  }
  return [
    h('span', { class: `verdict ${data.conclusion}` }, passes ? '✓ check passes' : '✕ check fails'),
    h('span', {}, `${all} changed`),
    h(
      'span',
      { class: 'quiet' },
      data.head === null ? 'working tree' : commit(data.head),
      data.base !== null && ' against ',
      data.base !== null && commit(data.base),
    ),
    ...data.regions.flatMap(({ name, leftPending }) =>
      leftPending === null ? [] : [h('span', { class: 'warn' }, leftBehind(name, leftPending))],
    ),
    ...(others.length > 0
      ? [
          h(
            'details',
            { class: 'others' },
            h('summary', {}, `${others.length} more findings`),
            findingsOf(others, { data }),
          ),
        ]
      : []),
  ]
}

function leftBehind(region: string, { count, names }: NonNullable<PageData['regions'][number]['leftPending']>): string {
  const some = names.slice(0, 3).map(visible).join(', ')
  return `an earlier deploy of ${visible(region)} left ${count}: ${some}${count > 3 ? ' …' : ''}`
}
