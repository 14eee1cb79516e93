import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from './command.ts'
import { trimmedGithubOpenapi } from './github-openapi.ts'

const here = import.meta.dirname
const tools: Readonly<Record<string, () => Promise<unknown>>> = {
  'github-openapi': writeGithubOpenapi,
}

/** `node __tests__/tools/setup.mjs [TOOL...]`: sets these tools up, side by side; all of them when none is named. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !(name in tools))
  if (unknown.length > 0) throw new Error(`no tool ${unknown.join(', ')}; there are ${Object.keys(tools).join(', ')}`)
  const wanted = Object.entries(tools).filter(([name]) => names.length === 0 || names.includes(name))
  const results = await Promise.allSettled(wanted.map(async ([name, setUp]) => timed(name, setUp)))
  const failures = results.flatMap((it) => (it.status === 'rejected' ? [String(it.reason)] : []))
  if (failures.length > 0) throw new Error(failures.join('\n'))
}

async function timed(name: string, setUp: () => Promise<unknown>): Promise<void> {
  const start = Date.now()
  await setUp()
  console.log(`${name} is ready (${((Date.now() - start) / 1000).toFixed(1)} s)`)
}

/** Writes `__tests__/github/openapi.json`, which is committed, from the operations in `github-operations.json`. */
async function writeGithubOpenapi(): Promise<void> {
  const operations: string[] = JSON.parse(await readFile(join(here, 'github-operations.json'), 'utf8'))
  const trimmed = await trimmedGithubOpenapi(operations)
  const file = join(here, '../github/openapi.json')
  await writeFile(file, JSON.stringify(trimmed))
  await command('npx', ['biome', 'format', '--write', file])
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
