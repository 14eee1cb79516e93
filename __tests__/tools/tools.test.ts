import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { command } from './command.ts'
import { goProgram } from './go.ts'
import { node24Bin } from './node24.ts'
import { describeWith } from './optional.ts'
import { type EnvironmentName, venv } from './python.ts'
import { spark } from './spark.ts'

const SETUP_MS = 10 * 60_000

describeWith('python', 'Python environments', () => {
  const rows: [EnvironmentName, string][] = [
    ['dbt111', 'dbt-core 1.11.16'],
    ['dbt112', 'dbt-core 1.12.5'],
    ['dbt112', 'dbt-databricks 1.12.7'],
    ['jinja', 'jinja2 3.1.6'],
    ['openlineage', 'openlineage-python 1.54.0'],
    ['readers', 'dagster-dbt 0.29.27'],
    ['readers', 'dbt-bouncer 4.3.0'],
    ['readers', 'dbt-colibri 0.3.7'],
    ['sqlglot', 'sqlglot 30.30.0'],
    ['zizmor', 'zizmor 1.32.0'],
  ]
  test.each(rows)('%s has %s', { timeout: SETUP_MS }, async (name, expected) => {
    const [distribution = ''] = expected.split(' ')
    const ask = `from importlib.metadata import version; print(version('${distribution}'))`
    expect(`${distribution} ${await command(await venv(name), ['-c', ask])}`.trim()).toBe(expected)
  })
})

describeWith('node24', 'Node 24', () => {
  test('runs', { timeout: SETUP_MS }, async () => {
    expect(await command(join(await node24Bin(), 'node'), ['--version'])).toMatch(/^v24\./)
  })
})

describeWith('go', 'Go programs', () => {
  test.each(['act', 'actionlint'] as const)('%s runs', { timeout: SETUP_MS }, async (name) => {
    expect(await command(await goProgram(name), ['--version'])).toMatch(/\d+\.\d+\.\d+/)
  })
})

describeWith('chromium', 'Chromium', () => {
  test('renders a page', async () => {
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.setContent('<title>here</title>')
      expect(await page.title()).toBe('here')
    } finally {
      await browser.close()
    }
  })
})

describeWith('java', 'Spark', () => {
  test('has the jars of Spark, its Thrift Server and Delta', { timeout: SETUP_MS }, async () => {
    const { home, classPath } = await spark()
    expect(existsSync(join(home, 'jars'))).toBe(true)
    for (const jar of ['spark-sql_2.13-4.1.1', 'spark-hive-thriftserver_2.13-4.1.1', 'delta-spark_4.1_2.13-4.1.0']) {
      expect(classPath.some((path) => path.endsWith(`/${jar}.jar`))).toBe(true)
    }
  })
})
