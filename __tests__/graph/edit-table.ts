/** A small shop for Databricks, and edits of it: what a pull request may do to a project, one thing at a time. */
export type Files = Readonly<Record<string, string>>

export const shop: Files = {
  'dbt_project.yml': `name: shop
profile: shop
vars:
  large_from: 100
models:
  shop:
    +materialized: table
    marts:
      +schema: gold
`,
  'profiles.yml':
    'shop: {target: prod, outputs: {prod: {type: databricks, catalog: main, schema: shop, host: h, http_path: p, token: t}}}\n',
  'macros/cents.sql': `{% macro cents(column) %}{{ return(adapter.dispatch('cents')(column)) }}{% endmacro %}
{% macro default__cents(column) %}round({{ column }} / 100, 2){% endmacro %}
`,
  'macros/names.sql': `{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ custom_schema_name or target.schema }}
{%- endmacro %}
`,
  'models/sources.yml': `sources:
  - name: raw
    schema: raw
    tables:
      - name: orders
        columns: [{name: id}, {name: amount}, {name: status}]
      - name: customers
`,
  'models/staging/stg_orders.sql': `with source as (

    select * from {{ source('raw', 'orders') }}

),

renamed as (
    select
        id as order_id,
        customer_id,
        status,
        ordered_at,
        {{ cents('amount') }} as amount
    from source
    where status <> 'test' and id is not null
)

select * from renamed
`,
  'models/staging/stg_customers.sql': `select
    id as customer_id,
    name,
    country
from {{ source('raw', 'customers') }}
`,
  'models/marts/customer_orders.sql': `select
    c.customer_id,
    c.country,
    count(o.order_id) as orders,
    sum(o.amount) as total,
    sum(o.amount) > {{ var('large_from') }} as is_large,
    '{{ env_var("SHOP_REGION", "eu") }}' as region
from {{ ref('stg_customers') }} c
left join {{ ref('stg_orders') }} o on c.customer_id = o.customer_id
group by c.customer_id, c.country
`,
  'models/marts/latest_orders.sql': `select *
from {{ ref('stg_orders') }}
qualify row_number() over (partition by customer_id order by ordered_at desc, order_id) = 1
`,
  'models/marts/order_events.sql': `{{ config(materialized='incremental', unique_key='order_id', incremental_strategy='merge') }}
select order_id, status, ordered_at
from {{ ref('stg_orders') }}
{% if is_incremental() %}
where ordered_at > (select max(ordered_at) from {{ this }})
{% endif %}
`,
  'models/marts/marts.yml': `models:
  - name: customer_orders
    description: One row per customer.
    columns:
      - name: customer_id
        description: Key of the customer.
        data_tests: [not_null]
`,
}

export interface TableEdit {
  readonly what: string
  readonly head: Files
  /** The environment at head, beside the project. */
  readonly env?: Readonly<Record<string, string>>
  /** `model class: columns`, for each model that is changed. */
  readonly expected: readonly string[]
  /** The models that dbt-core 1.12's own `state:modified` names. */
  readonly dbt: readonly string[]
}

const orders = 'models/staging/stg_orders.sql'
const customers = 'models/staging/stg_customers.sql'
const perCustomer = 'models/marts/customer_orders.sql'
const latest = 'models/marts/latest_orders.sql'
const events = 'models/marts/order_events.sql'

/** The shop with a text replaced. Throws where it is not there. */
function edit(file: string, from: string | RegExp, to: string, files: Files = shop): Files {
  const before = files[file] ?? ''
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${file} has no ${from}`)
  return { ...files, [file]: after }
}

function without(file: string, files: Files = shop): Files {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name !== file))
}

const one = (
  what: string,
  head: Files,
  expected: readonly string[],
  dbt: readonly string[],
  env?: Readonly<Record<string, string>>,
): TableEdit => ({ what, head, expected, dbt, ...(env && { env }) })

export const edits: readonly TableEdit[] = [
  one('whitespace', edit(orders, 'from source', 'from   source'), ['stg_orders none'], ['stg_orders']),
  one('Windows line ends', edit(orders, /\n/g, '\r\n'), ['stg_orders none'], ['stg_orders']),
  one('a comment in SQL', edit(orders, 'from source', 'from source -- all'), ['stg_orders none'], ['stg_orders']),
  one('a comment in Jinja', edit(orders, 'from source', '{# all #}from source'), ['stg_orders none'], ['stg_orders']),
  one('the case of keywords', edit(orders, 'where', 'WHERE'), ['stg_orders none'], ['stg_orders']),
  one('a CTE’s name', edit(orders, /renamed/g, 'shaped'), ['stg_orders none'], ['stg_orders']),
  one(
    'a table’s alias',
    edit(perCustomer, /\bo\./g, 'bought.', edit(perCustomer, ' o on', ' bought on')),
    ['customer_orders none'],
    ['customer_orders'],
  ),
  one(
    'a CTE that nothing reads',
    edit(orders, 'select * from renamed', ', unused as (select 1 as one) select * from renamed'),
    ['stg_orders none'],
    ['stg_orders'],
  ),
  one(
    'GROUP BY by number',
    edit(perCustomer, 'group by c.customer_id, c.country', 'group by 1, 2'),
    ['customer_orders none'],
    ['customer_orders'],
  ),
  one(
    'conditions in another order',
    edit(orders, "status <> 'test' and id is not null", "id is not null and (status <> 'test')"),
    ['stg_orders none'],
    ['stg_orders'],
  ),
  one(
    '* written out',
    edit(latest, 'select *', 'select order_id, customer_id, status, ordered_at, amount'),
    ['latest_orders none'],
    ['latest_orders'],
  ),
  one(
    'a file moved',
    { ...without(customers), 'models/staging/more/stg_customers.sql': shop[customers] ?? '' },
    ['stg_customers none'],
    ['stg_customers'],
  ),
  one(
    'a column added at the end',
    edit(customers, '    country\n', '    country,\n    email\n'),
    ['stg_customers additive: email'],
    ['stg_customers'],
  ),
  one(
    'a column added within',
    edit(customers, '    name,\n', '    name,\n    email,\n'),
    ['stg_customers additive: email'],
    ['stg_customers'],
  ),
  one('a column removed', edit(customers, '    name,\n', ''), ['stg_customers column: name'], ['stg_customers']),
  one(
    'a column renamed',
    edit(customers, '    name,\n', '    name as full_name,\n'),
    ['stg_customers column: full_name, name'],
    ['stg_customers'],
  ),
  one(
    'columns reordered',
    edit(customers, '    name,\n    country\n', '    country,\n    name\n'),
    ['stg_customers column'],
    ['stg_customers'],
  ),
  one(
    'the case of a column',
    edit(customers, '    country\n', '    country as Country\n'),
    ['stg_customers column'],
    ['stg_customers'],
  ),
  one(
    'an expression',
    edit(perCustomer, 'count(o.order_id)', 'count(distinct o.order_id)'),
    ['customer_orders column: orders'],
    ['customer_orders'],
  ),
  one(
    'a cast',
    edit(customers, '    country\n', '    cast(country as string) as country\n'),
    ['stg_customers column: country'],
    ['stg_customers'],
  ),
  one(
    'what a CTE computes',
    edit(orders, 'ordered_at,', 'cast(ordered_at as date) as ordered_at,'),
    ['stg_orders column: ordered_at'],
    ['stg_orders'],
  ),
  one('a filter added', edit(customers, /$/, 'where country is not null\n'), ['stg_customers rows'], ['stg_customers']),
  one('a filter’s value', edit(orders, "'test'", "'trial'"), ['stg_orders rows'], ['stg_orders']),
  one('the kind of a join', edit(perCustomer, 'left join', 'join'), ['customer_orders rows'], ['customer_orders']),
  one(
    'the condition of a join',
    edit(perCustomer, '= o.customer_id', "= o.customer_id and o.status = 'paid'"),
    ['customer_orders rows'],
    ['customer_orders'],
  ),
  one('DISTINCT', edit(customers, 'select', 'select distinct'), ['stg_customers rows'], ['stg_customers']),
  one('LIMIT', edit(customers, /$/, 'limit 10\n'), ['stg_customers rows'], ['stg_customers']),
  one(
    'the window of QUALIFY',
    edit(latest, 'ordered_at desc', 'ordered_at'),
    ['latest_orders rows'],
    ['latest_orders'],
  ),
  one(
    'the incremental filter',
    edit(events, 'ordered_at > (', 'ordered_at >= ('),
    ['order_events rows'],
    ['order_events'],
  ),
  one(
    'a column of an incremental model',
    edit(events, 'status,', 'upper(status) as status,'),
    ['order_events column: status'],
    ['order_events'],
  ),
  one(
    'the unique key',
    edit(events, "unique_key='order_id'", "unique_key=['order_id', 'status']"),
    ['order_events rows'],
    ['order_events'],
  ),
  one('the incremental strategy', edit(events, "'merge'", "'append'"), ['order_events rows'], ['order_events']),
  one(
    'a macro’s body, reached by dispatch',
    edit('macros/cents.sql', '/ 100, 2', '/ 100, 4'),
    ['stg_orders column: amount'],
    ['stg_orders'],
  ),
  one(
    'a comment in a macro',
    edit('macros/cents.sql', '{% macro default__cents(column) %}', '{% macro default__cents(column) %}{# of a euro #}'),
    [],
    ['stg_orders'],
  ),
  one(
    'a variable',
    edit('dbt_project.yml', 'large_from: 100', 'large_from: 200'),
    ['customer_orders column: is_large'],
    [],
  ),
  one('an environment variable', shop, ['customer_orders column: region'], [], { SHOP_REGION: 'us' }),
  one(
    'generate_schema_name',
    edit('macros/names.sql', 'or target.schema', "or (target.schema ~ '_x')"),
    [
      'customer_orders config',
      'latest_orders config',
      'order_events config',
      'stg_customers config',
      'stg_orders config',
    ],
    [],
  ),
  one(
    'a source’s schema',
    edit('models/sources.yml', 'schema: raw', 'schema: landing'),
    ['stg_customers unknown', 'stg_orders unknown'],
    [],
  ),
  one(
    'materialized',
    edit('dbt_project.yml', '    +materialized: table', '    +materialized: view'),
    ['customer_orders config', 'latest_orders config', 'stg_customers config', 'stg_orders config'],
    ['customer_orders', 'latest_orders', 'stg_customers', 'stg_orders'],
  ),
  one(
    'partitioning',
    edit(events, "unique_key='order_id'", "unique_key='order_id', partition_by='ordered_at'"),
    ['order_events config'],
    ['order_events'],
  ),
  one(
    'a hook',
    edit(customers, /^/, '{{ config(post_hook="delete from {{ this }} where country is null") }}\n'),
    ['stg_customers unknown'],
    ['stg_customers'],
  ),
  one(
    'a description',
    edit('models/marts/marts.yml', 'One row per customer', 'A row per customer'),
    ['customer_orders governance'],
    [],
  ),
  one(
    'meta',
    edit('models/marts/marts.yml', '    description: One', '    config: {meta: {owner: ada}}\n    description: One'),
    ['customer_orders governance'],
    ['customer_orders'],
  ),
  one(
    'tags',
    edit('models/marts/marts.yml', '    description: One', '    config: {tags: [daily]}\n    description: One'),
    ['customer_orders governance'],
    [],
  ),
  one(
    'a column’s Unity Catalog tag',
    edit(
      'models/marts/marts.yml',
      '        description: Key',
      '        databricks_tags: {class: pseudonym}\n        description: Key',
    ),
    ['customer_orders governance: customer_id'],
    [],
  ),
  one(
    'grants',
    edit('dbt_project.yml', '    marts:\n', '    marts:\n      +grants: {select: [readers]}\n'),
    ['customer_orders governance', 'latest_orders governance', 'order_events governance'],
    ['customer_orders', 'latest_orders', 'order_events'],
  ),
  one('a test', edit('models/marts/marts.yml', '[not_null]', '[not_null, unique]'), [], []),
  one('a model removed', without(latest), ['latest_orders unknown'], []),
  one(
    'a model added',
    { ...shop, 'models/marts/more.sql': "select order_id from {{ ref('stg_orders') }}\n" },
    ['more additive'],
    ['more'],
  ),
  one(
    'a union that keeps duplicates',
    edit(customers, /$/, "union all select id, name, country from {{ source('raw', 'customers') }}\n"),
    ['stg_customers rows: country, customer_id, name'],
    ['stg_customers'],
  ),
]
