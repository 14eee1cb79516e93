import { inflateRawSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { fittingData } from '../../src/report/html/fit.ts'
import { dataPlace, lineageHtml } from '../../src/report/html/html.ts'
import type { PageData } from '../../src/report/html/page-data.ts'
import { hostile } from '../report/hostile.ts'
import { changedShop, environmentValue, nodeOf, pageOf, seedValue, shop } from './shop.ts'

let data: PageData
beforeAll(async () => {
  data = (await pageOf({ eu: { before: shop, after: changedShop } })).data
}, 60_000)

const named = (indexes: readonly number[]) => indexes.map((index) => data.regions[0]?.nodes[index]?.name)

describe('what the page holds', () => {
  test('every node of both sides, with how it stands to the changes', () => {
    expect(data.regions[0]?.nodes.map((it) => `${it.resource_type} ${it.name} ${it.state}`)).toEqual([
      'exposure Churn of customers affected',
      'model customers modified',
      'model new_customers new',
      'model old_customers removed',
      'model orders_by_day affected',
      'model stg_customers unchanged',
      'model stg_orders modified',
      'seed countries unchanged',
      'source raw.customers unchanged',
      'source raw.orders unchanged',
    ])
  })

  test('what reads what, what is removed as it was', () => {
    const edges = data.regions[0]?.edges.map((edge) => named(edge).join(' > '))
    expect(edges).toContain('stg_customers > old_customers')
    expect(edges).toContain('customers > new_customers')
    expect(edges).toContain('customers > Churn of customers')
  })

  test('a change with its classes, columns, reason, plan and reach', () => {
    const { change, plan, state } = nodeOf(data, 'customers')
    expect({ state, change: change?.change, columns: change?.columns }).toEqual({
      state: 'modified',
      change: 'column',
      columns: ['iso', 'spent'],
    })
    expect(named(change?.affects ?? [])).toEqual(['Churn of customers', 'new_customers'])
    expect(plan.map((it) => it.action)).toEqual(['run'])
    expect(nodeOf(data, 'old_customers').plan.map((it) => it.action)).toEqual(['drop-review'])
  })

  test('SQL before and after, and compiled where a variable alone differs', () => {
    const { sql } = nodeOf(data, 'stg_orders')
    expect(Object.keys(sql?.raw ?? {})).toEqual(['after'])
    expect(sql?.compiled?.before).toContain('amount > 10')
    expect(sql?.compiled?.after).toContain('amount > 20')
    expect(nodeOf(data, 'new_customers').sql?.raw.before).toBeNull()
    expect(nodeOf(data, 'old_customers').sql?.raw.after).toBeNull()
  })

  test('columns with what they come from, their class and description', () => {
    const columns = nodeOf(data, 'customers').columns.map(({ name, gdpr, upstream }) => ({
      name,
      gdpr,
      from: upstream?.map(({ node, column, how }) => `${named([node])[0]}.${column} ${how}`),
    }))
    expect(columns).toContainEqual({ name: 'email', gdpr: 'direct_identifier', from: ['stg_customers.email identity'] })
    expect(columns).toContainEqual({ name: 'country', gdpr: null, from: ['countries.name identity'] })
    expect(nodeOf(data, 'customers').uses).toContainEqual({
      role: 'join',
      node: data.regions[0]?.nodes.findIndex((it) => it.name === 'stg_customers'),
      column: 'country',
    })
  })

  test('findings of a node and of its tests, and personal data', () => {
    expect(nodeOf(data, 'customers').findings.map((it) => it.rule)).toContain('gdpr-contract')
    expect(nodeOf(data, 'customers').personal).toBe(true)
    expect(nodeOf(data, 'stg_orders').personal).toBeNull()
  })

  test('no value of the environment, and no row of a seed', () => {
    const json = JSON.stringify(data)
    expect(json).not.toContain(environmentValue)
    expect(json).toContain('‹DBT_CATALOG›.shop.customers')
    expect(json).not.toContain(seedValue)
  })

  test('of a large project only what is near the changes is looked into, and the page says so', async () => {
    const { data } = await pageOf({ eu: { before: shop, after: changedShop } }, { most: 4 })
    const looked = data.regions[0]?.nodes.filter((it) => it.sql?.compiled).map((it) => it.name)
    expect(looked?.length).toBeGreaterThan(0)
    expect(looked).not.toContain('stg_customers')
    expect(nodeOf(data, 'stg_customers').sql?.raw.after).toContain('lower(email)')
    expect(data.leftOut).toEqual(['what columns come from, and compiled SQL, of 6 nodes far from the changes'])
  })

  test('an address that is none is not one', async () => {
    const files = { ...shop, 'models/shop.yml': (shop['models/shop.yml'] ?? '').replace('https:', 'javascript:') }
    const { data } = await pageOf({ eu: { before: shop, after: files } })
    expect(nodeOf(data, 'Churn of customers').url).toBeNull()
    expect(nodeOf(data, 'Churn of customers').owner).toBe('Marketing, marketing@example.com')
  })
})

describe('a page that is too large', () => {
  test('loses first what is least looked at, and says so', () => {
    const whole = Buffer.byteLength(JSON.stringify(data))
    expect(fittingData(data, whole)).toBe(data)
    const less = fittingData(data, whole - 1)
    expect(less.leftOut).toEqual(['the compiled SQL of what is neither changed nor reached'])
    expect(nodeOf(less, 'stg_customers').sql?.compiled).toBeNull()
    expect(nodeOf(less, 'customers').sql?.compiled).not.toBeNull()
  })

  test('keeps every node and edge to the end', () => {
    const least = fittingData(data, 0)
    expect(least.regions[0]?.nodes).toHaveLength(10)
    expect(least.regions[0]?.edges).toEqual(data.regions[0]?.edges)
    expect(least.leftOut).toHaveLength(10)
  })

  test('counts bytes, not characters', () => {
    const [region] = data.regions
    const wide = {
      ...data,
      regions: [{ ...region, nodes: [{ ...nodeOf(data, 'customers'), description: '日'.repeat(1_000) }] }],
    }
    const json = JSON.stringify(wide)
    const parsed: PageData = JSON.parse(json)
    expect(fittingData(parsed, json.length).leftOut.length).toBeGreaterThan(0)
    expect(fittingData(parsed, Buffer.byteLength(json)).leftOut).toEqual([])
  })
})

describe('the file', () => {
  const filled = (of: PageData) => lineageHtml(`<script>${dataPlace}</script>`, of)

  test('is the page with its data in the one place for it', () => {
    const [, packed = ''] = /^<script>(.*)<\/script>$/.exec(filled(data)) ?? []
    expect(JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString())).toEqual(data)
    expect(() => lineageHtml('<html></html>', data)).toThrow('no place for its data')
  })

  test('has nothing in the place of its data that HTML could take for anything', () => {
    const html = filled({ ...data, regions: [], leftOut: hostile.map((name) => `$&${name}</script>`) })
    expect(html).toMatch(/^<script>[A-Za-z0-9+/=]+<\/script>$/)
  })
})
