import { type CallSite, Dict, HostObject, type Kwargs, PythonError, render, str, type Value } from '../jinja/index.ts'
import { isJsonObject, toValue } from './data.ts'
import type { NodeDraft } from './draft.ts'
import { jsonOf } from './json.ts'
import type { MacroEntry } from './macro.ts'
import type { JsonObject, Manifest, ManifestNode, UnitTestDefinition } from './manifest.ts'
import type { Package } from './package.ts'
import { functionArgs, Resolve, refArgs, sourceArgs, tryOrCompilerError } from './parse-subject.ts'
import type { Resolver } from './resolve.ts'
import type { Subject } from './runtime.ts'
import type { Session } from './session.ts'
import { nodeJson } from './write.ts'

/** What a compilation looked at: vars, environment variables and macros, those that macros call included. */
export interface Reads {
  readonly macros: readonly string[]
  readonly vars: readonly string[]
  readonly env_vars: readonly string[]
}

export interface CompileOptions {
  /** What `is_incremental()` says of an incremental model. */
  readonly incremental: boolean
  /** The columns of a relation by its name as SQL; null where they are not known. Without it, only a warehouse knows. */
  readonly columnsOf?: (relation: string) => readonly RelationColumn[] | null
}

/** A column of a relation, as `adapter.get_columns_in_relation` tells it. */
export interface RelationColumn {
  readonly name: string
  readonly type: string | null
}

/** What one rendering leaves behind. */
export class Trail {
  readonly unresolved = new Set<string>()
  readonly macros = new Set<string>()
  readonly vars = new Set<string>()
  readonly envVars = new Set<string>()
  /** unique_ids of the ephemeral models that it needs, in the order of their refs. */
  readonly ctes = new Set<string>()
}

/** A unit test's stand-ins: relation names by unique_id, and what its overrides say. */
export interface StandIns {
  readonly inputs: ReadonlyMap<string, string>
  readonly self: string | null
  readonly overrides: UnitTestDefinition['overrides']
}

/** A node while it is compiled: `execute` is true, refs are relations, nothing is asked of a warehouse. */
export class CompileSubject implements Subject {
  readonly execute = true
  readonly package: Package
  readonly #session: Session
  readonly #node: NodeDraft
  readonly #manifest: Manifest
  readonly #resolver: Resolver
  readonly #options: CompileOptions
  readonly #trail: Trail
  readonly #extra: ReadonlyMap<string, Value>
  readonly #standIns: StandIns | undefined

  constructor(
    session: Session,
    facts: {
      readonly node: NodeDraft
      readonly package: Package
      readonly manifest: Manifest
      readonly resolver: Resolver
    },
    options: CompileOptions,
    trail: Trail,
    extra: ReadonlyMap<string, Value>,
    standIns?: StandIns,
  ) {
    this.#session = session
    this.#node = facts.node
    this.package = facts.package
    this.#manifest = facts.manifest
    this.#resolver = facts.resolver
    this.#options = options
    this.#trail = trail
    this.#extra = extra
    this.#standIns = standIns
  }

  member(name: string): Value | undefined {
    const node = this.#node
    switch (name) {
      case 'ref':
        return new Resolve((args, kwargs) => this.#ref(args, kwargs))
      case 'source':
        return new Resolve((args, kwargs) => this.#source(args, kwargs))
      case 'metric':
        return (args) => this.#unknown(`metric ${args.map(str).join('.')}`)
      case 'function':
        return (args) => this.#function(args)
      case 'config':
        return new CompileConfig(node.config)
      case 'this':
        if (this.#standIns?.self) return this.#standIns.self
        return node.resource_type === 'operation' ? null : this.#relation(node)
      case 'model':
        return toValue(nodeJson(node))
      case 'graph':
        return this.#graph()
      case 'database':
        return node.database
      case 'schema':
        return node.schema
      case 'pre_hooks':
        return toValue(node.config['pre-hook'] ?? [])
      case 'post_hooks':
        return toValue(node.config['post-hook'] ?? [])
      case 'sql':
      case 'compiled_code':
      case 'defer_relation':
        return null
      case 'render':
        return (args) =>
          render(
            this.#session.cache.template(str(args[0] ?? null), 'render'),
            this.#session.runtime.scope(this.package),
          )
      case 'try_or_compiler_error':
        return tryOrCompilerError
      case '__dbt_is_incremental':
        return (
          this.#options.incremental && node.config.materialized === 'incremental' && node.config.full_refresh !== true
        )
      default:
        return this.#override(name) ?? this.#extra.get(name)
    }
  }

  override(entry: MacroEntry): Value | undefined {
    this.#trail.macros.add(entry.unique_id)
    const macros = this.#standIns?.overrides?.macros
    if (!isJsonObject(macros)) return undefined
    const own = macros[entry.name] ?? macros[`${entry.package}.${entry.name}`]
    return own === undefined ? undefined : toValue(own)
  }
  onMacro(): void {}
  onVar(name: string): void {
    this.#trail.vars.add(name)
  }
  onEnv(name: string): void {
    this.#trail.envVars.add(name)
  }
  onMissing(kind: 'var' | 'env_var' | 'secret', name: string): void {
    this.#trail.unresolved.add(`${kind} ${name}`)
  }
  onUnresolved(what: string): void {
    this.#trail.unresolved.add(what)
  }
  onUnknown(): void {}
  columnsOf(relation: string): readonly RelationColumn[] | null {
    return this.#options.columnsOf?.(relation) ?? null
  }

  /** `var` and `env_var` as a unit test overrides them. */
  #override(name: string): Value | undefined {
    const overrides = this.#standIns?.overrides
    if (!overrides || (name !== 'var' && name !== 'env_var')) return undefined
    const values = name === 'var' ? overrides.vars : overrides.env_vars
    const own = this.#session.runtime.scope(this.package).own(name)
    if (!isJsonObject(values) || Object.keys(values).length === 0) return undefined
    return new Override(values, own)
  }

  #unknown(what: string): Value {
    this.onUnresolved(what)
    return this.#session.runtime.unknown(what)
  }

  #relation(node: NodeDraft): Value {
    const place = { database: node.database, schema: node.schema, identifier: node.alias }
    const type = node.config.materialized === 'view' ? 'view' : 'table'
    return this.#session.runtime.relations.of(place, node.config.quoting ?? null, false, type)
  }

  #ref(args: readonly Value[], kwargs: Kwargs): Value {
    const wanted = refArgs(args, kwargs)
    const found = this.#resolver.ref(this.#node, wanted)
    if (!found) {
      this.onUnresolved(`ref ${wanted.package === null ? '' : `${wanted.package}.`}${wanted.name}`)
      const { target } = this.#session.packages
      return this.#session.runtime.relations.of(
        { database: target.database, schema: target.schema, identifier: wanted.name },
        null,
      )
    }
    const standIn = this.#standIns?.inputs.get(found.unique_id)
    if (standIn !== undefined) return standIn
    if (found.resource_type !== 'model' || found.config.materialized !== 'ephemeral') return this.#relation(found)
    this.#trail.ctes.add(found.unique_id)
    return this.#session.runtime.relations.ephemeral(found.alias)
  }

  #function(args: readonly Value[]): Value {
    const wanted = functionArgs(args)
    const found = this.#resolver.function(this.#node, wanted)
    return found ? this.#relation(found) : this.#unknown(`function ${args.map(str).join('.')}`)
  }

  #source(args: readonly Value[], kwargs: Kwargs): Value {
    const wanted = sourceArgs(args, kwargs)
    const found = this.#resolver.source(this.#node, wanted)
    if (!found) {
      this.onUnresolved(`source ${wanted.join('.')}`)
      return this.#session.runtime.relations.of(
        { database: null, schema: wanted[0], identifier: wanted[1] },
        null,
        true,
      )
    }
    const standIn = this.#standIns?.inputs.get(found.unique_id)
    if (standIn !== undefined) return standIn
    return this.#session.runtime.relations.of(
      { database: found.database, schema: found.schema, identifier: found.identifier },
      found.quoting,
      true,
    )
  }

  #graph(): Value {
    const { nodes, sources, exposures, groups } = this.#manifest
    const all = (map: ReadonlyMap<string, object>): Value =>
      Dict.from([...map].map(([key, value]): [Value, Value] => [key, toValue(jsonOf(value))]))
    const isFunction = (node: ManifestNode): boolean => node.resource_type === 'function'
    const entries = [...nodes]
    return Dict.of({
      nodes: all(new Map(entries.filter(([, node]) => !isFunction(node)))),
      functions: all(new Map(entries.filter(([, node]) => isFunction(node)))),
      sources: all(sources),
      exposures: all(exposures),
      groups: all(groups),
      metrics: new Dict(),
      semantic_models: new Dict(),
      saved_queries: new Dict(),
    })
  }
}

/** `config` of a compiled node: it says what the node's config is. */
class CompileConfig extends HostObject {
  readonly typeName = 'RuntimeConfigObject'
  readonly #config: JsonObject

  constructor(config: JsonObject) {
    super()
    this.#config = config
  }

  override call(): Value {
    return ''
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'get':
        return (args, kwargs) => this.#get(this.#config, args, kwargs)
      case 'meta_get':
        return (args, kwargs) => this.#get(isJsonObject(this.#config.meta) ? this.#config.meta : {}, args, kwargs)
      case 'require':
      case 'meta_require':
        return (args) => {
          const key = str(args[0] ?? null)
          if (!Object.hasOwn(this.#config, key))
            throw new PythonError('CompilationError', `the config '${key}' is required`)
          return toValue(this.#config[key])
        }
      case 'set':
        return () => ''
      case 'persist_relation_docs':
      case 'persist_column_docs':
        return () => {
          const docs = this.#config.persist_docs
          return isJsonObject(docs) && docs[name === 'persist_relation_docs' ? 'relation' : 'columns'] === true
        }
      default:
        return Object.hasOwn(this.#config, name) ? toValue(this.#config[name]) : undefined
    }
  }

  #get(from: JsonObject, args: readonly Value[], kwargs: Kwargs): Value {
    const key = str(args[0] ?? kwargs.get('name') ?? null)
    const name = key === 'pre_hook' ? 'pre-hook' : key === 'post_hook' ? 'post-hook' : key
    return Object.hasOwn(from, name) ? toValue(from[name]) : (args[1] ?? kwargs.get('default') ?? null)
  }
}

class Override extends HostObject {
  readonly typeName = 'Var'
  readonly #values: JsonObject
  readonly #own: Value

  constructor(values: JsonObject, own: Value) {
    super()
    this.#values = values
    this.#own = own
  }

  override call(args: readonly Value[], kwargs: Kwargs, site: CallSite): Value {
    const name = args[0]
    if (typeof name === 'string' && Object.hasOwn(this.#values, name)) return toValue(this.#values[name])
    if (typeof this.#own === 'function') return this.#own(args, kwargs, site)
    if (this.#own instanceof HostObject && this.#own.call) return this.#own.call(args, kwargs, site)
    return null
  }
}
