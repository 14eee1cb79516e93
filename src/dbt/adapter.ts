import { type CallSite, Dict, HostObject, type Kwargs, PythonError, str, type Value } from '../jinja/index.ts'
import type { Relation } from './relation.ts'
import type { Runtime } from './runtime.ts'
import { Symbolic } from './symbolic.ts'

/** Methods that ask the warehouse for a list; all other unknown ones ask it for one thing. */
const LISTS = new Set([
  'get_columns_in_relation',
  'get_columns_in_query',
  'get_missing_columns',
  'list_relations',
  'list_schemas',
  'get_relations_by_pattern',
])

/** dbt's `adapter` without a warehouse: https://docs.getdbt.com/reference/dbt-jinja-functions/adapter */
export class Adapter extends HostObject {
  readonly typeName = 'DatabaseWrapper'
  readonly api: Value
  readonly column: Value
  readonly #runtime: Runtime
  readonly #relation: RelationClass

  constructor(runtime: Runtime) {
    super()
    this.#runtime = runtime
    this.#relation = new RelationClass(runtime)
    this.column = new ColumnClass()
    this.api = Dict.of({ Relation: this.#relation, Column: this.column })
  }

  override attribute(name: string): Value | undefined {
    const { adapter } = this.#runtime.relations
    switch (name) {
      case 'dispatch':
        return (args, kwargs) => this.#dispatch(args, kwargs)
      case 'type':
        return () => adapter.name
      case 'Relation':
        return this.#relation
      case 'quote':
        return (args) => quoted(adapter.quote, str(args[0] ?? null))
      case 'quote_as_configured':
        return (args) => {
          const part = str(args[1] ?? null)
          const isQuoted =
            part === 'database' || part === 'schema' || part === 'identifier' ? adapter.quoting[part] : false
          return isQuoted ? quoted(adapter.quote, str(args[0] ?? null)) : (args[0] ?? null)
        }
      case 'quote_seed_column':
        return (args) => (args[1] === false ? (args[0] ?? null) : quoted(adapter.quote, str(args[0] ?? null)))
      case 'get_columns_in_relation':
        return (args, kwargs) => this.#columns(args[0] ?? kwargs.get('relation') ?? null)
      case 'build_catalog_relation':
        return () => null
      default:
        return () => this.#ask(name)
    }
  }

  #columns(relation: Value): Value {
    const { subject } = this.#runtime
    const known = subject.execute ? (subject.columnsOf?.(str(relation)) ?? null) : null
    if (known === null) return this.#ask('get_columns_in_relation')
    const { quote } = this.#runtime.relations.adapter
    return known.map(({ name, type }) => {
      const shown = type ?? this.#runtime.unknown(`the type of ${name}`)
      return Dict.of({ name, column: name, quoted: quoted(quote, name), dtype: shown, data_type: shown })
    })
  }

  #ask(name: string): Value {
    if (!this.#runtime.subject.execute) return LISTS.has(name) ? [] : null
    this.#runtime.subject.onUnresolved(`adapter.${name}`)
    return this.#runtime.unknown(`adapter.${name}`)
  }

  #dispatch(args: readonly Value[], kwargs: Kwargs): Value {
    const name = args[0] ?? kwargs.get('macro_name')
    const namespace = args[1] ?? kwargs.get('macro_namespace') ?? null
    if (typeof name !== 'string')
      throw new PythonError('CompilationError', 'adapter.dispatch needs the name of a macro')
    const { subject, macros, packages } = this.#runtime
    const search = this.#runtime.dispatchSearch(typeof namespace === 'string' ? namespace : null)
    const found = macros.dispatch(subject.package.name, name, search)
    if (found) return this.#runtime.scope(subject.package).bind(found)
    if (typeof namespace === 'string' && packages.missing.includes(namespace)) {
      subject.onUnresolved(`macro.${namespace}.${name}`)
      return new Symbolic(`${namespace}__${name}()`)
    }
    throw new PythonError(
      'CompilationError',
      `adapter.dispatch finds no macro '${name}'${typeof namespace === 'string' ? ` in '${namespace}'` : ''}`,
    )
  }
}

function quoted(quote: string, name: string): string {
  return quote === '`' && name.includes('`') ? name : quote + name + quote
}

/** `api.Relation`. */
class RelationClass extends HostObject {
  readonly typeName = 'RelationProxy'
  readonly #runtime: Runtime

  constructor(runtime: Runtime) {
    super()
    this.#runtime = runtime
  }

  override attribute(name: string): Value | undefined {
    if (name === 'create') return (args, kwargs, site) => this.call(args, kwargs, site)
    if (name === 'add_ephemeral_prefix') return (args) => `__dbt__cte__${str(args[0] ?? null)}`
    return /^[A-Z]/.test(name) ? name.toLowerCase() : undefined
  }

  override call(_: readonly Value[], kwargs: Kwargs, _site: CallSite): Relation {
    const part = (name: string): string | null => {
      const value = kwargs.get(name)
      return typeof value === 'string' ? value : null
    }
    const place = { database: part('database'), schema: part('schema'), identifier: part('identifier') }
    return this.#runtime.relations.of(place, null, false, part('type'))
  }
}

/** `api.Column`. */
class ColumnClass extends HostObject {
  readonly typeName = 'Column'
  readonly #types: Readonly<Record<string, string>> = {
    STRING: 'string',
    TEXT: 'string',
    FLOAT: 'float',
    INTEGER: 'int',
    NUMERIC: 'decimal',
    TIMESTAMP: 'timestamp',
    BOOLEAN: 'boolean',
  }

  override attribute(name: string): Value | undefined {
    if (name === 'translate_type') return (args) => this.#types[str(args[0] ?? null).toUpperCase()] ?? args[0] ?? null
    if (name === 'numeric_type')
      return (args) =>
        args[1] == null ? str(args[0] ?? null) : `${str(args[0] ?? null)}(${str(args[1])},${str(args[2] ?? null)})`
    if (name === 'string_type') return () => 'string'
    if (name === 'create' || name === 'from_description')
      return (args) =>
        Dict.of({
          name: args[0] ?? null,
          column: args[0] ?? null,
          quoted: args[0] ?? null,
          dtype: args[1] ?? null,
          data_type: args[1] ?? null,
        })
    return undefined
  }
}
