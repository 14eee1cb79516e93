import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lineage } from '../src/lineage.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lineage-'))
})
afterAll(() => rm(folder, { recursive: true }))

const project = 'dbt_projects/us_analytics_dbt'
const column = 'customer_cohorts.segment'

describe('the command lineage', () => {
  it('prints what one column is made from', async () => {
    const { text, failed } = await lineage({ project, format: 'text', column, upstream: true })
    expect(text).toContain('raw_sales_orders_us.amount')
    expect(text).not.toContain('goes into')
    expect(failed).toBe(false)
  })

  it('writes a file', async () => {
    const output = join(folder, 'new', 'lineage.json')
    expect(await lineage({ project, format: 'json', output })).toEqual({ text: '', failed: false })
    expect(JSON.parse(await readFile(output, 'utf8'))).toMatchObject({ version: 1, project: 'us_analytics_dbt' })
  })

  it('takes names and types of a catalog.json', async () => {
    const catalog = join(folder, 'catalog.json')
    const source = 'source.us_analytics_dbt.bronze.raw_sales_orders_us'
    const columns = { extra: { type: 'MAP<STRING, STRING>', index: 2 }, amount: { type: 'DECIMAL(10,2)', index: 1 } }
    await writeFile(catalog, JSON.stringify({ metadata: {}, nodes: {}, sources: { [source]: { columns } } }))
    const { text } = await lineage({ project, format: 'json', catalog })
    const { nodes }: { nodes: { unique_id: string; columns: { name: string; type: string | null }[] }[] } =
      JSON.parse(text)
    const found = nodes.find(({ unique_id }) => unique_id === source)?.columns ?? []
    // What YAML says counts.
    expect(found.find(({ name }) => name === 'amount')?.type).toBe('decimal(18,2)')
    expect(found.find(({ name }) => name === 'extra')?.type).toBe('MAP<STRING, STRING>')
  })

  it('tells OpenLineage’s events, a line each', async () => {
    const { text } = await lineage({ project, format: 'openlineage', namespace: 'unitycatalog://host' })
    const jobs = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).job.name)
    expect(jobs.map((name) => name.split('.').at(-1))).toEqual(['customer_cohorts', 'customer_metrics'])
  })

  it.each<[string, Parameters<typeof lineage>[0], string]>([
    [
      'a column that is not there',
      { project, format: 'text', column: 'customer_cohorts.segmnt' },
      "model.us_analytics_dbt.customer_cohorts has no column 'segmnt'; did you mean 'segment'?",
    ],
    [
      'a model that is not there',
      { project, format: 'text', column: 'customer_cohort.segment' },
      "there is no model, snapshot, seed or source 'customer_cohort'; did you mean 'customer_cohorts'?",
    ],
    [
      'a catalog that is not there',
      { project, format: 'json', catalog: 'no/catalog.json' },
      '--catalog no/catalog.json is not there',
    ],
    [
      'a catalog that is none',
      { project, format: 'json', catalog: 'package.json' },
      '--catalog package.json is no catalog.json',
    ],
    ['a column of events', { project, format: 'openlineage', column }, '--column is not for --format openlineage'],
  ])('refuses %s', async (_, options, message) => {
    await expect(lineage(options)).rejects.toThrow(message)
  })

  it('needs a host for the names of datasets', async () => {
    const profilesDir = join(folder)
    const dev = { type: 'databricks', catalog: 'main', schema: 'dev', host: "{{ env_var('NO_SUCH_HOST', '') }}" }
    const profile = { target: 'dev', outputs: { dev } }
    await writeFile(join(folder, 'profiles.yml'), JSON.stringify({ us_analytics_dbt: profile }))
    await expect(lineage({ project, format: 'openlineage', profilesDir })).rejects.toThrow('--namespace')
  })
})
