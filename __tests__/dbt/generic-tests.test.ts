import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsed } from './project.ts'

const FEATURES = join(import.meta.dirname, '..', 'fixtures', 'dbt', 'features')

/** unique_id, alias, tags and code as dbt-core 1.12.5 gives them for the project in fixtures/dbt/features. */
const EXPECTED: readonly (readonly [unique_id: string, alias: string, tags: readonly string[], raw_code: string])[] = [
  [
    'test.features.accepted_values_stg_orders__status___False__open__1__1_0__True__None__it_s.704b5eead4',
    'accepted_values_stg_orders_c66ee130f6c7f46d8de8a6ae9c26e2ce',
    [],
    '{{ test_accepted_values(**_dbt_generic_test_kwargs) }}{{ config(alias="accepted_values_stg_orders_c66ee130f6c7f46d8de8a6ae9c26e2ce") }}',
  ],
  [
    'test.features.at_least_customer_v1_1.7f21f7cd35',
    'at_least_customer_v1_1',
    ['generic'],
    '{{ test_at_least(**_dbt_generic_test_kwargs) }}',
  ],
  [
    'test.features.at_least_stg_orders_1_0___var_limits___ref_countries_.c7566ef4e9',
    'at_least_stg_orders_1_0___var_limits___ref_countries_',
    ['generic'],
    '{{ test_at_least(**_dbt_generic_test_kwargs) }}',
  ],
  ['test.features.calls_a_function', 'calls_a_function', [], "select {{ function('clean') }}('a') where 1 = 0"],
  [
    'test.features.dbt_expression_is_true_with_a_long_name_for_hashing_stg_orders_amount_0_and_id_is_not_null_or_amount_100.18416a2273',
    'dbt_expression_is_true_with_a__551b4ecf65ba466b11cbc197fa7916f3',
    [],
    '{{ test_dbt_expression_is_true_with_a_long_name_for_hashing(**_dbt_generic_test_kwargs) }}{{ config(alias="dbt_expression_is_true_with_a__551b4ecf65ba466b11cbc197fa7916f3") }}',
  ],
  [
    'test.features.greetings_source_polite_erp_orders_status.22b08d4e29',
    'greetings_source_polite_erp_orders_status',
    ['daily', 'erp'],
    '{{ greetings.test_polite(**_dbt_generic_test_kwargs) }}',
  ],
  [
    'test.features.id_is_there.e890270c88',
    'id_is_there',
    ['key', 'pii'],
    '{{ test_not_null(**_dbt_generic_test_kwargs) }}{{ config(severity="error") }}',
  ],
  [
    'test.features.no_gaps',
    'no_gaps',
    [],
    "{{ config(severity='warn', store_failures_as='view', alias='no_gaps') }} select * from {{ ref('orders') }} where id is null",
  ],
  [
    'test.features.not_null_countries_country.69e1905e51',
    'not_null_countries_country',
    [],
    '{{ test_not_null(**_dbt_generic_test_kwargs) }}',
  ],
  [
    'test.features.not_null_orders_history_id.147a3a2334',
    'not_null_orders_history_id',
    [],
    '{{ test_not_null(**_dbt_generic_test_kwargs) }}',
  ],
  [
    'test.features.relationships_stg_customers_orders__id__ref_stg_orders_.a4fef15c68',
    'relationships_stg_customers_orders__id__ref_stg_orders_',
    ['slow'],
    "{{ test_relationships(**_dbt_generic_test_kwargs) }}{{ config(tags=['slow'],enabled=True,meta={'a': 1}) }}",
  ],
  [
    'test.features.source_not_null_erp_orders_id.414ab95f2b',
    'source_not_null_erp_orders_id',
    ['daily', 'erp'],
    '{{ test_not_null(**_dbt_generic_test_kwargs) }}{{ config(where="id > 0") }}',
  ],
  [
    'test.features.source_unique_erp_orders_id.ba84f3f5e2',
    'source_unique_erp_orders_id',
    ['daily', 'erp'],
    '{{ test_unique(**_dbt_generic_test_kwargs) }}',
  ],
  [
    'test.features.unique_customer_v1_id.df9e106aa6',
    'unique_customer_v1_id',
    [],
    '{{ test_unique(**_dbt_generic_test_kwargs) }}',
  ],
  [
    'test.features.unique_customer_v2_id.4074b06b4f',
    'unique_customer_v2_id',
    [],
    '{{ test_unique(**_dbt_generic_test_kwargs) }}',
  ],
  [
    'test.features.unique_stg_disabled_id.3f4b123e3e',
    'unique_stg_disabled_id',
    [],
    '{{ test_unique(**_dbt_generic_test_kwargs) }}',
  ],
  [
    'test.features.unique_stg_orders_id.beb6e97f2f',
    'unique_stg_orders_id',
    ['key', 'pii'],
    '{{ test_unique(**_dbt_generic_test_kwargs) }}',
  ],
]

describe('data tests have the names, hashes and code that dbt gives them', () => {
  const files = Object.fromEntries(
    readdirSync(FEATURES, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(FEATURES, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  )
  const { manifest, findings } = parsed(files)
  const tests = [...manifest.nodes.values()].filter((node) => node.resource_type === 'test')

  it('finds nothing wrong', () => expect(findings).toEqual([]))

  it('has no others', () =>
    expect(tests.map((test) => test.unique_id)).toEqual(EXPECTED.map(([unique_id]) => unique_id)))

  it.each(EXPECTED)('%s', (unique_id, alias, tags, raw_code) => {
    expect(manifest.nodes.get(unique_id)).toMatchObject({ alias, tags, raw_code })
  })
})
