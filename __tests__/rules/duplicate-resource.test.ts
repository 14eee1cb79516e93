import { describe, expect, it } from 'vitest'
import { said } from './project.ts'

const sql = 'select 1 as id'

describe('duplicate-resource', () => {
  it('finds every further model of one name', () => {
    const files = { 'models/b/x.sql': sql, 'models/a/x.sql': sql, 'models/c/x.sql': sql, 'models/y.sql': sql }
    expect(said('duplicate-resource', files)).toEqual([
      "models/b/x.sql:1:1: 'model.shop.x' is already defined in models/a/x.sql; rename one of the two, or remove it",
      "models/c/x.sql:1:1: 'model.shop.x' is already defined in models/a/x.sql; rename one of the two, or remove it",
    ])
  })

  it('finds a table declared twice in one source', () => {
    const source = 'sources:\n  - name: bronze\n    tables: [{name: orders}]\n'
    expect(said('duplicate-resource', { 'models/a.yml': source, 'models/b.yml': source })).toEqual([
      "models/b.yml:3:14: 'source.shop.bronze.orders' is already defined in models/a.yml; rename one of the two, or remove it",
    ])
  })

  it('lets a model and an exposure share a name', () => {
    const exposure = 'exposures:\n  - {name: x, type: dashboard, owner: {name: y}}\n'
    expect(said('duplicate-resource', { 'models/x.sql': sql, 'models/e.yml': exposure })).toEqual([])
  })
})
