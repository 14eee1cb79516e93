import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Files, findings } from './project.ts'

function read(root: string): Files {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(sql|ya?ml|csv|md)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/[\\/](target|dbt_packages|logs)[\\/]/.test(path))
  return Object.fromEntries(
    paths.map((path) => [path.slice(root.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
  )
}

/** What is found when one text of a project's file is replaced by another. */
function found(root: string, gdpr: boolean, file?: string, from = '', to = ''): string[] {
  const files = read(root)
  const text = file === undefined ? '' : (files[file] ?? '')
  if (!text.includes(from)) throw new Error(`'${from}' is not in ${file}`)
  const edited = file === undefined ? files : { ...files, [file]: text.replace(from, to) }
  return findings(edited, { gdpr, root }).map(({ rule, unique_id }) => `${rule} ${unique_id}`)
}

const eu = 'dbt_projects/eu_analytics_dbt'

describe('the projects of this repository', () => {
  it('have no findings', () => {
    expect(found('dbt_projects/us_analytics_dbt', false)).toEqual([])
    expect(found(eu, true)).toEqual([])
  })

  it.each<[string, string, string, string, string[]]>([
    [
      'a contract taken away',
      'models/gold/customer_cohorts.yml',
      'gdpr:\n',
      'gdpr_was:\n',
      ['gdpr-contract model.eu_analytics_dbt.customer_cohorts', 'gdpr-tags model.eu_analytics_dbt.customer_cohorts'],
    ],
    [
      'tags taken away',
      'models/silver/customer_metrics.yml',
      'tags: [gdpr, personal_data]',
      'tags: []',
      ['gdpr-tags model.eu_analytics_dbt.customer_metrics'],
    ],
    [
      'a class taken away',
      'models/bronze/sources.yml',
      'gdpr: {class: direct_identifier}',
      'owner: nobody',
      ['gdpr-column-class source.eu_analytics_dbt.bronze.raw_customer_data_eu'],
    ],
    [
      'a misspelt ref',
      'models/gold/customer_cohorts.sql',
      "ref('customer_metrics')",
      "ref('customer_metric')",
      ['unresolved-ref model.eu_analytics_dbt.customer_cohorts'],
    ],
    [
      'a misspelt source',
      'models/silver/customer_metrics.sql',
      "source('bronze', 'raw_sales_orders_eu')",
      "source('bronze', 'raw_sales_orders')",
      ['unresolved-source model.eu_analytics_dbt.customer_metrics'],
    ],
  ])('say of %s', (_, file, from, to, expected) => {
    expect(found(eu, true, file, from, to)).toEqual(expected)
  })
})
