import { describe, expect, it } from 'vitest'
import { saidOfChange } from './compared.ts'

const model = (config: string, columns = 'id, day') =>
  `{{ config(${config}) }}\nselect 1 as id, current_date as day${columns === 'id, day' ? '' : `, ${columns}`}\n`
const said = (setting: string, name: string, also = '') =>
  `models/m.sql:1:11: ${setting} of model 'm' names column '${name}', which its SQL does not give${also}`
const snapshot = (config: string) =>
  `{% snapshot s %}\n{{ config(${config}) }}\nselect 1 as id, current_date as day\n{% endsnapshot %}\n`

const cases: readonly [what: string, file: string, text: string, expected: readonly string[]][] = [
  [
    'a unique key',
    'models/m.sql',
    model("unique_key='order_id', materialized='incremental'"),
    [said('unique_key', 'order_id')],
  ],
  [
    'one of several keys',
    'models/m.sql',
    model("unique_key=['ID', 'dya'], materialized='incremental'"),
    [said('unique_key', 'dya')],
  ],
  [
    'nothing of an expression',
    'models/m.sql',
    model('unique_key="concat(id, gone)", materialized=\'incremental\''),
    [],
  ],
  [
    'nothing of a key that the strategy does not read',
    'models/m.sql',
    model("unique_key='gone', materialized='incremental', incremental_strategy='append'"),
    [],
  ],
  ['nothing of a view’s key', 'models/m.sql', model("unique_key='gone'"), []],
  [
    'a partition',
    'models/m.sql',
    model("partition_by=['days'], materialized='table'"),
    [said('partition_by', 'days', "; did you mean 'day'?")],
  ],
  ['nothing of a view’s partition', 'models/m.sql', model("partition_by='gone', materialized='view'"), []],
  [
    'clustering',
    'models/m.sql',
    model("liquid_clustered_by=['gone'], materialized='table'"),
    [said('liquid_clustered_by', 'gone')],
  ],
  [
    'what a merge updates',
    'models/m.sql',
    model("merge_update_columns=['gone'], materialized='incremental', unique_key='id'"),
    [said('merge_update_columns', 'gone')],
  ],
  [
    'what a snapshot compares',
    'snapshots/s.sql',
    snapshot("strategy='check', unique_key='id', check_cols=['day', 'gone']"),
    ["snapshots/s.sql:2:46: check_cols of snapshot 's' names column 'gone', which its SQL does not give"],
  ],
  [
    'when a snapshot’s rows changed',
    'snapshots/s.sql',
    snapshot("strategy='timestamp', unique_key='id', updated_at='updated_at'"),
    ["snapshots/s.sql:2:50: updated_at of snapshot 's' names column 'updated_at', which its SQL does not give"],
  ],
  [
    'nothing where a snapshot compares all',
    'snapshots/s.sql',
    snapshot("strategy='check', unique_key='id', check_cols='all'"),
    [],
  ],
]

describe('unresolved-config-column', () => {
  it.each(cases)('finds %s', async (_, file, text, expected) => {
    const other = { 'models/other.sql': 'select 1 as id' }
    expect(await saidOfChange('unresolved-config-column', other, { ...other, [file]: text })).toEqual(expected)
  })

  it('finds what a snapshot in YAML compares', async () => {
    const yaml =
      "snapshots:\n  - name: s\n    relation: ref('m')\n    config: {strategy: check, unique_key: id, check_cols: [name]}\n"
    const base = { 'models/m.sql': "select 1 as id, 'a' as name\n", 'snapshots/s.yml': yaml }
    const head = { ...base, 'models/m.sql': 'select 1 as id\n' }
    expect(await saidOfChange('unresolved-config-column', base, head)).toEqual([
      "snapshots/s.yml:2:5: check_cols of snapshot 's' names column 'name', which its SQL does not give",
    ])
  })
})
