import { describe, expect, it } from 'vitest'
import { findings } from './project.ts'

const files = {
  'models/a.sql': "select * from {{ ref('x') }}",
  'models/legacy/b.sql': "select * from {{ ref('y') }}",
  'models/broken.sql': '{% if %}',
}

describe('findingsOf', () => {
  it('runs everything at once, sorted, each with its resource', () => {
    const found = findings(files, { gdpr: false }).map(({ rule, severity, unique_id }) => [rule, severity, unique_id])
    expect(found).toEqual([
      ['unresolved-ref', 'error', 'model.shop.a'],
      ['jinja-syntax', 'error', 'model.shop.broken'],
      ['unresolved-ref', 'error', 'model.shop.b'],
    ])
  })

  it('gives rules and the parser the severities of the configuration', () => {
    const rules = { 'unresolved-ref': { severity: 'warning' }, 'jinja-syntax': { severity: 'notice' } } as const
    expect(findings(files, { gdpr: false, rules }).map(({ severity }) => severity)).toEqual([
      'warning',
      'notice',
      'warning',
    ])
  })

  it('runs no rule that is off', () => {
    const rules = { 'unresolved-ref': { severity: 'off' }, 'jinja-syntax': { severity: 'off' } } as const
    expect(findings(files, { gdpr: false, rules })).toEqual([])
  })

  it.each<[string, string[], string[]]>([
    ['a unique_id', ['model.shop.a'], ['b']],
    ['a glob of unique_ids', ['model.shop.*'], []],
    ['a path from the root of the repository', ['dbt/models/legacy/**'], ['a']],
    ['not a path from the root of the project', ['models/legacy/**'], ['a', 'b']],
    ['nothing by accident', ['model.shop', 'a'], ['a', 'b']],
  ])('allows %s', (_, allow, expected) => {
    const found = findings(files, { gdpr: false, root: 'dbt', rules: { 'unresolved-ref': { allow } } })
    const names = found
      .filter(({ rule }) => rule === 'unresolved-ref')
      .map(({ unique_id }) => unique_id?.split('.').at(-1))
    expect(names).toEqual(expected)
  })
})
