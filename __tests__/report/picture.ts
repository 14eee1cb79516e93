import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { pageDataOf } from '../../src/check/page/data.ts'
import { check } from '../../src/check.ts'
import { compileNode } from '../../src/dbt/compile.ts'
import { columnLineage } from '../../src/graph/column-lineage.ts'
import { commentUpdate } from '../../src/report/comment.ts'
import { lineageHtml } from '../../src/report/html/html.ts'
import { openRepository } from '../../src/repository.ts'
import { readSides } from '../../src/sides.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { launchChromium } from '../tools/chromium.ts'
import { command } from '../tools/command.ts'
import { commentPage } from './page.ts'
import { withFewColors } from './png.ts'

/**
 * Writes the pictures of the comment and of lineage.html in docs/images: of what a check of the regional projects really writes for a pull
 * request that moves a boundary between segments and takes a column on which, in the EU, something is missing.
 */
async function main(): Promise<void> {
  const project = process.cwd()
  const { body, lineage } = await writtenFor(project)
  const browser = await launchChromium()
  try {
    for (const mode of ['light', 'dark'] as const) {
      const page = await commentPage(browser, body, mode, 920)
      await keep(project, 'comment', mode, page, await page.locator('.card').screenshot())
      const shown = await lineagePage(browser, lineage, mode)
      await keep(project, 'lineage', mode, page, await shown.screenshot())
    }
  } finally {
    await browser.close()
  }
}

async function keep(
  project: string,
  name: string,
  mode: 'light' | 'dark',
  page: Page,
  screenshot: Buffer,
): Promise<void> {
  const file = join(project, 'docs/images', mode === 'light' ? `${name}.png` : `${name}-dark.png`)
  const png = await withFewColors(page, screenshot)
  await writeFile(file, png)
  console.log(`${file}: ${Math.round(png.length / 1000)} KB`)
}

/** The page with a model chosen, whose columns are shown. */
async function lineagePage(browser: Browser, html: string, colorScheme: 'light' | 'dark'): Promise<Page> {
  const file = join(await mkdtemp(join(tmpdir(), 'dbt-regions-picture-')), 'lineage.html')
  await writeFile(file, html)
  const options = { colorScheme, viewport: { width: 1500, height: 860 }, deviceScaleFactor: 1.5, offline: true }
  const page = await (await browser.newContext(options)).newPage()
  await page.goto(`${pathToFileURL(file).href}#eu/model.eu_analytics_dbt.customer_cohorts`)
  await page.locator('html[data-ready]').waitFor({ state: 'attached' })
  await page.keyboard.press('c')
  await page.waitForTimeout(1_000)
  await page.locator('#graph').focus()
  await page.keyboard.press('0')
  await page.locator('#theme').focus()
  await page.waitForTimeout(500)
  await page.evaluate('document.activeElement.blur()')
  await rm(dirname(file), { recursive: true })
  return page
}

async function writtenFor(project: string): Promise<{ body: string; lineage: string }> {
  const root = await mkdtemp(join(tmpdir(), 'dbt-regions-picture-'))
  try {
    const filter = (path: string) => !/[\\/](target|logs|dbt_packages|\.dbt-regions|\.user\.yml)$/.test(path)
    await cp(join(project, 'dbt_projects'), join(root, 'dbt_projects'), { recursive: true, filter })
    const base = await commit(root, 'base')
    for (const region of ['eu', 'us']) await edit(join(root, `dbt_projects/${region}_analytics_dbt`))
    const head = await commit(root, 'head')
    const repository = await openRepository(root)
    const input = await readSides(repository, { kind: 'local', base }, { env: new Map() })
    const report = await check(input, startSqlLibrary)
    const place = {
      repository: 'https://github.com/acme/analytics',
      head,
      run: { id: 1, attempt: 1, at: 0 },
      lineage: 1,
      id: 'default',
      regions: repository.config.regions.map((it) => it.name),
    }
    const next = commentUpdate(report, place).next([], head)
    if (next.kind !== 'write') throw new Error(`the check has ${next.kind}`)
    const made: unknown = await import(pathToFileURL(join(project, 'scripts/page.mjs')).href)
    if (typeof made !== 'object' || made === null || !('lineagePage' in made) || typeof made.lineagePage !== 'function')
      throw new Error('scripts/page.mjs makes no page')
    const data = pageDataOf(report, {
      repository: place.repository,
      regions: input.regions,
      env: new Map(),
      columns: (of, ids) => columnLineage(of, compileNode, { ids: [...ids] }),
    })
    return { body: next.body, lineage: lineageHtml(String((await made.lineagePage()).page), data) }
  } finally {
    await rm(root, { recursive: true })
  }
}

async function edit(project: string): Promise<void> {
  await replace(join(project, 'dbt_project.yml'), 'high_value_above: 10000', 'high_value_above: 12000')
  const silver = join(project, 'models/silver/customer_metrics')
  await replace(`${silver}.sql`, /^( +)customers\.country(,?)$/gm, '$1customers.country,\n$1customers.email$2')
  await replace(`${silver}.sql`, /^( +)country,$/gm, '$1country,\n$1email,')
  await replace(
    `${silver}.yml`,
    '      - name: total_orders',
    '      - name: email\n        description: Where the customer is written to.\n      - name: total_orders',
  )
}

async function replace(file: string, from: string | RegExp, to: string): Promise<void> {
  const before = await readFile(file, 'utf8')
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${file} has no ${from}`)
  await writeFile(file, after)
}

async function commit(root: string, message: string): Promise<string> {
  const git = (...args: string[]) =>
    command('git', ['-C', root, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args])
  await git('init', '--quiet', '--initial-branch=main')
  await git('add', '--all')
  await git('commit', '--quiet', '--message', message)
  return (await git('rev-parse', 'HEAD')).trim()
}

await main()
