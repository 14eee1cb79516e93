import { describe, expect, test } from 'vitest'
import { annotationsOf } from '../../src/report/annotations.ts'
import type { ReportedFinding } from '../../src/report/report.ts'
import { hostile } from './hostile.ts'
import { finding, regionOf, sample } from './sample.ts'

test('new findings become annotations, worst first, with the region in the title', () => {
  expect(
    annotationsOf(sample()).map(({ level, title, file, line, column }) => [level, title, `${file}:${line}:${column}`]),
  ).toEqual([
    ['error', 'unresolved-ref (eu)', 'dbt_projects/eu_analytics_dbt/models/gold/customer_cohorts.sql:4:8'],
    ['error', 'unresolved-ref (us)', 'dbt_projects/us_analytics_dbt/models/gold/customer_cohorts.sql:4:8'],
    ['warning', 'gdpr-unclassified-column (eu)', 'dbt_projects/eu_analytics_dbt/models/silver/silver.yml:31:9'],
  ])
})

test('a finding of the configuration is no region’s', () => {
  const report = { ...sample(), regions: [], configuration: [finding({ rule: 'configuration-relaxed' })] }
  expect(annotationsOf(report).map((it) => it.title)).toEqual(['configuration-relaxed'])
})

describe('GitHub shows 10 of each level', () => {
  test.each([
    [9, 9, null],
    [10, 10, null],
    [11, 10, '2 more errors: GitHub shows 10 of a step, the comment or the job summary has them all'],
    [250, 10, '241 more errors: GitHub shows 10 of a step, the comment or the job summary has them all'],
  ])('of %i errors %i are shown', (count, shown, last) => {
    const warnings = Array.from({ length: 3 }, (_, line) => finding({ severity: 'warning', line }))
    const annotations = annotationsOf(report([...errors(count), ...warnings]))
    expect(annotations.filter((it) => it.level === 'error')).toHaveLength(shown)
    expect(annotations.filter((it) => it.level === 'warning')).toHaveLength(3)
    if (last !== null) expect(annotations[9]).toMatchObject({ title: 'and more', message: last, line: 10 })
  })
})

test.each(hostile.map((name) => [JSON.stringify(name).slice(0, 60), name] as const))(
  '%s is one line without a control character',
  (_, name) => {
    const [annotation] = annotationsOf(report([finding({ message: name, rule: name })]))
    expect(annotation?.message).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
    expect(annotation?.title).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
  },
)

function errors(count: number): ReportedFinding[] {
  return Array.from({ length: count }, (_, index) => finding({ line: index + 1 }))
}

function report(findings: readonly ReportedFinding[]) {
  return { ...sample(), regions: [regionOf('us', { findings })] }
}
