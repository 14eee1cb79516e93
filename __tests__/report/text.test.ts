import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { reportText } from '../../src/report/text.ts'
import { hostile } from './hostile.ts'
import { change, finding, id, regionOf, sample } from './sample.ts'

test('the sample', async () => {
  const golden = join(import.meta.dirname, '../golden/report/sample.txt')
  await expect(reportText(sample(), { color: false })).toMatchFileSnapshot(golden)
})

test('colours are only added', () => {
  const colored = reportText(sample(), { color: true })
  expect(colored).toContain('\u001B[31merror\u001B[0m')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  expect(colored.replace(/\u001B\[\d+m/g, '')).toBe(reportText(sample(), { color: false }))
})

test.each([
  [
    { deploy: 'failed', count: 2, names: ['a', 'b'] },
    'failed and left 2 nodes pending, which the next deploy runs too: a, b.',
  ],
  [
    { deploy: 'cancelled', count: 1, names: [] },
    'was cancelled and left 1 node pending, which the next deploy runs too.',
  ],
  [
    { deploy: 'cut short', count: 1_234, names: ['a'] },
    'was cut short and left up to 1,234 nodes pending, which the next deploy runs too: a, and 1,233 more.',
  ],
] as const)('what an earlier deploy left: %o', (left, said) => {
  const region = regionOf('us', { leftPending: { commit: '3f1d0c9a7b5e', run: 6990, ...left } })
  const text = reportText({ ...sample(), regions: [region] }, { color: false })
  expect(text.split('\n').at(-2)).toBe(`  left behind: the deploy of 3f1d0c9 ${said}`)
})

describe('no line is one that a runner obeys, whatever a project is called', () => {
  const lines = (name: string) => {
    const exposure = { unique_id: 'exposure.x', name, label: name, type: name, owner: name, url: name }
    const region = regionOf('us', {
      name,
      project: name,
      changes: [change(name, { reason: name, columns: [name], exposures: [exposure] })],
      findings: [finding({ file: name, message: name, rule: name })],
      plan: [{ unique_id: id('us', name), action: 'run', because: name }],
      leftPending: { commit: name, run: 7, deploy: 'failed', count: 2, names: [name, name] },
    })
    const report = {
      ...sample(),
      regions: [region],
      configuration: [finding({ file: name, message: name, rule: name })],
    }
    return reportText(report, { color: false }).split('\n')
  }
  test.each(hostile.map((name) => [JSON.stringify(name).slice(0, 60), name] as const))('%s', (_, name) => {
    expect(lines(name)).toHaveLength(lines('name').length)
    for (const line of lines(name)) {
      expect(line.trimStart()).not.toMatch(/^::/)
      expect(line).not.toContain('##[')
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
    }
  })
})
