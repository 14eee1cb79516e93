import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { visible } from '../../src/report/escape.ts'
import type { PageData, PageNode } from '../../src/report/html/page-data.ts'
import { hostile } from '../report/hostile.ts'
import { launchChromium } from '../tools/chromium.ts'
import { describeWith } from '../tools/optional.ts'
import { lineagePage, opened, redrawn } from './browser.ts'
import { changedShop, nodeOf, pageOf, shop } from './shop.ts'

let chromium: Awaited<ReturnType<typeof launchChromium>>
let template: string
let data: PageData

const one = {
  'dbt_project.yml': 'name: shop\nprofile: shop\n',
  'profiles.yml': shop['profiles.yml'] ?? '',
  'models/alone.sql': 'select 1 as id',
}

const names = (page: Page) => page.locator('#list .name').allTextContents()
const title = (page: Page) => page.locator('#details h2').textContent()
const spoken = (page: Page) => page.locator('#spoken').textContent()
const focused = (page: Page) => page.evaluate<string>('document.activeElement.id')

describeWith('chromium', 'lineage.html, opened from disk without a network', () => {
  beforeAll(async () => {
    const both = { eu: { before: shop, after: changedShop }, us: { before: shop, after: shop } }
    chromium = await launchChromium()
    template = await lineagePage()
    data = (await pageOf(both)).data
  }, 120_000)
  afterAll(async () => await chromium?.close())

  test('shows the changes of all regions first, and everything on demand', async () => {
    const { page, problems } = await opened(chromium, template, data)
    expect((await names(page)).slice(0, 4)).toEqual(['customers', 'new_customers', 'old_customers', 'stg_orders'])
    expect(await page.locator('#count').textContent()).toBe('19 nodes')
    expect(await redrawn(page, () => page.keyboard.press('3'))).toBe(19)
    expect(await redrawn(page, () => page.getByRole('button', { name: 'us', exact: true }).click())).toBe(9)
    expect(problems).toEqual([])
  })

  test('lets nothing be loaded and nothing else be run', async () => {
    const { page, problems } = await opened(chromium, template, data)
    const policy = await page.locator('meta[http-equiv]').getAttribute('content')
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; worker-src blob:; base-uri 'none'; form-action 'none'$/,
    )
    await page.evaluate(`{
      const script = document.createElement('script')
      script.textContent = 'document.title = "run"'
      document.body.append(script)
      const image = document.createElement('img')
      image.src = 'https://example.com/x.png'
      document.body.append(image)
    }`)
    const refused = () => problems.filter((it) => it.includes('Content Security Policy')).sort()
    await expect.poll(refused).toEqual([expect.stringMatching(/inline script/), expect.stringContaining('x.png')])
    expect(await page.title()).not.toBe('run')
  })

  test('a search finds names and columns, its list is walked with arrows, and Escape lets go', async () => {
    const { page, problems } = await opened(chromium, template, data)
    await page.keyboard.press('/')
    await page.keyboard.type('order')
    expect((await names(page)).slice(0, 2)).toEqual(['orders_by_day', 'orders_by_day'])
    await page.keyboard.press('ArrowDown')
    expect(await focused(page)).toBe('list')
    expect(await title(page)).toBe('orders_by_day')
    await page.keyboard.press('End')
    expect(await page.locator('[aria-selected=true]').getAttribute('id')).toBe(
      await page.locator('#list').getAttribute('aria-activedescendant'),
    )
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('details')
    await page.keyboard.press('Escape')
    expect(await page.locator('#details').isHidden()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await page.locator('#search').inputValue()).toBe('')
    expect(problems).toEqual([])
  })

  test.each<[string, string, string[]]>([
    ['a kind of change', 'different values', ['customers']],
    ['what is reached', 'reached by a change', ['Churn of customers', 'orders_by_day']],
    ['personal data', 'personal data', ['customers', 'customers']],
    ['a class of personal data', 'direct identifier', ['customers', 'customers']],
  ])('a filter of %s', async (_, label, expected) => {
    const { page } = await opened(chromium, template, data)
    const chip = page.locator('.toggle', { hasText: label }).first()
    await chip.click()
    expect((await names(page)).sort()).toEqual(expected.sort())
    expect(await page.locator('.toggle', { hasText: label }).first().getAttribute('aria-pressed')).toBe('true')
    expect(await page.evaluate<string>('document.activeElement.textContent')).toContain(label)
    await page.locator('.toggle', { hasText: label }).first().click()
    expect(await page.locator('#count').textContent()).toBe('19 nodes')
  })

  test('a node has its change, SQL before and after, columns, plan and reach', async () => {
    const { page, problems } = await opened(chromium, template, data, { hash: '#eu/model.shop.customers' })
    const details = page.locator('#details')
    expect(await title(page)).toBe('customers')
    expect(await details.locator('.chip.state, .chip.class').allTextContents()).toContain('different values')
    expect(await details.locator('tr.removed td:last-child').allTextContents()).toEqual([
      'removed: select c.customer_id, c.email, n.name as country, o.spent',
    ])
    expect(await details.locator('tr.added mark').allTextContents()).toContain('round')
    expect(await details.locator('.title a').getAttribute('href')).toBe(
      `https://github.com/acme/shop/blob/${'a'.repeat(40)}/eu_dbt/models/customers.sql#L1`,
    )
    const sections = await details.locator('h3').allTextContents()
    expect(sections).toEqual(expect.arrayContaining(['What changes', 'On merge', 'SQL', 'Reaches (2)', 'About']))
    await details.getByRole('button', { name: 'Compiled', exact: true }).click()
    expect(await details.locator('.sql').textContent()).toContain('‹DBT_CATALOG›')
    await details.locator('.nodes .link', { hasText: 'new_customers' }).first().click()
    expect(await title(page)).toBe('new_customers')
    expect(problems).toEqual([])
  })

  test('a column is followed up and down, and what it does not pass through fades', async () => {
    const { page, problems } = await opened(chromium, template, data, { hash: '#eu/model.shop.stg_customers' })
    await redrawn(page, () => page.locator('.trace', { hasText: 'customer_id' }).click())
    const line = page.locator('.column.traced')
    expect(await line.locator('.from').allTextContents()).toEqual([
      'from raw.customers.id',
      expect.stringMatching(/^used by .*customers\.customer_id/),
    ])
    await line.locator('.link', { hasText: /^customers\.customer_id$/ }).click()
    expect(await title(page)).toBe('customers')
    expect(await page.locator('.column.traced .trace').textContent()).toBe('customer_id')
    await page.keyboard.press('Escape')
    expect(await page.locator('.column.traced').count()).toBe(0)
    expect(problems).toEqual([])
  })

  test('arrows go along the graph, and every step is said', async () => {
    const { page, problems } = await opened(chromium, template, data)
    await page.keyboard.press('g')
    expect(await focused(page)).toBe('graph')
    await page.keyboard.press('ArrowRight')
    expect(await spoken(page)).toMatch(/^customers, modified table model of eu, different values/)
    await page.keyboard.press('ArrowLeft')
    const parent = await title(page)
    expect(['stg_orders', 'stg_customers', 'countries']).toContain(parent)
    await page.keyboard.press('ArrowRight')
    await redrawn(page, () => page.keyboard.press('c'))
    expect(await page.getByRole('button', { name: 'Hide columns in graph' }).count()).toBe(1)
    await page.keyboard.press('Enter')
    expect(await focused(page)).toBe('details')
    await page.keyboard.press('?')
    expect(await page.locator('dialog').isVisible()).toBe(true)
    expect(await page.locator('dialog').textContent()).toMatch(/Columns of eu: it is known of \d+ of \d+/)
    await page.keyboard.press('Escape')
    expect(await page.locator('dialog').isVisible()).toBe(false)
    expect(await title(page)).not.toBeNull()
    expect(problems).toEqual([])
  })

  test('a click on a node of the graph opens it, a click beside it lets go', async () => {
    const { data } = await pageOf({ us: { before: null, after: one } })
    const { page } = await opened(chromium, template, data)
    const { x = 0, y = 0, width = 0, height = 0 } = (await page.locator('#graph').boundingBox()) ?? {}
    await page.mouse.click(x + width / 2, y + height / 2)
    await expect.poll(() => title(page)).toBe('alone')
    await page.mouse.click(x + 40, y + height - 120)
    await expect.poll(() => page.locator('#details').isHidden()).toBe(true)
  })

  test.each(['light', 'dark'] as const)('is %s as the system is, and can be switched', async (mode) => {
    const { page } = await opened(chromium, template, data, { colorScheme: mode })
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    const [light, dark] = ['rgb(255, 255, 255)', 'rgb(22, 27, 34)']
    expect(await background()).toBe(mode === 'light' ? light : dark)
    await page.keyboard.press('t')
    expect(await background()).toBe(mode === 'light' ? dark : light)
    await page.locator('#theme').click()
    expect(await background()).toBe(mode === 'light' ? light : dark)
  })

  test('everything can be reached with Tab, in the order in which it is seen', async () => {
    const { page } = await opened(chromium, template, data, { hash: '#eu/model.shop.customers' })
    const order: string[] = []
    for (let step = 0; step < 60; step++) {
      await page.keyboard.press('Tab')
      order.push(
        await page.evaluate<string>(
          '(document.activeElement.closest("[id]") ?? document.body).id || document.activeElement.tagName',
        ),
      )
    }
    const parts = [...new Set(order)].filter((it) =>
      ['search', 'filters', 'list', 'scope', 'graph', 'zoom', 'details'].includes(it),
    )
    expect(parts).toEqual(['search', 'filters', 'list', 'scope', 'graph', 'zoom', 'details'])
    const unnamed = await page.evaluate<string[]>(
      `[...document.querySelectorAll('button, input, a')].filter((it) => !(it.textContent.trim() || it.ariaLabel)).map((it) => it.outerHTML)`,
    )
    expect(unnamed).toEqual([])
  })

  test('hostile names are shown and do nothing', async () => {
    const { page, problems } = await opened(chromium, template, withNames(data, hostile), { hash: '#eu/hostile.0' })
    expect(await redrawn(page, () => page.keyboard.press('3'))).toBe(hostile.length)
    for (const [index, name] of hostile.entries()) {
      await page.evaluate(`location.hash = '#eu/hostile.${index}'`)
      await expect.poll(() => page.locator('#details').getAttribute('data-key')).toBe(`eu/hostile.${index}`)
      expect(await title(page), name).toBe(name === '' ? '(empty)' : visible(name))
    }
    const active = `document.querySelectorAll('script:not([id]), img, iframe, b b, table table, details details').length`
    expect(await page.evaluate(active)).toBe(1)
    expect(problems.filter((it) => !it.includes('label'))).toEqual([])
  }, 120_000)

  test('what an earlier deploy left behind is said', async () => {
    const [eu, ...others] = data.regions
    if (eu === undefined) throw new Error('there is no region')
    const left = { commit: 'c'.repeat(40), run: 7, deploy: 'failed', count: 5, names: ['a', 'b', 'c', 'd'] } as const
    const { page } = await opened(chromium, template, { ...data, regions: [{ ...eu, leftPending: left }, ...others] })
    expect(await page.locator('#about').textContent()).toContain('an earlier deploy of eu left 5: a, b, c …')
  })

  test('where no worker may run it is laid out all the same', async () => {
    const without = template.replace('worker-src blob:', "worker-src 'none'")
    const { page, problems } = await opened(chromium, without, data)
    expect(await page.locator('html').getAttribute('data-ready')).not.toBe('0')
    await page.keyboard.press('g')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowLeft')
    expect(['stg_orders', 'stg_customers', 'countries']).toContain(await title(page))
    expect(problems.filter((it) => !it.includes('Content Security Policy'))).toEqual([])
  })

  test('nothing changed: all of it is there', async () => {
    const { data } = await pageOf({ us: { before: shop, after: shop } })
    const { page, problems } = await opened(chromium, template, data)
    expect(await page.locator('#about').textContent()).toContain('0 changed')
    expect(await page.evaluate('document.documentElement.dataset.ready')).toBe('9')
    expect(problems).toEqual([])
  })
})

describe('the page', () => {
  test('is the same bytes whenever it is made', async () => {
    expect(await lineagePage()).toBe(await lineagePage())
  }, 60_000)
})

/** The data with one node for each name, which bears it wherever a node has a text. */
function withNames(data: PageData, texts: readonly string[]): PageData {
  const [region] = data.regions
  if (region === undefined) throw new Error('there is no region')
  const like = nodeOf(data, 'customers')
  const nodes = texts.map((text, index): PageNode => {
    const column = { name: text, type: text, description: text, gdpr: text, upstream: [], unknown: text }
    const { change } = like
    return {
      ...like,
      unique_id: `hostile.${index}`,
      name: text,
      file: text,
      materialized: text,
      relation: text,
      description: text,
      tags: [text],
      owner: text,
      change: change && { ...change, reason: text, columns: [text], affects: [0] },
      columns: [column],
      uses: [{ role: text, node: 0, column: text }],
      unknown: text,
      sql: {
        raw: { before: text, after: `${text}\n${text}` },
        compiled: { after: text },
        incremental: null,
        note: text,
      },
      findings: [{ rule: text, severity: 'error', message: text, file: text, line: 1, column: 1, new: true }],
      plan: [{ action: 'run', because: text }],
      tests: [text],
    }
  })
  return { ...data, regions: [{ ...region, nodes, edges: nodes.slice(1).map((_, index) => [0, index + 1] as const) }] }
}
