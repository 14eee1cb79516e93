import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commentMarkdown, commentUpdate } from '../../src/report/comment.ts'
import type { Place } from '../../src/report/place.ts'
import type { RegionReport, Report } from '../../src/report/report.ts'
import { steps } from '../../src/report/shorten.ts'
import { parseComment } from '../../src/report/state.ts'
import { summaryMarkdown } from '../../src/report/summary.ts'
import { hostile } from './hostile.ts'
import { html } from './page.ts'
import { base, change, finding, head, id, place, regionOf, sample } from './sample.ts'

const golden = (name: string) => join(import.meta.dirname, '../golden/comment', `${name}.md`)
const nothing = { changes: [], findings: [], plan: [], lineage: { nodes: [], edges: [] } }
const passing: Report = {
  ...sample(),
  conclusion: 'success',
  regions: ['eu', 'us'].map((it) => regionOf(it, { findings: [] })),
}

describe('what a reviewer sees', () => {
  const different = regionOf('us', {
    changes: [
      change('orders_by_hour', {
        change: 'unknown',
        all: ['unknown', 'config'],
        reason: 'a macro of a package changed',
      }),
      change('old_orders', { state: 'removed', change: 'rows', reason: 'it is gone', line: 3 }),
      change('new_orders', { state: 'new', change: 'additive', reason: 'it is new' }),
    ],
    findings: [],
  })
  const configuration = [
    finding({
      rule: 'configuration-relaxed',
      file: '.github/dbt-regions.yml',
      line: 9,
      message: "the pull request turns the rule 'no-cycle' off; the base's severity counts",
    }),
  ]
  test.each<[string, Report, Partial<Place>]>([
    ['two regions that change alike and fail', sample(), {}],
    ['two regions that change alike and pass', passing, {}],
    ['two regions that change differently', { ...passing, regions: [regionOf('eu', { findings: [] }), different] }, {}],
    ['one region', { ...passing, regions: [regionOf('us', { findings: [] })] }, { regions: ['us'] }],
    ['one region, nothing changed', { ...passing, regions: [regionOf('us', nothing)] }, { regions: ['us'] }],
    ['one of two regions, the other is awaited', { ...sample(), regions: [regionOf('eu')] }, {}],
    [
      'a weaker configuration',
      { ...passing, regions: passing.regions.map((it) => ({ ...it, ...nothing })), configuration },
      {},
    ],
    ['off GitHub', sample(), { repository: null, head: null }],
    ['earlier deploys left nodes behind', { ...passing, regions: leftBehind(passing.regions) }, {}],
    [
      'one region, nothing changed but nodes are left',
      { ...passing, regions: leftBehind([regionOf('eu', nothing)]) },
      { regions: ['eu'] },
    ],
  ])('%s', async (name, report, where) => {
    await expect(commentMarkdown(report, { ...place, ...where })).toMatchFileSnapshot(
      golden(name.replaceAll(/[ ,]+/g, '-')),
    )
  })

  test('a failing check that was repaired', async () => {
    const before = body(sample(), { head: 'e'.repeat(40), run: { ...place.run, id: 1 } }, [], 'e'.repeat(40))
    await expect(visible(body(passing, {}, [before]))).toMatchFileSnapshot(golden('resolved'))
  })

  test('a region whose newest check is not there yet', async () => {
    const before = body(sample(), { head: 'e'.repeat(40), run: { ...place.run, id: 1 } }, [], 'e'.repeat(40))
    const report = { ...passing, regions: [regionOf('eu', { findings: [] })] }
    await expect(visible(body(report, {}, [before]))).toMatchFileSnapshot(
      golden('an-older-section-of-the-other-region'),
    )
  })
})

test('what an earlier deploy left is worth a comment, since the merge runs it', () => {
  const [quiet, left] = [[regionOf('us', nothing)], leftBehind([regionOf('us', nothing)])]
  const kinds = [quiet, left].map((regions) => {
    const report = { ...passing, regions }
    return commentUpdate(report, { ...place, regions: ['us'] }).next([], head).kind
  })
  expect(kinds).toEqual(['nothing to say', 'write'])
})

describe('the hidden parts', () => {
  test('the marker is the first line, the data the last', () => {
    const lines = body(sample()).split('\n')
    expect(lines[0]).toBe(`<!-- dbt-regions {"version":1,"id":"default","head":"${head}","run":7001,"attempt":1} -->`)
    expect(lines.at(-1)).toMatch(/^<!-- dbt-regions-data [A-Za-z0-9+/=]+ -->$/)
  })

  test.each(['-->', '--', '<!--', '"}', '\n', '\\', 'größe'])('an id with %j stays within its comment', (part) => {
    const where = { id: `configs/${part}.yml` }
    const text = body(sample(), where)
    expect(commentUpdate(sample(), { ...place, ...where }).isOurs(text)).toBe(true)
    expect(
      html(text.split('\n')[0] ?? '')
        .replace(/<!--.*?-->/s, '')
        .trim(),
    ).toBe('')
  })

  test.each([
    '',
    'x',
    '<!-- dbt-regions -->',
    '<!-- dbt-regions {} -->',
    '<!-- dbt-regions {"id":"other"} -->',
    ' <!-- dbt-regions {"id":"default"} -->',
    '<!-- dbt-regions {"id":"default" -->',
  ])('the text %j is no comment of ours', (text) => expect(commentUpdate(sample(), place).isOurs(text)).toBe(false))

  test('neither a name nor a message can pass for a marker', () => {
    const text = body(named('<!-- dbt-regions-data AAAA -->\n<!-- dbt-regions {"id":"default"} -->'))
    expect(text.match(/^<!-- dbt-regions/gm)).toHaveLength(2)
    expect(parseComment(text, 'default')?.sections).toHaveLength(1)
  })
})

describe('names from strangers', () => {
  const quiet = structure(named('name'))
  test.each(hostile.filter((it) => it !== '').map((name) => [JSON.stringify(name).slice(0, 60), name] as const))(
    'a comment full of %s is built like any other',
    (_, name) => {
      expect(structure(named(name))).toBe(quiet)
    },
  )
})

describe('GitHub’s limit of 65,536 characters', () => {
  const say = (text: string) => /Shortened to fit GitHub’s limit: (.*?);/.exec(text)?.[1] ?? null
  test.each([
    [2, 1, 0],
    [2, 40, 0],
    [1, 80, 1],
    [1, 100, 2],
    [2, 60, 3],
    [3, 60, 4],
    [6, 60, 5],
    [8, 60, 6],
    [40, 20, 7],
  ])('%i regions with %i changes each fit at step %i, which is named', (regions, size, step) => {
    const names = Array.from({ length: regions }, (_, index) => `region${index}`)
    const text = body(large(size, names), { regions: names })
    expect([...text].length).toBeLessThanOrEqual(65_536)
    expect(text).toMatch(/^### . dbt: /m)
    expect(say(text)).toBe(steps[step]?.says)
    expect(parseComment(text, 'default')?.sections).toHaveLength(regions)
  })

  test('at the limit nothing is left out, one character more and something is', () => {
    const length = (padding: number) => [...body(padded(padding))].length
    const most = 65_536 - length(0)
    expect(most).toBeGreaterThan(0)
    let [low, high] = [0, 60_000]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (say(body(padded(middle))) === null) low = middle
      else high = middle
    }
    expect(length(low)).toBeLessThanOrEqual(65_536)
    expect(length(low)).toBeGreaterThan(65_000)
    expect(say(body(padded(high)))).toBe('findings that were there before are only counted')
    expect(length(high)).toBeLessThan(length(low))
  })

  test('characters count, not UTF-16 units', () => {
    const regions = [
      regionOf('us', {
        findings: Array.from({ length: 45 }, (_, line) => finding({ line, message: `${line}${'🌈'.repeat(900)}` })),
      }),
    ]
    const text = body({ ...sample(), regions }, { regions: ['us'] })
    expect(text.length).toBeGreaterThan(65_536)
    expect([...text].length).toBeLessThanOrEqual(65_536)
    expect(say(text)).toBeNull()
  })

  test.each([100, 300, 1_000])('%i regions still make a comment', (count) => {
    const names = Array.from({ length: count }, (_, index) => `region_${index}_${'x'.repeat(40)}`)
    const text = body({ ...sample(), regions: names.map((it) => regionOf(it)) }, { regions: names })
    expect([...text].length).toBeLessThanOrEqual(65_536)
    expect(text).toContain('### ❌ dbt: ')
    expect(say(text)).toBe(steps.at(count === 1_000 ? -1 : -2)?.says)
  })

  test('a section that another job had to shorten is shown again as it is', () => {
    const regions = ['eu', 'us']
    const own = (region: string) => ({ ...sample(), regions: large(400).regions.filter((it) => it.name === region) })
    const [first, second] = [body(own('eu'), { regions }), body(own('us'), { regions })]
    const [ab, ba] = [body(own('us'), { regions }, [first]), body(own('eu'), { regions }, [second])]
    expect(ab).toBe(ba)
    expect([...ab].length).toBeLessThanOrEqual(65_536)
  })
})

describe('a job summary', () => {
  test('is the comment without its hidden parts', () => {
    expect(summaryMarkdown(sample(), place)).toBe(`${visible(body(sample()))}\n`)
  })

  test('shows in full what a comment has to shorten, and fits into 1 MiB', () => {
    expect(summaryMarkdown(large(100), place)).not.toContain('Shortened')
    const text = summaryMarkdown(large(5_000), place)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024)
    expect(text).toContain('Shortened')
  })
})

/** What the last deploys of these regions left, one that failed and one whose runner was lost. */
function leftBehind(regions: readonly RegionReport[]): RegionReport[] {
  const names = ['customer_metrics', 'customer_cohorts']
  const left = [
    { commit: base, run: 6990, deploy: 'failed', count: 2, names },
    { commit: base.slice(0, 7), run: null, deploy: 'cut short', count: 14, names },
  ] as const
  return regions.map((it, index) => ({ ...it, leftPending: left[index] ?? null }))
}

function body(report: Report, where: Partial<Place> = {}, read: readonly string[] = [], at = head): string {
  const next = commentUpdate(report, { ...place, ...where }).next(read, at)
  if (next.kind !== 'write') throw new Error(next.kind)
  return next.body
}

function visible(text: string): string {
  return text.replace(/^<!--.*?-->\n/, '').replace(/\n\n<!-- dbt-regions-data .*$/, '')
}

/** A report in which everything that a project names bears this name. */
function named(name: string): Report {
  const exposure = { unique_id: id('us', name, 'exposure'), name, label: name, type: name, owner: name, url: null }
  const row = change(name, {
    unique_id: id('us', name),
    columns: [name],
    reason: name,
    exposures: [exposure],
    affects: [exposure.unique_id],
    file: name,
  })
  const region: RegionReport = {
    name: 'us',
    project: 'dbt_projects/us_analytics_dbt',
    environment: name,
    target: name,
    changes: [row],
    findings: [finding({ message: name, file: name, rule: name }), finding({ message: name, file: name, new: false })],
    plan: [{ unique_id: id('us', name), action: 'run', because: name }],
    lineage: { nodes: [{ unique_id: 'x', name, resource_type: 'model', layer: 'gold', state: 'new' }], edges: [] },
    coverage: {
      models: 1,
      analysed: 0,
      columns: 0,
      resolved: 0,
      unresolved: [{ unique_id: name, column: name, reason: name }],
    },
    leftPending: { commit: base, run: 7, deploy: 'failed', count: 9, names: [name, name] },
    twins: [null, name].map((declared) => {
      const twin = { region: name, name, file: name }
      return { unique_id: name, name, file: name, kind: 'changed', twin, reason: name, declared }
    }),
  }
  return { ...sample(), base, regions: [region], configuration: [finding({ message: name, file: name })] }
}

/** The elements of the rendered comment, without what a code span consists of and without the graph, which is text to it. */
function structure(report: Report): string {
  const rendered = html(visible(body(report, { regions: ['us'] })))
  return [...rendered.matchAll(/<\/?([a-z0-9]+)[^>]*>/gi)]
    .map((it) => it[0].replace(/ (href)="[^"]*"/, ''))
    .filter((it) => !/^<\/?(code|span)\b/.test(it))
    .join('')
}

function large(size: number, names = ['eu', 'us']): Report {
  const regions = names.map((region) => {
    const models = Array.from(
      { length: size },
      (_, index) => `model_${index}_of_${region}_${(index * 7_919) % 104_729}`,
    )
    return regionOf(region, {
      changes: models.map((it, index) =>
        change(it, {
          unique_id: id(region, it),
          reason: `line ${index * 31} changed`,
          affects: models.slice(index, index + 20).map((other) => id(region, other)),
        }),
      ),
      findings: models.map((it, line) =>
        finding({ line, message: `'${it}' refs 'x${line * 17}', which does not exist`, new: line % 3 > 0 }),
      ),
      plan: models.map((it) => ({
        unique_id: id(region, it),
        action: 'run',
        because: 'its SQL is not what is deployed',
      })),
      lineage: {
        nodes: models.map((it) => ({
          unique_id: id(region, it),
          name: it,
          resource_type: 'model',
          layer: 'gold',
          state: 'modified',
        })),
        edges: models.slice(1).map((it, index) => [id(region, models[index] ?? ''), id(region, it)] as const),
      },
    })
  })
  return { ...sample(), regions }
}

/** A report that is just so much longer, by findings that were there before. */
function padded(characters: number): Report {
  const messages = Array.from({ length: Math.ceil(characters / 500) }, (_, index) =>
    `${index}`.padEnd(Math.min(500, characters - index * 500), 'x'),
  )
  const existing = messages.map((message, line) => finding({ new: false, line, message }))
  return { ...sample(), regions: [regionOf('eu', { findings: [finding(), ...existing] }), regionOf('us')] }
}
