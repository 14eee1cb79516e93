import type { Chance } from './chance.ts'
import { type Column, type Layer, type Model, NOUNS, tableColumns } from './model.ts'
import { modelProperties } from './properties.ts'
import { dailySql, joinedSql, type Query, stagingSql, unionSql } from './sql.ts'

export const STATUSES = ['open', 'paid', 'shipped', 'closed', 'void'] as const
const MODELS_A_FILE = 10

/** A part of the business with its sources, its layers of models and what belongs to them; it reads the areas before it. */
export class Area {
  readonly files = new Map<string, string>()
  /** The models that others may read. */
  readonly readable: Model[] = []
  readonly #name: string
  readonly #chance: Chance
  readonly #models: Model[] = []
  readonly #daily: Model[] = []

  constructor(name: string, models: number, before: readonly Area[], chance: Chance) {
    this.#name = name
    this.#chance = chance
    const staging = Math.max(1, Math.round(models * 0.4))
    const intermediate = Math.round(models * 0.25)
    for (let index = 0; index < staging; index += 1) this.#staging(index)
    for (let index = staging; index < models; index += 1)
      this.#derived(index, index < staging + intermediate ? 'intermediate' : 'marts', before)
    this.#properties()
    this.#resources()
  }

  #staging(index: number): void {
    const chance = this.#chance
    const round = Math.floor(index / NOUNS.length)
    const noun = `${NOUNS[index % NOUNS.length]}${round > 0 ? `_${round}` : ''}`
    const system = `${this.#name}_${index % 3 === 0 ? 'app' : 'erp'}`
    const referred = chance.some(this.readable.slice(-8), chance.whole(0, 2))
    const key = `${noun}_id`
    const columns = tableColumns(
      key,
      referred.map((model) => model.key),
      chance,
    )
    const table = `${noun}s`
    const foreign = new Map(referred.map((model): [string, string] => [model.name, model.key]))
    this.#add(`stg_${system}__${table}`, 'staging', key, foreign, stagingSql({ system, table }, columns, chance), '')
    this.#source(system, table, columns)
  }

  readonly #sources = new Map<string, string[]>()

  #source(system: string, table: string, columns: readonly Column[]): void {
    const listed = columns.slice(1, 4).map(({ name }) => `          - name: ${name}`)
    const entry = [
      `      - name: ${table}`,
      `        description: Rows of ${table.replaceAll('_', ' ')} as they arrive`,
      '        columns:',
      '          - name: id',
      '            data_tests: [unique, not_null]',
      ...listed,
    ]
    this.#sources.set(system, [...(this.#sources.get(system) ?? []), ...entry])
  }

  #derived(index: number, layer: Layer, before: readonly Area[]): void {
    const chance = this.#chance
    const pool = (): Model => {
      const area = before.length > 0 && chance.happens(0.12) ? chance.one(before) : this
      return chance.one(area.readable)
    }
    const parents = [...new Map(Array.from({ length: chance.whole(1, 3) }, () => this.#asModel(pool())))].map(
      ([, model]) => model,
    )
    const [first] = parents
    if (!first) return
    const kind = chance.whole(1, 10)
    if (layer === 'marts' && kind <= 2) {
      const name = `agg_${this.#name}__${subject(first)}_by_day_${index}`
      this.#add(name, layer, 'day', new Map(), dailySql(first, STATUSES, chance), configOf(layer, false, chance))
    } else if (layer === 'intermediate' && kind <= 2 && parents.length > 1) {
      const name = `int_${this.#name}__${subject(first)}_unioned_${index}`
      this.#add(name, layer, 'record_id', new Map(), unionSql(parents, chance), configOf(layer, false, chance))
    } else {
      const incremental = layer === 'marts' && chance.happens(0.25)
      const joined = joinedSql(parents, incremental, chance)
      const foreign = [...first.foreign].filter(([, column]) => joined.columns.some(({ name }) => name === column))
      const prefix = layer === 'marts' ? chance.one(['fct', 'fct', 'dim']) : 'int'
      const name = `${prefix}_${this.#name}__${subject(first)}_${index}`
      this.#add(name, layer, first.key, new Map(foreign), joined, configOf(layer, incremental, chance, first.key))
    }
  }

  #asModel(model: Model): [string, Model] {
    return [model.name, model]
  }

  #add(
    name: string,
    layer: Layer,
    key: string,
    foreign: ReadonlyMap<string, string>,
    query: Query,
    config: string,
  ): void {
    const contract = layer === 'marts' && config === '' && this.#chance.happens(0.1)
    const { columns } = query
    const model: Model = { name, area: this.#name, layer, key, foreign, columns, contract, sql: config + query.sql }
    this.files.set(`models/${layer}/${this.#name}/${name}.sql`, model.sql)
    this.#models.push(model)
    const isReadable = ['status', 'updated_at', key].every((column) => columns.some(({ name }) => name === column))
    ;(isReadable ? this.readable : this.#daily).push(model)
  }

  #properties(): void {
    for (const layer of ['staging', 'intermediate', 'marts'] as const) {
      const models = this.#models.filter((model) => model.layer === layer)
      for (let from = 0; from < models.length; from += MODELS_A_FILE) {
        const file = `_${this.#name}__models${from === 0 ? '' : `_${from / MODELS_A_FILE}`}.yml`
        const part = models.slice(from, from + MODELS_A_FILE)
        this.files.set(`models/${layer}/${this.#name}/${file}`, modelProperties(part, STATUSES, this.#chance))
      }
    }
    const sources = [...this.#sources].flatMap(([system, tables]) => [
      `  - name: ${system}`,
      `    description: Tables of ${system.replaceAll('_', ' ')}`,
      `    schema: raw_${system}`,
      '    config:',
      '      loaded_at_field: updated_at',
      '      freshness: {warn_after: {count: 24, period: hour}}',
      '    tables:',
      ...tables,
    ])
    this.files.set(
      `models/staging/${this.#name}/_${this.#name}__sources.yml`,
      ['version: 2', '', 'sources:', ...sources, ''].join('\n'),
    )
  }

  /** What an area has beside models: docs, exposures, snapshots, seeds, tests and a macro of its own. */
  #resources(): void {
    const [area, chance] = [this.#name, this.#chance]
    const put = (path: string, ...lines: string[]) => this.files.set(path, `${lines.join('\n')}\n`)
    const staged = this.readable.filter(({ layer }) => layer === 'staging')
    const [one, other] = [chance.one(staged), chance.one(staged)]
    put(
      `models/marts/${area}/${area}.md`,
      `{% docs ${area}_freshness %}`,
      `Loaded **every night** by the ${area} team; see the run book.`,
      '{% enddocs %}',
    )
    const shown = chance.some([...this.#daily, ...this.readable.slice(-6)], 3)
    put(
      `models/marts/${area}/_${area}__exposures.yml`,
      'exposures:',
      ...shown.flatMap(({ name }, index) => [
        `  - name: ${area}_board_${index}`,
        `    type: ${index === 0 ? 'dashboard' : 'notebook'}`,
        '    maturity: high',
        `    owner: {name: ${area}, email: ${area}@example.com}`,
        `    depends_on: [ref('${name}')]`,
      ]),
    )
    put(
      `snapshots/${area}_history.sql`,
      `{% snapshot ${area}_history %}`,
      `{{ config(schema='snapshots', unique_key='${one.key}', strategy='timestamp', updated_at='updated_at') }}`,
      `select * from {{ ref('${one.name}') }}`,
      '{% endsnapshot %}',
    )
    put(
      `snapshots/${area}_snapshots.yml`,
      'snapshots:',
      `  - name: ${area}_statuses`,
      `    relation: ref('${other.name}')`,
      `    config: {schema: snapshots, unique_key: ${other.key}, strategy: check, check_cols: [status]}`,
    )
    const rows = Array.from({ length: chance.whole(5, 40) }, (_, index) => `${index},${area} ${index}`)
    put(`seeds/${area}_codes.csv`, 'code,label', ...rows)
    put(
      `tests/${area}_is_not_from_the_future.sql`,
      `select * from {{ ref('${chance.one(this.readable).name}') }}`,
      'where updated_at > {{ dbt.current_timestamp() }}',
    )
    put(
      `macros/${area}.sql`,
      `{% macro ${area}_week(column) -%}`,
      `date_trunc('week', {{ column }})`,
      '{%- endmacro %}',
    )
    put(
      `models/staging/${area}/_${area}__unit_tests.yml`,
      'unit_tests:',
      `  - name: ${area}_takes_the_last_version`,
      `    model: ${one.name}`,
      '    given:',
      `      - input: source('${one.name.slice(4).replace('__', "', '")}')`,
      '        rows: [{id: 1, status: OPEN}]',
      `    expect: {rows: [{${one.key}: 1, status: open}]}`,
    )
  }
}

/** What a model is about, from its name. */
function subject({ name }: Model): string {
  return (name.split('__')[1] ?? name).replace(/(?:_unioned)?_\d+$/, '').slice(0, 24)
}

function configOf(layer: Layer, incremental: boolean, chance: Chance, key?: string): string {
  const config = incremental
    ? ["materialized='incremental'", `unique_key='${key}'`, "on_schema_change='append_new_columns'"]
    : layer === 'intermediate' && chance.happens(0.2)
      ? ["materialized='ephemeral'"]
      : []
  if (chance.happens(0.25)) config.push(`tags=['${chance.one(['daily', 'weekly', 'core'])}']`)
  if (chance.happens(0.1)) config.push(`meta={'tier': ${chance.whole(1, 3)}}`)
  return config.length === 0 ? '' : `{{ config(\n${config.map((line) => `    ${line}`).join(',\n')}\n) }}\n\n`
}
