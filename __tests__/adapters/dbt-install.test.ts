import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installedPython, pinned } from '../../src/adapters/dbt/install.ts'
import { ConfigurationError } from '../../src/errors.ts'
import { command } from '../tools/command.ts'
import { describeWith } from '../tools/optional.ts'

let cache: string
let programs: string
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'tool-cache-'))
  programs = mkdtempSync(join(tmpdir(), 'programs-'))
})
afterEach(() => {
  for (const folder of [cache, programs]) rmSync(folder, { recursive: true, force: true })
})

const install = (path: string) => installedPython({ ...environment(), PATH: path, RUNNER_TOOL_CACHE: cache }, () => {})

test('an install that fails is told with its last lines, and leaves nothing', async () => {
  writeFileSync(join(programs, 'uv'), '#!/bin/sh\necho "no solution found" >&2\nexit 1\n')
  chmodSync(join(programs, 'uv'), 0o755)
  const failed = install([programs, '/usr/bin', '/bin'].join(delimiter))
  await expect(failed).rejects.toThrow(ConfigurationError)
  await expect(failed).rejects.toThrow(/put dbt on PATH.*says:\nno solution found$/s)
  expect(readdirSync(cache, { recursive: true }).filter((path) => /complete|bin/.test(String(path)))).toEqual([])
})

test('without uv and without Python there is a sentence about it', async () => {
  await expect(install(programs)).rejects.toThrow('there is neither uv nor a Python >=3.10,<3.14 on PATH')
})

describeWith('python', 'dbt is installed', () => {
  test('once, by two jobs that come at once', { timeout: 10 * 60_000 }, async () => {
    const path = process.env.PATH ?? ''
    const [one, other] = await Promise.all([install(path), install(path)])
    expect(one).toBe(other)
    const versions = 'from importlib.metadata import version as v; print(v("dbt-core"), v("dbt-databricks"))'
    expect((await command(one, ['-c', versions])).trim()).toBe(`${pinned.core} ${pinned.databricks}`)
    const tool = join(cache, 'dbt-databricks', readdirSync(join(cache, 'dbt-databricks'))[0] ?? '')
    // The mark, the link, and what it leads to.
    expect(readdirSync(tool)).toHaveLength(3)
    expect(await install('')).toBe(one)
  })
})

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
