import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readProjectFiles } from '../../src/adapters/files.ts'
import { ParseCache } from '../../src/dbt/cache.ts'
import { compileNode } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import { dbtRegions, projectRoot } from '../e2e/program.ts'
import { command } from '../tools/command.ts'
import { isRecord, type Json, type JsonObject, parseJson } from '../tools/json.ts'
import { describeWith } from '../tools/optional.ts'
import { pythonBin } from '../tools/python.ts'

const PROJECTS = {
  us: 'dbt_projects/us_analytics_dbt',
  eu: 'dbt_projects/eu_analytics_dbt',
  features: '__tests__/fixtures/dbt/features',
} as const
type Name = keyof typeof PROJECTS
const NAMES = ['us', 'eu', 'features'] as const satisfies readonly Name[]
const SIDES = ['dbt', 'ours'] as const
const ENV = {
  ...Object.fromEntries(
    ['US', 'EU'].flatMap((region) => [
      [`DATABRICKS_${region}_HOST`, 'workspace.cloud.databricks.com'],
      [`DATABRICKS_${region}_HTTP_PATH`, '/sql/1.0/warehouses/1'],
      [`DATABRICKS_${region}_TOKEN`, 'none'],
    ]),
  ),
  DO_NOT_TRACK: '1',
  DBT_COLIBRI_NO_VERSION_CHECK: '1',
}

let root: string
/** By project, what `dbt ls` selects with our manifest as its state. */
let states: JsonObject
const folder = (name: Name) => join(root, name)
const manifest = (name: Name, side: (typeof SIDES)[number]) => join(folder(name), side, 'manifest.json')

/** Each tool reads dbt-core's manifest and the one that the program writes of the same project, and has to say the same of both. */
describeWith('python', 'what reads a manifest says the same of ours', () => {
  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'readers-')))
    for (const name of NAMES) {
      const project = join(folder(name), 'project')
      await cp(join(projectRoot, PROJECTS[name]), project, {
        recursive: true,
        filter: (path) => !/[\\/](?:target|logs)$/.test(path),
      })
      const written = ['manifest', '--project', project, '--output', manifest(name, 'ours')]
      expect(await dbtRegions(root, written, ENV)).toMatchObject({ status: 0 })
    }
    states = await python('dbt112', 'read_by_dbt.py', NAMES.map(folder))
  }, 600_000)
  afterAll(() => rm(root, { recursive: true }))

  test.each(NAMES)('dbt-core finds nothing new or changed since the state of %s', (name) => {
    const state = states[folder(name)]
    expect(isRecord(state) && state.all).not.toEqual([])
    expect(state).toMatchObject({ differs: [], known: isRecord(state) ? (state.all ?? null) : null })
  })

  test('dagster-dbt loads the same assets, checks and selections', { timeout: 300_000 }, async () => {
    const paths = NAMES.flatMap((name) => SIDES.map((side) => manifest(name, side)))
    const read = await python('readers', 'read_by_dagster.py', paths)
    for (const name of NAMES) expect(read[manifest(name, 'ours')]).toEqual(read[manifest(name, 'dbt')])
    expect(read[manifest('us', 'ours')]).toMatchObject({
      assets: { 'us/gold/customer_cohorts': { dependencies: ['us/silver/customer_metrics'] } },
      checks: expect.arrayContaining([expect.objectContaining({ asset: 'us/gold/customer_cohorts' })]),
    })
  })

  test.each(NAMES)('dbt-bouncer finds the same in %s', { timeout: 120_000 }, async (name) => {
    const [expected, actual] = [await bouncer(name, 'dbt'), await bouncer(name, 'ours')]
    expect(actual).toEqual(expected)
    expect(new Set(expected.map(({ outcome }) => outcome))).toEqual(new Set(['success', 'failed']))
  })

  /**
   * Neither manifest has compiled SQL, which dbt makes on a warehouse: both are given the same, compiled here, and the same catalog,
   * of the columns that are declared. So this proves that colibri finds its way from relations to nodes and through the graph, and not
   * that the SQL is what dbt would compile, nor anything of columns that are not declared.
   */
  test.each(NAMES)('dbt-colibri draws the same lineage of %s', { timeout: 120_000 }, async (name) => {
    const { models, catalog } = await compiled(name)
    const [expected, actual] = [
      await colibri(name, 'dbt', models, catalog),
      await colibri(name, 'ours', models, catalog),
    ]
    expect(actual).toEqual(expected)
    expect(expected.lineage).toMatchObject({ edges: expect.arrayContaining([expect.anything()]) })
  })
})

async function python(environment: 'dbt112' | 'readers', script: string, args: readonly string[]): Promise<JsonObject> {
  const interpreter = join(await pythonBin(environment), 'python')
  return parseJson(await command(interpreter, [join(import.meta.dirname, script), ...args], { cwd: root, env: ENV }))
}

async function bouncer(name: Name, side: (typeof SIDES)[number]): Promise<JsonObject[]> {
  const cwd = join(folder(name), side)
  await cp(join(import.meta.dirname, 'dbt-bouncer.yml'), join(cwd, 'dbt-bouncer.yml'))
  // Its second run of a configuration reads it from a cache in the home folder, from which checks of words fail.
  const env = { ...ENV, HOME: cwd }
  const program = join(await pythonBin('readers'), 'dbt-bouncer')
  await command(program, ['run', '--output-file', 'found.json'], { cwd, env }).catch((error: Error) => {
    if (!/Done\. SUCCESS=\d+/.test(error.message)) throw error
  })
  const found: JsonObject[] = JSON.parse(await readFile(join(cwd, 'found.json'), 'utf8'))
  return sorted(found)
}

async function compiled(name: Name): Promise<{ models: ReadonlyMap<string, string>; catalog: JsonObject }> {
  const files = await readProjectFiles(join(folder(name), 'project'))
  const project = parseProject({ files, root: '', env: new Map(Object.entries(ENV)), cache: new ParseCache() })
  const ids = [...project.manifest.nodes.values()].filter(({ language }) => language === 'sql')
  const models = ids.map(({ unique_id }): [string, string] => [
    unique_id,
    compileNode(project, unique_id, { incremental: false }).code,
  ])
  const written = parseJson(await readFile(manifest(name, 'dbt'), 'utf8'))
  return { models: new Map(models), catalog: catalogOf(written) }
}

/** A catalog.json of the columns that are declared, as a warehouse would tell them. */
function catalogOf({ nodes, sources }: JsonObject): JsonObject {
  const section = (resources: Json | undefined) =>
    Object.fromEntries(
      Object.entries(isRecord(resources) ? resources : {}).flatMap(([unique_id, node]) =>
        isRecord(node) && node.relation_name != null ? [[unique_id, entry(unique_id, node)]] : [],
      ),
    )
  const metadata = { dbt_schema_version: 'https://schemas.getdbt.com/dbt/catalog/v1.json' }
  return { metadata, nodes: section(nodes), sources: section(sources), errors: null }
}

function entry(unique_id: string, node: JsonObject): JsonObject {
  const { database = null, schema = null, columns, alias, identifier } = node
  const declared = Object.values(isRecord(columns) ? columns : {}).filter(isRecord)
  const typed = declared.map(({ name, data_type }, index) => ({ name: name ?? '', type: data_type ?? 'string', index }))
  return {
    unique_id,
    metadata: { type: 'TABLE', database, schema, name: alias ?? identifier ?? null, comment: null, owner: null },
    columns: Object.fromEntries(typed.map((column) => [String(column.name), { ...column, comment: null }])),
    stats: {},
  }
}

async function colibri(
  name: Name,
  side: (typeof SIDES)[number],
  models: ReadonlyMap<string, string>,
  catalog: JsonObject,
): Promise<JsonObject> {
  const cwd = join(folder(name), `colibri-${side}`)
  await mkdir(cwd)
  const written = parseJson(await readFile(manifest(name, side), 'utf8'))
  for (const [unique_id, node] of Object.entries(isRecord(written.nodes) ? written.nodes : {}))
    if (isRecord(node) && models.has(unique_id)) node.compiled_code = models.get(unique_id) ?? null
  await writeFile(join(cwd, 'manifest.json'), JSON.stringify(written))
  await writeFile(join(cwd, 'catalog.json'), JSON.stringify(catalog))
  const places = ['--manifest', 'manifest.json', '--catalog', 'catalog.json', '--output-dir', '.']
  await command(join(await pythonBin('readers'), 'colibri'), ['generate', ...places], { cwd, env: ENV })
  const { nodes = null, lineage = null } = parseJson(await readFile(join(cwd, 'colibri-manifest.json'), 'utf8'))
  return { nodes: unordered(nodes), lineage: unordered(lineage) }
}

/** Without the numbers that it gives edges as it draws them, and when a resource was read; lists are sorted. */
function unordered(value: Json): Json {
  if (Array.isArray(value)) return sorted(value.map(unordered))
  if (!isRecord(value)) return value
  const kept = Object.entries(value).filter(([key]) => key !== 'id' && key !== 'created_at')
  return Object.fromEntries(kept.map(([key, inner]) => [key, unordered(inner)]))
}

function sorted<T>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
