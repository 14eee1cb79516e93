import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { parseProject } from '../../src/dbt/parse.ts'
import type { Project } from '../../src/dbt/project.ts'
import { readProjectFolder } from '../../src/project-folder.ts'
import { startSqlLibrary } from '../../src/start-sql.ts'
import { companyProject } from '../bench/project/index.ts'
import { describeWith } from '../tools/optional.ts'
import { type Answer, askSqlglot } from '../tools/sqlglot.ts'
import { agreementOf } from './agreement.ts'
import { lineageOf, type ModelLineage } from './lineage.ts'

beforeAll(() => startSqlLibrary(1))

const project = (sql: string): Project =>
  parseProject({
    files: new Map([
      ['dbt_project.yml', 'name: p\nprofile: p\nversion: "1"\n'],
      [
        'profiles.yml',
        'p: {target: d, outputs: {d: {type: databricks, catalog: c, schema: s, host: h, http_path: x, token: t}}}',
      ],
      ['models/m.sql', sql],
      ['models/s.yml', 'sources: [{name: raw, tables: [{name: t, columns: [{name: a}]}]}]'],
    ]),
    root: '',
    env: new Map(),
  })

describe('what is asked and compared', () => {
  const sql = "select a, b + 1 as c, sum(a) over (order by d) as e from {{ source('raw', 't') }} where f > 1"

  it('is a query with every column that is known of what it reads, be it because it is read', () => {
    const [model] = lineageOf(project(sql))
    expect(model?.question?.schema).toEqual({ 'c.raw.t': { a: null, b: null, d: null, f: null } })
    expect(model?.columns.map(({ name, from }) => `${name}: ${from.join(', ')}`)).toEqual([
      'a: c.raw.t a',
      'c: c.raw.t b',
      'e: c.raw.t a, c.raw.t d',
    ])
  })

  const model = (name: string, from: readonly string[], unknown: string | null = null): ModelLineage => ({
    id: 'm',
    unknown: null,
    question: null,
    columns: [{ name, from, unknown }],
    stars: [],
  })
  const answer = (...columns: [string, [string, string][]][]): Answer => ({ id: 'm', columns, star: false })
  const cases: [what: string, ModelLineage, Answer, compared: number, kinds: string[]][] = [
    ['the same', model('a', ['t x']), answer(['a', [['t', 'x']]]), 1, []],
    ['by its place, whatever its name', model('', ['t x']), answer(['_col_0', [['t', 'x']]]), 1, []],
    ['more', model('a', ['t x', 't y']), answer(['a', [['t', 'x']]]), 1, ['here are more columns']],
    ['less', model('a', []), answer(['a', [['t', 'x']]]), 1, ['sqlglot has more columns']],
    ['others', model('a', ['t y']), answer(['a', [['t', 'x']]]), 1, ['other columns']],
    [
      'a relation as a whole',
      model('a', ['t x']),
      answer(['a', [['t', '*']]]),
      1,
      ['sqlglot has the relation without the column'],
    ],
    ['not known here', model('a', [], 'why'), answer(['a', [['t', 'x']]]), 0, []],
    ['not known there', model('a', ['t x']), { id: 'm', error: 'ParseError' }, 0, []],
  ]
  it.each(cases)('%s', (_, found, there, compared, kinds) => {
    const agreement = agreementOf([found], [there])
    expect([agreement.compared, agreement.disagreements.map(({ kind }) => kind)]).toEqual([compared, kinds])
  })
})

describeWith('python', 'column lineage as sqlglot finds it', () => {
  const regional = async (region: 'us' | 'eu'): Promise<Project> => {
    for (const name of ['HOST', 'HTTP_PATH', 'TOKEN']) vi.stubEnv(`DATABRICKS_${region.toUpperCase()}_${name}`, 'x')
    const folder = join(import.meta.dirname, `../../dbt_projects/${region}_analytics_dbt`)
    return (await readProjectFolder({ project: folder })).project
  }
  const generated = (): Project => parseProject({ files: companyProject(200), root: '', env: new Map() })
  it.each([
    ['us_analytics_dbt', () => regional('us')],
    ['eu_analytics_dbt', () => regional('eu')],
    ['a generated project', generated],
  ] as const)('%s', { timeout: 600_000 }, async (_, read) => {
    const models = lineageOf(await read())
    const answers = await askSqlglot(models.flatMap(({ question }) => question ?? []))
    const { analysed, columns, resolved, compared, disagreements } = agreementOf(models, answers)
    expect(analysed).toBe(models.length)
    expect(resolved).toBeGreaterThan(0.97 * columns)
    expect(compared).toBeGreaterThan(0.97 * columns)
    expect(1 - disagreements.length / compared, JSON.stringify(disagreements.slice(0, 3))).toBeGreaterThan(0.97)
  })
})
