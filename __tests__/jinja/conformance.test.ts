import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { command } from '../tools/command.ts'
import { describeWith } from '../tools/optional.ts'
import { venv } from '../tools/python.ts'
import { generate } from './generate.ts'
import { type Result, runCase } from './ours.ts'
import { comparable, isBeyond } from './same.ts'
import { CASES, type Case, CONTEXT } from './templates.ts'

const GOLDEN = join(import.meta.dirname, 'golden', 'templates.json')

describe('templates as Jinja 3.1.6 and dbt-common 1.39.0 on Python 3.11 render them', () => {
  const golden: Result[] = JSON.parse(readFileSync(GOLDEN, 'utf8'))

  it('has a result for each template', () => expect(golden).toHaveLength(CASES.length))

  it.each(CASES.map((test, index) => [JSON.stringify(test).slice(0, 120), index] as const))('%s', (_, index) => {
    const test = CASES[index]
    const theirs = golden[index]
    if (!test || !theirs) throw new Error('golden/templates.json is older than the templates')
    expect(comparable(runCase(test))).toEqual(comparable(theirs))
  })
})

describeWith('python', 'the real Jinja2', () => {
  it('gives what is in golden/templates.json', async () => {
    const golden: Result[] = JSON.parse(await readFile(GOLDEN, 'utf8'))
    const theirs = await reference(CASES)
    expect(theirs.map((result) => comparable(result, false))).toEqual(golden.map((result) => comparable(result, false)))
  }, 300_000)

  it.each([11, 12, 13])(
    'renders the templates of seed %i alike',
    async (seed) => {
      const cases = generate(seed, 1500)
      const theirs = await reference(cases)
      const differing = cases.flatMap((test, index) => {
        const their = theirs[index]
        if (!their || isBeyond(their) || isMemoryAddress(their)) return []
        const our = runCase(test)
        const same = JSON.stringify(comparable(our, false)) === JSON.stringify(comparable(their, false))
        // What is captured in native rendering fails at its end there, at once here: another error may come first.
        return same || (test.kind === 'native' && isJoinError(our, their)) ? [] : [{ test, our, their }]
      })
      expect(differing).toEqual([])
    },
    300_000,
  )
})

function isMemoryAddress(result: Result): boolean {
  return /built-in method|object at 0x/i.test(JSON.stringify(result))
}

function isJoinError(...results: readonly Result[]): boolean {
  return results.some((result) => 'error' in result && result.error[1].includes('sequence item'))
}

/** What reference.py makes of the cases. */
async function reference(cases: readonly Case[]): Promise<Result[]> {
  const python = await venv('dbt112')
  const folder = await mkdtemp(join(tmpdir(), 'jinja-'))
  try {
    const input = join(folder, 'cases.json')
    await writeFile(input, JSON.stringify(cases.map((test) => ({ context: CONTEXT, ...test }))))
    return JSON.parse(await command(python, [join(import.meta.dirname, 'reference.py'), input]))
  } finally {
    await rm(folder, { recursive: true })
  }
}
