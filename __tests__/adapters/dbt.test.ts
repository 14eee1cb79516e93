import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { sessionScript } from '../../src/adapters/dbt/session-script.ts'
import type { Manifest } from '../../src/dbt/manifest.ts'
import { disagreements } from '../../src/run/disagreement.ts'
import { projectOf } from '../dbt_projects/bronze.ts'
import { dbtVersions } from '../tools/dbt.ts'
import { describeWith } from '../tools/optional.ts'
import { pythonBin } from '../tools/python.ts'
import {
  deployedNodes,
  manifestOf,
  nowhere,
  pathWith,
  projectCopy,
  remove,
  type Spoken,
  spoken,
} from './dbt-session.ts'

const SLOW = 5 * 60_000

describeWith('python', 'dbt reads and selects', () => {
  const cases = [
    { version: 'dbt112', region: 'us' },
    { version: 'dbt111', region: 'eu' },
  ] as const
  describe.each(cases)('$region with $version', ({ version, region }) => {
    const folder = projectCopy(projectOf(region))
    let manifest: Manifest
    let opened: Spoken
    beforeAll(async () => {
      manifest = await manifestOf(folder, region)
      opened = await spoken({ folder, target: region }, await pathWith(version))
    }, SLOW)
    afterAll(async () => {
      await opened?.dbt.close()
      remove(folder)
    })

    test('agrees with us', { timeout: SLOW }, async () => {
      expect(opened.dbt.version).toMatch(version === 'dbt111' ? /^1\.11\./ : /^1\.12\./)
      expect(disagreements(manifest, await opened.dbt.manifest())).toEqual([])
    })

    test('selects each deployed node alone, and all of them', { timeout: SLOW }, async () => {
      const all = deployedNodes(manifest)
      // It throws when dbt would list any other.
      for (const node of all) await opened.dbt.select(manifest, [node])
      expect(await opened.dbt.list(await opened.dbt.select(manifest, all))).toEqual(all.sort())
    })
  })

  const odd = projectCopy(projectOf('us'), {
    'models/gold/customer_cohorts.v2.sql': 'select 1 as id',
    'models/gold/a,c+.sql': 'select 1 as id',
    'models/gold/inline.sql': "{{ config(materialized='ephemeral') }} select 1 as id",
    'models/gold/versioned_v1.sql': 'select 1 as id',
    'models/gold/versioned_v2.sql': 'select 1 as id',
    'macros/talk.sql':
      "{% macro talk() %}{{ print('ann@example.com') }}{{ log('bob@example.com', info=True) }}{% endmacro %}",
    'models/gold/talks.sql': '{{ talk() }} select 1 as id',
    'models/gold/odd.yml': `
models:
  - name: versioned
    latest_version: 2
    versions: [{v: 1}, {v: 2}]
    columns:
      - name: id
        data_tests: [{unique: {name: shared}}]
  - name: customer_cohorts.v2
    columns:
      - name: id
        data_tests: [{unique: {name: shared}}]
      `,
  })
  afterAll(() => remove(odd))

  describe.each([...dbtVersions])('names that selectors do not tell apart, with %s', (version) => {
    test('are told apart', { timeout: SLOW }, async () => {
      const manifest = await manifestOf(odd, 'us')
      const { dbt, said } = await spoken({ folder: odd, target: 'us' }, await pathWith(version))
      const all = deployedNodes(manifest)
      expect(disagreements(manifest, await dbt.manifest())).toEqual([])
      const strange = all.filter((node) => /shared|v1|v2|inline|,c|talks/.test(node))
      for (const node of strange) expect(await dbt.list(await dbt.select(manifest, [node]))).toEqual([node])
      expect(await dbt.list(await dbt.select(manifest, all))).toEqual(all.sort())
      await dbt.close()
      expect(said.join('\n')).not.toMatch(/@example/)
      expect(said).toContain("2 messages that the project's macros print in dbt parse: not shown")
    })
  })

  test('a project that dbt cannot read', { timeout: SLOW }, async () => {
    const folder = projectCopy(projectOf('us'), { 'models/gold/lost.sql': "select * from {{ ref('nobody') }}" })
    const { dbt, said } = await spoken({ folder, target: 'us', secrets: ['nobody'] }, await pathWith('dbt112'))
    await expect(dbt.manifest()).rejects.toThrow(/^dbt cannot read .*lost.*depends on a node named '\*\*\*'/s)
    expect(said.join('\n')).not.toContain('nobody')
    await dbt.close()
    remove(folder)
  })

  test('the environment leads dbt nowhere else than us', { timeout: SLOW }, async () => {
    const profiles = readFileSync(
      join(import.meta.dirname, '../../dbt_projects', projectOf('us'), 'profiles.yml'),
      'utf8',
    )
    const folder = projectCopy(projectOf('us'), {
      '.env': 'DATABRICKS_US_CATALOG=eu_prod\n',
      'profiles.yml': `${profiles}\nother: {target: us, outputs: {us: {type: databricks, host: eu.invalid, http_path: /x, token: x, catalog: eu_prod, schema: default}}}\n`,
    })
    const manifest = await manifestOf(folder, 'us')
    const misleading = { DBT_PROFILE: 'other', DBT_RESOURCE_TYPES: 'seed', DBT_PRINT: 'false', DBT_TARGET: 'dev' }
    const { dbt } = await spoken({ folder, target: 'us' }, await pathWith('dbt112'), { ...nowhere, ...misleading })
    expect(disagreements(manifest, await dbt.manifest())).toEqual([])
    const nodes = deployedNodes(manifest)
    expect(await dbt.list(await dbt.select(manifest, nodes))).toEqual([...nodes].sort())
    await dbt.close()
    remove(folder)
  })

  test('a dbt that is a shell script of a version manager', { timeout: SLOW }, async () => {
    const folder = projectCopy(projectOf('us'))
    const shims = mkdtempSync(join(tmpdir(), 'shims-'))
    const shim = join(shims, 'dbt')
    writeFileSync(shim, `#!/bin/sh\nexec '${await pythonBin('dbt112')}/dbt' "$@"\n`)
    chmodSync(shim, 0o755)
    const manifest = await manifestOf(folder, 'us')
    const { dbt } = await spoken({ folder, target: 'us' }, [shims, '/usr/bin', '/bin'].join(delimiter))
    expect(dbt.version).toMatch(/^1\.12\./)
    const nodes = deployedNodes(manifest).slice(0, 3)
    expect(await dbt.list(await dbt.select(manifest, nodes))).toEqual([...nodes].sort())
    await dbt.close()
    remove(shims)
    remove(folder)
  })

  test('a cancelled run', { timeout: SLOW }, async () => {
    const folder = projectCopy(projectOf('us'))
    const controller = new AbortController()
    const { dbt } = await spoken({ folder, target: 'us', signal: controller.signal }, await pathWith('dbt112'))
    controller.abort()
    await expect(dbt.manifest()).rejects.toThrow('the run was cancelled')
    await dbt.close()
    remove(folder)
  })

  test('a session whose parent is killed ends with it', { timeout: SLOW }, async () => {
    const commands = mkdtempSync(join(tmpdir(), 'dbt-commands-'))
    const python = join(await pythonBin('dbt112'), 'python')
    const parent = `
      import { exec } from '@actions/exec'
      const [python, script, folder] = process.argv.slice(1)
      await exec(python, ['-c', script, folder], { silent: true, listeners: { stdline: (line) => console.log(line) } })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', parent, python, sessionScript, commands])
    const first: unknown = JSON.parse((await once(createInterface({ input: child.stdout }), 'line'))[0])
    const pid = typeof first === 'object' && first !== null && 'pid' in first ? Number(first.pid) : 0
    expect(isAlive(pid)).toBe(true)
    child.kill('SIGKILL')
    await vi.waitUntil(() => !isAlive(pid), { timeout: SLOW, interval: 50 })
    expect(existsSync(commands)).toBe(false)
  })

  test('a Python without the adapter', { timeout: SLOW }, async () => {
    const shims = mkdtempSync(join(tmpdir(), 'shims-'))
    const python = join(await pythonBin('dbt112'), 'python')
    writeFileSync(
      join(shims, 'python'),
      `#!/bin/sh\nexec '${python}' "$1" "$(printf '%s' "$2" | sed s/dbt-databricks/dbt-nothing/)" "$3"\n`,
    )
    writeFileSync(join(shims, 'dbt'), `#!${shims}/python\n`)
    for (const file of ['dbt', 'python']) chmodSync(join(shims, file), 0o755)
    const path = [shims, '/usr/bin', '/bin'].join(delimiter)
    await expect(spoken({ folder: shims, target: 'us' }, path)).rejects.toThrow(
      /has no adapter for Databricks: install/,
    )
    remove(shims)
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
