import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { lineageHtml } from '../../src/report/html/html.ts'
import type { PageData } from '../../src/report/html/page-data.ts'
import { temporaryFolder } from '../repository.ts'

const root = join(import.meta.dirname, '../..')

/** The page without data, made as the build makes it. */
export async function lineagePage(): Promise<string> {
  const made: unknown = await import(pathToFileURL(join(root, 'scripts/page.mjs')).href)
  const make: unknown = typeof made === 'object' && made !== null && 'lineagePage' in made ? made.lineagePage : null
  if (typeof make !== 'function') throw new Error('scripts/page.mjs makes no page')
  const { page } = await make()
  return String(page)
}

export interface Opened {
  readonly page: Page
  /** What the page should not do: errors, what its policy refused, and what it asked of a network. */
  readonly problems: string[]
}

/** Opens the file from disk in a browser without a network, and waits until its graph stands. */
export async function opened(
  browser: Browser,
  template: string,
  data: PageData,
  options: BrowserContextOptions & { readonly hash?: string } = {},
): Promise<Opened> {
  const { hash = '', ...context } = options
  const file = join(temporaryFolder(), 'lineage.html')
  writeFileSync(file, lineageHtml(template, data))
  const page = await (
    await browser.newContext({ offline: true, viewport: { width: 1440, height: 900 }, ...context })
  ).newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`threw ${error.message}`))
  page.on('console', (message) => problems.push(`said ${message.text()}`))
  page.on('dialog', async (dialog) => {
    problems.push(`asked ${dialog.message()}`)
    await dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!/^(?:file|blob|data):/.test(request.url())) problems.push(`requested ${request.url()}`)
  })
  await page.goto(`${pathToFileURL(file).href}${hash}`)
  await drawn(page)
  return { page, problems }
}

/** Waits until the graph stands; answers how many nodes are in it. */
export async function drawn(page: Page): Promise<number> {
  const ready = page.locator('html[data-ready]')
  await ready.waitFor({ state: 'attached', timeout: 120_000 })
  return Number(await ready.getAttribute('data-ready'))
}

/** Does what makes the graph be drawn anew, and waits for it. */
export async function redrawn(page: Page, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate('delete document.documentElement.dataset.ready')
  await act()
  return drawn(page)
}
