import { expect, test } from 'vitest'
import { ConfigurationError } from '../src/errors.ts'
import { commandFor, type GitHubEvent, isFork, occasionOf } from '../src/event.ts'
import type { Command } from '../src/inputs.ts'

const event = (name: string, ref = 'refs/heads/main', payload: GitHubEvent['payload'] = {}): GitHubEvent => ({
  name,
  ref,
  payload: { repository: { default_branch: 'main' }, ...payload },
})

const decisions: [string, string, Command | undefined, Command][] = [
  ['pull_request', 'refs/pull/1/merge', undefined, 'check'],
  ['merge_group', 'refs/heads/gh-readonly-queue/main/pr-1', undefined, 'check'],
  ['push', 'refs/heads/main', undefined, 'deploy'],
  ['push', 'refs/heads/feature', undefined, 'check'],
  ['push', 'refs/tags/main', undefined, 'check'],
  ['push', 'refs/heads/main', 'check', 'check'],
  ['workflow_dispatch', 'refs/heads/main', undefined, 'deploy'],
  ['schedule', 'refs/heads/main', 'deploy', 'deploy'],
]
test.each(decisions)('%s of %s with command %s: %s', (name, ref, input, command) => {
  expect(commandFor(event(name, ref), input)).toBe(command)
})

test.each(['pull_request', 'pull_request_target', 'merge_group', 'pull_request_review'])(
  'a deploy is refused on %s',
  (name) => {
    expect(() => commandFor(event(name), 'deploy')).toThrow(ConfigurationError)
    expect(() => commandFor(event(name), 'deploy')).toThrow(`a deploy is refused on ${name}: its code is not merged`)
  },
)

test('an event that decides nothing asks for the input', () => {
  expect(() => commandFor(event('schedule'), undefined)).toThrow('set the input command to check or deploy')
})

const pull = (head: string | null, base = 'acme/dbt') => ({
  number: 7,
  head: { sha: 'h', repo: head === null ? null : { full_name: head } },
  base: { sha: 'b', repo: { full_name: base } },
})

test('occasions', () => {
  expect(occasionOf(event('pull_request', '', { pull_request: pull('acme/dbt') }))).toEqual({
    kind: 'pull_request',
    head: 'h',
    base: 'b',
  })
  expect(occasionOf(event('merge_group', '', { merge_group: { base_sha: 'm' } }))).toEqual({
    kind: 'merge_group',
    base: 'm',
  })
  expect(occasionOf(event('push'))).toEqual({ kind: 'push' })
})

test('a fork is another repository, also one that has been deleted', () => {
  expect(isFork(event('pull_request', '', { pull_request: pull('acme/dbt') }))).toBe(false)
  expect(isFork(event('pull_request', '', { pull_request: pull('eve/dbt') }))).toBe(true)
  expect(isFork(event('pull_request', '', { pull_request: pull(null) }))).toBe(true)
})
