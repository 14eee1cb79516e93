// Times whole processes in turn (A B A B …) and prints medians and their ratio to a bare Node process: `npm run bench [-- runs]`.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const runs = Number(process.argv[2] ?? 7)
const program = join(root, 'dist/index.js')
const dbt = findDbt()

const cases = [
  { name: 'node, doing nothing', command: [process.execPath, '-e', '0'] },
  { name: 'check of both projects', command: [process.execPath, program, 'check', '--base', 'HEAD'] },
  {
    name: 'manifest of one project',
    command: [
      process.execPath,
      program,
      'manifest',
      '--project',
      'dbt_projects/eu_analytics_dbt',
      '--output',
      join(root, 'coverage/manifest.json'),
    ],
  },
  { name: 'demo', command: [process.execPath, program, 'demo'], runs: Math.min(runs, 3) },
  ...(dbt === null
    ? []
    : [
        {
          name: 'dbt parse of one project',
          command: [
            dbt,
            'parse',
            '--no-partial-parse',
            '--project-dir',
            'dbt_projects/eu_analytics_dbt',
            '--profiles-dir',
            'dbt_projects/eu_analytics_dbt',
            '--target-path',
            join(root, 'coverage/target'),
            '--log-path',
            join(root, 'coverage/logs'),
          ],
          runs: Math.min(runs, 3),
        },
      ]),
]

const taken = new Map(cases.map(({ name }) => [name, []]))
for (let run = 0; run <= runs; run++) {
  for (const { name, command, runs: most = runs } of cases) {
    const figures = run <= most ? time(command) : null
    if (run > 0 && figures !== null) taken.get(name).push(figures) // run 0 warms the disk
  }
}
const bare = median(taken.get(cases[0].name).map(({ cpu }) => cpu))
console.log(`median of up to ${runs} whole processes, in turn, Node ${process.versions.node}`)
console.log(`${'what'.padEnd(28)} ${'CPU s'.padStart(8)} ${'wall s'.padStart(8)} ${'CPU, times node'.padStart(16)}`)
for (const [name, figures] of taken) {
  const cpu = median(figures.map((each) => each.cpu))
  const wall = median(figures.map((each) => each.wall))
  console.log(
    `${name.padEnd(28)} ${cpu.toFixed(2).padStart(8)} ${wall.toFixed(2).padStart(8)} ${(cpu / bare).toFixed(1).padStart(16)}`,
  )
}
if (dbt === null) console.log('not run: dbt parse (no dbt in the cache folder; `npm run test:all` sets it up)')

/** CPU (user and system, children included) and wall seconds of a command, as the shell's `time` says. */
function time(command) {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>/dev/null'
  const env = {
    ...process.env,
    DATABRICKS_EU_HOST: 'eu.example',
    DATABRICKS_EU_HTTP_PATH: '/sql',
    DATABRICKS_EU_TOKEN: 'none',
    DO_NOT_TRACK: '1',
  }
  const said = execFileSync('bash', ['-c', `{ ${script}; } 2>&1`, 'bash', ...command], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  const [wall, user, system] = said.trim().split(' ').map(Number)
  return { wall, cpu: user + system }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function findDbt() {
  const cache = process.env.DBT_REGIONS_CACHE ?? join(homedir(), '.cache/dbt-regions')
  const names = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith('python-dbt112-')) : []
  return names.map((name) => join(cache, name, 'venv/bin/dbt')).find((path) => existsSync(path)) ?? null
}
