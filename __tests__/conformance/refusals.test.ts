import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { refusals } from '../dbt/refusals.ts'
import { describeWith } from '../tools/optional.ts'
import { venv } from '../tools/python.ts'

/** dbt takes a second or two for each: all of them when asked, else one in twenty. */
const asked = refusals.filter((_, index) => process.env.DBT_REGIONS_REFUSALS === 'all' || index % 20 === 0)

describeWith('python', 'what is refused', () => {
  it('is what dbt-core refuses', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'refusals-'))
    try {
      const answer = join(folder, 'answers.json')
      const input = JSON.stringify(Object.fromEntries(asked.map(({ name, files }) => [name, files])))
      const script = join(import.meta.dirname, 'refuses.py')
      const { status } = spawnSync(await venv('dbt112'), [script, answer], {
        input,
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      expect(status).toBe(0)
      const accepted: Record<string, boolean> = JSON.parse(readFileSync(answer, 'utf8'))
      const expected = Object.fromEntries(asked.map(({ name, places }) => [name, places.length === 0]))
      expect(accepted).toEqual(expected)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }, 1_200_000)
})
