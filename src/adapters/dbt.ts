import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Manifest } from '../dbt/manifest.ts'
import { ConfigurationError } from '../errors.ts'
import type { Build } from '../run/build.ts'
import { type DbtPlaces, dbtArguments } from '../run/dbt-arguments.ts'
import { published, publishedRunResults } from '../run/dbt-artifacts.ts'
import { dbtEnvironment } from '../run/dbt-environment.ts'
import { type DbtCommand, type DbtEvent, listedNode, redactor } from '../run/dbt-log.ts'
import { WarehouseError } from '../run/warehouse.ts'
import { buildWith } from './dbt/build.ts'
import { converse } from './dbt/converse.ts'
import type { Outcome } from './dbt/invoke.ts'
import { openInvoker } from './dbt/open.ts'
import { selectExactly } from './dbt/select.ts'
import { readText } from './files.ts'

export interface DbtInput {
  /** The project's folder. */
  readonly folder: string
  /** The folder of profiles.yml; without it dbt looks for itself. */
  readonly profilesDir?: string
  /** The name of the profile in profiles.yml. */
  readonly profile: string
  readonly target: string
  /** This process's own; dbt is given it without what GitHub gives to the action alone. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly secrets: readonly string[]
  /** Told what dbt says, a line at a time, without secrets and rows of data. */
  readonly say: (line: string) => void
  /** Cancels: dbt ends its running statements. */
  readonly signal: AbortSignal
}

/** A dbt that reads one project, and then builds parts of it. */
export interface Dbt {
  readonly version: string
  /** Installs the project's packages, if it has any. Throws a ConfigurationError when dbt cannot. */
  deps(): Promise<void>
  /** dbt's manifest.json. Throws a ConfigurationError when dbt cannot read the project. */
  manifest(): Promise<unknown>
  /** The nodes that a selection (dbt's arguments) means, sorted. */
  list(selection: readonly string[]): Promise<readonly string[]>
  /** The arguments with which dbt runs these nodes of the manifest and no other, as `dbt ls` says. Throws a ConfigurationError when there are none. */
  select(manifest: Manifest, nodes: readonly string[]): Promise<readonly string[]>
  /** Builds what a selection means. */
  build(selection: readonly string[]): Build
  /** manifest.json and, once something was built, run_results.json, as they may be published. */
  artifacts(): Promise<ReadonlyMap<string, string>>
  /** Ends dbt, cancelling a build that still runs, and removes what it wrote. */
  close(): Promise<void>
}

/**
 * Starts dbt, which installs the project's packages and reads it while others work; what goes wrong with that is told by
 * `deps` and `manifest`. Throws a ConfigurationError when there is no dbt and none can be installed.
 */
export async function openDbt(input: DbtInput): Promise<Dbt> {
  const { folder, profile, target, profilesDir = null, signal } = input
  const output = await mkdtemp(join(tmpdir(), 'dbt-regions-'))
  const environment = dbtEnvironment(input.environment)
  const redact = redactor([...input.secrets, ...secretsOf(environment)])
  const say = (text: string) => {
    for (const line of redact(text).split('\n')) input.say(line)
  }
  const opened = await openInvoker({ cwd: folder, environment, commands: output, say }).catch(async (error) => {
    await rm(output, { recursive: true, force: true })
    throw error
  })
  const places: DbtPlaces = { folder, profilesDir, profile, target, output }
  const cancel = () => opened.invoker.interrupt()
  signal.addEventListener('abort', cancel)
  if (signal.aborted) cancel()
  const talk = converse(opened.invoker, say)
  const run = (command: DbtCommand, selection?: readonly string[], onEvent?: (event: DbtEvent) => void) =>
    talk.run(command, dbtArguments(command, places, selection), onEvent)
  const prepare = async (command: DbtCommand, selection?: readonly string[], onEvent?: (event: DbtEvent) => void) => {
    const outcome = await run(command, selection, onEvent)
    if (signal.aborted) throw new WarehouseError('the run was cancelled')
    const refusal = refusalOf(command, outcome, folder)
    if (refusal !== null) throw new ConfigurationError(redact(refusal))
  }

  const hasPackages = await hasAny(folder, ['packages.yml', 'dependencies.yml'])
  const installed = hasPackages ? prepare('deps') : Promise.resolve()
  const parsed = installed.then(async () => {
    await prepare('parse')
    return readJson(join(output, 'manifest.json'))
  })
  // Whoever waits for them is told; a deploy that has nothing to do waits for neither.
  for (const work of [installed, parsed]) work.catch(() => {})

  const list = async (selection: readonly string[]) => {
    await parsed
    const nodes = new Set<string>()
    await prepare('ls', selection, (event) => {
      const node = listedNode(event)
      if (node !== null) nodes.add(node)
    })
    return [...nodes].sort()
  }
  // Why it could not be told is told by `manifest`.
  const unknown = () => 'unknown'
  return {
    version: opened.version ?? (await Promise.race([talk.version, parsed.then(unknown, unknown)])),
    deps: () => installed,
    manifest: () => parsed,
    list,
    select: (manifest, nodes) => selectExactly(list, manifest, nodes),
    build: (selection) =>
      buildWith({
        run: (onEvent) => run('build', selection, onEvent),
        interrupt: cancel,
        isCancelled: () => signal.aborted,
        redact,
      }),
    async artifacts() {
      const results = await readJson(join(output, 'run_results.json')).catch(() => null)
      const documents = [
        ['manifest.json', published(await parsed, redact)],
        ['run_results.json', publishedRunResults(results, redact)],
      ] as const
      return new Map(
        documents.flatMap(([name, json]) => (json === null ? [] : [[name, JSON.stringify(json)] as const])),
      )
    },
    async close() {
      signal.removeEventListener('abort', cancel)
      await opened.invoker.close()
      await rm(output, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** What dbt itself takes for a secret, such as the token in a package's address: https://docs.getdbt.com/reference/dbt-jinja-functions/env_var */
function secretsOf(environment: Readonly<Record<string, string>>): string[] {
  return Object.keys(environment).flatMap((name) =>
    name.startsWith('DBT_ENV_SECRET') ? (environment[name] ?? []) : [],
  )
}

const doing: Readonly<Record<DbtCommand, string>> = {
  deps: 'install the packages of',
  parse: 'read',
  ls: 'select nodes of',
  build: 'build',
}

function refusalOf(command: DbtCommand, { success, error }: Outcome, folder: string): string | null {
  if (success) return null
  const said = [error?.what, error?.said].filter((text) => text !== undefined && text !== '').join(': ')
  const advice = /Could not find adapter type/i.test(said) ? '; install dbt-databricks beside dbt' : ''
  return `dbt cannot ${doing[command]} ${folder}: ${said}${advice}`
}

async function hasAny(folder: string, names: readonly string[]): Promise<boolean> {
  const texts = await Promise.all(names.map((name) => readText(join(folder, name))))
  return texts.some((text) => text !== null)
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'))
}
