import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { openDatabricksWorkspace } from '../src/databricks-workspace.ts'
import { openRepository } from '../src/repository.ts'
import { newRepository, temporaryFolder } from './repository.ts'

afterEach(() => vi.unstubAllEnvs())

/** A folder with a `dbt` that says one thing, in its log, and ends as dbt does when it cannot do what it is asked for. */
function dbtSaying(text: string): string {
  const folder = join(temporaryFolder(), 'bin')
  mkdirSync(folder)
  const line = JSON.stringify({ data: {}, info: { name: 'PackageMessage', level: 'warn', msg: text } })
  writeFileSync(join(folder, 'said.jsonl'), `${line}\n`)
  writeFileSync(join(folder, 'dbt'), '#!/bin/sh\ncat "$(dirname "$0")/said.jsonl"\nexit 2\n')
  chmodSync(join(folder, 'dbt'), 0o755)
  return folder
}

test.each(['::add-mask::a', ' \t::stop-commands::x', 'fine\n::error::x', 'fine\r::error::x', 'x ##[add-mask]a'])(
  'what dbt says is no workflow command: %j',
  async (text) => {
    const { root, commit } = newRepository()
    commit('all', {
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'packages.yml': 'packages: []\n',
      'profiles.yml':
        'shop: {target: prod, outputs: {prod: {type: databricks, host: 127.0.0.1:1, http_path: /x, token: t0ken, schema: s}}}\n',
    })
    vi.stubEnv('PATH', `${dbtSaying(text)}:/usr/bin:/bin`)
    const repository = await openRepository(root)
    const [region] = repository.config.regions
    if (region === undefined) throw new Error('no region')
    const said: string[] = []
    const opening = openDatabricksWorkspace(repository, region, {
      engine: 'dbt',
      runId: 'r',
      progress: { say: (line) => said.push(line), now: () => {} },
      signal: new AbortController().signal,
    })
    await expect(opening).rejects.toThrow('dbt cannot install the packages')
    expect(said.length).toBeGreaterThan(0)
    // As the runner reads its steps' output, whose lines end at a carriage return too.
    const lines = said.flatMap((each) => each.split(/\r\n|\r|\n/)).map((line) => line.trimStart())
    expect(lines.filter((line) => line.startsWith('::') || line.includes('##['))).toEqual([])
  },
)
