import { setTimeout as timer } from 'node:timers/promises'
import type { DeploymentRecord, RegionNews } from '../../report/region-state.ts'
import { clientOf, type GitHubAccess, type GitHubRepository, LONGEST_WAIT_MS } from './client.ts'
import type { Patience } from './comment.ts'
import { isPassing } from './errors.ts'

/** Which deployment of GitHub's is that of this job. */
export interface DeploymentPlace extends GitHubRepository {
  readonly environment: string
  /** The commit of the workflow's run: that of the deployment which GitHub makes for a job with `environment:`. */
  readonly sha: string
  /** `GITHUB_RUN_ID`. */
  readonly run: number
  /** The page of the run, where the log is. */
  readonly logUrl: string
  /** Whether another region is deployed from the same environment: this one's success must not make its deployment inactive. */
  readonly shared: boolean
}

interface Found extends DeploymentRecord {
  readonly id: number
}

const MOST_FAILURES = 2
/** Of one environment: those before are too old to say anything. */
const MOST_READ = 10

/**
 * Puts statuses on this job's deployment, one a call. The deployment is the one that GitHub made for the job; one is created only
 * where there is none, and not a second time where the answer was lost. Throws a GitHubError.
 */
export function statusesOf(
  access: GitHubAccess,
  place: DeploymentPlace,
  { unit, sleep = timer }: Pick<Patience, 'unit' | 'sleep'>,
): (news: RegionNews) => Promise<void> {
  const github = connect(access, place, unit)
  let id: number | null = null
  return async (news) => {
    for (let failures = 1; ; failures++) {
      try {
        id ??= (await ownOf(github.list({ environment: place.environment, sha: place.sha }), place.run)) ?? null
        id ??= await github.create(place, news)
        return await github.addStatus(id, place, news)
      } catch (error) {
        if (!isPassing(error) || failures > MOST_FAILURES) throw error
        const wait = error.wait ?? 0
        if (wait > LONGEST_WAIT_MS) throw error
        await sleep(Math.max(wait, unit * failures ** 2))
      }
    }
  }
}

/** What `read` makes of the newest deployment of an environment that it makes anything of. Throws a GitHubError. */
export async function newestDeployment<T>(
  access: GitHubAccess,
  { environment, ...repository }: GitHubRepository & { readonly environment: string },
  read: (deployment: DeploymentRecord) => T | null,
  { unit }: Pick<Patience, 'unit'>,
): Promise<T | null> {
  for await (const deployment of connect(access, repository, unit).list({ environment })) {
    const known = read(deployment)
    if (known !== null) return known
  }
  return null
}

/** The deployment that stands for this run, else the newest one that no other run has taken; never one that has ended. */
async function ownOf(deployments: AsyncIterable<Found>, run: number): Promise<number | undefined> {
  let free: number | undefined
  for await (const { id, statuses } of deployments) {
    if (statuses.some((it) => isEnd(it.state))) continue
    const runs = statuses.flatMap((it) => it.run ?? [])
    if (runs.includes(run)) return id
    if (runs.length === 0) free ??= id
  }
  return free
}

/** Whether nothing follows a status of this state but what a later deployment makes of it. */
function isEnd(state: string): boolean {
  return ['success', 'failure', 'error', 'inactive'].includes(state)
}

function connect(access: GitHubAccess, { owner, repo }: GitHubRepository, unit: number) {
  const { rest, read, write } = clientOf(access, unit)
  const at = { owner, repo }
  const deployments = rest.repos
  const statuses = (deployment_id: number) =>
    read(async (request) => {
      const { data } = await deployments.listDeploymentStatuses({ ...at, deployment_id, per_page: 100, request })
      return [...data].sort((a, b) => b.id - a.id).map(statusOf)
    })
  return {
    /** The newest first, each with its statuses, which are asked for one deployment after the other. */
    async *list(of: { readonly environment: string; readonly sha?: string }): AsyncGenerator<Found> {
      const found = await read(async (request) => {
        const wanted = { ...at, ...of, task: 'deploy', per_page: MOST_READ, request }
        return (await deployments.listDeployments(wanted)).data
      })
      for (const { id, sha, payload } of [...found].sort((a, b) => b.id - a.id)) {
        yield { id, sha, payload, statuses: await statuses(id) }
      }
    },
    create: ({ sha, environment }: DeploymentPlace, { payload }: RegionNews): Promise<number> =>
      write(async (request) => {
        const ours = { ref: sha, task: 'deploy', environment, payload, auto_merge: false, required_contexts: [] }
        const { data } = await deployments.createDeployment({ ...at, ...ours, request })
        if ('id' in data) return data.id
        throw new Error(data.message ?? 'no deployment was created')
      }),
    addStatus: (deployment_id: number, place: DeploymentPlace, { state, description }: RegionNews): Promise<void> =>
      write(async (request) => {
        const { environment, logUrl: log_url, shared } = place
        const status = { state, description, environment, log_url, auto_inactive: !shared }
        await deployments.createDeploymentStatus({ ...at, deployment_id, ...status, request })
      }),
  }
}

interface RawStatus {
  readonly state: string
  readonly description: string
  readonly log_url?: string
}

function statusOf({ state, description, log_url = '' }: RawStatus): DeploymentRecord['statuses'][number] {
  const run = /\/actions\/runs\/(\d{1,15})(?:[/?#]|$)/.exec(log_url)?.[1]
  return { state, description, run: run === undefined ? null : Number(run), ended: isEnd(state) }
}
