import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DbtProject } from '../tools/dbt.ts'
import { describeWith } from '../tools/optional.ts'
import { connect } from '../workspace/driver.ts'
import { startWorkspaces, type Workspaces } from '../workspace/workspaces.ts'
import { checked, type Files } from './compared.ts'

const START_MS = 30 * 60_000

const incremental = (config: string, columns: string) =>
  `{{ config(materialized='incremental'${config}) }}\nselect ${columns}\n`
const keyed = ", unique_key='id'"
const two = "1 as id, 'a' as name"
const contract = (name: string, columns: string) =>
  `models:\n  - name: ${name}\n    config: {contract: {enforced: true}}\n    columns: [${columns}]\n`
const snapshot = (name: string, config: string, columns: string) =>
  `{% snapshot ${name} %}\n{{ config(target_schema='snaps', unique_key='id', ${config}) }}\nselect ${columns}\n{% endsnapshot %}\n`

/** A model, snapshot or test by its file, at base and at head. */
type Case = readonly [file: string, base: string, head: string]

/** Incremental models by what they set, each with columns before and after. */
const changes: readonly (readonly [name: string, config: string, base: string, head: string])[] = [
  ['ignore_gone', keyed, two, '1 as id'],
  ['ignore_new', keyed, two, `${two}, 2 as more`],
  ['ignore_wider', keyed, '1 as id, cast(1 as int) as n', '1 as id, cast(1 as bigint) as n'],
  ['fail_gone', `${keyed}, on_schema_change='fail'`, two, '1 as id'],
  ['fail_new', `${keyed}, on_schema_change='fail'`, two, `${two}, 2 as more`],
  ['fail_type', `${keyed}, on_schema_change='fail'`, '1 as id, cast(1 as int) as n', '1 as id, cast(1 as bigint) as n'],
  ['fail_same', `${keyed}, on_schema_change='fail'`, two, "2 as id, 'b' as name"],
  ['fail_case', `${keyed}, on_schema_change='fail'`, two, "2 as id, 'b' as NAME"],
  ['append_columns_case', `${keyed}, on_schema_change='append_new_columns'`, two, "2 as id, 'b' as NAME"],
  ['sync_case', `${keyed}, on_schema_change='sync_all_columns'`, two, "2 as id, 'b' as NAME"],
  ['ignore_case', keyed, two, "2 as id, 'b' as NAME"],
  ['append_columns_gone', `${keyed}, on_schema_change='append_new_columns'`, two, '1 as id'],
  ['append_columns_new', `${keyed}, on_schema_change='append_new_columns'`, two, `${two}, 2 as more`],
  ['sync_new', `${keyed}, on_schema_change='sync_all_columns'`, two, `${two}, 2 as more`],
  ['append_gone', ", incremental_strategy='append'", two, '1 as id'],
  ['append_new', ", incremental_strategy='append'", two, `${two}, 2 as more`],
  ['delete_insert_gone', `${keyed}, incremental_strategy='delete+insert'`, two, '1 as id'],
  [
    'delete_insert_gone_append',
    `${keyed}, incremental_strategy='delete+insert', on_schema_change='append_new_columns'`,
    two,
    '1 as id',
  ],
  ['named_gone', `${keyed}, merge_update_columns=['id'], skip_not_matched_step=true`, two, '1 as id'],
  ['every_run_full', `${keyed}, full_refresh=true`, two, '1 as id'],
]

/** Each takes Spark some seconds, so that one in three is built; all with DBT_REGIONS_TRUTH=all. */
const built = changes.filter((_, index) => process.env.DBT_REGIONS_TRUTH === 'all' || index % 3 === 0)

const cases: readonly Case[] = [
  ...built.map(
    ([name, config, base, head]): Case => [`models/${name}.sql`, incremental(config, base), incremental(config, head)],
  ),
  ['models/key_gone.sql', incremental(keyed, two), incremental(", unique_key='key'", two)],
  ['models/updates_gone.sql', incremental(keyed, two), incremental(`${keyed}, merge_update_columns=['nam']`, two)],
  [
    'models/partition_gone.sql',
    `select ${two}`,
    `{{ config(materialized='table', partition_by='day') }} select ${two}`,
  ],
  [
    'models/clustered_gone.sql',
    `select ${two}`,
    `{{ config(materialized='table', liquid_clustered_by='day') }} select ${two}`,
  ],
  ['models/view_partition.sql', `select ${two}`, `{{ config(materialized='view', partition_by='day') }} select ${two}`],
  [
    'models/promised.sql',
    `{{ config(materialized='table') }} select ${two}`,
    `{{ config(materialized='table') }} select 1 as id`,
  ],
  [
    'models/promised.yml',
    contract('promised', '{name: id, data_type: int}, {name: name, data_type: string}'),
    contract('promised', '{name: id, data_type: int}, {name: name, data_type: string}'),
  ],
  [
    'models/promised_more.sql',
    `{{ config(materialized='table') }} select ${two}`,
    `{{ config(materialized='table') }} select ${two}, 2 as more`,
  ],
  [
    'models/promised_more.yml',
    contract('promised_more', '{name: id, data_type: int}, {name: name, data_type: string}'),
    contract('promised_more', '{name: id, data_type: int}, {name: name, data_type: string}'),
  ],
  ['models/promised_type.sql', `select ${two}`, "select '1' as id, 'a' as name"],
  [
    'models/promised_type.yml',
    contract('promised_type', '{name: id, data_type: int}, {name: name, data_type: string}'),
    contract('promised_type', '{name: id, data_type: int}, {name: name, data_type: string}'),
  ],
  [
    'models/promised_words.sql',
    `{{ config(materialized='table') }} select ${two}`,
    `{{ config(materialized='table') }} select cast(2 as int) as id, 'b' as name`,
  ],
  [
    'models/promised_words.yml',
    contract('promised_words', '{name: id, data_type: int}, {name: name, data_type: string}'),
    contract('promised_words', '{name: id, data_type: integer}, {name: name, data_type: string}'),
  ],
  [
    'models/joined.sql',
    "select l.id, status from {{ ref('left_side') }} l join {{ ref('right_side') }} r on r.id = l.id",
    "select l.id, status from {{ ref('left_side') }} l join {{ ref('right_side') }} r on r.id = l.id",
  ],
  ['models/left_side.sql', "select 1 as id, 'x' as status", "select 1 as id, 'x' as status"],
  ['models/right_side.sql', 'select 1 as id', "select 1 as id, 'y' as status"],
  ['models/up.sql', `select ${two}`, "select 1 as id, 'a' as label"],
  ['models/down.sql', "select id, name from {{ ref('up') }}", "select id, name from {{ ref('up') }}"],
  ['models/across.sql', "select * from {{ ref('up') }}", "select * from {{ ref('up') }}"],
  [
    'models/up.yml',
    'models: [{name: across, columns: [{name: name, data_tests: [not_null]}, {name: id, data_tests: [not_null]}]}]\n',
    'models: [{name: across, columns: [{name: name, data_tests: [not_null]}, {name: id, data_tests: [not_null]}]}]\n',
  ],
  ['models/tested_in.sql', 'select 1 as id, 2 as amount', 'select 1 as id, 2 as amount, 3 as more'],
  [
    'models/tested.sql',
    "select id, amount + 1 as total from {{ ref('tested_in') }}",
    "select id, amount + 1 as total from {{ ref('tested_in') }}",
  ],
  ['models/tested.yml', ...unitTests('amount', 'total', 'amount', 'total')],
  [
    'models/tested_expect.sql',
    "select id, amount + 1 as total from {{ ref('tested_in') }}",
    "select id, amount + 1 as sum from {{ ref('tested_in') }}",
  ],
  [
    'models/tested_give.sql',
    "select id, amount + 1 as total from {{ ref('tested_in') }}",
    "select id, amount + 1 as total from {{ ref('tested_in') }}",
  ],
  [
    'snapshots/check_gone.sql',
    snapshot('check_gone', "strategy='check', check_cols=['name']", two),
    snapshot('check_gone', "strategy='check', check_cols=['name']", '1 as id'),
  ],
  [
    'snapshots/check_all.sql',
    snapshot('check_all', "strategy='check', check_cols='all'", two),
    snapshot('check_all', "strategy='check', check_cols='all'", `${two}, 2 as more`),
  ],
  [
    'snapshots/updated_gone.sql',
    snapshot('updated_gone', "strategy='timestamp', updated_at='at'", '1 as id, current_timestamp() as at'),
    snapshot('updated_gone', "strategy='timestamp', updated_at='at'", '1 as id'),
  ],
]

/** A unit test for each of three models, whose rows may name other columns at head. */
function unitTests(given: string, expected: string, givenLater: string, expectedLater: string): [string, string] {
  const one = (model: string, gives: string, expects: string) =>
    `  - name: of_${model}\n    model: ${model}\n    given:\n      - input: ref('tested_in')\n        rows: [{id: 1, ${gives}: 2}]\n    expect:\n      rows: [{id: 1, ${expects}: 3}]\n`
  const all = (gives: string, expects: string, wrong: string) =>
    `unit_tests:\n${one('tested', gives, expects)}${one('tested_expect', gives, expects)}${one('tested_give', wrong, expects)}`
  return [all(given, expected, given), all(givenLater, expectedLater, 'amuont')]
}

const settings: Files = {
  'dbt_project.yml': 'name: truth\nprofile: truth\nflags: {send_anonymous_usage_stats: false}\n',
  'profiles.yml': `truth:
  target: us
  outputs:
    us:
      type: databricks
      host: "{{ env_var('DATABRICKS_US_HOST', 'h') }}"
      http_path: "{{ env_var('DATABRICKS_US_HTTP_PATH', 'p') }}"
      token: "{{ env_var('DATABRICKS_US_TOKEN', 't') }}"
      catalog: us_prod
      schema: truth
      threads: 2
`,
}

/** A real dbt builds base and then head over it: what fails by itself is what the rules call an error. */
describeWith(['java', 'python'], 'what the rules call an error, and dbt on Spark', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dbt-regions-truth-'))
  let workspaces: Workspaces<'us'>
  beforeAll(async () => {
    workspaces = await startWorkspaces(['us'])
    const at = await connect(workspaces, 'us')
    for (const schema of ['truth', 'snaps']) await at.query(`create schema if not exists us_prod.${schema}`)
    await at.close()
  }, START_MS)
  afterAll(() => {
    workspaces?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('are the same', { timeout: START_MS }, async () => {
    const [base, head] = [1, 2].map((side) => ({
      ...settings,
      ...Object.fromEntries(cases.map((each) => [each[0], each[side] ?? ''])),
    }))
    if (base === undefined || head === undefined) throw new Error('two sides')
    const dbt = new DbtProject('dbt112', folder)
    const build = async (files: Files) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), text)
      }
      return await dbt.run(['build'], workspaces.environment('us'))
    }
    const before = await build(base)
    expect(before.results.filter(({ status }) => status === 'error' || status === 'fail')).toEqual([])
    await build(head)
    // A Spark that is short of time fails a statement now and then for a reason of its own: what fails by itself fails again.
    const { results } = await dbt.run(['retry'], workspaces.environment('us'))
    dbt.remove()
    if (process.env.DBT_REGIONS_SHOW === '1') console.log(results.map((it) => [it.unique_id, it.status, it.message]))
    const skipped = new Set(results.filter(({ status }) => status === 'skipped').map(({ unique_id }) => unique_id))
    const failed = results.filter(({ status }) => status === 'error' || status === 'fail')
    const findings = (await checked(base, head)).filter((each) => each.new && each.severity === 'error')
    const told = [...new Set(findings.flatMap(({ unique_id }) => unique_id ?? []))].filter((id) => !skipped.has(id))
    expect(told.sort()).toEqual(failed.map(({ unique_id }) => unique_id).sort())
  })
})
