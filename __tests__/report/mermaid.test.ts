import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { visible } from '../../src/report/escape.ts'
import { limited, type Picture, type PictureNode, pictureOf, withoutRegion } from '../../src/report/lineage.ts'
import { mermaid } from '../../src/report/mermaid.ts'
import type { Lineage, LineageNode } from '../../src/report/report.ts'
import { sectionsOf } from '../../src/report/section.ts'
import { launchChromium } from '../tools/chromium.ts'
import { describeWith } from '../tools/optional.ts'
import { hostile } from './hostile.ts'
import { draw, mermaidPage } from './page.ts'
import { place, regionOf, sample } from './sample.ts'

type Browser = Awaited<ReturnType<typeof launchChromium>>
type Page = Awaited<ReturnType<typeof mermaidPage>>

describe('a lineage that is too large', () => {
  test.each([
    ['all', 7, ['a', 'b', 'c', 'd', 'e', 'exposure', 'source'], ['a b', 'b c', 'c d', 'd e', 'e exposure', 'source a']],
    ['no context', 6, ['a', 'b', 'c', 'd', 'e', 'exposure'], ['a b', 'b c', 'c d', 'd e', 'e exposure']],
    ['the changes and the exposures, with the paths between', 5, ['a', 'd', 'exposure'], ['a d', 'd exposure']],
    ['the changes', 2, ['a', 'd'], ['a d']],
    ['none', 0, [], []],
  ])('is cut down to %s', (_, most, nodes, edges) => {
    const cut = limited(chain, most)
    expect(cut.nodes.map((it) => it.name).sort()).toEqual(nodes)
    expect(cut.edges.map(([from, to]) => `${from} ${to}`).sort()).toEqual(edges)
  })

  test('is not changed while it is small enough', () => {
    expect(limited(chain, 7)).toBe(chain)
  })
})

describe('twins', () => {
  test.each([
    ['orders_eu', 'orders'],
    ['eu_orders', '_orders'],
    ['raw.orders_eu.v2', 'raw.orders.v2'],
    ['Orders (EU)', 'Orders'],
    ['Orders EU, weekly', 'Orders, weekly'],
    ['orders', 'orders'],
    ['neutral', 'neutral'],
    ['eu', ''],
  ])('%s is called %j without its region', (name, general) => {
    expect(withoutRegion(name, 'eu')).toBe(general)
  })

  test('are one node that bears both names', () => {
    const [eu, us] = sectionsOf(sample(), place)
    const names = pictureOf([eu, us].filter((it) => it !== undefined)).nodes.map((it) => it.names.join(' '))
    expect(names.sort()).toEqual([
      'Customer cohorts (EU) Customer cohorts (US)',
      'bronze.raw_customer_data_eu bronze.raw_customer_data_us',
      'bronze.raw_sales_orders_eu bronze.raw_sales_orders_us',
      'customer_cohorts',
      'customer_metrics',
    ])
  })

  test('a node that only one of them has says so', () => {
    const lineage = regionOf('eu').lineage
    const extra: LineageNode = { ...model('consents'), unique_id: 'model.eu.consents' }
    const eu = regionOf('eu', { lineage: { nodes: [...lineage.nodes, extra], edges: lineage.edges } })
    const sections = sectionsOf({ ...sample(), regions: [eu, regionOf('us')] }, place)
    expect(pictureOf(sections).nodes.find((it) => it.names.includes('consents'))?.only).toEqual(['eu'])
    expect(mermaid(pictureOf(sections))).toContain('only eu')
  })
})

describe('GitHub’s limits', () => {
  test('500 edges are drawn, 501 are not tried', () => {
    expect(mermaid(fan(500))).toContain('n0 --> n500')
    expect(mermaid(fan(501))).toBeNull()
  })

  test('50,000 characters are drawn, more are not tried', () => {
    const [short, long] = [longest(50_000), longest(50_001)]
    expect(mermaid(short)).toHaveLength(50_000)
    expect(mermaid(long)).toBeNull()
  })
})

describeWith('chromium', 'Mermaid itself', () => {
  let chromium: Browser
  let page: Page
  beforeAll(async () => {
    chromium = await launchChromium()
    page = await mermaidPage(chromium)
  }, 60_000)
  afterAll(async () => await chromium?.close())

  test.each(hostile.map((name) => [JSON.stringify(name).slice(0, 60), name] as const))(
    'shows %s as a name and does nothing',
    async (_, name) => {
      const nodes = [node('first', name, 'modified'), node('second', 'second', 'context', [name])]
      const svg = await draw(page, mermaid({ nodes, edges: [['first', 'second']] }) ?? '')
      const seen = await page.evaluate<Seen>(`(() => {
        const page = new DOMParser().parseFromString(${JSON.stringify(svg)}, 'text/html')
        const labels = [...page.querySelectorAll('.node .nodeLabel')]
        return {
          labels: labels.map((it) => it.textContent),
          elements: [...new Set(labels.flatMap((it) => [...it.querySelectorAll('*')].map((inner) => inner.tagName)))],
          nodes: page.querySelectorAll('.node').length,
          edges: page.querySelectorAll('.edgePaths path').length,
          active: page.querySelectorAll('a, script, img, [onclick], .clickable').length,
        }
      })()`)
      const shown = shortName(name)
      expect(seen.labels.map(read).sort()).toEqual([read(`${shown}modified`), read(`secondonly ${shown}`)].sort())
      expect(seen).toMatchObject({ nodes: 2, edges: 1, active: 0 })
      expect(seen.elements.filter((it) => !['P', 'BR', 'I', 'EM'].includes(it))).toEqual([])
    },
  )

  test.each([
    ['500 edges', fan(500)],
    ['50,000 characters', longest(50_000)],
  ])(
    'draws %s',
    async (_, picture) => {
      const svg = await draw(page, mermaid(picture) ?? '')
      expect(svg).not.toContain('Maximum text size')
      expect(svg.match(/class="node /g)?.length).toBe(picture.nodes.length)
    },
    120_000,
  )

  test('draws the sample with every layer and state', async () => {
    const svg = await draw(page, mermaid(pictureOf(sectionsOf(sample(), place))) ?? '')
    for (const word of ['bronze', 'silver', 'gold', 'exposures', 'modified', 'affected']) expect(svg).toContain(word)
  })
})

interface Seen {
  readonly labels: string[]
  readonly elements: string[]
  readonly nodes: number
  readonly edges: number
  readonly active: number
}

/** As a person reads it: spaces run together, an added zero-width space is not seen. */
function read(text: string): string {
  return text.replaceAll('\u200B', '').replace(/\s+/g, ' ').trim()
}

function shortName(name: string): string {
  const characters = [...name]
  const short = characters.length <= 60 ? characters : [...characters.slice(0, 40), '…', ...characters.slice(-19)]
  return visible(short.join('')).trim() || '(empty)'
}

const chain: Lineage = {
  nodes: [
    { ...model('source'), resource_type: 'source', state: 'context' },
    { ...model('a'), state: 'modified' },
    model('b'),
    model('c'),
    { ...model('d'), state: 'new' },
    model('e'),
    { ...model('exposure'), resource_type: 'exposure', layer: 'exposure' },
  ],
  edges: [
    ['source', 'a'],
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
    ['d', 'e'],
    ['e', 'exposure'],
  ],
}

function model(name: string): LineageNode {
  return { unique_id: name, name, resource_type: 'model', layer: 'gold', state: 'affected' }
}

function node(key: string, name: string, state: PictureNode['state'], only: readonly string[] = []): PictureNode {
  return { key, names: [name], resource_type: 'model', layer: 'gold', state, only }
}

function fan(edges: number): Picture {
  const nodes = Array.from({ length: edges + 1 }, (_, index) =>
    node(`k${String(index).padStart(4, '0')}`, `m${index}`, 'context'),
  )
  return { nodes, edges: nodes.slice(1).map((it) => ['k0000', it.key]) }
}

/** A picture whose text has exactly so many characters: of 700 nodes, whose names take what is missing. */
function longest(characters: number): Picture {
  const named = (names: readonly number[]): Picture => ({
    nodes: names.map((length, index) => node(`k${String(index).padStart(4, '0')}`, 'x'.repeat(length), 'context')),
    edges: [],
  })
  const shortest = Array.from({ length: 700 }, () => 1)
  let missing = characters - (mermaid(named(shortest)) ?? '').length
  return named(
    shortest.map((length) => {
      const more = Math.min(59, missing)
      missing -= more
      return length + more
    }),
  )
}
