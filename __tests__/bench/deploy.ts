import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'
import type { Region } from '../dbt_projects/bronze.ts'
import { withFirstBatch } from '../dbt_projects/customers.ts'
import { deploysOn, edited, silver } from '../e2e/deploys.ts'
import { programCommand, regionalRepository } from '../e2e/program.ts'
import { pythonBin } from '../tools/python.ts'
import { startWorkspaces } from '../workspace/workspaces.ts'

const rounds = Number(process.env.DBT_REGIONS_ROUNDS ?? 5)

/**
 * Two changed models with their tests, on the stand-in workspace: a deploy beside a plain `dbt build` of the same nodes, whole
 * processes one after the other, both reading the project anew as in a fresh job. Prints seconds of wall time.
 */
test('a two-model deploy beside plain dbt build', { timeout: 60 * 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dbt-regions-bench-'))
  const workspaces = await startWorkspaces<Region>(['us'])
  const bronze = await withFirstBatch(workspaces, ['us'])
  const repository = regionalRepository(join(folder, 'repository'))
  const deploys = await deploysOn(workspaces, repository)
  const environment = { ...deploys.environment('us'), DBT_SEND_ANONYMOUS_USAGE_STATS: 'false' }
  const dbt = join(await pythonBin('dbt112'), 'dbt')
  const project = join(repository.root, 'dbt_projects/us_analytics_dbt')
  const [node, deploy, env] = programCommand(['deploy', '--region', 'us'], environment)

  const plain = () => {
    const target = mkdtempSync(join(folder, 'target-'))
    const places = ['--target-path', target, '--log-path', target, '--profiles-dir', project, '--project-dir', project]
    const only = ['--exclude-resource-type', 'unit_test', '--select', 'customer_metrics', 'customer_cohorts']
    return seconds(dbt, ['build', ...places, ...only], project, env)
  }
  const changed = (round: number) => {
    const by = `concat(customers.country, repeat('', ${round + 1}))`
    repository.commit('a change', edited(silver('us'), 'customers.country,', `${by} as country,`))
    return seconds(node, deploy, repository.root, env)
  }

  try {
    await seconds(node, deploy, repository.root, env)
    await plain()
    const times: { plain: number; deploy: number; nothing: number }[] = []
    for (let round = 0; round <= rounds; round++) {
      // Whoever goes first finds Spark colder.
      const [a, b] = round % 2 === 0 ? [await plain(), await changed(round)] : [await changed(round), await plain()]
      const nothing = await seconds(node, deploy, repository.root, env)
      // The first one warms Spark.
      if (round > 0) times.push({ ...(round % 2 === 0 ? { plain: a, deploy: b } : { plain: b, deploy: a }), nothing })
    }
    const median = (of: 'plain' | 'deploy' | 'nothing') =>
      times.map((it) => it[of]).sort((x, y) => x - y)[Math.floor(times.length / 2)] ?? 0
    const differences = times.map((it) => it.deploy - it.plain).sort((x, y) => x - y)
    const shown = (seconds: number) => seconds.toFixed(2)
    console.log(
      [
        `two models and their tests, ${rounds} rounds, wall seconds (median)`,
        `  plain dbt build      ${shown(median('plain'))}  (${times.map((it) => shown(it.plain)).join(' ')})`,
        `  deploy               ${shown(median('deploy'))}  (${times.map((it) => shown(it.deploy)).join(' ')})`,
        `  deploy / plain       ${shown(median('deploy') / median('plain'))}`,
        `  difference           ${shown(differences[Math.floor(differences.length / 2)] ?? 0)}`,
        `  nothing to deploy    ${shown(median('nothing'))}`,
      ].join('\n'),
    )
  } finally {
    await bronze.close()
    workspaces.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

async function seconds(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const start = performance.now()
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const status = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  if (status !== 0) throw new Error(`${file} ended with ${status}:\n${output}`)
  return (performance.now() - start) / 1000
}
