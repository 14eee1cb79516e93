/** A number from 0 to 1, the same sequence for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const FOLDERS = ['staging', 'intermediate', 'marts/finance', 'marts/sales'] as const
const TESTS = [
  'unique',
  'not_null',
  'not_null: {config: {where: "id > 0", severity: warn}}',
  'accepted_values: {arguments: {values: [a, 1, 2.5, true]}}',
  'positive: {config: {tags: [quality]}}',
]

/** A dbt project with models that ref each other, sources, tests, exposures and macros, by chance. The same seed gives the same project. */
export function generateProject(seed: number, models: number): ReadonlyMap<string, string> {
  const next = random(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  const maybe = (chance: number, text: string): string => (next() < chance ? text : '')
  const files = new Map<string, string>(Object.entries(BASE))
  const names: string[] = []
  const properties = new Map<string, string[]>(FOLDERS.map((folder) => [folder, []]))
  for (let index = 0; index < models; index += 1) {
    const folder = index < models / 3 ? 'staging' : pick(FOLDERS.slice(1))
    const name = `${folder.split('/').at(-1)}_${index}`
    const parents =
      folder === 'staging' || names.length === 0
        ? []
        : Array.from({ length: 1 + Math.floor(next() * 3) }, () => pick(names))
    const from =
      parents.length === 0
        ? `{{ source('app', 'table_${index % 7}') }}`
        : parents.map((parent) => `{{ ref('${parent}') }}`).join(' union all select * from ')
    const options = [
      maybe(0.3, `materialized='${pick(['table', 'view', 'incremental', 'ephemeral'])}'`),
      maybe(0.3, `tags=['${pick(['daily', 'hourly'])}', '${folder}']`),
      maybe(0.2, `meta={'owner': 'team_${index % 3}', 'tier': ${index % 5}}`),
      maybe(0.1, "enabled=var('everything', true)"),
      maybe(0.1, `alias='other_${index}'`),
    ].filter((option) => option !== '')
    const config = options.length === 0 ? '' : `{{ config(${options.join(', ')}) }}\n`
    const more =
      maybe(0.3, ', {{ cents("amount") }} as money') +
      maybe(0.2, ", {% for x in var('statuses') %}'{{ x }}' as s_{{ x }}{{ ', ' if not loop.last }}{% endfor %}")
    files.set(
      `models/${folder}/${name}.sql`,
      `${config}select *${more} from ${from}${maybe(0.3, ' {% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}')}\n`,
    )
    const tests = new Map([0, 1].map(() => pick(TESTS)).map((test) => [test.split(':')[0], `          - ${test}\n`]))
    const relationship =
      parents[0] === undefined
        ? ''
        : maybe(0.3, `          - relationships: {arguments: {to: ref('${parents[0]}'), field: id}}\n`)
    properties
      .get(folder)
      ?.push(
        `  - name: ${name}\n    description: "Model ${index} {{ doc('unit') }}"\n${maybe(0.3, `    config: {meta: {tier: yaml, from: yaml}, tags: yaml}\n`)}    columns:\n      - name: id\n        description: The key\n        data_tests:\n${[...tests.values()].join('')}${relationship}      - {name: amount, data_type: "decimal(18, 2)", meta: {unit: cent}}\n`,
      )
    names.push(name)
  }
  for (const [folder, entries] of properties)
    files.set(`models/${folder}/_models.yml`, `version: 2\nmodels:\n${entries.join('')}`)
  files.set(
    'models/exposures.yml',
    `exposures:\n${[0, 1, 2].map((index) => `  - {name: board_${index}, type: dashboard, owner: {email: a@example.com}, depends_on: [ref('${pick(names)}')]}\n`).join('')}`,
  )
  files.set(
    'snapshots/history.sql',
    `{% snapshot history %}{{ config(unique_key='id', strategy='timestamp', updated_at='at', schema='snapshots') }}select * from {{ ref('${pick(names)}') }}{% endsnapshot %}\n`,
  )
  files.set('tests/nothing_lost.sql', `select * from {{ ref('${pick(names)}') }} where id is null\n`)
  return files
}

const BASE: Readonly<Record<string, string>> = {
  'dbt_project.yml':
    'name: made\nprofile: made\nvars: {statuses: [open, closed]}\nmodels:\n  made:\n    +persist_docs: {relation: true}\n    staging: {+materialized: view, +schema: staging}\n    marts:\n      +materialized: table\n      finance: {+tags: [finance]}\nseeds: {+schema: seeds}\n',
  'profiles.yml':
    'made:\n  target: dev\n  outputs:\n    dev: {type: databricks, host: x.cloud.databricks.com, http_path: /sql, token: none, catalog: main, schema: made}\n',
  'macros/cents.sql':
    "{% macro cents(column) %}{{ return(adapter.dispatch('cents')(column)) }}{% endmacro %}\n{% macro default__cents(column) %}{{ column }} / 100{% endmacro %}\n{% macro databricks__cents(column) %}cast({{ column }} / 100 as {{ dbt.type_numeric() }}){% endmacro %}\n",
  'macros/generate_schema_name.sql':
    "{% macro generate_schema_name(custom_schema_name, node) -%}{{ target.schema if custom_schema_name is none else custom_schema_name | trim ~ '_' ~ target.name }}{%- endmacro %}\n",
  'tests/generic/positive.sql':
    '{% test positive(model, column_name) %}select * from {{ model }} where {{ column_name }} < 0{% endtest %}\n',
  'models/docs.md': '{% docs unit %}in cents{% enddocs %}\n',
  'models/sources.yml': `sources:\n  - name: app\n    schema: raw\n    tables: [${[0, 1, 2, 3, 4, 5, 6].map((index) => `{name: table_${index}}`).join(', ')}]\n`,
  'seeds/countries.csv': 'code,name\nDE,Germany\n',
  'analyses/count.sql': 'select 1\n',
}
