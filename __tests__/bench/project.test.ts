import { describe, expect, test } from 'vitest'
import { ParseCache } from '../../src/dbt/cache.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import { graphOf } from '../../src/graph/graph.ts'
import { findingsOf } from '../../src/rules/index.ts'
import { median } from './measure.ts'
import { companyProject } from './project/index.ts'

describe('the generated project', () => {
  const files = companyProject(200)
  const project = parseProject({ files, root: '', env: new Map(), cache: new ParseCache() })

  test('is one that nothing is wrong with', () => {
    expect(findingsOf(project, graphOf(project.manifest), { name: '', gdpr: false, rules: new Map() })).toEqual([])
  })

  test('has so many models, in layers that read earlier ones', () => {
    const models = [...project.manifest.nodes.values()].filter((node) => node.resource_type === 'model')
    expect(models).toHaveLength(200)
    const deepest = new Map<string, number>()
    const depth = (id: string): number => {
      const node = project.manifest.nodes.get(id)
      if (!node) return 0
      const found = deepest.get(id) ?? 1 + Math.max(0, ...node.depends_on.nodes.map(depth))
      deepest.set(id, found)
      return found
    }
    expect(Math.max(...models.map(({ unique_id }) => depth(unique_id)))).toBeGreaterThan(4)
  })

  test.each([
    ['SQL', /^models\/.*\.sql$/, 1700, 2300],
    ['YAML', /^models\/.*\.yml$/, 900, 1300],
  ])('has realistic amounts of %s', (_, pattern, least, most) => {
    const length = [...files].reduce((sum, [path, text]) => (pattern.test(path) ? sum + text.length : sum), 0)
    expect(length / 200).toBeGreaterThan(least)
    expect(length / 200).toBeLessThan(most)
  })

  test('is the same for the same seed, and another one for another', () => {
    expect(companyProject(200)).toEqual(files)
    expect(companyProject(200, 2)).not.toEqual(files)
  })
})

test.each([
  [[3], 3],
  [[5, 1, 4], 4],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected)
})
