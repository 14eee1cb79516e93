import { describe } from 'vitest'

/** Whether the tests that need more than Node and git run: with `DBT_REGIONS_TEST_ALL=1`, and in CI. */
export const everything: boolean = process.env.DBT_REGIONS_TEST_ALL === '1' || process.env.CI === 'true'

const needs = {
  chromium: 'Chromium',
  go: 'Go (act, actionlint)',
  java: 'Java, Maven and Python (Spark)',
  node24: 'Node 24 from the npm registry',
  python: 'Python 3.11 to 3.13 (dbt, jinja2, zizmor)',
  registry: 'the npm registry',
} as const

/** How the name of a suite that was left out ends. */
export const notRun = /\(not run: needs .*\)$/

export type Need = keyof typeof needs

/**
 * A suite that needs more than Node and git. It runs when `everything` is on, and then a tool that cannot be set up
 * fails it; otherwise it is skipped under a name that says what was not run and why.
 */
export function describeWith(need: Need | readonly Need[], name: string, suite: () => void): void {
  if (everything) return void describe(name, suite)
  const missing = [need].flat().map((it) => needs[it])
  describe.skip(`${name} (not run: needs ${missing.join(' and ')})`, suite)
}
