import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { openDatabricksWorkspace } from '../../src/deployment/databricks-workspace.ts'
import { openRepository } from '../../src/repository.ts'
import { newRepository, temporaryFolder } from '../repository.ts'

afterEach(() => vi.unstubAllEnvs())

/** A folder with a `dbt` that says one thing, in its log, and ends as dbt does when it cannot do what it is asked for. */
function dbtSaying(text: string): string {
  const folder = join(temporaryFolder(), 'bin')
  mkdirSync(folder)
  const line = JSON.stringify({ data: {}, info: { name: 'PackageMessage', level: 'warn', msg: text } })
  writeFileSync(join(folder, 'said.jsonl'), `${line}\n`)
  writeFileSync(
    join(folder, 'dbt'),
    '#!/bin/sh\ncat "$(dirname "$0")/said.jsonl"\necho "fatal: https://$DBT_ENV_SECRET_GIT@github.com" >&2\nexit 2\n',
  )
  chmodSync(join(folder, 'dbt'), 0o755)
  return folder
}

async function opening(root: string, said: string[]) {
  const repository = await openRepository(root)
  const [region] = repository.config.regions
  if (region === undefined) throw new Error('no region')
  return openDatabricksWorkspace(repository, region, {
    engine: 'dbt',
    all: false,
    runId: 'r',
    progress: { say: (line) => said.push(line), now: () => {} },
    signal: new AbortController().signal,
  })
}

function projectWithPackages(): string {
  const { root, commit } = newRepository()
  commit('all', {
    'dbt_project.yml': 'name: shop\nprofile: shop\n',
    'packages.yml': 'packages: []\n',
    'profiles.yml':
      'shop: {target: prod, outputs: {prod: {type: databricks, host: 127.0.0.1:1, http_path: /x, token: t0ken, schema: s}}}\n',
  })
  return root
}

test('what is secret to dbt is so to us, in what it says and in why it fails', async () => {
  vi.stubEnv('DBT_ENV_SECRET_GIT', 'ghp_1')
  vi.stubEnv('PATH', `${dbtSaying('cloning https://ghp_1@github.com/a/b with t0ken')}:/usr/bin:/bin`)
  const said: string[] = []
  const error: unknown = await opening(projectWithPackages(), said).catch((thrown: unknown) => thrown)
  expect(said).toContain('cloning https://***@github.com/a/b with ***')
  expect(String(error)).toContain('fatal: https://***@github.com')
})

test.each(['::add-mask::a', ' \t::stop-commands::x', 'fine\n::error::x', 'fine\r::error::x', 'x ##[add-mask]a'])(
  'what dbt says is no workflow command: %j',
  async (text) => {
    vi.stubEnv('PATH', `${dbtSaying(text)}:/usr/bin:/bin`)
    const said: string[] = []
    await expect(opening(projectWithPackages(), said)).rejects.toThrow('dbt cannot install the packages')
    expect(said.length).toBeGreaterThan(0)
    // As the runner reads its steps' output, whose lines end at a carriage return too.
    const lines = said.flatMap((each) => each.split(/\r\n|\r|\n/)).map((line) => line.trimStart())
    expect(lines.filter((line) => line.startsWith('::') || line.includes('##['))).toEqual([])
  },
)

test('the wall between regions stands where profiles and targets are named by the environment', async () => {
  const target = (name: string) =>
    `{type: databricks, host: 127.0.0.1:1, http_path: /x, token: "{{ env_var('${name}') }}", schema: s}`
  const { root, commit } = newRepository()
  commit('all', {
    'a/dbt_project.yml': 'name: a\nprofile: a\n',
    'a/profiles.yml': `a: {target: prod, outputs: {prod: ${target('A_TOKEN')}}}\n`,
    'b/dbt_project.yml': `name: b\nprofile: "{{ env_var('B_PROFILE') }}"\n`,
    'b/profiles.yml': `main:\n  target: "{{ env_var('B_TARGET', 'dev') }}"\n  outputs:\n    dev: ${target('DEV_TOKEN')}\n    prod: ${target('B_TOKEN')}\n`,
    '.github/dbt-regions.yml': 'version: 1\nregions: {a: {project: a}, b: {project: b}}\n',
  })
  for (const name of ['A_TOKEN', 'B_TOKEN']) vi.stubEnv(name, 'x')
  vi.stubEnv('B_PROFILE', 'main')
  vi.stubEnv('B_TARGET', 'prod')
  await expect(opening(root, [])).rejects.toThrow('credentials that are not its own, B_TOKEN of region b')
})
