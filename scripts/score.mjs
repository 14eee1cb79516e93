// Compares our manifest of a dbt project with dbt's own, value by value, and prints what differs and a row of the score table:
// `npm run score -- PROJECT [--dbt DBT] [--profiles-dir DIR] [--target NAME] [--show N]`, after `npm run build`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const text = { type: 'string' }
const { values, positionals } = parseArgs({
  options: { dbt: text, 'profiles-dir': text, target: text, show: { ...text, default: '20' } },
  allowPositionals: true,
})
const folder = mkdtempSync(join(tmpdir(), 'dbt-regions-score-'))
try {
  process.exitCode = await score()
} catch (error) {
  console.error(error.message)
  process.exitCode = 2
} finally {
  rmSync(folder, { recursive: true })
}

/** Prints the differences and the row; answers 1 when something differs. */
async function score() {
  const project = resolve(positionals[0] ?? '.')
  const profiles = resolve(values['profiles-dir'] ?? project)
  if (!existsSync(join(project, 'dbt_project.yml'))) throw new Error(`${project} has no dbt_project.yml`)
  if (!existsSync(join(profiles, 'profiles.yml')))
    throw new Error(`${profiles} has no profiles.yml: name its folder with --profiles-dir`)
  const places = ['--profiles-dir', profiles, ...(values.target === undefined ? [] : ['--target', values.target])]
  const outputs = ['--target-path', join(folder, 'dbt'), '--log-path', join(folder, 'dbt')]
  const parsed = run(findDbt(), ['--quiet', 'parse', '--no-partial-parse', ...outputs, ...places], project)
  if (parsed.status !== 0) throw new Error(`dbt does not parse ${project}:\n${parsed.output}`)
  const ours = join(folder, 'ours.json')
  const program = [join(root, 'dist/index.js'), 'manifest', '--packages', 'installed']
  const made = run(process.execPath, [...program, '--project', project, '--output', ours, ...places], project)
  if (made.status !== 0) console.error(`dbt parses what we find errors in:\n${made.output}`)
  const manifest = read(join(folder, 'dbt/manifest.json'))
  const { compared } = await comparison()
  const { facts, differences } = compared(manifest, existsSync(ours) ? read(ours) : {})
  for (const difference of differences.slice(0, Number(values.show))) console.log(difference)
  const percent = ((100 * (facts - differences.length)) / facts).toFixed(3)
  const figures = [Object.keys(manifest.nodes).length, facts, differences.length, percent]
  const seconds = [parsed.seconds, made.seconds].map((wall) => wall.toFixed(1))
  console.log('| project | nodes | facts | differences | score | dbt parse, s | manifest, s |')
  console.log(`| ${[manifest.metadata.project_name ?? basename(project), ...figures, ...seconds].join(' | ')} |`)
  return differences.length > 0 ? 1 : 0
}

function run(program, args, cwd) {
  const began = performance.now()
  const env = { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', DBT_VERSION_CHECK: 'false', NO_COLOR: '1' }
  const options = { cwd, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }
  const { status, stdout, stderr, error } = spawnSync(program, args, options)
  if (error) throw new Error(`${program}: ${error.message}`)
  return { status, output: `${stdout}${stderr}`, seconds: (performance.now() - began) / 1000 }
}

/** The tests' own comparison, from TypeScript. */
async function comparison() {
  const outfile = join(folder, 'compare.mjs')
  const source = join(root, '__tests__/conformance/compare.ts')
  await build({ entryPoints: [source], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' })
  return import(pathToFileURL(outfile).href)
}

function read(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function findDbt() {
  if (values.dbt !== undefined) return values.dbt
  const cache = process.env.DBT_REGIONS_CACHE ?? join(homedir(), '.cache/dbt-regions')
  const names = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith('python-dbt112-')) : []
  const found = names.map((name) => join(cache, name, 'venv/bin/dbt')).find((path) => existsSync(path))
  if (!found)
    throw new Error('no dbt in the cache folder: name one with --dbt, or run `npm run test:all`, which sets it up')
  return found
}
