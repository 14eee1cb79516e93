import type { Json, JsonObject } from '../tools/json.ts'
import type { Description } from './description.ts'
import { type Answer, type Call, notFound, type Refusal, refused, type User } from './state.ts'

export interface StoredStatus {
  readonly id: number
  readonly state: string
  readonly description: string
  readonly log_url: string
  readonly creator: User
}

export interface StoredDeployment {
  readonly id: number
  readonly environment: string
  readonly sha: string
  readonly ref: string
  readonly task: string
  readonly payload: Json
  readonly production: boolean
  readonly creator: User
  /** The oldest first. */
  readonly statuses: StoredStatus[]
}

export const actionsBot: User = { login: 'github-actions[bot]', type: 'Bot' }
const api = 'https://api.github.com/repos/acme/analytics'

/** Deployments and their statuses in memory, as GitHub answers for them: https://docs.github.com/rest/deployments */
export class Deployments {
  readonly all: StoredDeployment[] = []
  /** What a read and a write are refused with: null while the token may. */
  refusal: { read: Refusal | null; write: Refusal | null } = { read: null, write: null }
  private readonly description: Description
  private readonly user: () => User
  private next = 1

  constructor(description: Description, user: () => User) {
    this.description = description
    this.user = user
  }

  /** What GitHub makes when a job with `environment:` begins, and its first statuses. */
  jobBegins(job: { environment: string; sha: string; run: number; job: number }): StoredDeployment {
    const { environment, sha } = job
    const deployment = this.add({ environment, sha, ref: 'main', task: 'deploy', payload: {} }, actionsBot)
    const log_url = `https://github.com/acme/analytics/actions/runs/${job.run}/job/${job.job}`
    for (const state of ['queued', 'in_progress']) this.addStatus(deployment, { state, log_url }, actionsBot)
    return deployment
  }

  /** What GitHub adds when that job has ended, whatever the job itself has put there. */
  jobEnds(deployment: StoredDeployment, state: 'success' | 'failure' | 'error'): void {
    const { log_url = '' } = deployment.statuses[0] ?? {}
    this.addStatus(deployment, { state, log_url }, actionsBot)
  }

  add(
    {
      environment,
      sha,
      ref,
      task,
      payload,
    }: Pick<StoredDeployment, 'environment' | 'sha' | 'ref' | 'task' | 'payload'>,
    creator: User,
    production = environment === 'production',
  ): StoredDeployment {
    const deployment = { id: this.next++, environment, sha, ref, task, payload, production, creator, statuses: [] }
    this.all.push(deployment)
    return deployment
  }

  addStatus(
    to: StoredDeployment,
    status: { state: string; description?: string; log_url?: string; auto_inactive?: boolean },
    creator: User,
  ): StoredStatus {
    const { state, description = '', log_url = '', auto_inactive = true } = status
    const stored = { id: this.next++, state, description, log_url, creator }
    to.statuses.push(stored)
    if (state === 'success' && auto_inactive) this.deactivate(to)
    return stored
  }

  /** All prior ones of the environment that are neither transient nor of production and that had succeeded. */
  private deactivate(by: StoredDeployment): void {
    for (const it of this.all) {
      const last = it.statuses.at(-1)?.state
      if (it.id < by.id && it.environment === by.environment && !it.production && last === 'success')
        it.statuses.push({ id: this.next++, state: 'inactive', description: '', log_url: '', creator: actionsBot })
    }
  }

  readonly handlers: Readonly<Record<string, (call: Call) => Answer>> = {
    'repos/list-deployments': ({ query }) => {
      if (this.refusal.read) return refused(this.refusal.read)
      const wanted = (['sha', 'ref', 'task', 'environment'] as const).filter((key) => (query[key] ?? 'none') !== 'none')
      const found = this.all.filter((it) => wanted.every((key) => it[key] === query[key])).sort((a, b) => b.id - a.id)
      return { status: 200, body: page(found, query).map((it) => this.deploymentOf(it)) }
    },
    'repos/create-deployment': ({ body }) => {
      if (this.refusal.write) return refused(this.refusal.write)
      const { ref, task = 'deploy', environment = 'production', payload = '', production_environment } = body
      // Merging the default branch and waiting for checks is what a deploy of a merged commit must not do.
      if (body.auto_merge !== false) return { status: 202, body: { message: 'Auto-merged main into topic on deploy.' } }
      if (!Array.isArray(body.required_contexts) || body.required_contexts.length > 0)
        return { status: 409, body: { message: 'Conflict: Commit status checks failed.' } }
      const production = typeof production_environment === 'boolean' ? production_environment : undefined
      const texts = { ref: String(ref), sha: String(ref), task: String(task), environment: String(environment) }
      return { status: 201, body: this.deploymentOf(this.add({ ...texts, payload }, this.user(), production)) }
    },
    'repos/list-deployment-statuses': ({ parameters, query }) => {
      if (this.refusal.read) return refused(this.refusal.read)
      const deployment = this.all.find((it) => it.id === Number(parameters.deployment_id))
      if (!deployment) return notFound
      const newest = [...deployment.statuses].reverse()
      return { status: 200, body: page(newest, query).map((it) => this.statusOf(deployment, it)) }
    },
    'repos/create-deployment-status': ({ parameters, body }) => {
      if (this.refusal.write) return refused(this.refusal.write)
      const deployment = this.all.find((it) => it.id === Number(parameters.deployment_id))
      if (!deployment) return notFound
      const [state, description, log_url] = [body.state, body.description ?? '', body.log_url ?? ''].map(String)
      if ((description ?? '').length > 140)
        return {
          status: 422,
          body: { message: 'Validation Failed', errors: ['description is too long (maximum is 140 characters)'] },
        }
      const auto_inactive = body.auto_inactive !== false
      const status = { state: state ?? '', description: description ?? '', log_url: log_url ?? '', auto_inactive }
      return { status: 201, body: this.statusOf(deployment, this.addStatus(deployment, status, this.user())) }
    },
  }

  private deploymentOf({
    id,
    environment,
    sha,
    ref,
    task,
    payload,
    production,
    creator,
  }: StoredDeployment): JsonObject {
    const url = `${api}/deployments/${id}`
    return {
      ...this.description.example('repos/create-deployment', 201),
      id,
      url,
      sha,
      ref,
      task,
      payload,
      environment,
      original_environment: environment,
      description: null,
      production_environment: production,
      creator: this.userOf(creator),
      statuses_url: `${url}/statuses`,
      repository_url: api,
      performed_via_github_app: null,
    }
  }

  private statusOf(of: StoredDeployment, { id, state, description, log_url, creator }: StoredStatus): JsonObject {
    const deployment_url = `${api}/deployments/${of.id}`
    // GitHub answers '' where there is no address, which its own description does not allow.
    const {
      environment_url: _,
      log_url: __,
      ...example
    } = this.description.example('repos/create-deployment-status', 201)
    const links = log_url === '' ? { target_url: deployment_url } : { log_url, target_url: log_url }
    return {
      ...example,
      id,
      url: `${deployment_url}/statuses/${id}`,
      state,
      description,
      ...links,
      environment: of.environment,
      deployment_url,
      repository_url: api,
      creator: this.userOf(creator),
      performed_via_github_app: null,
    }
  }

  private userOf({ login, type }: User): JsonObject {
    return { ...this.description.example('users/get-authenticated', 200), login, type }
  }
}

function page<T>(all: readonly T[], query: Readonly<Record<string, string>>): T[] {
  const size = Math.min(100, Math.max(1, Number(query.per_page ?? 30)))
  const number = Math.max(1, Number(query.page ?? 1))
  return all.slice((number - 1) * size, number * size)
}
