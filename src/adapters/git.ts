import { execFile } from 'node:child_process'
import { ConfigurationError } from '../errors.ts'
import { decodeUtf8 } from './utf8.ts'

/** A git repository on disk. Paths in and out are relative to its root, with forward slashes. */
export interface Git {
  readonly root: string
  /** The commit that a name stands for, or null when there is none. */
  commit(name: string): Promise<string | null>
  /** A commit's parents as they are written in it: a shallow checkout knows them although it does not have them. */
  parents(commit: string): Promise<readonly string[]>
  /** Whether the commit's files are here. */
  has(commit: string): Promise<boolean>
  /** Fetches single commits, without history, from `origin`. Throws a ConfigurationError that says what to change. */
  fetch(commits: readonly string[]): Promise<void>
  /** The merge base of two commits, deepening a shallow checkout when it has to. Throws a ConfigurationError when none is found. */
  mergeBase(one: string, other: string): Promise<string>
  /**
   * Makes a shallow checkout whole, as far as it takes to say how these commits stand to each other; one that the origin no longer has
   * stays absent. Throws a ConfigurationError that says what to change.
   */
  complete(commits: readonly string[]): Promise<void>
  isAncestor(ancestor: string, descendant: string): Promise<boolean | null>
  /** Paths below `folders` (all when empty) in a commit. */
  list(commit: string, folders?: readonly string[]): Promise<readonly string[]>
  /** The symbolic links below `folder` in a commit, or in the index when it is null. */
  links(commit: string | null, folder: string): Promise<readonly string[]>
  /** Texts of the given paths in a commit; a path that is not there is left out, and so is one with a line break in it. */
  read(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Paths below `folder` that differ between the commit and the working tree; untracked files count, ignored ones do not. */
  changed(commit: string, folder: string): Promise<readonly string[]>
  /** Whether tracked files differ from HEAD or untracked ones are there. */
  isDirty(): Promise<boolean>
  /** The branch that `origin/HEAD` names, else `main` or `master` when there is one. */
  defaultBranch(): Promise<string | null>
}

const fetch = ['fetch', '--no-tags', '--no-recurse-submodules']
const deepenings = [50, 200, 1000]
const fetchAdvice =
  'let actions/checkout fetch it: `fetch-depth: 2` for a pull request, `fetch-depth: 0` otherwise, and keep `persist-credentials` on'

/** Opens the repository that `folder` is in. Throws a ConfigurationError when there is none or git is not installed. */
export async function openGit(folder: string): Promise<Git> {
  const found = await run(folder, ['rev-parse', '--show-toplevel'])
  if (found.status !== 0) throw new ConfigurationError(refusal(folder, found))
  return git(found.stdout.trimEnd())
}

function refusal(folder: string, { status, stderr }: Result): string {
  if (status === null) return `git could not be started: ${stderr}; install git`
  return stderr.includes('not a git repository')
    ? `${folder} is not in a git repository; run dbt-regions inside one. git says: ${stderr}`
    : `git does not open the repository around ${folder}. git says: ${stderr}`
}

function git(root: string): Git {
  const out = async (...args: string[]): Promise<string> => {
    const result = await run(root, args)
    if (result.status !== 0) throw new Error(`git ${args.join(' ')} failed: ${result.stderr}`)
    return result.stdout
  }
  const commit = async (name: string) => {
    const result = await run(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
    return result.status === 0 ? result.stdout.trim() : null
  }
  const has = async (id: string) => (await run(root, ['cat-file', '-e', `${id}^{tree}`])).status === 0
  const common = async (one: string, other: string) => {
    const result = await run(root, ['merge-base', one, other])
    return result.status === 0 ? result.stdout.trim() : null
  }
  const isShallow = async () => (await out('rev-parse', '--is-shallow-repository')).trim() === 'true'

  return {
    root,
    commit,
    has,
    async parents(id) {
      const header = (await out('cat-file', 'commit', id)).split('\n\n', 1)[0] ?? ''
      return [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] ?? '')
    },
    async fetch(commits) {
      const result = await run(root, [...fetch, '--depth=1', '--no-write-fetch-head', 'origin', ...commits])
      if (result.status !== 0) {
        throw new ConfigurationError(
          `the base commit ${commits.join(', ')} is not in this checkout and could not be fetched; ${fetchAdvice}. git says: ${result.stderr}`,
        )
      }
    },
    async mergeBase(one, other) {
      let found = await common(one, other)
      if (found === null && (await isShallow())) {
        for (const depth of deepenings) {
          const result = await run(root, [...fetch, `--deepen=${depth}`, 'origin', one, other])
          if (result.status !== 0) {
            throw new ConfigurationError(
              `the merge base of ${one} and ${other} is not in this shallow checkout and could not be fetched; ${fetchAdvice}. git says: ${result.stderr}`,
            )
          }
          found = await common(one, other)
          if (found !== null || !(await isShallow())) break
        }
      }
      if (found === null) {
        throw new ConfigurationError(
          `${one} and ${other} have no common commit in this checkout; ${fetchAdvice}, or name another base with --base`,
        )
      }
      return found
    },
    async complete(commits) {
      if (commits.length === 0 || !(await isShallow())) return
      const result = await run(root, [...fetch, '--unshallow', 'origin'])
      if (result.status !== 0) {
        throw new ConfigurationError(
          `this checkout is shallow, and what is deployed comes from ${commits.join(', ')}: which is newer cannot be told. Give actions/checkout \`fetch-depth: 0\`. git says: ${result.stderr}`,
        )
      }
      for (const id of commits) if (!(await has(id))) await run(root, [...fetch, '--no-write-fetch-head', 'origin', id])
    },
    async isAncestor(ancestor, descendant) {
      const { status } = await run(root, ['merge-base', '--is-ancestor', ancestor, descendant])
      return status === 0 ? true : status === 1 ? false : null
    },
    async list(id, folders = []) {
      return lines(await out('ls-tree', '-r', '--name-only', '-z', '--full-tree', id, '--', ...folders))
    },
    async links(id, folder) {
      const below = folder === '' ? [] : [folder]
      const listed = await (id === null
        ? out('ls-files', '--stage', '-z', '--', ...below)
        : out('ls-tree', '-r', '-z', '--full-tree', id, '--', ...below))
      return lines(listed).flatMap((line) => (line.startsWith('120000 ') ? [line.slice(line.indexOf('\t') + 1)] : []))
    },
    async read(id, paths) {
      // A line is a request: a name with a line break in it would make two of one, and shift every answer after it.
      const askable = paths.filter((path) => !path.includes('\n'))
      if (askable.length === 0) return new Map()
      const request = askable.map((path) => `${id}:${path}\n`).join('')
      return blobs(await runBytes(root, ['cat-file', '--batch'], request), askable)
    },
    async changed(id, folder) {
      const below = folder === '' ? [] : [folder]
      const [tracked, untracked] = await Promise.all([
        out('diff', '--name-only', '--no-renames', '--no-ext-diff', '-z', id, '--', ...below),
        out('ls-files', '--others', '--exclude-standard', '-z', '--', ...below),
      ])
      return [...lines(tracked), ...lines(untracked)].sort()
    },
    async isDirty() {
      return (await out('status', '--porcelain', '-z')).length > 0
    },
    async defaultBranch() {
      const head = await run(root, ['symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD'])
      const names = head.status === 0 ? [head.stdout.trim()] : []
      for (const name of [...names, 'origin/main', 'origin/master', 'main', 'master']) {
        if ((await commit(name)) !== null) return name
      }
      return null
    },
  }
}

function lines(text: string): string[] {
  return text.split('\0').filter((line) => line !== '')
}

/** Reads the answer of `git cat-file --batch`: `<id> <type> <size>\n<bytes>\n` or `<name> missing\n` for each request. */
export function blobs(answer: Buffer, paths: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  let at = 0
  for (const path of paths) {
    const end = answer.indexOf(10, at)
    const header = answer.toString('utf8', at, end)
    at = end + 1
    const size = / (blob|tree|commit|tag) (\d+)$/.exec(header)
    if (size === null) continue
    const bytes = Number(size[2])
    if (size[1] === 'blob') found.set(path, decodeUtf8(answer.subarray(at, at + bytes)))
    at += bytes + 1
  }
  return found
}

interface Result {
  /** null when git could not be started. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder's name is never a pattern (`:(exclude)`, `*`). */
const literal = ['--literal-pathspecs']
const limits = { maxBuffer: 1 << 30, windowsHide: true }

/**
 * LC_ALL: git's messages are quoted in ours; GIT_TERMINAL_PROMPT: a missing credential must fail, not ask;
 * GIT_OPTIONAL_LOCKS: looking writes nothing.
 */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' }
}

function run(cwd: string, args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile('git', [...literal, ...args], { ...limits, cwd, env: environment() }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve({ status, stdout, stderr: (stderr || error?.message || '').trim() })
    })
  })
}

function runBytes(cwd: string, args: readonly string[], input: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...literal, ...args],
      { ...limits, cwd, env: environment(), encoding: 'buffer' },
      (error, stdout) => {
        if (error === null) resolve(stdout)
        else reject(new Error(`git ${args.join(' ')} failed`, { cause: error }))
      },
    )
    child.stdin?.end(input)
  })
}
