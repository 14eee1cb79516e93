import { join } from 'node:path'
import { expect, test } from 'vitest'
import { check, type Side } from '../src/check.ts'
import { discover, effectiveConfig } from '../src/config.ts'
import { ParseCache } from '../src/dbt/cache.ts'
import { parseProject } from '../src/dbt/parse.ts'
import { commentMarkdown } from '../src/report/comment.ts'
import type { ChangeClass } from '../src/report/report.ts'
import { startSqlLibrary } from '../src/start-sql.ts'
import { base, head, place } from './report/sample.ts'
import { filesBelow } from './tools/files-below.ts'

const regions = ['eu', 'us'] as const
type Region = (typeof regions)[number]

const folder = (region: Region) => `dbt_projects/${region}_analytics_dbt`
const projects = { eu: filesBelow(folder('eu')), us: filesBelow(folder('us')) }
const metrics = 'models/silver/customer_metrics'
const cohorts = 'models/gold/customer_cohorts'

/** What one pull request does: in which regions, in which file, what is replaced with what. */
type Edit = readonly [regions: readonly Region[], file: string, from: string, to: string]

const average = (region: Region): Edit => [
  [region],
  `${metrics}.yml`,
  '      - name: first_order_date\n',
  `      - name: average_order_value
        description: Mean amount of these orders.
        data_type: double
${region === 'eu' ? '        config:\n          meta:\n            gdpr: {class: financial}\n        databricks_tags:\n          gdpr_class: financial\n' : ''}      - name: first_order_date
`,
]

/** A pull request for every class of change, on the two regional projects. */
const pullRequests: readonly (readonly [ChangeClass, string, readonly Edit[]])[] = [
  ['none', 'a CTE gets another name', [[regions, `${metrics}.sql`, 'touched_customers', 'customers_touched']]],
  [
    'governance',
    'a description and an owner',
    [
      [['eu'], `${cohorts}.yml`, 'description: Key of the customer.', 'description: Key of the customer, a pseudonym.'],
      [
        ['us'],
        `${cohorts}.yml`,
        'description: Key of the customer.',
        'description: Key of the customer, from the shop.',
      ],
    ],
  ],
  [
    'additive',
    'a column at the end, described and classified',
    [
      [
        regions,
        `${metrics}.sql`,
        '    max(orders._ingested_at) as _orders_ingested_at\n',
        '    max(orders._ingested_at) as _orders_ingested_at,\n    avg(orders.amount) as average_order_value\n',
      ],
      average('eu'),
      average('us'),
    ],
  ],
  [
    'config',
    'another materialization, in the US alone',
    [[['us'], `${cohorts}.sql`, "materialized='table'", "materialized='table', liquid_clustered_by='cohort_month'"]],
  ],
  ['column', 'a boundary moves', [[regions, `${cohorts}.sql`, '>= {{ var(', '> {{ var(']]],
  [
    'rows',
    'deleted customers come back',
    [[regions, `${metrics}.sql`, '    and not coalesce(customers.is_deleted, false)\n', '']],
  ],
  [
    'unknown',
    'a hook, and SQL that is only known in the warehouse',
    [
      [
        regions,
        `${cohorts}.sql`,
        "materialized='table'",
        "materialized='table', post_hook='analyze table {{ this }} compute statistics'",
      ],
    ],
  ],
]

test.each(pullRequests)('%s: %s', async (kind, _, edits) => {
  const cache = new ParseCache()
  const side = (region: Region, files: ReadonlyMap<string, string>): Side => ({
    files,
    project: parseProject({ files, root: folder(region), env: new Map(), cache }),
  })
  const config = discover(
    new Map(
      regions.map((region) => [`${folder(region)}/dbt_project.yml`, projects[region].get('dbt_project.yml') ?? '']),
    ),
  )
  const sides = regions.map((region) => {
    const own = edits.filter(([where]) => where.includes(region))
    const before = side(region, projects[region])
    return [
      region,
      { base: before, head: own.length === 0 ? before : side(region, edited(projects[region], own)) },
    ] as const
  })
  const report = await check(
    { base, head, config: effectiveConfig(config, config), regions: new Map(sides) },
    startSqlLibrary,
  )

  expect(new Set(report.regions.flatMap(({ changes }) => changes.map(({ change }) => change)))).toEqual(new Set([kind]))
  await expect(commentMarkdown(report, place)).toMatchFileSnapshot(
    join(import.meta.dirname, `golden/pull-request/${kind}.md`),
  )
})

function edited(files: ReadonlyMap<string, string>, edits: readonly Edit[]): Map<string, string> {
  const result = new Map(files)
  for (const [, file, from, to] of edits) {
    const text = result.get(file)
    if (!text?.includes(from)) throw new Error(`${file} does not have: ${from}`)
    result.set(file, text.replaceAll(from, to))
  }
  return result
}
