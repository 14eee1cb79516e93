import * as core from '@actions/core'
import { context } from '@actions/github'
import { artifactName, uploadArtifacts } from '../adapters/artifacts.ts'
import { regionNamed } from '../config/parse.ts'
import type { Region } from '../config.ts'
import { ConfigurationError } from '../errors.ts'
import type { Inputs } from '../inputs.ts'
import { type Deployment, deploymentText } from '../report/deployment.ts'
import { deploymentMarkdown } from '../report/deployment-summary.ts'
import type { Repository } from '../repository.ts'
import { cancelledBySignal } from './cancel.ts'
import { type DeployNews, deployNews } from './github.ts'
import { type Deployed, deployRegion, engineOf } from './region.ts'

/** Deploys one region, and tells of it in the log, the summary, the outputs, the artifact and GitHub's deployment. Throws a ConfigurationError for wrong use. */
export async function deployAction(repository: Repository, inputs: Inputs): Promise<void> {
  const region = regionOf(repository, inputs)
  const engine = engineOf(inputs.engine)
  const signal = cancelledBySignal()
  const attempt = Number(process.env.GITHUB_RUN_ATTEMPT ?? 1)
  // What stands on the embedded engine is not deployed anywhere.
  const news = engine === 'demo' ? null : await newsOf(repository, region, inputs)
  let deployed: Deployed | null = null
  try {
    deployed = await deployRegion(repository, region, {
      engine,
      all: inputs.all ?? false,
      runId: `${context.runId}-${attempt}`,
      progress: { say: (line) => core.info(line), now: () => {} },
      signal,
      onSecret: core.setSecret,
      onPlan: async ({ nodes }) => await news?.begins(nodes.map((node) => node.unique_id)),
    })
    await tell(deployed.deployment)
  } finally {
    await news?.ends(deployed?.deployment ?? null, signal.aborted)
  }
  await keep(artifactName(region.name, attempt), deployed.artifacts)
  if (deployed.deployment.conclusion === 'failure')
    core.setFailed(`the deploy of ${region.name} failed: the next run takes it up where it stopped`)
}

function regionOf({ config: { regions } }: Repository, { region: named }: Inputs): Region {
  if (named !== undefined) return regionNamed(regions, named)
  const [only, ...others] = regions
  if (only === undefined) throw new ConfigurationError('no region is configured')
  if (others.length === 0) return only
  const names = regions.map((region) => region.name).join(', ')
  throw new ConfigurationError(
    `a deploy works on one region: set the input region to one of ${names}, one job each (the output regions of a check makes the matrix)`,
  )
}

async function newsOf({ git, config }: Repository, region: Region, { token }: Inputs): Promise<DeployNews | null> {
  const commit = await git.commit('HEAD')
  if (token === undefined || commit === null) return null
  const { repo, apiUrl, serverUrl, sha, runId } = context
  const place = {
    ...repo,
    environment: region.environment,
    sha,
    run: runId,
    logUrl: `${serverUrl}/${repo.owner}/${repo.repo}/actions/runs/${runId}`,
    shared: config.regions.some(({ name, environment }) => name !== region.name && environment === region.environment),
  }
  return deployNews({ token, apiUrl }, place, { region: region.name, commit }, core.notice)
}

async function tell(deployment: Deployment): Promise<void> {
  core.info(deploymentText(deployment))
  const repository = `${context.serverUrl}/${context.repo.owner}/${context.repo.repo}`
  await core.summary.addRaw(deploymentMarkdown(deployment, { repository, run: context.runId })).write()
  core.setOutput('conclusion', deployment.conclusion)
  core.setOutput('changed', deployment.results.filter(({ status }) => status === 'success' || status === 'warn').length)
  core.setOutput('pending', deployment.pending.length)
}

/** Last of all: a service that is out of order keeps its callers waiting. */
async function keep(name: string, artifacts: ReadonlyMap<string, string>): Promise<void> {
  const uploaded = await uploadArtifacts(name, artifacts)
  core.setOutput('artifact', uploaded.kind === 'uploaded' ? uploaded.name : '')
  if (uploaded.kind === 'not there') core.notice(`dbt's artifacts are not kept: ${uploaded.reason}`)
}
