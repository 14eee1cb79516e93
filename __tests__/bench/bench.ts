import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Measured, measured, median } from './measure.ts'
import { type Tool, toolsOf } from './tools.ts'
import { type Workload, workload } from './workload.ts'

const HELP = `npm run bench -- [options]

Times whole processes that read dbt projects, one after the other in turn (A B C A B C …), and prints medians as a table.

  --projects LIST  \`regional\`, the two of dbt_projects/, and numbers of models of generated ones
                   (default: regional,100,1000; 10000 is there too: dbt-core takes minutes for it)
  --tools LIST     node, read, manifest, check, change, changes, again, dbt, rust (default: all)
  --runs N         how often each is run (default: 5), after one run that is not counted
  --dbt-runs N     how often the two dbts are run, which are not warmed up (default: 2, and 1 beyond 1000 models)
  --seed N         another generated project (default: 1)
  --help
`
const repository = join(import.meta.dirname, '../..')

async function main(): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      projects: { ...text, default: 'regional,100,1000' },
      tools: text,
      runs: { ...text, default: '5' },
      'dbt-runs': text,
      seed: { ...text, default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(HELP)
  const all = toolsOf(repository)
  const names = values.tools?.split(',') ?? [...all.keys()]
  const unknown = names.filter((name) => !all.has(name))
  if (unknown.length > 0) throw new Error(`no tool ${unknown.join(', ')}; there are ${[...all.keys()].join(', ')}`)
  const tools = new Map([...all].filter(([name]) => names.includes(name)))
  const projects = values.projects.split(',')
  for (const name of projects) if (name !== 'regional') whole(name, '--projects')
  const [runs, seed] = [whole(values.runs, '--runs'), whole(values.seed, '--seed')]
  const dbtRuns = values['dbt-runs'] === undefined ? undefined : whole(values['dbt-runs'], '--dbt-runs')

  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dbt-regions-bench-')))
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      rmSync(folder, { recursive: true, force: true })
      process.exit(2)
    })
  try {
    const { model, length } = { model: cpus()[0]?.model ?? 'unknown', length: cpus().length }
    console.log(`Node ${process.versions.node}, ${process.platform}, ${length} × ${model}. Medians of ${runs} runs.\n`)
    console.log('| models | what | CPU, s | wall, s | memory, MB | × reading | 1.12.5 ÷ this | 2.0.0a4 ÷ this |')
    console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |')
    const notes = [...tools.values()].flatMap(({ label, missing }) => (missing ? [`${label}: ${missing}`] : []))
    for (const name of projects) {
      const work = workload(name, repository, folder, seed)
      const few = dbtRuns ?? (Number(name) > 1000 ? 1 : 2)
      const { figures, failed } = await inTurn(work, tools, { folder, runs, few })
      for (const line of rows(name, tools, figures)) console.log(line)
      notes.push(...failed)
      rmSync(work.root, { recursive: true })
    }
    for (const note of notes) console.log(`\nNot run: ${note}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function whole(value: string, name: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`${name}: ${value} is not a whole number above 0`)
  return Number(value)
}

type Figures = ReadonlyMap<string, readonly Measured[]>

/** Runs every tool once, then every tool again. A tool that fails is not run again. */
async function inTurn(
  work: Workload,
  tools: ReadonlyMap<string, Tool>,
  { folder, runs, few }: { readonly folder: string; readonly runs: number; readonly few: number },
): Promise<{ figures: Figures; failed: string[] }> {
  const figures = new Map<string, Measured[]>()
  const failed: string[] = []
  const broken = new Set<string>()
  for (let run = 0; run <= Math.max(runs, few); run += 1) {
    for (const [name, tool] of tools) {
      const wanted = tool.slow ? run >= 1 && run <= few : run <= runs
      if (!wanted || tool.missing !== undefined || broken.has(name)) continue
      const output = join(folder, 'output')
      mkdirSync(output)
      try {
        const command = tool.command(work, output)
        const figure = await measured(command, {
          cwd: work.root,
          env: { ...environment(), XDG_CACHE_HOME: join(folder, 'cache') },
          errors: join(folder, 'errors'),
        })
        if (run > 0) figures.set(name, [...(figures.get(name) ?? []), figure])
      } catch (error) {
        broken.add(name)
        failed.push(`${tool.label} with ${work.name}: ${error instanceof Error ? error.message : error}`)
      }
      rmSync(output, { recursive: true })
    }
  }
  return { figures, failed }
}

/** Without what a workflow or dbt may have set around the bench, and with what the regional profiles ask for. */
function environment(): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(([name]) => !/^(GITHUB_|DBT_|DATABRICKS_|DAGSTER_|CI$)/.test(name))
  const workspace = { HOST: 'workspace.cloud.databricks.com', HTTP_PATH: '/sql/1.0/warehouses/1', TOKEN: 'none' }
  const profile = Object.entries(workspace).map(([name, value]) => [`DATABRICKS_EU_${name}`, value])
  const quiet = { DO_NOT_TRACK: '1', DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', DBT_VERSION_CHECK: 'false' }
  return { ...Object.fromEntries([...clean, ...profile]), ...quiet }
}

function rows(models: string, tools: ReadonlyMap<string, Tool>, figures: Figures): string[] {
  const cpu = (name: string): number | undefined => {
    const measured = figures.get(name)
    return measured && median(measured.map((each) => each.cpu))
  }
  const times = (over: number | undefined, under: number | undefined) =>
    over === undefined || under === undefined ? '' : (over / under).toFixed(over / under < 10 ? 1 : 0)
  return [...figures].map(([name, measured]) => {
    const own = cpu(name)
    const memory = measured.flatMap((each) => each.memory ?? [])
    const cells = [
      models,
      tools.get(name)?.label,
      own?.toFixed(2),
      median(measured.map((each) => each.wall)).toFixed(2),
      memory.length === 0 ? '' : Math.max(...memory).toFixed(0),
      times(own, cpu('read')),
      times(cpu('dbt'), own),
      times(cpu('rust'), own),
    ]
    return `| ${cells.join(' | ')} |`
  })
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
