import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { keptChecks } from './adapters/kept-checks.ts'
import type { CheckInput } from './check.ts'
import { regionNamed } from './config/parse.ts'
import { cancelledBySignal } from './deployment/cancel.ts'
import { ConfigurationError } from './errors.ts'
import { refuseUnmerged } from './event.ts'
import type { LineageOptions } from './lineage.ts'
import type { ListOptions } from './list.ts'
import { packageSource } from './packages.ts'
import { progressOn } from './progress.ts'
import { checked, remembering } from './remember.ts'
import { commentMarkdown } from './report/comment.ts'
import { deploymentText } from './report/deployment.ts'
import { reportJson } from './report/json.ts'
import type { Place } from './report/place.ts'
import { planText } from './report/plan.ts'
import type { Report } from './report/report.ts'
import { reportText } from './report/text.ts'
import { openRepository, type Repository, wholeEnvironment } from './repository.ts'
import { indirectSelections } from './selection/specification.ts'
import { readSides } from './sides.ts'
import { version } from './version.ts'

interface CheckOptions {
  readonly base?: string
  readonly region?: string
  readonly config?: string
  readonly packages: string
  readonly cache: boolean
}

interface ManifestOptions {
  readonly project: string
  readonly target?: string
  readonly profilesDir?: string
  readonly output: string
  readonly packages: string
}

type LineageCommandOptions = Omit<LineageOptions, 'packages'> & { readonly packages: string }
type ListCommandOptions = Omit<ListOptions, 'packages'> & { readonly packages: string }

const exits = 'Exit status: 0 fine, 1 findings that fail the check or a failed deploy, 2 wrong use or configuration.'

/** The command line. `argv` is Node's own; sets the process's exit status. Throws a ConfigurationError for wrong use. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const program = new Command('dbt-regions')
    .description('Checks dbt projects and deploys what changed, region by region.')
    .version(version)
    .addHelpText('after', `\n${exits}`)
    .configureHelp({ showGlobalOptions: false })
    .exitOverride()
  const command = (name: string, description: string) =>
    program.command(name).description(description).exitOverride().addHelpText('after', `\n${exits}`)
  const config = () => new Option('--config <file>', 'another configuration than .github/dbt-regions.yml')
  const base = () =>
    new Option(
      '--base <ref>',
      'compare with the merge base of this branch, tag or commit (default: the default branch)',
    )

  const packages = () =>
    new Option(
      '--packages <which>',
      'fetch: what is not installed is fetched, without dbt; installed: it stays unknown',
    )
      .choices(['fetch', 'installed'])
      .default('fetch')

  command('check', 'check the working tree against a base: graph, GDPR tagging, what changes and whom it reaches')
    .addOption(base())
    .option('--region <name>', 'check this region alone')
    .addOption(
      new Option('--format <format>', 'how to print the report').choices(['text', 'markdown', 'json']).default('text'),
    )
    .option('--html <file>', 'also write the interactive lineage of all regions into this file')
    .addOption(config())
    .addOption(packages())
    .option('--no-cache', 'check anew what was checked before')
    .action(async (options: CheckOptions & { format: string; html?: string }) => {
      const { report, place, input, env } = await checkHere(options)
      if (options.html !== undefined) {
        const { lineageFile } = await import('./lineage-file.ts')
        await mkdir(dirname(options.html), { recursive: true })
        await writeFile(options.html, await lineageFile(report, input, { repository: place.repository, env }))
      }
      print(rendered(report, place, options.format))
      if (report.conclusion === 'failure') process.exitCode = 1
    })

  command('plan', 'show what a deploy of the working tree would run, against a base')
    .addOption(base())
    .option('--region <name>', 'plan this region alone')
    .addOption(config())
    .addOption(packages())
    .option('--no-cache', 'check anew what was checked before')
    .action(async (options: CheckOptions) => print(planText((await checkHere(options)).report)))

  command('twins', 'compare regions that hold the same models: what differs, and what of it the configuration declares')
    .addOption(new Option('--format <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addOption(config())
    .addOption(packages())
    .action(async ({ format, ...options }: CheckOptions & { format: string }) => {
      const repository = await openRepository(process.cwd(), options.config)
      const { twins } = await import('./twins.ts')
      print(
        await twins(repository, {
          format,
          ...(options.packages === 'fetch' && { packages: packageSource(process.env) }),
        }),
      )
    })

  command('deploy', "run what differs from a region's ledger, what is pending there, and what that affects")
    .requiredOption('--region <name>', 'the region to deploy')
    .option('--all', 'run everything downstream of what differs, also what uses nothing of that')
    .addOption(
      new Option(
        '--engine <engine>',
        "dbt: dbt on the profile's Databricks workspace (the default); demo: the embedded DuckDB over sample data",
      ).choices(['dbt', 'demo']),
    )
    .addOption(config())
    .action(async (options: { region: string; engine?: string; config?: string; all?: true }) => {
      refuseUnmerged(process.env.GITHUB_EVENT_NAME)
      const repository = await openRepository(process.cwd(), options.config)
      const { deployRegion, engineOf } = await import('./deployment/region.ts')
      const { deployment } = await deployRegion(repository, regionNamed(repository.config.regions, options.region), {
        engine: engineOf(options.engine),
        all: options.all ?? false,
        runId: `local-${Date.now()}`,
        progress: progressOn(process.stdout),
        signal: cancelledBySignal(),
      })
      print(deploymentText(deployment))
      if (deployment.conclusion === 'failure') process.exitCode = 1
    })

  const project = (of: Command) =>
    of
      .requiredOption('--project <dir>', 'the folder of dbt_project.yml')
      .option('--target <name>', "a target of profiles.yml (default: the profile's own)")
      .option(
        '--profiles-dir <dir>',
        'the folder of profiles.yml (default: the project, then DBT_PROFILES_DIR, then ~/.dbt)',
      )
      .addOption(packages())

  project(
    command(
      'manifest',
      "write dbt's manifest.json (v12) of a project, parsed without dbt; findings go to standard error",
    ),
  )
    .requiredOption('--output <file>', 'where to write it')
    .action(async ({ packages, ...options }: ManifestOptions) => {
      const { writeManifestFile } = await import('./manifest-file.ts')
      const fetching = packages === 'fetch' && { packages: packageSource(process.env) }
      if (await writeManifestFile({ ...options, ...fetching })) process.exitCode = 1
    })

  project(command('ls', 'list what a selection means in a project, as `dbt ls` does, without dbt'))
    .option('-s, --select <selection...>', "dbt's node selection: 'tag:nightly+', 'state:modified', 'change:rows' …")
    .option('--exclude <selection...>', 'what is left out of it')
    .option('--selector <name>', 'a selector of selectors.yml instead')
    .option('--resource-type <types...>', 'these types of resource alone')
    .option('--exclude-resource-type <types...>', 'all but these types of resource')
    .addOption(
      new Option('--indirect-selection <mode>', 'which tests come with the nodes that they read')
        .choices(indirectSelections)
        .default('eager'),
    )
    .addOption(
      new Option('--output <form>', 'how each is printed')
        .choices(['selector', 'name', 'path', 'json'])
        .default('selector'),
    )
    .option('--output-keys <keys...>', 'of JSON, these keys alone')
    .option('--base <ref>', 'what state: and change: compare with: the merge base of this branch, tag or commit')
    .action(async ({ packages, ...options }: ListCommandOptions) => {
      const { list } = await import('./list.ts')
      const fetching = packages === 'fetch' && { packages: packageSource(process.env) }
      const { lines, failed } = await list({ ...options, ...fetching })
      for (const line of lines) print(line)
      if (failed) process.exitCode = 1
    })

  project(command('lineage', 'show what every column is made from, or where one comes from and goes, without dbt'))
    .option('--column <model.column>', 'this column alone: MODEL.COLUMN, or SOURCE.TABLE.COLUMN')
    .option('--upstream', 'of the column, what it is made from')
    .option('--downstream', 'of the column, what is made from it')
    .addOption(
      new Option('--format <format>', 'openlineage: an event for each model, a line each')
        .choices(['text', 'json', 'openlineage'])
        .default('text'),
    )
    .option('--catalog <file>', "dbt's catalog.json, for names and types that YAML does not say")
    .option('--namespace <uri>', 'of openlineage, the namespace of datasets (default: unitycatalog://HOST)')
    .option('--output <file>', 'write it there instead')
    .action(async ({ packages, ...options }: LineageCommandOptions) => {
      const { lineage } = await import('./lineage.ts')
      const fetching = packages === 'fetch' && { packages: packageSource(process.env) }
      const { text, failed } = await lineage({ ...options, ...fetching })
      if (text !== '') print(text)
      if (failed) process.exitCode = 1
    })

  command('demo', 'check two projects, show the comment, and deploy both regions twice on an embedded DuckDB').action(
    async () => {
      const { runDemo } = await import('./demo.ts')
      if ((await runDemo(print)) === 'failure') process.exitCode = 1
    },
  )

  try {
    await program.parseAsync([...argv])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : 2
  }
}

interface Checked {
  readonly report: Report
  readonly place: Place
  readonly input: CheckInput
  /** All environment variables. */
  readonly env: ReadonlyMap<string, string>
}

async function checkHere(options: CheckOptions): Promise<Checked> {
  const repository = await openRepository(process.cwd(), options.config)
  const progress = progressOn(process.stderr)
  progress.now('reading the projects at head and base')
  try {
    const env = wholeEnvironment()
    const input = await readSides(
      repository,
      { kind: 'local', ...(options.base !== undefined && { base: options.base }) },
      {
        ...(options.region !== undefined && { region: options.region }),
        env,
        notice: console.error,
        ...(options.packages === 'fetch' && { packages: packageSource(process.env) }),
      },
    )
    const report = await checked(input, remembering(input.contents, options.cache ? keptChecks(process.env) : null))
    return { report, place: placeHere(repository, report), input, env }
  } finally {
    progress.now('')
  }
}

function placeHere(repository: Repository, report: Report): Place {
  return {
    repository: null,
    head: report.head,
    run: { id: 0, attempt: 1, at: 0 },
    id: repository.id,
    regions: repository.config.regions.map((region) => region.name),
  }
}

function rendered(report: Report, place: Place, format: string): string {
  switch (format) {
    case 'json':
      return JSON.stringify(reportJson(report), null, 2)
    case 'markdown':
      return commentMarkdown(report, place)
    case 'text':
      return reportText(report, { color: process.stdout.isTTY && !process.env.NO_COLOR })
    default:
      throw new ConfigurationError(`--format ${format} is none of text, markdown and json`)
  }
}

function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}
