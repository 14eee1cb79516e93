import { describe, expect, it } from 'vitest'
import { checked, type Files, saidOfChange } from './compared.ts'

const shop: Files = {
  'models/stg.sql': "select 1 as id, 'a' as name, 2 as amount\n",
  'models/all.sql': "select * from {{ ref('stg') }}\n",
  'models/mart.sql': "select id,\n  upper(name) as label\nfrom {{ ref('stg') }}\n",
  'models/last.sql': "with source as (select * from {{ ref('all') }})\nselect source.name\nfrom source\n",
}
const without = 'select 1 as id, 2 as amount\n'
const advice = 'keep it there, or use another one here'

const cases: readonly [what: string, head: Files, expected: readonly string[]][] = [
  ['nothing of a column that nobody uses', { 'models/stg.sql': "select 1 as id, 'a' as name\n" }, []],
  [
    'who uses it directly, and through a star',
    { 'models/stg.sql': without },
    [
      `models/last.sql:2:15: model 'last' uses column 'name', which model 'all' no longer has; ${advice}`,
      `models/mart.sql:2:9: model 'mart' uses column 'name', which model 'stg' no longer has; ${advice}`,
    ],
  ],
  [
    'its new name',
    { 'models/stg.sql': "select 1 as id, 'a' as full_name, 2 as amount\n" },
    [
      `models/last.sql:2:15: model 'last' uses column 'name', which model 'all' no longer has; it is called 'full_name' now`,
      `models/mart.sql:2:9: model 'mart' uses column 'name', which model 'stg' no longer has; it is called 'full_name' now`,
    ],
  ],
  [
    'nothing where the readers change with it',
    {
      'models/stg.sql': without,
      'models/mart.sql': "select id from {{ ref('stg') }}",
      'models/last.sql': "select id from {{ ref('all') }}",
    },
    [],
  ],
  ['nothing where only its case changes', { 'models/stg.sql': "select 1 as id, 'a' as NAME, 2 as amount\n" }, []],
  [
    'nothing where the relation may keep it',
    { 'models/stg.sql': `{{ config(materialized='incremental') }} ${without}` },
    [],
  ],
  [
    'nothing where a hook may add it',
    { 'models/stg.sql': `{{ config(post_hook='alter view {{ this }} as select 1') }} ${without}` },
    [],
  ],
  [
    'it where a variable takes it away',
    {
      'models/stg.sql': "select 1 as id, {% if var('named', false) %}'a' as name,{% endif %} 2 as amount\n",
      'models/last.sql': 'select 1 as id',
    },
    [`models/mart.sql:2:9: model 'mart' uses column 'name', which model 'stg' no longer has; ${advice}`],
  ],
]

describe('dropped-column', () => {
  it.each(cases)('finds %s', async (_, head, expected) => {
    expect(await saidOfChange('dropped-column', shop, { ...shop, ...head })).toEqual(expected)
  })

  it('is said of the snapshot that reads it', async () => {
    const snapshot = {
      'snapshots/s.sql':
        "{% snapshot s %}\n{{ config(unique_key='id', strategy='check', check_cols='all') }}\nselect id, name from {{ ref('stg') }}\n{% endsnapshot %}\n",
    }
    const base = { 'models/stg.sql': shop['models/stg.sql'] ?? '', ...snapshot }
    expect(await saidOfChange('dropped-column', base, { ...base, 'models/stg.sql': without })).toEqual([
      `snapshots/s.sql:3:12: snapshot 's' uses column 'name', which model 'stg' no longer has; ${advice}`,
    ])
  })

  it('is silenced for a column, and weighs what the configuration says', async () => {
    const head = { ...shop, 'models/stg.sql': without }
    const rules = '{dropped-column: {severity: warning, allow: [model.shop.mart.name]}}'
    const found = (await checked(shop, head, rules)).filter(({ rule }) => rule === 'dropped-column')
    expect(found.map(({ severity, unique_id }) => [severity, unique_id])).toEqual([['warning', 'model.shop.last']])
  })
})
