import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Problem, problems } from '../src/schema.ts'
import type { SchemaName } from '../src/validators.ts'

describe('schema.ts in the bundle', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schema-'))
  let bundled: typeof problems
  let size = 0

  beforeAll(async () => {
    const path: string = '../scripts/validators.mjs'
    const { compiledValidators }: { compiledValidators: Plugin } = await import(path)
    const outfile = join(folder, 'schema.mjs')
    const { metafile } = await build({
      entryPoints: ['src/schema.ts'],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      metafile: true,
      plugins: [compiledValidators],
    })
    size = Object.keys(metafile.inputs).filter((input) => input.includes('ajv/dist/compile')).length
    bundled = (await import(pathToFileURL(outfile).href)).problems
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('does not hold the compiler', () => {
    expect(size).toBe(0)
  })

  it.each<[SchemaName, unknown]>([
    ['config', { version: 1, regions: { us: { project: 'a' } } }],
    ['config', { version: 2, regoins: {}, rules: { cicle: 'off', cycle: 'eror' } }],
    ['config', { version: 1, regions: { 'u s': { project: '', gdpr: 'yes' } }, rules: { cycle: { allow: ['a', 1] } } }],
    ['gdpr', { personal_data: false }],
    ['gdpr', { personal_data: true, purposes: ['a', 'a'], lawful_basis: 'contrct', retention: { period: '3 years' } }],
    [
      'gdpr',
      {
        personal_data: true,
        special_category: 'health',
        erasure: { strategy: 'exempt' },
        transfers: [{ country: 'usa' }],
      },
    ],
    ['gdprColumn', { class: 'finacial' }],
    ['gdprColumn', { class: 'none' }],
    ['gdprColumn', null],
  ])('says the same of %s %j', (name, value) => {
    const expected: readonly Problem[] = problems(name, value)
    expect(bundled(name, value)).toEqual(expected)
  })
})
