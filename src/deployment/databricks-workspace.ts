import { join } from 'node:path'
import { type Dbt, openDbt } from '../adapters/dbt.ts'
import { readText } from '../adapters/files.ts'
import type { Side } from '../check.ts'
import type { Config, Region } from '../config.ts'
import { compileNode } from '../dbt/compile.ts'
import { type Connection, credentialVariables, readConnection, targetName } from '../dbt/connection.ts'
import { profileName } from '../dbt/profile-name.ts'
import type { Project } from '../dbt/project.ts'
import { writeManifest } from '../dbt/write.ts'
import { ConfigurationError } from '../errors.ts'
import { plain } from '../report/escape.ts'
import { type Repository, wholeEnvironment } from '../repository.ts'
import type { Build } from '../run/build.ts'
import { publishedText } from '../run/dbt-artifacts.ts'
import { redactor } from '../run/dbt-log.ts'
import { disagreements } from '../run/disagreement.ts'
import type { Plan } from '../run/plan.ts'
import { missingSourceLines, missingSources } from '../run/sources.ts'
import type { Warehouse } from '../run/warehouse.ts'
import { readCommit, readHead } from '../sides.ts'
import { startSqlLibrary } from '../start-sql.ts'
import { refuseOtherPlace, refuseOthersCredentials } from '../walls.ts'
import { type Profiles, readProfiles } from './profiles.ts'
import { unbroken } from './project.ts'
import type { DeployOptions, Opened } from './region.ts'
import type { Prepared, Workspace } from './workspace.ts'

/** Characters of one line of dbt's. */
const LONGEST_LINE = 10_000

/**
 * A region's Databricks workspace, its project read as dbt will build it. The walls between regions are looked at before anything is
 * asked of it; then dbt starts to read the project while the driver connects. Throws a ConfigurationError for what is to be set right.
 */
export async function openDatabricksWorkspace(
  { git, config }: Repository,
  region: Region,
  options: DeployOptions,
): Promise<Opened> {
  const env = wholeEnvironment()
  const folder = join(git.root, region.project)
  const own = (name: string) => readText(join(folder, name))
  const profiles = await readProfiles(undefined, (await own('profiles.yml')) !== null)
  const place = {
    project: region.project,
    target: region.target,
    ...(profiles !== null && { profiles: profiles.text }),
  }
  const read = () => readHead(git, place, env)
  // Read by itself, so that dbt can begin before the project is parsed here.
  const profile =
    profileName((await own('dbt_project.yml')) ?? '', env) ?? unbroken(region, await read()).project.target.profile
  refuseOthersCredentials(region, config.regions, await variablesOf(git.root, config, profiles, env), env)
  const { connection, target } = connectionOf(region, profile, profiles?.text ?? (await own('profiles.yml')), env)
  for (const secret of connection.secrets) options.onSecret?.(secret)
  refuseOtherPlace(region, config.regions, connection, config.file ?? undefined)

  const { progress } = options
  // A build that is interrupted still has something to record, so that the driver is cut off only before.
  const cut = new AbortController()
  const abort = () => cut.abort()
  options.signal.addEventListener('abort', abort)
  if (options.signal.aborted) abort()
  const dbt = await openDbt({
    folder,
    profilesDir: profiles?.folder ?? folder,
    profile,
    target,
    environment: process.env,
    secrets: connection.secrets,
    say: (line) => progress.say(plain(line, LONGEST_LINE)),
    signal: options.signal,
  })
  let warehouse: Warehouse | undefined
  try {
    // The driver takes a while to load: dbt need not wait for it.
    const connecting = import('../adapters/databricks.ts').then(({ openDatabricks }) =>
      openDatabricks(connection, { say: (line) => progress.say(line), signal: cut.signal }),
    )
    // What goes wrong with it is thrown where it is waited for.
    connecting.catch(() => {})
    await dbt.deps()
    const head = unbroken(region, await read())
    refuseOtherTarget(head.project.target, { profile, name: target })
    progress.now(`opening the workspace of ${region.name}`)
    warehouse = await connecting
    const workspace = new DatabricksWorkspace(head, dbt, warehouse, redactor(connection.secrets), () =>
      options.signal.removeEventListener('abort', abort),
    )
    return { workspace, head, at: (commit) => readCommit(git, commit, place, env) }
  } catch (error) {
    await Promise.all([dbt.close(), warehouse?.close()])
    throw error
  }
}

class DatabricksWorkspace implements Workspace {
  readonly #head: Side
  readonly #dbt: Dbt
  readonly warehouse: Warehouse
  readonly runsByItself = true
  readonly #redact: (text: string) => string
  readonly #onBuild: () => void
  #selected = false

  constructor(head: Side, dbt: Dbt, warehouse: Warehouse, redact: (text: string) => string, onBuild: () => void) {
    this.#head = head
    this.#dbt = dbt
    this.warehouse = warehouse
    this.#redact = redact
    this.#onBuild = onBuild
  }

  async prepare({ nodes }: Plan): Promise<Prepared> {
    const ids = nodes.map((node) => node.unique_id)
    const missing = await this.#missing(ids)
    if (missing.length > 0) {
      return { refused: `the planned models read what is not there: ${missing.join('; ')}` }
    }
    // The ledger is written meanwhile.
    const notes: string[] = []
    const selecting = this.#select(ids, notes)
    selecting.catch(() => {})
    const [dbt, onBuild] = [this.#dbt, this.#onBuild]
    const build: Build = async function* (planned) {
      const selection = await selecting
      onBuild()
      yield* dbt.build(selection)(planned)
    }
    return { build, refused: null, notes }
  }

  /** What dbt is told to build, and on what its own reading of the project disagrees. */
  async #select(nodes: readonly string[], notes: string[]): Promise<readonly string[]> {
    const { manifest } = this.#head.project
    notes.push(...disagreements(manifest, await this.#dbt.manifest()))
    const selection = await this.#dbt.select(manifest, nodes)
    this.#selected = true
    return selection
  }

  async #missing(nodes: readonly string[]): Promise<string[]> {
    const { project } = this.#head
    // Only now, for most deploys have nothing to do; dbt still reads the project.
    await startSqlLibrary(nodes.length)
    const compiler = { code: (id: string, options: { incremental: boolean }) => compileNode(project, id, options) }
    return missingSourceLines(await missingSources({ project, nodes, warehouse: this.warehouse, compiler }))
  }

  /** Where nothing is run nobody waits for dbt. */
  async artifacts(): Promise<ReadonlyMap<string, string>> {
    if (this.#selected) return this.#dbt.artifacts()
    return new Map([['manifest.json', publishedText(writeManifest(this.#head.project), this.#redact)]])
  }

  async close(): Promise<void> {
    await Promise.all([this.#dbt.close(), this.warehouse.close()])
  }
}

/** The ledger stands where the parsed project's target says, dbt builds where this one does. */
function refuseOtherTarget(parsed: Project['target'], { profile, name }: { profile: string; name: string }): void {
  if (parsed.profile === profile && parsed.name === name) return
  throw new ConfigurationError(
    `dbt_project.yml and profiles.yml leave open which target is meant, ${parsed.profile}.${parsed.name} or ${profile}.${name}: write their names without Jinja`,
  )
}

function connectionOf(
  region: Region,
  profile: string,
  profiles: string | null,
  env: ReadonlyMap<string, string>,
): { readonly connection: Connection; readonly target: string } {
  if (profiles === null) {
    throw new ConfigurationError(
      `there is no profiles.yml for the project of region ${region.name}: put one beside ${region.project}/dbt_project.yml, or name its folder with DBT_PROFILES_DIR`,
    )
  }
  const input = { profiles, profile, target: region.target, env }
  const read = readConnection(input)
  if ('connection' in read) return { connection: read.connection, target: targetName(input) }
  throw new ConfigurationError(
    [`region ${region.name} cannot be reached:`, ...read.problems.map((problem) => `  ${problem}`)].join('\n'),
  )
}

/** By region, the environment variables that hold its credentials. */
async function variablesOf(
  root: string,
  { regions }: Config,
  outside: Profiles | null,
  env: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const read = async ({ name, project, target }: Region) => {
    const file = (path: string) => readText(join(root, project, path))
    const [own, text] = await Promise.all([file('dbt_project.yml'), outside?.text ?? file('profiles.yml')])
    const profile = own === null ? null : profileName(own, env)
    return [name, profile === null || text === null ? [] : credentialVariables(text, profile, target, env)] as const
  }
  return new Map(await Promise.all(regions.map(read)))
}
