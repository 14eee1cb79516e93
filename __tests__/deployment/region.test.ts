import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { deployRegion } from '../../src/deployment/region.ts'
import { ConfigurationError } from '../../src/errors.ts'
import { openRepository } from '../../src/repository.ts'
import { checkout, newRepository, type Repository } from '../repository.ts'

const shop = {
  'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {+materialized: table}\n',
  'profiles.yml': 'shop: {target: prod, outputs: {prod: {type: databricks, catalog: shop_prod, schema: shop}}}\n',
  'models/a.sql': 'select 1 as id\n',
}

async function deploy({ root }: Repository) {
  const repository = await openRepository(root)
  const [region] = repository.config.regions
  if (region === undefined) throw new Error('no region')
  const { deployment } = await deployRegion(repository, region, {
    engine: 'demo',
    all: false,
    runId: 'r',
    progress: { now: () => {}, say: () => {} },
    signal: new AbortController().signal,
  })
  return deployment
}

test('an older commit is not put over a newer one that its shallow checkout does not have', async () => {
  const origin = newRepository()
  const old = origin.commit('old', shop)
  origin.commit('new', { 'models/a.sql': 'select 2 as id\n' })
  const newer = checkout(origin, 'refs/heads/main', 1)
  expect(await deploy(newer)).toMatchObject({ conclusion: 'success', refused: null })

  const older = checkout(origin, old, 1)
  cpSync(join(newer.root, '.dbt-regions'), join(older.root, '.dbt-regions'), { recursive: true })
  expect(await deploy(older)).toMatchObject({
    conclusion: 'failure',
    refused: expect.stringContaining('is newer than'),
  })

  const apart = checkout(origin, old, 1)
  cpSync(join(newer.root, '.dbt-regions'), join(apart.root, '.dbt-regions'), { recursive: true })
  apart.git('remote', 'set-url', 'origin', `file://${apart.root}/gone`)
  await expect(deploy(apart)).rejects.toThrow(ConfigurationError)
  await expect(deploy(apart)).rejects.toThrow('`fetch-depth: 0`')
}, 60_000)
