import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { inflateRawSync } from 'node:zlib'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { newRepository, temporaryFolder } from '../repository.ts'
import { dbtRegions, projectRoot, regionalRepository } from './program.ts'

const gold = 'dbt_projects/eu_analytics_dbt/models/gold/customer_cohorts.sql'
const silver = 'dbt_projects/eu_analytics_dbt/models/silver/customer_metrics.sql'

/** The repository's own text of a file with one replacement, which must apply. */
function edited(path: string, from: string | RegExp, to: string): string {
  const before = readFileSync(join(projectRoot, path), 'utf8')
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${path} has no ${from}`)
  return after
}

test('check --html writes the page beside what it prints', async () => {
  const repository = regionalRepository()
  repository.write({ [gold]: edited(gold, "'Low Value'", "'Small Value'") })
  const { status, stdout } = await dbtRegions(repository.root, ['check', '--format', 'json', '--html', 'lineage.html'])
  expect(status).toBe(0)
  expect(JSON.parse(stdout).version).toBe(1)
  const [, packed = ''] = /id="data">([^<]*)</.exec(readFileSync(join(repository.root, 'lineage.html'), 'utf8')) ?? []
  const data = JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString())
  expect(data.regions.map((it: { name: string }) => it.name)).toEqual(['eu', 'us'])
  expect(JSON.stringify(data)).toContain('Small Value')
})

describe('wrong use ends with status 2 and says what to do', () => {
  const cases: [string, string[], RegExp][] = [
    ['an unknown command', ['chekc'], /unknown command 'chekc'[\s\S]*Did you mean check/],
    ['an unknown option', ['check', '--bse', 'x'], /unknown option '--bse'/],
    ['an unknown format', ['check', '--format', 'xml'], /Allowed choices are text, markdown, json/],
    ['an unknown region', ['check', '--region', 'ue'], /there is no region 'ue'.*the regions are eu, us/],
    ['an unknown base', ['check', '--base', 'nowhere'], /--base nowhere: there is no such commit/],
    ['an unknown configuration', ['check', '--config', 'x.yml'], /x\.yml: there is no such configuration file/],
    ['a configuration elsewhere', ['check', '--config', '/etc/passwd'], /is outside of the repository/],
    ['a deploy without a region', ['deploy', '--engine', 'demo'], /required option '--region <name>'/],
    [
      'a deploy without credentials',
      ['deploy', '--region', 'eu'],
      /region eu cannot be reached:\n.*DATABRICKS_EU_HOST/,
    ],
    ['no project', ['manifest', '--project', '.github', '--output', 'm.json'], /has no dbt_project\.yml/],
  ]
  test.each(cases)('%s', async (_, args, message) => {
    const { status, stderr } = await dbtRegions(regionalRepository().root, args)
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('    at ')
    expect(status).toBe(2)
  })

  test('a folder that is no repository', async () => {
    const { status, stderr } = await dbtRegions(temporaryFolder(), ['check'])
    expect(stderr).toContain('is not in a git repository')
    expect(status).toBe(2)
  })

  test('a configuration where none is looked for', async () => {
    const repository = regionalRepository()
    repository.write({ '.github/dbt-regions.yaml': 'version: 1\n' })
    const { status, stderr } = await dbtRegions(repository.root, ['check'])
    expect(stderr).toContain('move it to .github/dbt-regions.yml')
    expect(status).toBe(2)
  })

  test("a deploy of another warehouse's SQL on the embedded engine", async () => {
    const repository = newRepository()
    repository.commit('shop', {
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: postgres, dbname: d, schema: s}}}\n',
      'models/a.sql': 'select 1 as id',
    })
    const { status, stderr } = await dbtRegions(repository.root, ['deploy', '--region', 'shop', '--engine', 'demo'])
    expect(stderr).toContain("the engine 'demo' reads Databricks SQL")
    expect(status).toBe(2)
  })

  test('a typo in the configuration, with its line', async () => {
    const repository = regionalRepository()
    repository.write({
      '.github/dbt-regions.yml': 'version: 1\nregions:\n  eu:\n    projct: dbt_projects/eu_analytics_dbt\n',
    })
    const { status, stderr } = await dbtRegions(repository.root, ['check'])
    expect(stderr).toMatch(/\.github\/dbt-regions\.yml:4:5: .*projct.*did you mean 'project'/)
    expect(status).toBe(2)
  })
})

test('a name in a message is no command of a workflow', async () => {
  const repository = regionalRepository()
  repository.write({ '.github/dbt-regions.yml': 'version: 1\n"\\n::error::obeyed\\n##[error]obeyed": 1\n' })
  const { status, stderr } = await dbtRegions(repository.root, ['check'])
  expect(stderr).toContain('obeyed')
  expect(stderr).not.toMatch(/^\s*::|##\[/m)
  expect(status).toBe(2)
})

test('help names every command and the exit statuses', async () => {
  const { status, stdout } = await dbtRegions(temporaryFolder(), ['--help'])
  for (const command of ['check', 'plan', 'deploy', 'manifest', 'demo']) {
    expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
    const own = await dbtRegions(temporaryFolder(), [command, '--help'])
    expect(own.status).toBe(0)
    expect(own.stdout).toContain('Exit status: 0 fine, 1 findings')
  }
  expect(status).toBe(0)
})

describe('check', () => {
  test('nothing changed: nothing to say, from any folder', async () => {
    const { root } = regionalRepository()
    const { status, stdout } = await dbtRegions(join(root, 'dbt_projects/us_analytics_dbt/models'), [
      'check',
      '--format',
      'json',
    ])
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      conclusion: 'success',
      regions: [
        { name: 'eu', changes: [], findings: [] },
        { name: 'us', changes: [] },
      ],
    })
    expect(status).toBe(0)
  })

  test('a changed model, as an object that the published schema describes', async () => {
    const repository = regionalRepository()
    repository.write({ [gold]: edited(gold, 'Low Value', 'Small Value') })
    const { status, stdout } = await dbtRegions(repository.root, ['check', '--region', 'eu', '--format', 'json'])
    const report: unknown = JSON.parse(stdout)
    expect(report).toMatchObject({
      head: null,
      regions: [
        {
          name: 'eu',
          changes: [{ unique_id: 'model.eu_analytics_dbt.customer_cohorts', state: 'modified', change: 'column' }],
          plan: expect.arrayContaining([
            expect.objectContaining({ unique_id: 'model.eu_analytics_dbt.customer_cohorts', action: 'run' }),
          ]),
        },
      ],
    })
    const ajv = new Ajv2020({ strict: true, allErrors: true })
    const valid = ajv.compile(JSON.parse(readFileSync(join(projectRoot, 'schemas/report.schema.json'), 'utf8')))
    expect(valid(report), JSON.stringify(valid.errors)).toBe(true)
    expect(status).toBe(0)
  })

  test('a ref to nothing fails it, in every format, with file, line, column and a suggestion', async () => {
    const repository = regionalRepository()
    repository.write({ [gold]: edited(gold, "ref('customer_metrics')", "ref('custmer_metrics')") })
    for (const format of ['text', 'markdown', 'json']) {
      const { status, stdout } = await dbtRegions(repository.root, ['check', '--format', format])
      expect(stdout).toMatch(/custmer_metrics/)
      expect(stdout).toMatch(/did you mean .{0,20}customer_metrics/)
      expect(status).toBe(1)
    }
  })

  test('what was wrong at base does not fail it', async () => {
    const repository = regionalRepository()
    repository.commit('broken', { [gold]: edited(gold, "ref('customer_metrics')", "ref('custmer_metrics')") })
    const { status, stdout } = await dbtRegions(repository.root, ['check', '--format', 'json'])
    const { regions } = JSON.parse(stdout)
    expect(regions[0].findings).toEqual([expect.objectContaining({ rule: 'unresolved-ref', new: false })])
    expect(status).toBe(0)
  })

  test('one broken file hides no other finding', async () => {
    const repository = regionalRepository()
    repository.write({
      [silver]: '{{ config( }}',
      [gold]: edited(gold, "ref('customer_metrics')", "ref('nobody')"),
      'dbt_projects/eu_analytics_dbt/models/gold/more.yml': 'models:\n  - name: [oops\n',
    })
    const { stdout } = await dbtRegions(repository.root, ['check', '--format', 'json'])
    const rules = JSON.parse(stdout).regions[0].findings.map((finding: { rule: string }) => finding.rule)
    expect(rules).toEqual(expect.arrayContaining(['jinja-syntax', 'unresolved-ref', 'yaml-syntax']))
  })

  test('a pull request can mend the configuration that its base has broken', async () => {
    const repository = regionalRepository()
    const file = '.github/dbt-regions.yml'
    repository.commit('broken', { [file]: 'version: 1\nregions: [oops]\n' })
    repository.git('switch', '--quiet', '-c', 'mend')
    repository.write({
      [file]:
        'version: 1\nregions:\n  eu:\n    project: dbt_projects/eu_analytics_dbt\n  us:\n    project: dbt_projects/us_analytics_dbt\n',
    })
    const { status, stdout } = await dbtRegions(repository.root, ['check', '--base', 'main'])
    expect(stdout).toContain('The check passes')
    expect(status).toBe(0)
  })

  test('a token in the environment reaches no output', async () => {
    const repository = regionalRepository()
    repository.write({
      [gold]: `${edited(gold, 'Low Value', 'Small Value')}\n-- {{ env_var('DATABRICKS_EU_TOKEN') }} {{ env_var('DBT_ENV_SECRET_X') }}\n`,
    })
    const secrets = { DATABRICKS_EU_TOKEN: 'dapi-very-secret', DBT_ENV_SECRET_X: 'hidden-word' }
    for (const format of ['text', 'markdown', 'json']) {
      const { stdout, stderr } = await dbtRegions(repository.root, ['check', '--format', format], secrets)
      expect(stdout + stderr).not.toMatch(/dapi-very-secret|hidden-word/)
    }
  })
})

test('plan shows what would run, and why', async () => {
  const repository = regionalRepository()
  repository.write({ [gold]: edited(gold, 'Low Value', 'Small Value') })
  const { status, stdout } = await dbtRegions(repository.root, ['plan'])
  expect(stdout).toMatch(/^eu: 1 node to run and \d+ data tests to run$/m)
  expect(stdout).toMatch(/run +model customer_cohorts +\S/)
  expect(stdout).toMatch(/^us: nothing to do/m)
  expect(stdout).not.toContain('model customer_metrics ')
  expect(status).toBe(0)
})

test('manifest writes what dbt would, and says findings on standard error', async () => {
  const { root } = regionalRepository()
  const output = join(root, 'out', 'manifest.json')
  const { status, stdout } = await dbtRegions(root, [
    'manifest',
    '--project',
    'dbt_projects/us_analytics_dbt',
    '--output',
    output,
  ])
  const manifest = JSON.parse(readFileSync(output, 'utf8'))
  expect(manifest.metadata).toMatchObject({
    dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
    project_name: 'us_analytics_dbt',
  })
  expect(manifest.parent_map['model.us_analytics_dbt.customer_cohorts']).toEqual([
    'model.us_analytics_dbt.customer_metrics',
  ])
  expect(stdout).toBe('')
  expect(status).toBe(0)
})

describe('deploy on the embedded engine, one process each', () => {
  const deploy = (root: string, env = {}) => dbtRegions(root, ['deploy', '--region', 'eu', '--engine', 'demo'], env)
  const built = (stdout: string) =>
    [...stdout.matchAll(/^ +(ok|warning|error|failed|skipped) +(model|test) +(\S+) /gm)].map(
      ([, status, kind, name]) => `${status} ${kind} ${name}`,
    )
  const models = (stdout: string) => built(stdout).filter((line) => line.includes(' model '))

  test('all, nothing, one node, a failure with its child, and what was left', async () => {
    const repository = regionalRepository()
    const first = await deploy(repository.root)
    expect(models(first.stdout)).toEqual(['ok model customer_metrics', 'ok model customer_cohorts'])
    expect(first.status).toBe(0)

    const second = await deploy(repository.root)
    expect(built(second.stdout)).toEqual([])
    expect(second.stdout).toMatch(/^eu: nothing to do, the region is what [0-9a-f]{7} says$/m)
    expect(second.status).toBe(0)
    expect(repository.git('status', '--porcelain')).toBe('')

    repository.commit('gold', {
      [gold]: edited(gold, 'select\n    customer_id', 'select\n    upper(country) as loud,\n    customer_id'),
      'dbt_projects/eu_analytics_dbt/models/gold/customer_cohorts.yml': edited(
        'dbt_projects/eu_analytics_dbt/models/gold/customer_cohorts.yml',
        '      - name: cohort_month',
        '      - name: loud\n        data_type: string\n      - name: cohort_month',
      ),
    })
    const third = await deploy(repository.root)
    expect(models(third.stdout)).toEqual(['ok model customer_cohorts'])
    expect(third.status).toBe(0)

    repository.commit('broken', { [silver]: edited(silver, 'customers.country,', 'no_such_column as country,') })
    const fourth = await deploy(repository.root)
    expect(models(fourth.stdout)).toEqual(['error model customer_metrics', 'skipped model customer_cohorts'])
    expect(fourth.stdout).toMatch(/no_such_column/)
    expect(fourth.status).toBe(1)

    repository.commit('revert', { [silver]: readFileSync(join(projectRoot, silver), 'utf8') })
    const fifth = await deploy(repository.root)
    expect(models(fifth.stdout)).toEqual(['ok model customer_metrics', 'ok model customer_cohorts'])
    expect(fifth.status).toBe(0)

    const sixth = await deploy(repository.root)
    expect(built(sixth.stdout)).toEqual([])
  }, 120_000)

  test('an older commit is not put over a newer one', async () => {
    const repository = regionalRepository()
    const old = repository.git('rev-parse', 'HEAD')
    repository.commit('gold', { [gold]: edited(gold, 'Low Value', 'Low Value ') })
    await deploy(repository.root)
    repository.git('checkout', '--quiet', old)
    const { status, stdout, stderr } = await deploy(repository.root)
    expect(stdout + stderr).toMatch(/is newer than/)
    expect(status).toBe(1)
  }, 60_000)

  test.each(['pull_request', 'pull_request_target', 'merge_group'])('is refused on %s', async (event) => {
    const { root } = regionalRepository()
    const { status, stderr } = await deploy(root, { GITHUB_EVENT_NAME: event })
    expect(stderr).toContain(`a deploy is refused on ${event}`)
    expect(status).toBe(2)
  })

  test('DAGSTER_DEMO_MODE chooses the engine', async () => {
    const { root } = regionalRepository()
    const { status } = await dbtRegions(root, ['deploy', '--region', 'us'], { DAGSTER_DEMO_MODE: 'true' })
    expect(status).toBe(0)
    const again = await dbtRegions(root, ['deploy', '--region', 'us'], { DAGSTER_DEMO_MODE: 'true' })
    expect(again.stdout).toMatch(/us: nothing to do/)
  }, 60_000)
})

describe('what the system refuses is said in a line, without a stack', () => {
  test('a manifest where a folder is', async () => {
    const args = ['manifest', '--project', 'dbt_projects/us_analytics_dbt', '--output', '.']
    const { status, stderr } = await dbtRegions(regionalRepository().root, args)
    expect(stderr).toMatch(/EISDIR.*name another place/)
    expect(stderr).not.toContain('    at ')
    expect(status).toBe(2)
  })

  test('a reader who has read enough', async () => {
    const { root } = regionalRepository()
    const child = spawn(process.execPath, [join(projectRoot, 'dist/index.js'), 'deploy', '--region', 'us'], {
      cwd: root,
      env: { ...process.env, DAGSTER_DEMO_MODE: 'true', GITHUB_EVENT_NAME: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const said = text(child.stderr)
    const [status] = await once(child, 'close')
    expect(await said).toBe('')
    expect(status).toBe(0)
    const again = await dbtRegions(root, ['deploy', '--region', 'us', '--engine', 'demo'])
    expect(again.stdout).toContain('nothing to do')
  })
})
