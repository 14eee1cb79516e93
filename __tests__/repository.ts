import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A real git repository in a temporary folder, removed when the test is over. */
export interface Repository {
  readonly root: string
  git(...args: string[]): string
  /** Writes files (null removes one) and commits all; answers the commit. */
  commit(message: string, files: Readonly<Record<string, string | null>>): string
  write(files: Readonly<Record<string, string | null>>): void
}

const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
}

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dbt-regions-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** An empty repository on branch main, which lets any commit be fetched from it, as GitHub does. */
export function newRepository(root = temporaryFolder()): Repository {
  mkdirSync(root, { recursive: true })
  const repository = open(root)
  repository.git('init', '--quiet', '--initial-branch=main')
  repository.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
  return repository
}

/** A clone as actions/checkout makes it: one ref of the origin, checked out detached, `depth` commits deep (0: all). */
export function checkout(origin: Repository, ref: string, depth: number): Repository {
  const repository = open(temporaryFolder())
  repository.git('init', '--quiet')
  repository.git('remote', 'add', 'origin', `file://${origin.root}`)
  repository.git('fetch', '--quiet', '--no-tags', ...(depth > 0 ? [`--depth=${depth}`] : []), 'origin', ref)
  repository.git('checkout', '--quiet', '--detach', 'FETCH_HEAD')
  return repository
}

function open(root: string): Repository {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: root,
      env: { ...process.env, ...identity },
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim()
  const write = (files: Readonly<Record<string, string | null>>) => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(root, path)
      mkdirSync(dirname(file), { recursive: true })
      if (text === null) rmSync(file)
      else writeFileSync(file, text)
    }
  }
  return {
    root,
    git,
    write,
    commit(message, files) {
      write(files)
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', message)
      return git('rev-parse', 'HEAD')
    },
  }
}
