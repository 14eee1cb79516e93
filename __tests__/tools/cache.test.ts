import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cached, locked } from './cache.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dbt-regions-cache-'))
  vi.stubEnv('DBT_REGIONS_CACHE', folder)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

test('fills once, then only finds', async () => {
  let fills = 0
  const fill = async (into: string) => writeFileSync(join(into, 'tool'), String(++fills))
  const [first, second] = await Promise.all([cached('tool-1', fill), cached('tool-1', fill)])
  await cached('tool-1', fill)
  expect(first).toBe(second)
  expect(readFileSync(join(first, 'tool'), 'utf8')).toBe('1')
  expect(readdirSync(folder)).toEqual(['tool-1'])
})

test('a fill that failed is begun again, from an empty folder', async () => {
  const failing = async (into: string) => {
    writeFileSync(join(into, 'half'), '')
    throw new Error('the registry is away')
  }
  await expect(cached('tool-1', failing)).rejects.toThrow('the registry is away')
  const path = await cached('tool-1', async (into) => writeFileSync(join(into, 'whole'), ''))
  expect(readdirSync(path).sort()).toEqual(['.ready', 'whole'])
})

test('the lock of a process that has died is taken over', async () => {
  const { pid } = await exited()
  mkdirSync(join(folder, 'tool.lock'))
  writeFileSync(join(folder, 'tool.lock', 'owner'), String(pid))
  expect(await locked('tool', async () => 'done')).toBe('done')
  expect(readdirSync(folder)).toEqual([])
})

test('six processes that ask at once fill once', async () => {
  const script = join(folder, 'ask.mjs')
  const count = `appendFileSync(${JSON.stringify(join(folder, 'fills'))}, 'x')`
  await build({
    stdin: {
      contents: `import { appendFileSync } from 'node:fs'; import { cached } from './cache.ts'
        await cached('tool', async () => { ${count}; await new Promise((done) => setTimeout(done, 150)) })`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
  })
  await Promise.all(Array.from({ length: 6 }, () => promisify(execFile)(process.execPath, [script])))
  expect(readFileSync(join(folder, 'fills'), 'utf8')).toBe('x')
})

async function exited(): Promise<{ pid: number }> {
  const running = promisify(execFile)(process.execPath, ['--version'])
  await running
  return { pid: running.child.pid ?? 0 }
}
