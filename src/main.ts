import * as core from '@actions/core'
import { context } from '@actions/github'
import { upsertComment } from './adapters/github.ts'
import { keptChecks } from './adapters/kept-checks.ts'
import type { CheckInput } from './check.ts'
import type { Config } from './config.ts'
import { withEarlierDeploys } from './deployment/github.ts'
import { ConfigurationError } from './errors.ts'
import { commandFor, type GitHubEvent, isFork, occasionOf } from './event.ts'
import { type Inputs, readInputs } from './inputs.ts'
import { packageSource } from './packages.ts'
import { checked, type Remember, remembering } from './remember.ts'
import { annotationsOf } from './report/annotations.ts'
import { commentUpdate } from './report/comment.ts'
import { artifactUrl } from './report/escape.ts'
import type { Place } from './report/place.ts'
import type { Report } from './report/report.ts'
import { summaryMarkdown } from './report/summary.ts'
import { reportText } from './report/text.ts'
import { openRepository, type Repository, wholeEnvironment } from './repository.ts'
import { readSides } from './sides.ts'

/** The action: reads the inputs and the event, checks or deploys, and publishes. Throws a ConfigurationError for wrong use. */
export async function runAction(): Promise<void> {
  const inputs = readInputs()
  const event: GitHubEvent = { name: context.eventName, ref: context.ref, payload: payloadOf(context.payload) }
  const command = commandFor(event, inputs.command)
  const repository = await openRepository(process.env.GITHUB_WORKSPACE ?? process.cwd(), inputs.config)
  core.setOutput('regions', regionsOutput(repository.config))
  if (command === 'check') await checkAction(repository, event, inputs)
  else await (await import('./deployment/action.ts')).deployAction(repository, inputs)
}

const say = { error: core.error, warning: core.warning, notice: core.notice }

/** The parts of the payload that are read here, which the toolkit leaves untyped. */
function payloadOf(payload: typeof context.payload): GitHubEvent['payload'] {
  const { repository, pull_request, merge_group } = payload
  return {
    ...(repository && { repository: { default_branch: String(repository.default_branch ?? 'main') } }),
    ...(pull_request && {
      pull_request: { number: pull_request.number, head: pull_request.head, base: pull_request.base },
    }),
    ...(merge_group && { merge_group: { base_sha: String(merge_group.base_sha) } }),
  }
}

function regionsOutput({ regions }: Config): string {
  return JSON.stringify(regions.map(({ name, environment }) => ({ name, environment })))
}

async function checkAction(repository: Repository, event: GitHubEvent, inputs: Inputs): Promise<void> {
  const input = await readSides(repository, occasionOf(event), {
    ...(inputs.region !== undefined && { region: inputs.region }),
    env: wholeEnvironment(),
    notice: core.notice,
    ...(inputs.packages !== 'installed' && { packages: packageSource(process.env) }),
  })
  const remember = remembering(input.contents, inputs.cache ? keptChecks(process.env) : null)
  const report = await withEarlier(await checked(input, remember), event, inputs)
  core.info(reportText(report, { color: false }))
  for (const { level, message, title, file, line, column } of annotationsOf(report)) {
    say[level](message, { title, file, startLine: line, startColumn: column })
  }
  const place = await withLineage(placeOf(repository, event, report), report, input, { event, inputs, remember })
  await core.summary.addRaw(summaryMarkdown(report, place)).write()
  const count = (severity: string) => newFindings(report).filter((finding) => finding.severity === severity).length
  core.setOutput('conclusion', report.conclusion)
  core.setOutput('errors', count('error'))
  core.setOutput('warnings', count('warning'))
  core.setOutput(
    'changed',
    report.regions.reduce((sum, region) => sum + region.changes.length, 0),
  )
  // Last of all: GitHub may refuse it, and then the rest is said all the same.
  core.setOutput('comment-url', await comment(report, place, event, inputs))
  if (report.conclusion === 'failure')
    core.setFailed(`${count('error')} new error(s): see the annotations and the job summary`)
}

/** What earlier deploys left behind is a part of what a merge will do; elsewhere than on a pull request nobody asks. */
async function withEarlier(report: Report, event: GitHubEvent, { token }: Inputs): Promise<Report> {
  if (event.payload.pull_request === undefined || token === undefined) return report
  return withEarlierDeploys(report, { token, apiUrl: context.apiUrl }, context.repo, core.info)
}

/** Uploads `lineage.html` for a pull request that changes something, so that what is written afterwards leads to it. */
async function withLineage(
  place: Place,
  report: Report,
  input: CheckInput,
  { event, inputs, remember }: { event: GitHubEvent; inputs: Inputs; remember: Remember },
): Promise<Place> {
  const changes = report.regions.some((it) => it.changes.length > 0)
  if (event.payload.pull_request === undefined || !changes) return place
  const { uploadLineage } = await import('./lineage-file.ts')
  const { region } = inputs
  const job = { ...place, job: context.job, ...(region !== undefined && { region }) }
  const kept = await uploadLineage(report, input, job, remember)
  core.setOutput('lineage-url', artifactUrl(place.repository, place.run.id, kept.kind === 'uploaded' ? kept.id : null))
  if (kept.kind === 'uploaded') return { ...place, lineage: kept.id }
  core.notice(`The interactive lineage is not kept: ${kept.reason}`)
  return place
}

function newFindings(report: Report) {
  return [...report.configuration, ...report.regions.flatMap((region) => region.findings)].filter(
    (finding) => finding.new,
  )
}

/** Writes the comment where there is a pull request; answers its address, empty when there is none. */
async function comment(report: Report, place: Place, event: GitHubEvent, inputs: Inputs): Promise<string> {
  const pull = event.payload.pull_request
  if (pull === undefined) return ''
  if (inputs.token === undefined)
    throw new ConfigurationError('input token is empty: leave it out, or give it github.token')
  const result = await upsertComment(
    { token: inputs.token, apiUrl: context.apiUrl },
    { ...context.repo, number: pull.number, fork: isFork(event) },
    commentUpdate(report, place),
  )
  if ('url' in result) return result.url
  if (result.kind === 'not permitted') core.notice(`The report is in the job summary alone: ${result.reason}`)
  if (result.kind === 'outdated') core.info('The pull request has moved on: its newer head writes the comment.')
  return ''
}

function placeOf(repository: Repository, event: GitHubEvent, report: Report): Place {
  return {
    repository: `${context.serverUrl}/${context.repo.owner}/${context.repo.repo}`,
    head: event.payload.pull_request?.head.sha ?? report.head,
    run: {
      id: context.runId,
      attempt: Number(process.env.GITHUB_RUN_ATTEMPT ?? 1),
      at: Math.floor(Date.now() / 1000),
    },
    id: repository.id,
    regions: repository.config.regions.map((region) => region.name),
  }
}
