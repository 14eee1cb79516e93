import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { selectable } from '../../src/list.ts'
import { readProjectFolder } from '../../src/project-folder.ts'
import { type Listing, listed } from '../../src/selection/list.ts'
import type { Selectable } from '../../src/selection/methods.ts'
import { indirectSelections, SelectionError } from '../../src/selection/specification.ts'
import { describeWith } from '../tools/optional.ts'
import { venv } from '../tools/python.ts'
import { selections } from './selections.ts'

/** dbt takes a second for each: all of them when asked, else one in five. */
const asked = selections.filter((_, index) => process.env.DBT_REGIONS_SELECTIONS === 'all' || index % 5 === 0)
const features = join(import.meta.dirname, '../fixtures/dbt/features')

describeWith('python', 'a selection', () => {
  it('is what dbt ls lists', { timeout: 600_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'selections-'))
    try {
      cpSync(features, folder, { recursive: true })
      const answers = join(folder, 'answers.json')
      const { status, stderr } = spawnSync(
        await venv('dbt112'),
        [join(import.meta.dirname, 'ls.py'), folder, answers],
        {
          input: JSON.stringify(asked),
          stdio: ['pipe', 'ignore', 'pipe'],
          encoding: 'utf8',
        },
      )
      expect(status, stderr).toBe(0)
      const expected: (string[] | null)[] = JSON.parse(readFileSync(answers, 'utf8'))
      const from = selectable(await readProjectFolder({ project: folder }), null)
      const ours = asked.map((given) => lines(from, given))
      const both = (lists: (readonly string[] | null)[]) =>
        asked.map((given, index) => [given.join(' '), lists[index] ?? 'refused'])
      expect(both(ours)).toEqual(both(expected))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** The lines of a listing; null where it is refused. */
function lines(from: Selectable, given: readonly string[]): readonly string[] | null {
  try {
    return listed(from, listing(given))
  } catch (error) {
    if (error instanceof SelectionError) return null
    throw error
  }
}

function listing(given: readonly string[]): Listing {
  const options = new Map<string, string[]>()
  let name = ''
  for (const part of given) {
    if (part.startsWith('--')) name = part
    else options.set(name, [...(options.get(name) ?? []), part])
  }
  const several = (name: string, key: string) => ({ [key]: options.get(name) })
  const selector = options.get('--selector')?.[0]
  const output = options.get('--output')?.[0]
  return {
    output: output === 'name' || output === 'path' ? output : 'selector',
    indirectSelection: indirectSelections.find((each) => each === options.get('--indirect-selection')?.[0]) ?? 'eager',
    ...several('--select', 'select'),
    ...several('--exclude', 'exclude'),
    ...several('--resource-type', 'resourceType'),
    ...several('--exclude-resource-type', 'excludeResourceType'),
    ...(selector !== undefined && { selector }),
  }
}
