import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Region, regions } from '../dbt_projects/bronze.ts'
import type { Repository } from '../repository.ts'
import type { DbtVersion } from '../tools/dbt.ts'
import { pythonBin } from '../tools/python.ts'
import type { Connection } from '../workspace/driver.ts'
import type { Workspaces } from '../workspace/workspaces.ts'
import { dbtRegions, type Outcome, programCommand, projectRoot } from './program.ts'

/** Each region has another version of dbt on its PATH. */
const versions: Readonly<Record<Region, DbtVersion>> = { us: 'dbt112', eu: 'dbt111' }

export interface Stopped {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** The processes that it had started when it was sent the signal. */
  readonly children: readonly number[]
}

export const silver = (region: Region) => `dbt_projects/${region}_analytics_dbt/models/silver/customer_metrics.sql`
export const gold = (region: Region) => `dbt_projects/${region}_analytics_dbt/models/gold/customer_cohorts.sql`
export const original = (path: string) => readFileSync(join(projectRoot, path), 'utf8')

/** The file as it comes with this repository, but for one text in it. */
export function edited(path: string, from: string, to: string): Record<string, string> {
  const text = original(path)
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`)
  return { [path]: text.replace(from, to) }
}

/** Deploys of a repository by the bundled program, one process each. */
export interface Deploys {
  one(region: Region, env?: Readonly<Record<string, string>>): Promise<Outcome>
  both(): Promise<(readonly [Region, Outcome])[]>
  /** Sends a deploy a signal while the workspace keeps one of its statements waiting. */
  stoppedDuring(region: Region, signal: NodeJS.Signals): Promise<Stopped>
  gone(processes: readonly number[]): Promise<void>
  environment(region: Region): Readonly<Record<string, string>>
  unfinished(connection: Connection, region: Region): Promise<string[]>
}

export async function deploysOn(workspaces: Workspaces<Region>, { root }: Repository): Promise<Deploys> {
  const paths = new Map<Region, string>()
  for (const region of regions) paths.set(region, [await pythonBin(versions[region]), process.env.PATH].join(delimiter))
  const environment = (region: Region) => ({
    ...workspaces.environment(region),
    PATH: paths.get(region) ?? '',
    PYTHONDONTWRITEBYTECODE: '',
  })
  const one = (region: Region, env: Readonly<Record<string, string>> = {}) =>
    dbtRegions(root, ['deploy', '--region', region], { ...environment(region), ...env })
  return {
    environment,
    one,
    both: () => Promise.all(regions.map(async (region) => [region, await one(region)] as const)),
    async stoppedDuring(region, signal) {
      const before = (await workspaces.record(region)).delayed.length
      const [file, args, env] = programCommand(['deploy', '--region', region], environment(region))
      const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
      const said = Promise.all([text(child.stdout), text(child.stderr)])
      const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
        child.on('exit', (...how) => resolve(how)),
      )
      for (;;) {
        const { delayed } = await workspaces.record(region)
        if (delayed.length > before) break
        if (child.exitCode !== null) throw new Error(`the deploy ended by itself:\n${(await said).join('\n')}`)
        await sleep(50)
      }
      // The parent's success is written while its child runs.
      await sleep(2_000)
      const children = childrenOf(child.pid ?? 0)
      child.kill(signal)
      const [how, [stdout, stderr]] = [await ended, await said]
      return { status: how[0], signal: how[1], stdout, stderr, children }
    },
    async gone(processes) {
      while (processes.some(isAlive)) await sleep(100)
    },
    async unfinished(connection, region) {
      const rows = await connection.query(`
        select status, unique_id from (
          select *, row_number() over (partition by unique_id order by event_time desc, sequence desc) as n
          from ${region}_prod.default.dbt_regions_ledger)
        where n = 1 and status <> 'success' order by unique_id`)
      return rows.map((row) => Object.values(row).join(' '))
    },
  }
}

/** `ok model customer_cohorts`, for each result that a deploy told. */
export function results(stdout: string): string[] {
  return [...stdout.matchAll(/^ +(ok|warning|error|failed|skipped) +(model|test|seed|snapshot) +(\S+) /gm)].map(
    ([, status, kind, name]) => `${status} ${kind} ${name}`,
  )
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]) === parent
      } catch {
        return false
      }
    })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
