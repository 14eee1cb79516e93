import { afterAll, beforeAll, expect, it } from 'vitest'
import { compileNode } from '../../src/dbt/compile.ts'
import { parseProject } from '../../src/dbt/parse.ts'
import type { Project, ProjectFiles } from '../../src/dbt/project.ts'
import { deploy } from '../../src/deploy.ts'
import { fingerprints, settingsOf } from '../../src/graph/fingerprint.ts'
import { AlongLedger } from '../../src/run/along.ts'
import type { Build } from '../../src/run/build.ts'
import { execute } from '../../src/run/execute.ts'
import { currentState, type LedgerEvent, recordedOutputs } from '../../src/run/ledger.ts'
import { nativeBuild } from '../../src/run/materialize.ts'
import type { Row, Warehouse } from '../../src/run/warehouse.ts'
import { embedded } from '../adapters/embedded.ts'
import { numbers } from '../tools/numbers.ts'
import { build, compilerOf, told } from './native.ts'

/**
 * The truth by execution: a project is edited at random and deployed along columns, some deploys are cut off, and in the end every relation
 * holds what a build of everything into an empty catalog gives.
 */
interface Model {
  readonly from: string
  readonly columns: Readonly<Record<string, string>>
  readonly where: string
  readonly star?: boolean
  readonly group?: string
  readonly wrapped?: boolean
  readonly view?: boolean
  readonly tagged?: boolean
}
type Models = Readonly<Record<string, Model>>

const orders = "{{ source('bronze', 'orders') }} o"
const start: Models = {
  orders: {
    from: orders,
    columns: { id: 'o.id', customer: 'o.customer', amount: 'o.amount', country: 'o.country' },
    where: 'o.amount > 1',
  },
  customers: {
    from: "{{ source('bronze', 'customers') }} c",
    columns: { customer: 'c.id', name: 'c.name', country: 'c.country' },
    where: 'c.id > 0',
  },
  large: {
    from: "{{ ref('orders') }} o",
    columns: { id: 'o.id', customer: 'o.customer', amount: 'o.amount' },
    where: 'o.amount > 2',
    view: true,
  },
  totals: {
    from: "{{ ref('orders') }} o",
    columns: { customer: 'o.customer', total: 'sum(o.amount)' },
    where: 'o.id > 0',
    group: '1',
  },
  places: {
    from: "{{ ref('orders') }} o",
    columns: { country: 'o.country', n: 'count(*)' },
    where: 'o.id > 0',
    group: '1',
  },
  everything: { from: "{{ ref('orders') }}", columns: {}, where: 'id > 0', star: true },
  named: {
    from: "{{ ref('large') }} o join {{ ref('customers') }} c on o.customer = c.customer",
    columns: { id: 'o.id', name: 'upper(c.name)', amount: 'o.amount' },
    where: 'o.id > 0',
  },
  ranked: {
    from: "{{ ref('totals') }} o",
    columns: { customer: 'o.customer', place: 'row_number() over (order by o.total desc, o.customer)' },
    where: 'o.customer > 0',
  },
  loyal: {
    from: "{{ ref('customers') }} o",
    columns: {
      customer: 'o.customer',
      country: 'o.country',
      known: "(select count(*) from {{ ref('places') }} p where p.country = o.country)",
    },
    where: "o.customer in (select customer from {{ ref('ranked') }} where place < 4)",
  },
  report: {
    from: "{{ ref('named') }} o left join {{ ref('everything') }} e on o.id = e.id left join {{ ref('loyal') }} l on e.customer = l.customer",
    columns: { id: 'o.id', name: 'o.name', amount: 'e.amount', known: 'l.known' },
    where: 'o.id > 0',
  },
}

const profiles = (schema: string) =>
  `shop:\n  target: dev\n  outputs:\n    dev: {type: databricks, catalog: c, schema: ${schema}, host: h, http_path: p, token: t}\n`

function filesOf(models: Models, schema: string): ProjectFiles {
  const tags = Object.entries(models).map(
    ([name, { tagged }]) => `  - {name: ${name}${tagged ? ', config: {databricks_tags: {team: sales}}' : ''}}\n`,
  )
  return new Map([
    ['dbt_project.yml', 'name: shop\nversion: "1"\nprofile: shop\nmodels: {+materialized: table}\n'],
    ['profiles.yml', profiles(schema)],
    ['models/models.yml', `models:\n${tags.join('')}`],
    [
      'models/sources.yml',
      'sources: [{name: bronze, database: raw, schema: bronze, tables: [{name: orders}, {name: customers}]}]\n',
    ],
    ...Object.entries(models).map(([name, model]) => [`models/${name}.sql`, sqlOf(model)] as const),
  ])
}

function sqlOf({ from, columns, where, star, group, wrapped, view }: Model): string {
  const items = [
    ...(star ? ['*'] : []),
    ...Object.entries(columns).map(([name, expression]) => `${expression} as ${name}`),
  ]
  const query = `select ${items.join(', ')} from ${from} where ${where}${group === undefined ? '' : ` group by ${group}`}`
  const config = view ? "{{ config(materialized='view') }}\n" : ''
  return `${config}${wrapped ? `with w as (${query}) select * from w` : query}`
}

/** One edit, which keeps every column that somebody may read. */
function edited(models: Models, random: () => number): { models: Models; what: string } {
  const names = Object.keys(models)
  const name = names[random() % names.length] ?? 'orders'
  const model = models[name] ?? start.orders
  if (model === undefined) throw new Error(name)
  const keys = Object.keys(model.columns).filter((key) => !/count|row_number/.test(model.columns[key] ?? ''))
  const key = keys[random() % Math.max(1, keys.length)]
  const written = key === undefined ? '' : (model.columns[key] ?? '')
  const isText = /name|country/.test(key ?? '')
  const others: Record<string, () => Model> = {
    'another expression': () =>
      key === undefined
        ? model
        : {
            ...model,
            columns: { ...model.columns, [key]: isText ? `concat(${written}, '')` : `${written} + ${random() % 3}` },
          },
    'another literal': () => ({ ...model, where: model.where.replace(/\d+/, String(random() % 3)) }),
    'a column more': () => ({
      ...model,
      columns: { ...model.columns, ...(!model.group && { [`more_${random() % 3}`]: `${random() % 3}` }) },
    }),
    'a column less': () => ({
      ...model,
      columns: Object.fromEntries(Object.entries(model.columns).filter(([each]) => !each.startsWith('more_'))),
    }),
    'columns in another order': () => ({
      ...model,
      columns: model.group ? model.columns : Object.fromEntries(Object.entries(model.columns).reverse()),
    }),
    'wrapped or not': () => ({ ...model, wrapped: !model.wrapped }),
    'a view or not': () => ({ ...model, view: !model.view }),
    'tagged or not': () => ({ ...model, tagged: !model.tagged }),
  }
  const what = Object.keys(others)[random() % Object.keys(others).length] ?? ''
  return { models: { ...models, [name]: others[what]?.() ?? model }, what: `${name}: ${what}` }
}

let warehouse: Warehouse
beforeAll(async () => {
  warehouse = await embedded(['c', 'raw'])
  for (const sql of [
    'create schema raw.bronze',
    "create table raw.bronze.orders as select * from values (1, 1, 5, 'de'), (2, 1, 1, 'fr'), (3, 2, 2, 'de'), (4, 3, null, 'it'), (5, 3, 7, null), (6, 4, 3, 'fr'), (7, 5, 3, 'de') as t(id, customer, amount, country)",
    "create table raw.bronze.customers as select * from values (1, 'ann', 'de'), (2, 'bob', 'fr'), (3, null, 'it'), (4, 'dee', null) as t(id, name, country)",
  ]) {
    await warehouse.query(sql)
  }
})
afterAll(() => warehouse.close())

interface Side {
  readonly files: ProjectFiles
  readonly project: Project
}

function sideOf(models: Models, schema: string): Side {
  const files = filesOf(models, schema)
  return { files, project: parseProject({ files, root: '', env: new Map() }) }
}

/** A deploy along columns, cut off after so many results. Answers the names of what it built. */
async function deployTo(
  events: LedgerEvent[],
  { files, project }: Side,
  run: number,
  cutAfter: number,
): Promise<string[]> {
  const head = { project, fingerprints: fingerprints(project, compileNode, settingsOf(files)) }
  const along = new AlongLedger(head, compileNode, recordedOutputs(events))
  const place = { region: 'eu', otherRegions: [], commit: `c${run}`, history: new Map() }
  const plan = deploy({ ...place, ...head, ledger: currentState(events), along })
  const outputs = <N extends { unique_id: string }>(node: N) => ({ ...node, outputs: along.outputs(node.unique_id) })
  const whole = nativeBuild({ project, files, warehouse, compiler: compilerOf(project) })
  const cut: Build = async function* (nodes) {
    let results = 0
    for await (const each of whole(nodes)) {
      if (results++ >= cutAfter) throw new Error('cut off')
      yield each
    }
  }
  const { results } = await execute({
    plan: { ...plan, nodes: plan.nodes.map(outputs), restated: plan.restated.map(outputs) },
    build: cut,
    runsByItself: false,
    ledger: async (written) => void events.push(...written),
    commit: `c${run}`,
    runId: `r${run}`,
    now: () => new Date(run * 1000),
  })
  return results.map(({ unique_id }) => unique_id)
}

async function rowsIn(schema: string, model: string): Promise<string[]> {
  const rows = await warehouse.query(`select * from c.${schema}.${model}`)
  return rows.map((row: Row) => JSON.stringify(Object.entries(row))).sort()
}

it.each([1, 2])(
  'after random edits every relation is what a build of everything gives (%i)',
  async (seed) => {
    const random = choices(seed)
    const events: LedgerEvent[] = []
    const [mine, full] = [`along_${seed}`, `full_${seed}`]
    for (const schema of [mine, full]) await warehouse.query(`create schema c.${schema}`)
    let models = start
    await deployTo(events, sideOf(models, mine), 0, Number.POSITIVE_INFINITY)
    const counts = { built: 0, possible: 0 }
    for (let run = 1; run <= 30; run++) {
      const before = models
      const said: string[] = []
      for (let edits = 0; edits <= random() % 2; edits++) {
        const next = edited(models, random)
        models = next.models
        said.push(next.what)
      }
      const about = `seed ${seed}, run ${run}: ${said.join(', ')}`
      const isCut = random() % 5 === 0
      const built = await deployTo(events, sideOf(models, mine), run, isCut ? random() % 6 : Number.POSITIVE_INFINITY)
      if (isCut) {
        // The next deploy is of what stood before, of the same, or of something else.
        if (random() % 3 === 0) models = before
        continue
      }
      counts.built += built.length
      counts.possible += Object.keys(models).length
      expect(told(await build(warehouse, sideOf(models, full))).filter((each) => !each.endsWith(': success'))).toEqual(
        [],
      )
      for (const model of Object.keys(models)) {
        expect(`${about}: ${model} ${(await rowsIn(mine, model)).join()}`).toBe(
          `${about}: ${model} ${(await rowsIn(full, model)).join()}`,
        )
      }
      expect(
        deploy({
          region: 'eu',
          otherRegions: [],
          commit: 'c',
          history: new Map(),
          ledger: currentState(events),
          ...headOf(models, mine),
        }).nodes,
      ).toEqual([])
    }
    // It would prove nothing if everything were built each time.
    expect(counts.built / counts.possible).toBeLessThan(0.5)
  },
  300_000,
)

function headOf(models: Models, schema: string) {
  const { files, project } = sideOf(models, schema)
  return { project, fingerprints: fingerprints(project, compileNode, settingsOf(files)) }
}

/** Whole numbers of chance, the same for the same seed. */
function choices(seed: number): () => number {
  const next = numbers(seed)
  return () => Math.floor(next() * 2 ** 24)
}
