import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { reportJson } from '../../src/report/json.ts'
import type { Report } from '../../src/report/report.ts'
import { parseJson } from '../tools/json.ts'
import { hostile } from './hostile.ts'
import { change, finding, regionOf, sample } from './sample.ts'

const schema = parseJson(readFileSync(join(import.meta.dirname, '../../schemas/report.schema.json'), 'utf8'))
/** A reader ignores keys that it does not know; we write none that the schema does not. */
const strict = JSON.parse(JSON.stringify(schema), (key, value) =>
  value?.type === 'object' && key !== 'properties' ? { ...value, additionalProperties: false } : value,
)

const leftPending = { commit: '3f1d0c9', run: 6990, deploy: 'failed', count: 2, names: ['customer_metrics'] } as const

describe('the object of check --format json', () => {
  test.each<[string, Report]>([
    ['the sample', sample()],
    ['no region', { ...sample(), regions: [] }],
    ['no commit', { ...sample(), base: null, head: null }],
    ['a finding of the configuration', { ...sample(), configuration: [finding({ unique_id: 'model.x.y' })] }],
    ['nodes that are left behind', { ...sample(), regions: [regionOf('us', { leftPending })] }],
    ['every class and state', { ...sample(), regions: [regionOf('us', { changes: classes() })] }],
  ])('fits its published schema: %s', (_, report) => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
    const validate = ajv.compile(strict)
    expect(validate(JSON.parse(JSON.stringify(reportJson(report)))), JSON.stringify(validate.errors)).toBe(true)
  })

  test('has the keys that are promised', () => {
    const [region] = reportJson(sample()).regions
    expect(Object.keys(reportJson(sample()))).toEqual([
      'version',
      'base',
      'head',
      'conclusion',
      'regions',
      'configuration',
    ])
    expect(region?.changes[0]).toMatchObject({
      unique_id: expect.any(String),
      change: 'column',
      all: ['column'],
      columns: ['segment'],
      reason: expect.any(String),
      affects: expect.any(Array),
    })
    expect(region?.findings[0]).toMatchObject({
      rule: expect.any(String),
      severity: 'warning',
      new: true,
      unique_id: null,
      file: expect.any(String),
      line: 31,
      column: 9,
      message: expect.any(String),
    })
    expect(region?.plan[0]).toEqual({
      unique_id: 'model.eu_analytics.customer_metrics',
      action: 'run',
      because: 'its SQL is not what is deployed',
    })
  })

  test('shortens and escapes nothing', () => {
    const findings = hostile.map((message) => finding({ message }))
    const report = { ...sample(), regions: [regionOf('us', { findings })] }
    const read: { regions: { findings: { message: string }[] }[] } = JSON.parse(JSON.stringify(reportJson(report)))
    expect(read.regions[0]?.findings.map((it) => it.message)).toEqual(hostile)
  })
})

function classes() {
  const all = ['unknown', 'rows', 'column', 'config', 'additive', 'governance', 'none'] as const
  const states = ['new', 'modified', 'removed'] as const
  return all.flatMap((it) => states.map((state) => change(`${it}_${state}`, { change: it, all: [it], state })))
}
