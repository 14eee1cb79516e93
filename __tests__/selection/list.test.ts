import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type ListOptions, list } from '../../src/list.ts'
import { newRepository } from '../repository.ts'

const features = 'project'
const base = {
  'dbt_project.yml': 'name: shop\nprofile: shop\n',
  'profiles.yml': 'shop: {target: prod, outputs: {prod: {type: databricks, catalog: main, schema: shop}}}\n',
  'models/staging/orders.sql': 'select 1 as id\n',
  'models/customers.sql': "select id from {{ ref('orders') }}\n",
  'models/report.sql': "{{ config(tags='nightly') }} select id from {{ ref('customers') }}\n",
  'models/models.yml': 'models: [{name: orders, columns: [{name: id, data_tests: [unique]}]}]\n',
  'selectors.yml': `selectors:
  - {name: one, definition: {method: selector, value: other}}
  - {name: other, definition: {union: [{method: selector, value: one}, report]}}
  - {name: spread, definition: {tag: [a, b]}}
  - {name: two, definition: {union: [{exclude: [a]}, {exclude: [b]}, {tag: nightly}]}}
`,
}
const folder = mkdtempSync(join(tmpdir(), 'dbt-regions-list-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const repository = newRepository(folder)
const commit = repository.commit(
  'base',
  Object.fromEntries(Object.entries(base).map(([path, text]) => [`${features}/${path}`, text])),
)
repository.commit('changes', {
  [`${features}/models/staging/orders.sql`]: '-- a comment\nselect 1 as id\n',
  [`${features}/models/customers.sql`]: "select id from {{ ref('orders') }} where id > 0\n",
  [`${features}/models/late.sql`]: "select id from {{ ref('customers') }}\n",
})

function names(options: Partial<ListOptions>): Promise<readonly string[]> {
  const project = join(repository.root, features)
  return list({ project, output: 'name', indirectSelection: 'eager', ...options }).then(({ lines }) => lines)
}

test.each<[string, Partial<ListOptions>, string[]]>([
  ['everything', {}, ['customers', 'late', 'orders', 'report', 'unique_orders_id']],
  ['what is new', { base: commit, select: ['state:new'] }, ['late']],
  ['what means something else', { base: commit, select: ['state:modified'] }, ['customers', 'late']],
  ['what follows from it', { base: commit, select: ['state:modified+'] }, ['customers', 'late', 'report']],
  ['what is as it was', { base: commit, select: ['state:unmodified'], resourceType: ['model'] }, ['orders', 'report']],
  [
    'what was there before',
    { base: commit, select: ['state:old'], resourceType: ['model'] },
    ['customers', 'orders', 'report'],
  ],
  ['changes of a class', { base: commit, select: ['change:additive'] }, ['late']],
  ['layout alone', { base: commit, select: ['change:none'], resourceType: ['model'] }, ['orders']],
  ['nothing against itself', { base: 'HEAD', select: ['state:modified'] }, []],
])('lists %s', async (_, options, expected) => {
  expect(await names(options)).toEqual(expected)
})

test('JSON has the keys that are asked for, and those of dbt else', async () => {
  const keyed = await names({ select: ['report'], output: 'json', outputKeys: ['name', 'config.materialized', 'none'] })
  expect(keyed.map((line) => JSON.parse(line))).toEqual([{ name: 'report', 'config.materialized': 'view' }])
  const [usual = ''] = await names({ select: ['report'], output: 'json' })
  expect(JSON.parse(usual)).toMatchObject({
    unique_id: 'model.shop.report',
    tags: ['nightly'],
    depends_on: { macros: [], nodes: ['model.shop.customers'] },
    original_file_path: 'models/report.sql',
  })
})

test.each<[Partial<ListOptions>, string]>([
  [{ select: ['colour:red'] }, "'colour:red': colour is no method of selection"],
  [
    { select: ['confg.materialized:table'] },
    "'confg.materialized:table': confg is no method of selection; did you mean 'config'?",
  ],
  [
    { select: ['result:error'] },
    "'result:error': result needs the results of an earlier run of dbt, which are not read here",
  ],
  [{ select: ['@a+'] }, "'@a+': the prefix @ and the suffix + cannot be together; keep one"],
  [{ select: ['state:new'] }, "'state:new': there is nothing to compare with; name a base with --base"],
  [
    { select: ['source:a.b.c.d'] },
    "'source:a.b.c.d': a source is selected as source, source.table or package.source.table",
  ],
  [{ select: ['resource_type:modle'] }, "'resource_type:modle': modle is no type of resource"],
  [
    { select: ['change:big'], base: 'HEAD' },
    "'change:big': a change is one of unknown, rows, column, config, additive, governance, none",
  ],
  [{ selector: 'nobody' }, "there is no selector 'nobody': selectors.yml has one, other, spread, two"],
  [{ selector: 'one' }, 'the selectors select each other: other, one, other'],
  [
    { selector: 'spread' },
    "selectors.yml, the selector 'spread': tag has a list of values: write a union with one each",
  ],
  [{ selector: 'two' }, "selectors.yml, the selector 'two': one union can exclude once: put both in one list"],
])('refuses %j', async (options, message) => {
  await expect(names(options)).rejects.toThrow(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`))
})
