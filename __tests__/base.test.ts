import { describe, expect, test } from 'vitest'
import { openGit } from '../src/adapters/git.ts'
import { baseCommit } from '../src/base.ts'
import { ConfigurationError } from '../src/errors.ts'
import { checkout, newRepository } from './repository.ts'

/** main: first - moved (after the branch left); pr: first - change; and GitHub's merge of the two. */
function pullRequest() {
  const origin = newRepository()
  const first = origin.commit('first', { 'a.sql': 'select 1' })
  origin.git('switch', '--quiet', '-c', 'pr')
  const head = origin.commit('change', { 'a.sql': 'select 2' })
  origin.git('switch', '--quiet', 'main')
  const moved = origin.commit('main moves on', { 'b.sql': 'select 3' })
  origin.git('switch', '--quiet', '--detach', 'main')
  origin.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'pr')
  origin.git('update-ref', 'refs/pull/1/merge', 'HEAD')
  origin.git('update-ref', 'refs/pull/1/head', head)
  origin.git('switch', '--quiet', 'main')
  return { origin, first, head, moved }
}

describe('the base of a pull request', () => {
  for (const depth of [0, 1, 2]) {
    test(`is the merge commit's first parent, checkout of depth ${depth}`, async () => {
      const { origin, head, moved } = pullRequest()
      const git = await openGit(checkout(origin, 'refs/pull/1/merge', depth).root)
      const base = await baseCommit(git, { kind: 'pull_request', head, base: moved })
      expect(base).toBe(moved)
      expect(await git.changed(moved, '')).toEqual(['a.sql'])
    })

    test(`is the first parent although the event names an older base, depth ${depth}`, async () => {
      const { origin, first, head, moved } = pullRequest()
      const git = await openGit(checkout(origin, 'refs/pull/1/merge', depth).root)
      expect(await baseCommit(git, { kind: 'pull_request', head, base: first })).toBe(moved)
    })

    test(`is the merge base when the branch itself is checked out, depth ${depth}`, async () => {
      const { origin, first, head, moved } = pullRequest()
      const git = await openGit(checkout(origin, 'refs/pull/1/head', depth).root)
      expect(await baseCommit(git, { kind: 'pull_request', head, base: moved })).toBe(first)
    })
  }

  test('is the merge base when the branch has merged main and is checked out itself', async () => {
    const { origin, moved } = pullRequest()
    origin.git('switch', '--quiet', 'pr')
    origin.git('merge', '--quiet', '--no-ff', '-m', 'main into the branch', 'main')
    const head = origin.git('rev-parse', 'HEAD')
    expect(await baseCommit(await openGit(origin.root), { kind: 'pull_request', head, base: moved })).toBe(moved)
  })

  test('cannot be fetched: says what to change', async () => {
    const { origin, head, moved } = pullRequest()
    const shallow = checkout(origin, 'refs/pull/1/merge', 1)
    shallow.git('remote', 'set-url', 'origin', `file://${shallow.root}/gone`)
    const git = await openGit(shallow.root)
    const failure = baseCommit(git, { kind: 'pull_request', head, base: moved })
    await expect(failure).rejects.toThrow(ConfigurationError)
    await expect(failure).rejects.toThrow(/could not be fetched; let actions\/checkout fetch it: `fetch-depth: 2`/)
  })

  test('is not the base branch itself, as pull_request_target checks it out', async () => {
    const { origin, head, moved } = pullRequest()
    const git = await openGit(checkout(origin, 'refs/heads/main', 1).root)
    await expect(baseCommit(git, { kind: 'pull_request', head, base: moved })).rejects.toThrow(
      /the base branch is checked out/,
    )
  })
})

describe('the base elsewhere', () => {
  test('a push is compared with the first parent, a first commit with nothing', async () => {
    const { origin, first, moved } = pullRequest()
    expect(await baseCommit(await openGit(checkout(origin, 'refs/heads/main', 1).root), { kind: 'push' })).toBe(first)
    origin.git('switch', '--quiet', '--detach', first)
    expect(moved).not.toBe(first)
    expect(await baseCommit(await openGit(origin.root), { kind: 'push' })).toBeNull()
  })

  test('a merge group names its own', async () => {
    const { origin, moved } = pullRequest()
    const git = await openGit(checkout(origin, 'refs/pull/1/merge', 1).root)
    expect(await baseCommit(git, { kind: 'merge_group', base: moved })).toBe(moved)
  })

  test('on a terminal it is the merge base with the default branch, or with what is named', async () => {
    const { origin, first } = pullRequest()
    origin.git('switch', '--quiet', 'pr')
    const git = await openGit(origin.root)
    expect(await baseCommit(git, { kind: 'local' })).toBe(first)
    expect(await baseCommit(git, { kind: 'local', base: 'HEAD' })).toBe(origin.git('rev-parse', 'HEAD'))
    await expect(baseCommit(git, { kind: 'local', base: '--output=x' })).rejects.toThrow(/there is no such commit here/)
  })
})
