import { expect, test } from 'vitest'
import { disagreements } from '../../src/run/disagreement.ts'
import { parsed } from '../dbt/project.ts'

const { manifest } = parsed({ 'models/a.sql': 'select 1', 'models/b.sql': "select * from {{ ref('a') }}" })
const asDbt = () => JSON.parse(JSON.stringify({ nodes: Object.fromEntries(manifest.nodes) }))

const cases: readonly (readonly [string, (nodes: Record<string, Record<string, unknown>>) => void, string[]])[] = [
  ['nothing', () => {}, []],
  ['a node that dbt lacks', (nodes) => delete nodes['model.shop.a'], ['dbt does not know model.shop.a']],
  [
    'a node that we lack',
    (nodes) => (nodes['seed.shop.s'] = { resource_type: 'seed' }),
    ['dbt knows seed.shop.s, which this program did not find in the project'],
  ],
  ['an ephemeral model', (nodes) => (nodes.e = { resource_type: 'model', config: { materialized: 'ephemeral' } }), []],
  [
    'fields',
    (nodes) => Object.assign(nodes['model.shop.b'] ?? {}, { relation_name: '`x`', depends_on: {}, raw_code: 'other' }),
    [
      'dbt reads model.shop.b with relation_name `x` instead of `main`.`dev`.`b`, depends_on nothing instead of model.shop.a, another raw_code',
    ],
  ],
]

test.each(cases)('dbt has another opinion about %s', (_name, change, said) => {
  const dbts = asDbt()
  change(dbts.nodes)
  expect(disagreements(manifest, dbts)).toEqual(said)
})

test('of many, the first are said', () => {
  const dbts = asDbt()
  for (let index = 0; index < 30; index++) dbts.nodes[`seed.shop.s${index}`] = { resource_type: 'seed' }
  expect(disagreements(manifest, dbts)).toHaveLength(21)
  expect(disagreements(manifest, dbts).at(-1)).toBe('10 more nodes are read otherwise by dbt')
})
