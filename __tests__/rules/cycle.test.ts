import { describe, expect, it } from 'vitest'
import { findings, said } from './project.ts'

const reads = (name: string) => `select * from {{ ref('${name}') }}`

describe('cycle', () => {
  it('shows the way round with the file of each ref, from the first name', () => {
    const files = {
      'models/x/c.sql': reads('a'),
      'models/b.sql': reads('c'),
      'models/a.sql': reads('b'),
      'models/d.sql': reads('a'),
    }
    expect(said('cycle', files, { root: 'projects/shop' })).toEqual([
      'projects/shop/models/a.sql:1:1: a circle of dependencies: ' +
        "model 'a' reads model 'b' (projects/shop/models/a.sql), which reads model 'c' (projects/shop/models/b.sql), " +
        "which reads model 'a' (projects/shop/models/x/c.sql); remove one of these refs",
    ])
  })

  it('finds a model that reads itself', () => {
    expect(said('cycle', { 'models/a.sql': reads('a') })).toEqual([
      "models/a.sql:1:1: a circle of dependencies: model 'a' reads model 'a' (models/a.sql); remove one of these refs",
    ])
  })

  it('does not hide other findings', () => {
    const found = findings({ 'models/a.sql': reads('a'), 'models/b.sql': reads('nothing') }, { gdpr: false })
    expect(found.map(({ rule }) => rule)).toEqual(['cycle', 'unresolved-ref'])
  })

  it('lets a diamond pass', () => {
    const files = {
      'models/a.sql': 'select 1',
      'models/b.sql': reads('a'),
      'models/c.sql': `${reads('a')} join {{ ref('b') }}`,
    }
    expect(said('cycle', files)).toEqual([])
  })
})
