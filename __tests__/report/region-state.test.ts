import { describe, expect, test } from 'vitest'
import { beginning, type DeploymentRecord, ending, leftBy } from '../../src/report/region-state.ts'
import { deployment } from './deployment-sample.ts'
import { hostile } from './hostile.ts'

const commit = '3f1d0c9a7b5e42d68c1a90f7e6b4d2c18a5f3e70'
const model = (name: string) => `model.eu_analytics.${name}`
const many = Array.from({ length: 2_000 }, (_, index) => model(`customer_orders_by_month_${index}`))

test.each<[string, readonly string[], string]>([
  ['none', [], 'eu at 3f1d0c9: 3 deployed, nothing pending'],
  ['one', [model('a')], 'eu at 3f1d0c9: 3 deployed, 1 pending: a'],
  ['two', [model('a'), model('b')], 'eu at 3f1d0c9: 3 deployed, 2 pending: a, b'],
  ['a version', [model('a.v2')], 'eu at 3f1d0c9: 3 deployed, 1 pending: a.v2'],
  ['tests besides, which are not counted', [model('a'), 'test.eu.x.1'], 'eu at 3f1d0c9: 3 deployed, 1 pending: a'],
  ['tests alone', ['test.eu.x.1'], 'eu at 3f1d0c9: 3 deployed, 1 pending: x.1'],
  [
    'many',
    many,
    'eu at 3f1d0c9: 3 deployed, 2000 pending: customer_orders_by_month_0, customer_orders_by_month_1, customer_orders_by_month_2 and 1997 more',
  ],
  ['a name of another kind', [model('a b'), model('c')], 'eu at 3f1d0c9: 3 deployed, 2 pending: c and 1 more'],
  ['a name that is too long', [model('x'.repeat(200))], 'eu at 3f1d0c9: 3 deployed, 1 pending'],
])('the description of a deploy that left %s', (_, pending, expected) => {
  expect(descriptionOf(pending)).toBe(expected)
})

describe('what is written is read', () => {
  const names = ['a', 'größe', '日本', 'orders.v2', 'x'.repeat(50), 'y'.repeat(130), 'a b', "it's", '🌈']
  const lists = [[], ...names.map((it) => [it]), names, many.slice(0, 7).map((it) => it.split('.').at(-1) ?? '')]
  test.each(['eu', 'r', `x${'-'.repeat(62)}`])('of the region %s', (region) => {
    for (const list of lists) {
      const pending = list.map(model)
      const news = ending(deployment({ region, commit, pending }), false)
      expect([...news.description].length).toBeLessThanOrEqual(140)
      const read = leftBy(region, record('failure', news.description))
      if (list.length === 0) expect(read).toEqual({ left: null })
      else {
        expect(read).toMatchObject({ left: { commit, deploy: 'failed', count: list.length } })
        for (const name of read?.left?.names ?? []) expect(list).toContain(name)
      }
    }
  })

  test('of a deploy that was cut short, from the payload where there is one', () => {
    const news = beginning({ region: 'eu', commit, deployed: 0, pending: many })
    const statuses = [...record('error', '').statuses, ...record('in_progress', news.description).statuses]
    const read = leftBy('eu', { sha: commit, payload: {}, statuses })
    expect(read).toMatchObject({ left: { deploy: 'cut short', count: 2_000, run: 7 } })
    expect(read?.left?.names).toHaveLength(3)
    const created = leftBy('eu', { sha: commit, payload: news.payload, statuses })
    expect(created?.left?.names).toHaveLength(50)
    expect(JSON.stringify(news.payload).length).toBeLessThan(60_000)
  })
})

describe('what somebody else wrote says nothing', () => {
  /** What is a name for dbt as well; it is shown as one, in code. */
  const name = /^[\w日本öß.-]{1,120}$/
  const text = 'eu at 3f1d0c9: 3 deployed, 2 pending: a, b'
  test.each([
    '',
    'Deployed by somebody',
    text.replace('eu', 'us'),
    text.replace('eu', 'EU'),
    ` ${text}`,
    `${text} `,
    `${text}\n`,
    text.replace('3f1d0c9', '3f1d0cg'),
    text.replace('3f1d0c9', '3f1d0c9a'),
    text.replace('2 pending', '3 pending'),
    text.replace('2 pending', '-2 pending'),
    text.replace('2 pending', '2e9 pending'),
    text.replace('2 pending', '9999999 pending'),
    text.replace('a, b', 'a, <b>'),
    text.replace('a, b', 'a and 2 more'),
    text.replace('a, b', '[x](https://evil.example) and 1 more'),
    text.replace('a, b', 'a,  b'),
    text.replace('a, b', 'a, @octocat'),
    text.replace('deployed', 'built'),
    'eu at 3f1d0c9: 0 deployed, 2 pending: , ',
    `eu at 3f1d0c9: 3 deployed, 1 pending: ${'x'.repeat(121)}`,
    `eu at 3f1d0c9: 3 deployed, 1 pending: ${'x'.repeat(1_000_000)}`,
    `eu at 3f1d0c9: 3 deployed, 1 pending: ${'a, '.repeat(40)}`,
    ...hostile.filter((it) => !name.test(it)).map((it) => `eu at 3f1d0c9: 3 deployed, 1 pending: ${it}`),
  ])('%j', (description) => {
    expect(leftBy('eu', record('failure', description))).toBeNull()
  })

  test.each<[string, unknown]>([
    ['none', null],
    ['a text', 'x'],
    ['a list', [1]],
    ['another tool’s', { web_url: 'https://x.example' }],
    ['another region’s', { region: 'us', commit, pending: [model('x')] }],
    ['of another shape', { region: 'eu', commit, pending: model('x') }],
    ['with a name that is none', { region: 'eu', commit, pending: [model('x'), 'model.a.<img src=x>'] }],
    ['with what is no name', { region: 'eu', commit, pending: [5] }],
    ['endless', { region: 'eu', commit, pending: Array.from({ length: 501 }, () => model('x')) }],
  ])('a payload that is %s', (_, payload) => {
    const begun = 'eu at 3f1d0c9: 1 to deploy: a'
    const statuses = [...record('error', '').statuses, ...record('in_progress', begun).statuses]
    expect(leftBy('eu', { sha: commit, payload, statuses })?.left?.names).toEqual(['a'])
  })

  test('a commit id that is none is not taken for that of the deploy', () => {
    const odd = `3f1d0c9${'/'.repeat(33)}`
    expect(leftBy('eu', { ...record('failure', text), sha: odd })?.left?.commit).toBe('3f1d0c9')
  })
})

function descriptionOf(pending: readonly string[]): string {
  const built = ['x', 'y', 'z'].map(model)
  return ending(deployment({ commit, pending, built }), false).description
}

function record(state: string, description: string): DeploymentRecord {
  return { sha: commit, payload: {}, statuses: [{ state, description, run: 7, ended: state !== 'in_progress' }] }
}
