import type {
  ColumnInfo,
  DataTest,
  Exposure,
  JsonObject,
  Macro,
  Manifest,
  Model,
  Seed,
  SourceDefinition,
  UnitTestDefinition,
} from '../../src/dbt/manifest.ts'
import type { Project } from '../../src/dbt/project.ts'
import { type Compiled, type Fingerprinted, fingerprints } from '../../src/graph/fingerprint.ts'

/** A small project as a literal. A model's SQL names what it reads as `{{ ref('x') }}`, `{{ source('s', 't') }}`, `{{ m() }}` and `{{ var('v') }}`. */
export interface Literal {
  readonly models?: Readonly<Record<string, string | LiteralModel>>
  readonly seeds?: Readonly<Record<string, string>>
  /** `source.table` -> relation. */
  readonly sources?: Readonly<Record<string, string | Partial<SourceDefinition>>>
  /** Test's name -> the models that it reads; or the same with SQL and severity, and the model that it is defined on. */
  readonly tests?: Readonly<
    Record<
      string,
      | readonly string[]
      | {
          readonly reads: readonly string[]
          readonly sql?: string
          readonly config?: JsonObject
          readonly on?: string
        }
    >
  >
  readonly exposures?: Readonly<Record<string, Partial<Exposure> & { readonly reads: readonly string[] }>>
  readonly unitTests?: Readonly<Record<string, Partial<UnitTestDefinition> & { readonly model: string }>>
  readonly macros?: Readonly<Record<string, string>>
  readonly vars?: Readonly<Record<string, string>>
  readonly flags?: JsonObject
}

export interface LiteralModel extends Partial<Omit<Model, 'config' | 'columns'>> {
  readonly sql: string
  readonly config?: JsonObject
  readonly columns?: Readonly<Record<string, Partial<ColumnInfo>>>
}

const package_name = 'shop'
const base = (type: string, name: string, file: string) => ({
  name,
  package_name,
  path: file,
  original_file_path: file,
  unique_id: `${type}.${package_name}.${name}`,
  fqn: [package_name, name],
})

/** The project and its fingerprints, compiled by a stand-in for the real compiler that knows the four calls above. */
export function literal(written: Literal): Fingerprinted {
  const manifest = manifestOf(written)
  const project: Project = {
    root: 'dbt_projects/shop',
    manifest,
    findings: [],
    unresolved: [],
    duplicates: [],
    orphans: [],
    positions: new Map(),
    patchPositions: new Map(),
    columnPositions: new Map(),
    missingPackages: [],
    target: { profile: 'shop', name: 'prod', database: 'main', schema: 'analytics' },
  }
  const compile = (_: Project, id: string, { incremental }: { incremental: boolean }): Compiled =>
    compileLiteral(manifest, written.vars ?? {}, id, incremental)
  return {
    project,
    fingerprints: fingerprints(project, compile, { text: written.vars ?? {}, flags: written.flags ?? {} }),
  }
}

function compileLiteral(
  manifest: Manifest,
  vars: Readonly<Record<string, string>>,
  id: string,
  incremental: boolean,
): Compiled {
  const unresolved: string[] = []
  const render = (text: string): string =>
    text
      .replace(/\{#[\s\S]*?#\}/g, '')
      .replace(/\{% if is_incremental\(\) %\}([\s\S]*?)\{% endif %\}/g, (_, inner: string) =>
        incremental ? inner : '',
      )
      .replace(/\{\{ (\w+)\(([^)]*)\) \}\}/g, (_, call: string, args: string) => {
        const names = [...args.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '')
        if (call === 'source')
          return manifest.sources.get(`source.${package_name}.${names.join('.')}`)?.relation_name ?? '?'
        if (call === 'var') return vars[names[0] ?? ''] ?? '?'
        if (call === 'ref') {
          const node = ['model', 'seed']
            .map((type) => manifest.nodes.get(`${type}.${package_name}.${names[0]}`))
            .find((each) => each !== undefined)
          return node?.config.materialized === 'ephemeral' ? `(${render(node.raw_code)})` : (node?.relation_name ?? '?')
        }
        const macro = manifest.macros.get(`macro.${package_name}.${call}`)
        if (macro === undefined) unresolved.push(`the macro ${call}`)
        return render(macro?.macro_sql ?? '?')
      })
  return { code: render(manifest.nodes.get(id)?.raw_code ?? ''), unresolved }
}

function manifestOf(written: Literal): Manifest {
  const models = Object.entries(written.models ?? {}).map(([name, model]) =>
    modelOf(name, typeof model === 'string' ? { sql: model } : model, written),
  )
  const seeds = Object.entries(written.seeds ?? {}).map(([name, content]) => seedOf(name, content))
  const tests = Object.entries(written.tests ?? {}).map(([name, test]) => testOf(name, test, written))
  const sources = Object.entries(written.sources ?? {}).map(([name, source]) => sourceOf(name, source))
  const exposures = Object.entries(written.exposures ?? {}).map(([name, { reads, ...rest }]) =>
    exposureOf(name, reads, rest, written),
  )
  const unitTests = Object.entries(written.unitTests ?? {}).map(([name, test]) => unitTestOf(name, test))
  const macros = Object.entries(written.macros ?? {}).map(([name, text]) => macroOf(name, text))
  const byId = <R extends { unique_id: string }>(all: readonly R[]): Map<string, R> =>
    new Map(all.map((each) => [each.unique_id, each]))
  const dependent = [...models, ...seeds, ...tests, ...exposures, ...unitTests]
  const parents = new Map<string, string[]>(sources.map((source) => [source.unique_id, []]))
  for (const each of dependent) parents.set(each.unique_id, [...each.depends_on.nodes].sort())
  const children = new Map<string, string[]>([...parents.keys()].map((id) => [id, []]))
  for (const [id, above] of parents) for (const parent of above) children.get(parent)?.push(id)
  for (const below of children.values()) below.sort()
  return {
    metadata: { project_name: package_name, adapter_type: 'databricks', target_name: 'prod' },
    nodes: byId([...models, ...seeds, ...tests]),
    sources: byId(sources),
    exposures: byId(exposures),
    unit_tests: byId(unitTests),
    groups: new Map(),
    macros: byId(macros),
    docs: new Map(),
    disabled: new Map(),
    parent_map: parents,
    child_map: children,
  }
}

function idOf(name: string, written: Literal): string {
  if (written.seeds?.[name] !== undefined) return `seed.${package_name}.${name}`
  return written.sources?.[name] === undefined ? `model.${package_name}.${name}` : `source.${package_name}.${name}`
}

function reads(sql: string, written: Literal): { nodes: string[]; macros: string[] } {
  const nodes = [...sql.matchAll(/\{\{ ref\('(\w+)'\) \}\}/g)].map((match) => idOf(match[1] ?? '', written))
  const sources = [...sql.matchAll(/\{\{ source\('(\w+)', '(\w+)'\) \}\}/g)].map(
    (match) => `source.${package_name}.${match[1]}.${match[2]}`,
  )
  const macros = [...sql.matchAll(/\{\{ (\w+)\(/g)]
    .map((match) => match[1] ?? '')
    .filter((call) => !['ref', 'source', 'var'].includes(call))
  return {
    nodes: [...new Set([...nodes, ...sources])].sort(),
    macros: macros.map((call) => `macro.${package_name}.${call}`),
  }
}

const common = {
  database: 'main',
  tags: [],
  meta: {},
  description: '',
  columns: new Map(),
  group: null,
  raw_code: '',
  language: 'sql',
  refs: [],
  sources: [],
  metrics: [],
  patch_path: null,
  unrendered_config: {},
  checksum: { name: 'sha256', checksum: '' },
}

function modelOf(name: string, { sql, config, columns, ...rest }: LiteralModel, written: Literal): Model {
  const schema = rest.schema ?? 'gold'
  const alias = rest.alias ?? name
  return {
    ...base('model', name, `models/${name}.sql`),
    ...common,
    resource_type: 'model',
    schema,
    alias,
    relation_name: config?.materialized === 'ephemeral' ? null : `\`main\`.\`${schema}\`.\`${alias}\``,
    access: 'protected',
    version: null,
    latest_version: null,
    contract: { enforced: false, alias_types: true, checksum: null },
    constraints: [],
    deprecation_date: null,
    primary_key: [],
    raw_code: sql,
    depends_on: reads(sql, written),
    ...rest,
    config: { enabled: true, materialized: 'table', tags: [], meta: {}, ...config },
    columns: new Map(Object.entries(columns ?? {}).map(([column, given]) => [column, columnOf(column, given)])),
  }
}

function columnOf(name: string, given: Partial<ColumnInfo>): ColumnInfo {
  const empty = { name, description: '', data_type: null, meta: {}, tags: [], quote: null, constraints: [], config: {} }
  return { ...empty, ...given } as ColumnInfo
}

function seedOf(name: string, content: string): Seed {
  return {
    ...base('seed', name, `seeds/${name}.csv`),
    ...common,
    resource_type: 'seed',
    schema: 'seeds',
    alias: name,
    relation_name: `\`main\`.\`seeds\`.\`${name}\``,
    checksum: { name: 'sha256', checksum: content },
    depends_on: { nodes: [], macros: [] },
    config: { enabled: true, materialized: 'seed', tags: [], meta: {} },
  }
}

function testOf(name: string, test: NonNullable<Literal['tests']>[string], written: Literal): DataTest {
  const given = 'reads' in test ? test : { reads: test }
  const sql = given.sql ?? `select * from ${given.reads.join(', ')} where wrong`
  return {
    ...base('test', name, `tests/${name}.sql`),
    ...common,
    resource_type: 'test',
    schema: 'audit',
    alias: name,
    relation_name: null,
    test_metadata: null,
    column_name: null,
    attached_node: given.on === undefined ? null : idOf(given.on, written),
    file_key_name: null,
    raw_code: sql,
    depends_on: { nodes: given.reads.map((each) => idOf(each, written)).sort(), macros: reads(sql, written).macros },
    config: { enabled: true, materialized: 'test', tags: [], meta: {}, severity: 'ERROR', ...given.config },
  }
}

function sourceOf(name: string, given: string | Partial<SourceDefinition>): SourceDefinition {
  const [source_name = '', identifier = ''] = name.split('.')
  return {
    ...base('source', name, 'models/sources.yml'),
    resource_type: 'source',
    source_name,
    source_description: '',
    loader: '',
    identifier,
    database: 'main',
    schema: source_name,
    relation_name: typeof given === 'string' ? given : `\`main\`.\`${source_name}\`.\`${identifier}\``,
    config: {},
    tags: [],
    meta: {},
    source_meta: {},
    description: '',
    columns: new Map(),
    freshness: null,
    loaded_at_field: null,
    unrendered_config: {},
    ...(typeof given === 'string' ? {} : given),
  }
}

function exposureOf(name: string, read: readonly string[], given: Partial<Exposure>, written: Literal): Exposure {
  return {
    ...base('exposure', name, 'models/exposures.yml'),
    resource_type: 'exposure',
    type: 'dashboard',
    owner: { name: 'Ada', email: 'ada@example.com' },
    label: null,
    maturity: null,
    url: null,
    description: '',
    config: {},
    tags: [],
    meta: {},
    refs: [],
    sources: [],
    depends_on: { nodes: read.map((each) => idOf(each, written)).sort(), macros: [] },
    ...given,
  }
}

function unitTestOf(name: string, given: Partial<UnitTestDefinition> & { readonly model: string }): UnitTestDefinition {
  return {
    ...base('unit_test', name, 'models/unit_tests.yml'),
    resource_type: 'unit_test',
    given: [],
    expect: {},
    overrides: null,
    description: '',
    config: {},
    depends_on: { nodes: [`model.${package_name}.${given.model}`], macros: [] },
    ...given,
  }
}

function macroOf(name: string, text: string): Macro {
  const calls = [...text.matchAll(/\{\{ (\w+)\(/g)]
    .map((match) => match[1] ?? '')
    .filter((call) => !['ref', 'source', 'var'].includes(call))
  return {
    ...base('macro', name, `macros/${name}.sql`),
    resource_type: 'macro',
    macro_sql: text,
    depends_on: { macros: calls.map((call) => `macro.${package_name}.${call}`) },
    description: '',
  }
}
