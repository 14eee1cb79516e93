import { beforeAll, expect, it } from 'vitest'
import { analyseOnce } from '../../src/sql/analyse-once.ts'
import type { Relation, Relations } from '../../src/sql/analysis.ts'
import { compareOutputs } from '../../src/sql/compare.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'

beforeAll(() => startSqlLibrary(1))

const none: Relations = () => null
const orders = (more: Partial<Relation>): Relations => {
  const columns = ['id', 'amount'].map((name) => ({ name, type: null }))
  return (name) => (name === 'orders' ? { id: 'orders', complete: true, columns, ...more } : null)
}
const sql = 'select * from orders'

it('looks once at a text over the same relations', () => {
  const first = analyseOnce(sql, orders({}), none)
  expect(analyseOnce(sql, orders({ version: () => '', rowsVersion: '' }), none)).toBe(first)
})

it.each<[what: string, relation: Partial<Relation>, differs: readonly string[]]>([
  ['other columns', { columns: [{ name: 'id', type: null }] }, ['amount']],
  ['columns that are not known', { complete: false }, ['*']],
  ['a type', { columns: ['id', 'amount'].map((name) => ({ name, type: name === 'id' ? 'int' : null })) }, []],
  ['other values in a column', { version: (column) => (column === 'id' ? '' : 'other') }, ['amount']],
  ['other rows', { rowsVersion: 'other' }, ['rows']],
])('looks again over %s', (_, relation, differs) => {
  const first = analyseOnce(sql, orders({}), none)
  const other = analyseOnce(sql, orders(relation), none)
  expect(other).not.toBe(first)
  const { rows, changed, removed, all } = compareOutputs(first.output, other.output)
  expect([
    ...(rows.length > 0 ? ['rows'] : []),
    ...changed,
    ...removed.filter(() => all === null),
    ...(all === null ? [] : ['*']),
  ]).toEqual(differs)
  expect(compareOutputs(first.output, analyseOnce(sql, orders({}), none).output).changed).toEqual([])
})
