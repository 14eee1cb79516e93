import { Area, STATUSES } from './area.ts'
import { Chance } from './chance.ts'

const AREAS = 'orders billing catalog customers inventory marketing payments returns shipping support sales web'.split(
  ' ',
)
const MODELS_AN_AREA = 80

/**
 * The files of a dbt project as companies have them: areas that each have sources, staging, intermediate and mart models that ref earlier ones, with
 * properties, tests, docs, exposures, snapshots, seeds and macros; some 2 KB of SQL and 1.1 KB of YAML a model. The same number and
 * seed give the same files.
 */
export function companyProject(models: number, seed = 1): ReadonlyMap<string, string> {
  const chance = new Chance(seed)
  const count = Math.max(1, Math.round(models / MODELS_AN_AREA))
  const areas: Area[] = []
  for (let index = 0; index < count; index += 1) {
    const size = Math.floor(((index + 1) * models) / count) - Math.floor((index * models) / count)
    const round = Math.floor(index / AREAS.length)
    areas.push(new Area(`${AREAS[index % AREAS.length]}${round > 0 ? round : ''}`, size, [...areas], chance))
  }
  return new Map([...Object.entries(WHOLE), ...areas.flatMap(({ files }) => [...files])])
}

const WHOLE: Readonly<Record<string, string>> = {
  'dbt_project.yml': `name: company
version: '1.0.0'
profile: company
vars:
  statuses: [${STATUSES.join(', ')}]
  void_status: void
  unknown: unknown
  dev_days: 3
models:
  +persist_docs: {relation: true, columns: true}
  company:
    staging: {+materialized: view, +schema: staging}
    intermediate: {+materialized: view, +schema: intermediate}
    marts:
      +materialized: table
      +schema: marts
      orders: {+tags: [finance]}
seeds:
  company: {+schema: seeds}
`,
  'profiles.yml': `company:
  target: prod
  outputs:
    prod: {type: databricks, host: workspace.cloud.databricks.com, http_path: /sql/1.0/warehouses/1, token: none, catalog: main, schema: company}
`,
  'models/key.md': '{% docs key %}A number that the source gives and never again.{% enddocs %}\n',
  'macros/generate_schema_name.sql': `{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if target.name == 'prod' and custom_schema_name is not none -%} {{ custom_schema_name | trim }}
    {%- else -%} {{ target.schema }}
    {%- endif -%}
{%- endmacro %}
`,
  'macros/columns.sql': `{% macro cents_to_money(column, digits=2) -%}
    {{ return(adapter.dispatch('cents_to_money')(column, digits)) }}
{%- endmacro %}

{% macro default__cents_to_money(column, digits) -%}
    round({{ column }} / 100.0, {{ digits }})
{%- endmacro %}

{% macro databricks__cents_to_money(column, digits) -%}
    cast({{ column }} / 100 as decimal(18, {{ digits }}))
{%- endmacro %}

{% macro trimmed(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}

{% macro days_ago(days) -%}
    {{ dbt.dateadd('day', -1 * days, dbt.current_timestamp()) }}
{%- endmacro %}
`,
  'tests/generic/at_least.sql': `{% test at_least(model, column_name, least) %}
select * from {{ model }} where {{ column_name }} < {{ least }}
{% endtest %}
`,
  'analyses/statuses.sql': "select status from {{ ref('stg_orders_app__accounts') }}\n",
}
