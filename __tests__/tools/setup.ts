import { githubOpenapiFile } from './github-openapi.ts'
import { goProgram } from './go.ts'
import { node24Bin } from './node24.ts'
import { environments, pythonBin } from './python.ts'
import { spark } from './spark.ts'

const tools: Readonly<Record<string, () => Promise<unknown>>> = {
  ...Object.fromEntries(environments.map((name) => [name, () => pythonBin(name)])),
  act: () => goProgram('act'),
  actionlint: () => goProgram('actionlint'),
  'github-openapi': githubOpenapiFile,
  node24: node24Bin,
  spark,
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !(name in tools))
  if (unknown.length > 0) throw new Error(`no tool ${unknown.join(', ')}; there are ${Object.keys(tools).join(', ')}`)
  const wanted = Object.entries(tools).filter(([name]) => names.length === 0 || names.includes(name))
  const results = await Promise.allSettled(wanted.map(([name, setUp]) => timed(name, setUp)))
  const failures = results.flatMap((it) => (it.status === 'rejected' ? [String(it.reason)] : []))
  if (failures.length > 0) throw new Error(failures.join('\n'))
}

async function timed(name: string, setUp: () => Promise<unknown>): Promise<void> {
  const start = Date.now()
  await setUp()
  console.log(`${name} is ready (${((Date.now() - start) / 1000).toFixed(1)} s)`)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
