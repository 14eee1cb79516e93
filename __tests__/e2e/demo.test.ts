import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { runDemo } from '../../src/demo.ts'
import { temporaryFolder } from '../repository.ts'

// Some seconds on a machine of its own, more among neighbours.
vi.setConfig({ testTimeout: 120_000 })

const root = fileURLToPath(new URL('../..', import.meta.url))
const gold = (region: string) => `dbt_projects/${region}_analytics_dbt/models/gold/customer_cohorts.sql`
const silver = (region: string) => `dbt_projects/${region}_analytics_dbt/models/silver/customer_metrics.sql`

/** What the demo prints over the repository's own projects, with some of their texts replaced. */
async function demo(edits: readonly (readonly [path: string, from: string | RegExp, to: string])[] = []) {
  const folder = temporaryFolder()
  await cp(join(root, 'dbt_projects'), join(folder, 'dbt_projects'), { recursive: true })
  for (const [path, from, to] of edits) {
    const text = await readFile(join(folder, path), 'utf8')
    expect(text).toMatch(from)
    await writeFile(join(folder, path), text.replace(from, to))
  }
  const lines: string[] = []
  const conclusion = await runDemo((line) => lines.push(line), folder)
  return { conclusion, text: lines.join('\n') }
}

/** The rows of the printed tables of a region's gold model, one table after the other. */
function tables(text: string, region: string): string[][] {
  return text
    .split(`\`${region}_prod\`.\`gold\`.\`customer_cohorts\`\n`)
    .slice(1)
    .map((it) => {
      const [, , ...rows] = it.split('\n')
      return rows
        .slice(
          0,
          rows.findIndex((row) => !/^ *\d/.test(row)),
        )
        .map((row) => row.trim().replaceAll(/\s{2,}/g, ' | '))
    })
}

describe('the demo', () => {
  test('checks, comments and deploys twice; the second time one model, its child, and their tests', async () => {
    const { conclusion, text } = await demo()
    expect(conclusion).toBe('success')
    expect(text).toMatch(/^\+? *\+.* as average_order_value,$/m)
    expect(text).toMatch(/^### .*1 model .* in `eu`/m)
    expect(text.match(/^(eu|us): .*$/gm)?.slice(2)).toEqual([
      'eu: 2 nodes to run and 20 data tests to run',
      'eu: 2 nodes to run and 12 data tests to run',
      'us: 2 nodes to run and 20 data tests to run',
      'us: nothing to do',
    ])
    const second = text.slice(text.indexOf('eu: new rows arrive'))
    expect(second).toMatch(/customer_metrics +it changed since before\n.*customer_cohorts +it is /)
    expect(tables(text, 'us')).toHaveLength(1)
    const [before, after] = tables(text, 'eu')
    expect(before).toContain('2003 | IT | 2025-02-01 | High Value | 1 | 10000.01')
    expect(after).toEqual([
      '2001 | DE | 2025-01-01 | High Value | 2 | 11300.25',
      '2002 | FR | 2025-01-01 | Medium Value | 1 | 7500.00',
      '2004 | NL | 2025-03-01 | Low Value | 1 | 4750.00',
      '2005 | SE | 2024-12-01 | Medium Value | 2 | 5000.00',
      '2006 | PL | Low Value | 0 | 0.00',
      '2007 | AT | 2025-04-01 | Low Value | 1 | 180.00',
      '2008 | ES | 2025-05-01 | Medium Value | 2 | 6474.50',
      '2009 | PT | 2025-05-01 | High Value | 1 | 12600.00',
    ])
  })

  test('prints what an edited model gives', async () => {
    const { text } = await demo([[gold('us'), '    total_orders,', '    total_orders * 100 as total_orders,']])
    expect(tables(text, 'us')[0]).toContain('1001 | US | 2025-01-01 | High Value | 200 | 12500.50')
    expect(tables(text, 'eu')[0]).toContain('2001 | DE | 2025-01-01 | High Value | 2 | 11300.25')
  })

  test('takes another sample change when the model has no such columns, and says so', async () => {
    const { conclusion, text } = await demo([[silver('eu'), 'as total_orders', 'as  total_orders']])
    expect(text).toContain('a new column sample_built_on, because no order count and lifetime value were found')
    expect(conclusion).toBe('success')
    expect(tables(text, 'eu')[1]).toContain('2009 | PT | 2025-05-01 | High Value | 1 | 12600.00')
  })

  test('goes on when a model fails, and says so at the end', async () => {
    const { conclusion, text } = await demo([[silver('us'), 'customers.country,', 'customers.county,']])
    expect(conclusion).toBe('failure')
    expect(text).toMatch(/error +model +customer_metrics.*Binder Error: .*"county"/s)
    expect(text).toMatch(/skipped +model +customer_cohorts.*because model\.us_analytics_dbt\.customer_metrics failed/)
    expect(tables(text, 'eu')).toHaveLength(2)
  })

  test('without projects says where to run it', async () => {
    await expect(runDemo(() => {}, temporaryFolder())).rejects.toThrow('run it from a clone')
  })
})
