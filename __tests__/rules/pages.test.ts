import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { effectiveConfig, parseConfig } from '../../src/config.ts'
import { columnRules } from '../../src/rules/columns.ts'
import { rules } from '../../src/rules/index.ts'
import { parserRules } from '../../src/rules/parser.ts'
import { saidOfChange, sides } from './compared.ts'
import { type Files, said } from './project.ts'

const change = { id: 'configuration-changed', description: 'A pull request changes what pull requests are held to.' }
const parsed = [...parserRules].map(([id, { description }]) => ({ id, description }))
const all = [...rules, ...columnRules, ...parsed, change].sort((a, b) => (a.id < b.id ? -1 : 1))

interface Section {
  /** The files of its code blocks: the word after the language is the path. */
  readonly files: Files
  /** The lines of its block of plain text: what is found. */
  readonly output: readonly string[] | null
}

function sectionsOf(id: string): ReadonlyMap<string, Section> {
  const text = readFileSync(`docs/rules/${id}.md`, 'utf8')
  return new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((part): [string, Section] => {
        const blocks = [...part.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)]
        const output = blocks.find(([, language]) => language === 'text')?.[3]
        const files = blocks
          .filter(([, , path]) => path !== '')
          .map(([, , path = '', code = '']): [string, string] => [path, code])
        return [
          part.slice(0, part.indexOf('\n')),
          { files: Object.fromEntries(files), output: output?.trimEnd().split('\n') ?? null },
        ]
      }),
  )
}

async function found(id: string, files: Files): Promise<string[]> {
  if (columnRules.some((rule) => rule.id === id)) {
    const { base, head } = sides(files)
    return saidOfChange(id, base, head)
  }
  if (id !== change.id) return said(id, files)
  const [base, head] = ['base', 'head'].map((side) => parseConfig(files[side] ?? '', '.github/dbt-regions.yml'))
  if (base === undefined || head === undefined) throw new Error('a configuration is missing')
  return effectiveConfig(base, head).findings.map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  )
}

describe.each(all.map((rule): [string, string] => [rule.id, rule.description]))('%s', (id, description) => {
  const sections = existsSync(`docs/rules/${id}.md`) ? sectionsOf(id) : new Map<string, Section>()

  it('has a page with Why, Bad, Good and Options', () => {
    expect([...sections.keys()]).toEqual(['Why', 'Bad', 'Good', 'Options'])
    expect(readFileSync(`docs/rules/${id}.md`, 'utf8')).toMatch(new RegExp(`^# ${id}\n\n`))
  })

  it('finds what is bad, as the page says', async () => {
    const bad = sections.get('Bad')
    const lines = await found(id, bad?.files ?? {})
    expect(lines).not.toEqual([])
    if (bad?.output) expect(lines).toEqual(bad.output)
  })

  it('finds nothing in what is good', async () => {
    expect(await found(id, sections.get('Good')?.files ?? {})).toEqual([])
  })

  it('is in the list of rules', () => {
    expect(readFileSync('docs/rules/README.md', 'utf8')).toContain(`| [${id}](${id}.md) | ${description} |`)
  })
})

describe("the parser's rules", () => {
  it('are those that the parser finds by', () => {
    const texts = readdirSync('src/dbt', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(`src/dbt/${path}`, 'utf8'))
    const ids = texts.flatMap((text) => [...text.matchAll(/\bsink\.add\(\s*'([^']+)'/g)].map(([, id = '']) => id))
    expect([...new Set(ids)].sort()).toEqual([...parserRules.keys()])
  })
})

describe('a rule', () => {
  const files = readdirSync('src/rules')

  it.each([...rules, ...columnRules].map(({ id }) => id))('%s has a file and a test of its name', (id) => {
    expect(files).toContain(`${id}.ts`)
    expect(existsSync(`__tests__/rules/${id}.test.ts`)).toBe(true)
  })

  it('is sorted by its id', () => {
    for (const list of [rules, columnRules]) {
      const ids = list.map(({ id }) => id)
      expect(ids).toEqual([...ids].sort())
    }
  })

  it('has the only pages there are', () => {
    const pages = readdirSync('docs/rules').filter((name) => name !== 'README.md')
    expect(pages).toEqual(all.map(({ id }) => `${id}.md`))
  })
})
