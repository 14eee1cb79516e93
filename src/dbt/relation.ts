import { Dict, HostObject, type Value } from '../jinja/index.ts'
import type { AdapterType } from './adapter-type.ts'
import { isJsonObject } from './data.ts'
import type { Json } from './manifest.ts'

export type Part = 'database' | 'schema' | 'identifier'
type Policy = Readonly<Record<Part, boolean>>

const PARTS: readonly Part[] = ['database', 'schema', 'identifier']

/** What makes a relation. */
export interface RelationFacts {
  readonly database: string | null
  readonly schema: string | null
  readonly identifier: string | null
  readonly quoting: Policy
  readonly include: Policy
  readonly type: string | null
}

/** dbt's Relation, as far as it is known without a warehouse: https://docs.getdbt.com/reference/dbt-classes#relation */
export class Relation extends HostObject {
  readonly typeName: string
  override readonly isMapping = true
  readonly facts: RelationFacts
  readonly #adapter: AdapterType

  constructor(adapter: AdapterType, facts: RelationFacts) {
    super()
    this.#adapter = adapter
    this.typeName = `${adapter.name[0]?.toUpperCase() ?? ''}${adapter.name.slice(1)}Relation`
    this.facts = facts
  }

  /** Its name as SQL. */
  render(): string {
    const { facts } = this
    const parts = PARTS.flatMap((part) => {
      const name = facts[part]
      if (name === null || !facts.include[part]) return []
      return [facts.quoting[part] ? this.#adapter.quote + name + this.#adapter.quote : name]
    })
    const text = parts.join('.')
    return this.#adapter.lowercases ? text.toLowerCase() : text
  }

  with(change: Partial<RelationFacts>): Relation {
    return new Relation(this.#adapter, { ...this.facts, ...change })
  }

  override text(): string {
    return this.render()
  }
  override repr(): string {
    return `<${this.typeName} ${this.render()}>`
  }
  override equals(other: Value): boolean {
    return other instanceof Relation && other.render() === this.render()
  }
  override hash(): string {
    return `\0r${this.render()}`
  }
  override json(): unknown {
    return this.render()
  }

  override attribute(name: string): Value | undefined {
    const { facts } = this
    switch (name) {
      case 'database':
      case 'schema':
      case 'identifier':
      case 'type':
        return facts[name]
      case 'table':
      case 'name':
        return facts.identifier
      case 'is_table':
      case 'is_view':
      case 'is_cte':
        return facts.type === name.slice(3)
      case 'include_policy':
      case 'quote_policy':
        return Dict.of({ ...(name === 'quote_policy' ? facts.quoting : facts.include) })
      case 'render':
        return () => this.render()
      case 'metadata':
        return Dict.of({ type: this.typeName })
      case 'get':
        return (args) => this.item(args[0] ?? null) ?? args[1] ?? null
      case 'without_identifier':
        return () => this.with({ identifier: null })
      case 'information_schema':
        return (args) => this.#informationSchema(args[0])
      case 'include':
        return (_, kwargs) => this.with({ include: changed(facts.include, kwargs) })
      case 'quote':
        return (_, kwargs) => this.with({ quoting: changed(facts.quoting, kwargs) })
      case 'quoted':
        return (args) => this.#adapter.quote + String(args[0]) + this.#adapter.quote
      case 'replace_path':
        return (_, kwargs) => this.with(paths(kwargs))
      case 'incorporate':
        return (_, kwargs) => this.#incorporate(kwargs)
      case 'matches':
        return (_, kwargs) =>
          [...kwargs].every(([part, value]) => facts[part as Part]?.toLowerCase() === String(value).toLowerCase())
      default:
        return undefined
    }
  }

  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attribute(key) : undefined
  }
  override iterate(): Iterable<Value> {
    return ['path', 'type', 'quote_character', 'include_policy', 'quote_policy', 'dbt_created']
  }
  override truthy(): boolean {
    return true
  }

  #informationSchema(view: Value | undefined): Relation {
    const identifier = typeof view === 'string' ? `information_schema.${view}` : 'information_schema'
    return this.with({
      schema: null,
      identifier,
      quoting: { ...this.facts.quoting, identifier: false },
    })
  }

  #incorporate(kwargs: ReadonlyMap<string, Value>): Relation {
    const path = kwargs.get('path')
    const type = kwargs.get('type')
    const change = path instanceof Dict ? paths(new Map([...path].map(([key, value]) => [String(key), value]))) : {}
    return this.with({ ...change, ...(typeof type === 'string' ? { type } : {}) })
  }
}

function changed(policy: Policy, kwargs: ReadonlyMap<string, Value>): Policy {
  const result = { ...policy }
  for (const part of PARTS) {
    const value = kwargs.get(part)
    if (typeof value === 'boolean') result[part] = value
  }
  return result
}

function paths(kwargs: ReadonlyMap<string, Value>): Partial<RelationFacts> {
  const change: { [part in Part]?: string | null } = {}
  for (const part of PARTS) {
    const value = kwargs.get(part)
    if (typeof value === 'string' || value === null) change[part] = value
  }
  return change
}

/** Makes relations with the quoting of an adapter, a project and a resource, the last being the strongest. */
export class Relations {
  readonly adapter: AdapterType
  readonly #projectQuoting: Json

  constructor(adapter: AdapterType, projectQuoting: Json) {
    this.adapter = adapter
    this.#projectQuoting = projectQuoting
  }

  /** The relation of a place. A source is not quoted as the project says, but as it says itself. */
  of(
    place: { readonly database: string | null; readonly schema: string | null; readonly identifier: string | null },
    own: Json,
    isSource = false,
    type: string | null = null,
  ): Relation {
    const quoting = { ...this.adapter.quoting }
    for (const layer of isSource ? [own] : [this.#projectQuoting, own]) apply(quoting, layer)
    const include = { database: this.adapter.includesDatabase, schema: true, identifier: true }
    return new Relation(this.adapter, {
      database: place.database,
      schema: place.schema,
      identifier: place.identifier,
      quoting,
      include,
      type,
    })
  }

  /** The relation of an ephemeral model: the name of its common table expression. */
  ephemeral(alias: string): Relation {
    return this.of(
      { database: null, schema: null, identifier: `__dbt__cte__${alias}` },
      { identifier: false },
      false,
      'cte',
    )
  }
}

function apply(quoting: Record<Part, boolean>, layer: Json): void {
  if (!isJsonObject(layer)) return
  for (const part of PARTS) {
    const value = layer[part] ?? (part === 'database' ? layer.project : undefined)
    if (typeof value === 'boolean') quoting[part] = value
  }
}
