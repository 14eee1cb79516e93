import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const edited = ['src/rules/index.ts', 'schemas/config.schema.json', 'docs/rules/README.md']

describe('scripts/new-rule.mjs', () => {
  let root = ''
  const read = (path: string) => readFileSync(join(root, path), 'utf8')
  const run = (...args: string[]) =>
    execFileSync('node', ['scripts/new-rule.mjs', ...args], {
      env: { ...process.env, DBT_REGIONS_ROOT: root },
      stdio: 'pipe',
    })

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'new-rule-'))
    for (const folder of ['__tests__/rules', ...edited.map((path) => dirname(path))])
      mkdirSync(join(root, folder), { recursive: true })
    for (const path of edited) cpSync(path, join(root, path))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it.each(['a-first', 'gdpr-residency', 'model-owner', 'zz-last'])(
    'writes four files of %s and puts it into the lists',
    (id) => {
      run(id, 'A model has no owner.')
      const variable = id.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
      expect(read(`src/rules/${id}.ts`)).toContain(`export const ${variable}: Rule = {\n  id: '${id}',`)
      expect(read(`__tests__/rules/${id}.test.ts`)).toContain(`describe('${id}', () => {`)
      expect(read(`docs/rules/${id}.md`)).toMatch(new RegExp(`^# ${id}\n`))
      const keys = Object.keys(JSON.parse(read('schemas/config.schema.json')).$defs.rules.properties)
      expect(keys).toEqual([...keys].sort())
      expect(keys).toContain(id)
      const list = read('src/rules/index.ts').split('export const rules')[1]?.split(']\n')[0] ?? ''
      const listed = [...list.matchAll(/^ {2}(\w+),$/gm)].map(([, name = '']) => name)
      expect(listed).toEqual([...listed].sort())
      expect(listed).toContain(variable)
    },
  )

  it.each([
    ['an id that is none', ['Model Owner', 'A model has no owner.']],
    ['no description', ['model-owner']],
  ])('refuses %s', (_, args) => {
    expect(() => run(...args)).toThrow(/usage/)
  })
})
