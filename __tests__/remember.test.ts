import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keptChecks } from '../src/adapters/kept-checks.ts'
import { checked, remembering } from '../src/remember.ts'
import type { Report } from '../src/report/report.ts'
import { openRepository } from '../src/repository.ts'
import { readSides } from '../src/sides.ts'
import { newRepository, type Repository, temporaryFolder } from './repository.ts'

const project = {
  'shop/dbt_project.yml': 'name: shop\nprofile: shop\n',
  'shop/profiles.yml':
    'shop: {target: prod, outputs: {prod: {type: databricks, catalog: main, schema: shop}, dev: {type: databricks, catalog: main, schema: dev}}}\n',
  ...Object.fromEntries(
    Array.from({ length: 600 }, (_, index) => [`shop/models/m${index}.sql`, `select ${index} as id\n`]),
  ),
}
const config = (more = '') => ({ '.github/dbt-regions.yml': `version: 1\nregions: {shop: {project: shop${more}}}\n` })

interface Checked {
  readonly report: Report
  /** Whether anything was parsed. */
  readonly parsed: boolean
}

function checker(repository: Repository, base: string, folder = temporaryFolder()) {
  const kept = keptChecks({ XDG_CACHE_HOME: folder })
  const run = async (env = {}, program = 'program'): Promise<Checked> => {
    const opened = await openRepository(repository.root)
    const input = await readSides(opened, { kind: 'local', base }, { env: new Map(Object.entries(env)) })
    let parsed = false
    const regions = new Map(
      [...input.regions].map(([name, sides]) => [
        name,
        {
          get base() {
            parsed = true
            return sides.base
          },
          get head() {
            return sides.head
          },
        },
      ]),
    )
    return { report: await checked({ ...input, regions }, remembering(input.contents, kept, program)), parsed }
  }
  return { run, files: join(folder, 'dbt-regions', 'checks') }
}

test('what was checked before is not parsed again, and whatever a report follows from is another check', {
  timeout: 120_000,
}, async () => {
  const repository = newRepository()
  const base = repository.commit('base', { ...project, ...config() })
  repository.commit('change', { 'shop/models/m1.sql': 'select 2 as id\n' })
  const { run, files } = checker(repository, base)
  const first = await run()
  expect(first.parsed).toBe(true)
  expect(first.report.regions[0]?.changes).toMatchObject([{ name: 'm1', change: 'column' }])
  const again = await run()
  expect(again).toEqual({ report: first.report, parsed: false })

  const others: [string, () => unknown, object?, string?][] = [
    ['this program', () => {}, {}, 'another'],
    ['a variable that is seen', () => {}, { DBT_STAGE: 'x' }],
    ['a text at head', () => repository.write({ 'shop/models/m1.sql': 'select 3 as id\n' })],
    ['a file at head', () => repository.write({ 'shop/models/m1.sql': null })],
    ['a target', () => repository.write(config(', target: dev'))],
    ['a rule', () => repository.write(config(', rules: {unresolved-ref: off}'))],
  ]
  for (const [what, edit, env, program] of others) {
    edit()
    expect((await run(env, program)).parsed, what).toBe(true)
  }
  expect((await run({ HOME: '/nowhere' })).parsed, 'a variable that is not seen').toBe(false)
  const another = repository.commit('more', { 'shop/models/m2.sql': 'select 1' })
  expect((await checker(repository, another, join(files, '../..')).run()).parsed, 'base').toBe(true)
})

test('a damaged file, and a folder that cannot be written, only cost time', { timeout: 120_000 }, async () => {
  const repository = newRepository()
  const base = repository.commit('base', { ...project, ...config() })
  const { run, files } = checker(repository, base)
  const { report } = await run()
  for (const name of readdirSync(files)) writeFileSync(join(files, name), 'damaged')
  expect(await run()).toEqual({ report, parsed: true })
  expect(await run()).toEqual({ report, parsed: false })
  rmSync(files, { recursive: true })
  writeFileSync(files, 'no folder')
  expect(await run()).toEqual({ report, parsed: true })
})

test('a small project is checked without looking for what is kept', async () => {
  const repository = newRepository()
  const base = repository.commit('base', { ...Object.fromEntries(Object.entries(project).slice(0, 5)), ...config() })
  const { run, files } = checker(repository, base)
  await run()
  expect(() => readdirSync(files)).toThrow(/ENOENT/)
})

test('a workflow without a cache keeps nothing', () => {
  expect(keptChecks({ GITHUB_ACTIONS: 'true' })).toBeNull()
})
