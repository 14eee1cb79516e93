import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { planPreview } from '../../src/deploy.ts'
import type { Fingerprinted } from '../../src/graph/fingerprint.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { affected, compared, fingerprinted } from './compared.ts'

beforeAll(() => startSqlLibrary(1))

/** The EU project as it stands in this repository, with edits: one at a time, as a pull request makes them. */
const folder = fileURLToPath(new URL('../../dbt_projects/eu_analytics_dbt', import.meta.url))
const files = new Map(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(sql|yml)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
)
const env = new Map(['HOST', 'HTTP_PATH', 'TOKEN'].map((name) => [`DATABRICKS_EU_${name}`, 'x']))

type Edit = readonly [file: string, from: string | RegExp, to: string]

function project(...edits: Edit[]): Fingerprinted {
  const edited = new Map(files)
  for (const [file, from, to] of edits) {
    const before = edited.get(file) ?? ''
    const after = before.replace(from, to)
    if (after === before) throw new Error(`the edit of ${file} finds nothing to change: ${from}`)
    edited.set(file, after)
  }
  return fingerprinted(edited, env, 'dbt_projects/eu_analytics_dbt')
}

const base = project()
const metrics = 'models/silver/customer_metrics.sql'
const cohorts = 'models/gold/customer_cohorts.sql'
const short = (id: string) => id.replace('.eu_analytics_dbt', '')

describe('one edit of the EU project', () => {
  it('starts from a project that compiles with certainty', () => {
    const unsure = [...base.fingerprints.values()].filter((each) => !each.exact)
    expect(unsure.map((each) => `${each.unique_id}: ${each.unresolved.join(', ')}`)).toEqual([])
  })

  /** Which models change and how, and which models a merge would build. */
  const cases: [what: string, edit: Edit, changed: string[], built: string[]][] = [
    [
      'whitespace in a model',
      [metrics, 'customer_versions as (', 'customer_versions as  ('],
      ['model.customer_metrics none'],
      [],
    ],
    ['Windows line ends', [metrics, /\n/g, '\r\n'], ['model.customer_metrics none'], []],
    ['a comment in SQL', [cohorts, 'select\n', 'select -- the cohorts\n'], ['model.customer_cohorts none'], []],
    ['a comment in Jinja', [cohorts, 'select\n', '{# the cohorts #}select\n'], ['model.customer_cohorts none'], []],
    ['keyword case', [cohorts, 'select\n', 'SELECT\n'], ['model.customer_cohorts none'], []],
    [
      'a filter',
      [cohorts, "from {{ ref('customer_metrics') }}", "from {{ ref('customer_metrics') }} where total_orders > 0"],
      ['model.customer_cohorts rows'],
      ['model.customer_cohorts'],
    ],
    [
      'the incremental way alone',
      [metrics, 'where order_versions._ingested_at >=', 'where order_versions._ingested_at >'],
      ['model.customer_metrics rows'],
      ['model.customer_metrics', 'model.customer_cohorts'],
    ],
    [
      'a variable used in SQL',
      ['dbt_project.yml', 'high_value_above: 10000', 'high_value_above: 20000'],
      ['model.customer_cohorts column'],
      ['model.customer_cohorts'],
    ],
    ['a comment in dbt_project.yml', ['dbt_project.yml', 'vars:', 'vars: # of the segments'], [], []],
    [
      'a macro that a hook calls',
      ['macros/forget_customers.sql', 'where recency = 1', 'where recency < 2'],
      ['model.customer_metrics unknown'],
      ['model.customer_metrics', 'model.customer_cohorts'],
    ],
    ['a comment in that macro', ['macros/forget_customers.sql', 'merge into', '{# forget #}merge into'], [], []],
    [
      'the folder’s schema',
      ['dbt_project.yml', '+schema: gold', '+schema: platinum'],
      ['model.customer_cohorts config'],
      ['model.customer_cohorts'],
    ],
    [
      'a Unity Catalog tag',
      ['dbt_project.yml', 'gdpr: personal_data', 'gdpr: pseudonymised'],
      ['model.customer_cohorts governance', 'model.customer_metrics governance'],
      ['model.customer_metrics', 'model.customer_cohorts'],
    ],
    [
      'a table property',
      ['dbt_project.yml', 'interval 7 days', 'interval 3 days'],
      ['model.customer_cohorts config', 'model.customer_metrics config'],
      ['model.customer_metrics', 'model.customer_cohorts'],
    ],
    [
      'a flag of dbt-databricks',
      ['dbt_project.yml', 'use_materialization_v2: true', 'use_materialization_v2: false'],
      ['model.customer_cohorts config', 'model.customer_metrics config'],
      ['model.customer_metrics', 'model.customer_cohorts'],
    ],
    [
      'the group',
      ['dbt_project.yml', '    +group: customer_analytics\n', ''],
      ['model.customer_cohorts governance', 'model.customer_metrics governance'],
      [],
    ],
    [
      'materialized',
      [cohorts, "materialized='table'", "materialized='view'"],
      ['model.customer_cohorts config'],
      ['model.customer_cohorts'],
    ],
  ]
  it.each(cases)('%s', (_, edit, changed, built) => {
    const head = project(edit)
    const found = compared(base, head)
    const models = found.filter((each) => each.resource_type === 'model')
    expect(models.map((each) => `${short(each.unique_id)} ${each.change}`)).toEqual(changed)
    const plan = planPreview('eu', base, head, affected(base, head)).filter((step) => step.action === 'run')
    expect(plan.map((step) => short(step.unique_id)).filter((id) => id.startsWith('model.'))).toEqual(built)
  })

  it('moving a file changes nothing that it means, but for its folder’s configuration', () => {
    const moved = new Map(files)
    moved.set('models/gold/more/customer_cohorts.sql', moved.get(cohorts) ?? '')
    moved.delete(cohorts)
    expect(
      compared(base, fingerprinted(moved, env)).map(
        (each) => `${short(each.unique_id)} ${each.change}: ${each.reason}`,
      ),
    ).toEqual(['model.customer_cohorts none: moved from models/gold/customer_cohorts.sql, means the same'])
  })

  it('says what changed in words', () => {
    const said = (...edits: Edit[]) =>
      compared(base, project(...edits)).map((each) => `${short(each.unique_id)}: ${each.reason}`)
    expect(said(['macros/forget_customers.sql', 'where recency = 1', 'where recency < 2'])).toEqual([
      'model.customer_metrics: post_hook changed; macro forget_customers changed; what its statements do is not analysed',
    ])
    expect(said(['dbt_project.yml', 'high_value_above: 10000', 'high_value_above: 20000'])[0]).toMatch(
      /^model.customer_cohorts: segment computed otherwise; variable high_value_above, variable medium_value_from or the target makes it other SQL; description changed$/,
    )
    expect(said(['dbt_project.yml', 'use_materialization_v2: true', 'use_materialization_v2: false'])[0]).toBe(
      'model.customer_cohorts: flags.use_materialization_v2 true → false',
    )
  })
})
