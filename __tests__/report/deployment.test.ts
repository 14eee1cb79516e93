import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Deployment, deploymentText } from '../../src/report/deployment.ts'
import { deploymentMarkdown } from '../../src/report/deployment-summary.ts'
import { cohorts, deployment, failing, metrics, node, planned, result, unique } from './deployment-sample.ts'
import { hostile } from './hostile.ts'
import { html } from './page.ts'

const golden = (name: string) =>
  join(import.meta.dirname, '../golden/deployment', `${name.replaceAll(/[ ,]+/g, '-')}.md`)
const links = { repository: 'https://github.com/acme/analytics', run: 7001 }

describe('a job summary', () => {
  test.each<[string, Deployment]>([
    ['all deployed', deployment({ built: [metrics, cohorts, unique] })],
    ['nothing to do', deployment()],
    ['some failed', failing],
    [
      'what was pending is deployed, with a warning',
      deployment({
        built: [metrics],
        pendingBefore: [metrics],
        results: [result(metrics), result(unique, 'warn', 'Got 3 results, configured to warn if >0')],
      }),
    ],
    [
      'refused for a newer commit',
      deployment({
        conclusion: 'failure',
        refused: 'The region eu has already been given 1a2b3c4, which is newer than 9c8b7a6.',
      }),
    ],
    [
      'refused for a missing source',
      deployment({
        pending: [metrics, cohorts],
        refused: "bronze.raw_sales_orders_eu does not exist: create it, or correct 'sources.yml'.",
      }),
    ],
  ])('%s', async (name, it) => {
    await expect(deploymentMarkdown(it, links)).toMatchFileSnapshot(golden(name))
  })

  test('off GitHub has no link', () => {
    expect(deploymentMarkdown(failing)).not.toContain('](<')
  })

  const quiet = structure('name')
  test.each(hostile.filter((it) => it !== '').map((name) => [JSON.stringify(name).slice(0, 60), name] as const))(
    'full of %s is built like any other',
    (_, name) => {
      expect(structure(name)).toBe(quiet)
    },
  )

  test.each([
    [100, 100],
    [3_000, 3_000],
    [20_000, 1_000],
  ])('of %i nodes that fail fits into 1 MiB, and says how many it leaves out', (size, most) => {
    const ids = Array.from({ length: size }, (_, index) => node(`model_${index}_${'x'.repeat(40)}`))
    const results = ids.map((id, index) =>
      result(id, index % 2 ? 'error' : 'skipped', `${index} ${'word '.repeat(150)}`),
    )
    const text = deploymentMarkdown(deployment({ pending: ids, results }), links)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024)
    expect(text).toMatch(/^### ❌ `eu`: failed at `9c8b7a6`/)
    expect(text.match(/^\| /gm)?.length).toBeLessThanOrEqual(most + 2)
    if (most < size) expect(text).toContain(`and ${String(size - most).replace(/(\d{3})$/, ',$1')} more.`)
  })

  test('of endless names fits as well', () => {
    const ids = Array.from({ length: 5_000 }, (_, index) => node(`${index}${'🌈'.repeat(200)}`))
    const notes = ids.map((it) => `${it} ${'note '.repeat(100)}`)
    const text = deploymentMarkdown(deployment({ pending: ids, pendingBefore: ids, notes }), links)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024)
  })
})

test.each<[string, Deployment, string]>([
  ['all deployed', deployment({ built: [metrics, cohorts] }), 'eu: 2 nodes deployed at 9c8b7a6 in 12.3 s'],
  ['tests too', deployment({ built: [metrics, unique] }), 'eu: 1 node deployed and 1 test run at 9c8b7a6 in 12.3 s'],
  ['nothing to do', deployment(), 'eu: nothing to do, the region is what 9c8b7a6 says'],
  [
    'some failed',
    failing,
    'eu: failed at 9c8b7a6: 1 node failed, 1 node skipped, 1 node deployed; the next deploy takes up the 2 pending',
  ],
  ['refused', deployment({ conclusion: 'failure', refused: 'Why.' }), 'eu: nothing was run. Why.'],
])('the last line of a log: %s', (_, it, expected) => {
  expect(deploymentText(it).trimEnd().split('\n').at(-1)).toBe(expected)
})

/** The elements of a summary in which all is called so, without what a code span consists of. */
function structure(name: string): string {
  const id = node(name)
  const it = deployment({
    region: name,
    environment: name,
    target: name,
    conclusion: 'failure',
    planned: [planned(id, name)],
    results: [result(id, 'error', name), result(id, 'skipped', name)],
    pendingBefore: [id],
    pending: [id],
    leftBehind: [{ unique_id: id, action: 'drop-review', because: name }],
    notes: [name],
  })
  const rendered = html(deploymentMarkdown(it, links))
  return [...rendered.matchAll(/<\/?([a-z0-9]+)[^>]*>/gi)]
    .map((found) => found[0].replace(/ (href)="[^"]*"/, ''))
    .filter((found) => !/^<\/?(code|span)\b/.test(found))
    .join('')
}
