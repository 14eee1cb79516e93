import { describe, expect, it } from 'vitest'
import { said } from './project.ts'

const entry = 'models:\n  - name: x\n    description: X.\n'

describe('duplicate-properties', () => {
  it('finds the second entry for a model', () => {
    expect(
      said('duplicate-properties', { 'models/x.sql': 'select 1', 'models/a.yml': entry, 'models/b.yml': entry }),
    ).toEqual(["models/b.yml:2:5: model 'x' is already described in models/a.yml; put both entries into one"])
  })

  it('finds two entries in one file', () => {
    const files = { 'models/x.sql': 'select 1', 'models/a.yml': `${entry}  - name: x\n` }
    expect(said('duplicate-properties', files)).toEqual([
      "models/a.yml:4:5: model 'x' is already described in models/a.yml; put both entries into one",
    ])
  })

  it('finds nothing in one', () => {
    expect(said('duplicate-properties', { 'models/x.sql': 'select 1', 'models/a.yml': entry })).toEqual([])
  })
})
