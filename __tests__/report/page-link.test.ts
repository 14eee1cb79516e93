import { expect, test } from 'vitest'
import { commentUpdate } from '../../src/report/comment.ts'
import { pageLink } from '../../src/report/page-link.ts'
import { sectionsOf } from '../../src/report/section.ts'
import { parseComment } from '../../src/report/state.ts'
import { summaryMarkdown } from '../../src/report/summary.ts'
import { head, place, regionOf, sample } from './sample.ts'

const kept = { ...place, lineage: 55 }
const url = 'https://github.com/acme/analytics/actions/runs/7001/artifacts/55'

test.each<[string, readonly (number | null)[], string | null, string]>([
  ['one page of both regions', [55, 55], place.repository, `[**Interactive lineage**](<${url}>)`],
  ['a page of each region', [55, 56], place.repository, `[\`eu\`](<${url}>) [\`us\`](<${url.replace('55', '56')}>)`],
  ['a page of one region', [null, 55], place.repository, `[**Interactive lineage**](<${url}>)`],
  ['no page', [null, null], place.repository, ''],
  ['off GitHub', [55, 55], null, ''],
  ['what is no artifact', [0.5, Number.NaN], place.repository, ''],
])('%s', (_, pages, repository, expected) => {
  const sections = sectionsOf(sample(), place).map((section, index) => ({ ...section, page: pages[index] ?? null }))
  const line = pageLink(sections, { ...place, repository })
  expect(line.includes(expected) && (expected !== '' || line === '')).toBe(true)
})

test('the comment and the summary lead to it once, and another job keeps the link', () => {
  const write = (read: string[], region: string, lineage: number) => {
    const own = { ...place, lineage }
    const next = commentUpdate({ ...sample(), regions: [regionOf(region)] }, own).next(read, head)
    if (next.kind !== 'write') throw new Error(next.kind)
    return next.body
  }
  const first = write([], 'eu', 55)
  const both = write([first], 'us', 56)
  expect(first.match(/artifacts\/\d+/g)).toEqual(['artifacts/55'])
  expect(both.match(/artifacts\/\d+/g)).toEqual(['artifacts/55', 'artifacts/56'])
  expect(parseComment(both, place.id)?.sections.map((it) => it.page)).toEqual([55, 56])
  expect(summaryMarkdown(sample(), kept).match(/artifacts\/\d+/g)).toEqual(['artifacts/55'])
})
