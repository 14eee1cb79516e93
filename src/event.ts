import type { Occasion } from './base.ts'
import { ConfigurationError } from './errors.ts'
import type { Command } from './inputs.ts'

/** What of GitHub's webhook payloads is read here: https://docs.github.com/en/webhooks/webhook-events-and-payloads. */
export interface GitHubEvent {
  readonly name: string
  readonly ref: string
  readonly payload: {
    readonly repository?: { readonly default_branch?: string }
    readonly pull_request?: {
      readonly number: number
      readonly head: { readonly sha: string; readonly repo?: { readonly full_name?: string } | null }
      readonly base: { readonly sha: string; readonly repo?: { readonly full_name?: string } | null }
    }
    readonly merge_group?: { readonly base_sha: string }
  }
}

/** Events whose code nobody has merged: a deploy on them would let a pull request reach a workspace. */
const unmerged = new Set([
  'pull_request',
  'pull_request_target',
  'pull_request_review',
  'pull_request_review_comment',
  'merge_group',
])

/**
 * What to do on an event: what the input says, else what the event decides. Throws a ConfigurationError when a deploy is asked for on
 * code that is not merged, or when the event decides nothing.
 */
export function commandFor(event: GitHubEvent, input: Command | undefined): Command {
  const command = input ?? decided(event)
  if (command === 'deploy') refuseUnmerged(event.name)
  return command
}

/** Throws a ConfigurationError when the event's code is not merged, whoever asks for the deploy. */
export function refuseUnmerged(eventName: string | undefined): void {
  if (eventName !== undefined && unmerged.has(eventName)) {
    throw new ConfigurationError(
      `a deploy is refused on ${eventName}: its code is not merged. Deploy on a push to the default branch or on workflow_dispatch`,
    )
  }
}

function decided(event: GitHubEvent): Command {
  switch (event.name) {
    case 'pull_request':
    case 'pull_request_target':
    case 'merge_group':
      return 'check'
    case 'workflow_dispatch':
      return 'deploy'
    case 'push':
      return event.ref === `refs/heads/${event.payload.repository?.default_branch ?? 'main'}` ? 'deploy' : 'check'
    default:
      throw new ConfigurationError(
        `the event ${event.name} does not say what to do: set the input command to check or deploy`,
      )
  }
}

/** What the check on this event is run for. */
export function occasionOf(event: GitHubEvent): Occasion {
  const { pull_request, merge_group } = event.payload
  if (pull_request) return { kind: 'pull_request', head: pull_request.head.sha, base: pull_request.base.sha }
  if (merge_group) return { kind: 'merge_group', base: merge_group.base_sha }
  return { kind: 'push' }
}

/** Whether the pull request comes from another repository, whose token may not write here. */
export function isFork(event: GitHubEvent): boolean {
  const { pull_request } = event.payload
  return pull_request !== undefined && pull_request.head.repo?.full_name !== pull_request.base.repo?.full_name
}
