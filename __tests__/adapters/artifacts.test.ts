import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DefaultArtifactClient } from '@actions/artifact'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { artifactName, uploadArtifacts, uploadFile } from '../../src/adapters/artifacts.ts'
import { temporaryFolder } from '../repository.ts'
import { type ArtifactService, runtimeToken, startArtifactService } from './artifact-service.ts'

const files = new Map([['run_results.json', '{}']])
let service: ArtifactService | undefined

afterEach(async () => {
  vi.unstubAllEnvs()
  await service?.close()
  service = undefined
})

test('the name is another one for every region and attempt', () => {
  const names = ['eu', 'us'].flatMap((region) => [1, 2].map((attempt) => artifactName(region, attempt)))
  expect(new Set(names).size).toBe(4)
  expect(names[0]).toBe('dbt-eu-1')
})

describe('without an artifact service nothing is thrown, and it is said why', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'off GitHub',
      { ACTIONS_RUNTIME_TOKEN: '', ACTIONS_RESULTS_URL: '' },
      'the runner offers no artifact service (ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL not set)',
    ],
    [
      'on an older runner',
      { ACTIONS_RUNTIME_TOKEN: runtimeToken, ACTIONS_RESULTS_URL: '' },
      'the runner offers no artifact service (ACTIONS_RESULTS_URL not set)',
    ],
    [
      'on GitHub Enterprise Server',
      {
        ACTIONS_RUNTIME_TOKEN: runtimeToken,
        ACTIONS_RESULTS_URL: 'http://127.0.0.1:1',
        GITHUB_SERVER_URL: 'https://github.acme.example',
      },
      'GitHub Enterprise Server has no such artifact service',
    ],
    [
      'with a token that is none',
      {
        ACTIONS_RUNTIME_TOKEN: 'x',
        ACTIONS_RESULTS_URL: 'http://127.0.0.1:1',
        GITHUB_SERVER_URL: 'https://github.com',
      },
      'the artifact service did not take it: Invalid token specified',
    ],
  ])('%s', async (_, environment, reason) => {
    const temporary = stubbed(environment)
    const result = await uploadArtifacts('dbt-eu-1', files)
    expect(result).toEqual({ kind: 'not there', reason: expect.stringContaining(reason) })
    expect(readdirSync(temporary)).toEqual([])
  })

  test.each([
    [403, 'permission_denied'],
    [409, 'an artifact with this name already exists on the workflow run'],
  ])('when it answers %i, without the token or an address', async (status, msg) => {
    const { temporary } = await serving({ status, msg: `${msg} at https://store.example/a?sig=secret` })
    const result = await uploadArtifacts('dbt-eu-1', files)
    expect(result).toEqual({ kind: 'not there', reason: expect.stringContaining(msg) })
    expect(JSON.stringify(result)).not.toMatch(/secret/)
    expect(readdirSync(temporary)).toEqual([])
  })

  test('when there is nothing to upload', async () => {
    expect(await uploadArtifacts('dbt-eu-1', new Map())).toEqual({
      kind: 'not there',
      reason: 'there is no file to keep',
    })
  })
})

// The service is the test's own: act's (0.2.89) answers nothing to what this version of @actions/artifact sends. What GitHub's does
// beyond it (quota, expiry, who may read it) is not shown here.
describe('an artifact service on loopback', () => {
  test('gets the files, which can be downloaded again, and no folder is left behind', async () => {
    const { temporary, artifacts } = await serving()
    const kept = new Map([...files, ['logs/größe.txt', 'größe'], ['manifest.json', 'x'.repeat(3_000_000)]])
    const result = await uploadArtifacts(artifactName('eu', 1), kept)
    expect(result).toEqual({ kind: 'uploaded', name: 'dbt-eu-1', id: 1, size: artifacts.get('dbt-eu-1')?.length })
    expect(readdirSync(temporary)).toEqual([])

    const folder = temporaryFolder()
    await new DefaultArtifactClient().downloadArtifact(1, { path: folder })
    for (const [file, text] of kept) expect(readFileSync(join(folder, file), 'utf8') === text, file).toBe(true)
  })

  test('gets one file as it is, under its own name', async () => {
    const { artifacts } = await serving()
    const result = await uploadFile('lineage-check-1.html', '<!doctype html>')
    expect(result).toEqual({ kind: 'uploaded', name: 'lineage-check-1.html', id: 1, size: 15 })
    expect(artifacts.get('lineage-check-1.html')?.toString()).toBe('<!doctype html>')
  })

  test('keeps regions and attempts apart, and is not given a name twice', async () => {
    const { artifacts } = await serving()
    const names = [artifactName('eu', 1), artifactName('us', 1), artifactName('eu', 2), artifactName('eu', 1)]
    const kinds = []
    for (const name of names) kinds.push((await uploadArtifacts(name, files)).kind)
    expect(kinds).toEqual(['uploaded', 'uploaded', 'uploaded', 'not there'])
    expect(artifacts.size).toBe(3)
  })
})

async function serving(refuse: { readonly status: number; readonly msg: string } | null = null) {
  service = await startArtifactService(refuse)
  const temporary = stubbed({
    ACTIONS_RUNTIME_TOKEN: runtimeToken,
    ACTIONS_RESULTS_URL: service.url,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_WORKSPACE: temporaryFolder(),
  })
  return { temporary, artifacts: service.artifacts }
}

/** The environment with these, and a folder for temporary files of its own. */
function stubbed(environment: Readonly<Record<string, string>>): string {
  const temporary = temporaryFolder()
  for (const [name, value] of Object.entries({ TMPDIR: temporary, ...environment })) vi.stubEnv(name, value)
  return temporary
}
