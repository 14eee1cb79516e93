import {
  type Callable,
  type CallSite,
  Dict,
  HostObject,
  type Kwargs,
  PythonError,
  render,
  str,
  type Value,
} from '../jinja/index.ts'
import type { ParseCache } from './cache.ts'
import { addConfigCall } from './config.ts'
import { copy, type Data, type DataObject, define, fromValue, toValue } from './data.ts'
import type { Asked, Work } from './draft.ts'
import { jsonOf } from './json.ts'
import type { MacroEntry, MacroName } from './macro.ts'
import type { RefArgs } from './manifest.ts'
import type { Runtime, Subject } from './runtime.ts'
import type { Place, Sink } from './sink.ts'
import { unrenderedConfig } from './static.ts'
import { Symbolic } from './symbolic.ts'

/** What of a resource a parse gathers. */
export type Gathering = Pick<Work, 'draft' | 'package' | 'source' | 'place' | 'template' | 'asked' | 'macros'> & {
  call: DataObject
  unrenderedCall: DataObject
}

/** A node while dbt parses it: `execute` is false, `ref` and `source` are noted, `config()` is gathered. */
export class ParseSubject implements Subject {
  readonly execute = false
  readonly package: Subject['package']
  readonly #work: Gathering
  readonly #runtime: Runtime
  readonly #cache: ParseCache
  readonly #sink: Sink
  readonly #unknown = new Set<string>()
  /** Names for this rendering alone: a generic test's arguments. */
  readonly #extra: ReadonlyMap<string, Value>
  readonly allowed: ReadonlySet<MacroEntry> | undefined

  constructor(
    work: Gathering,
    runtime: Runtime,
    cache: ParseCache,
    sink: Sink,
    extra: ReadonlyMap<string, Value> = new Map(),
    allowed?: ReadonlySet<MacroEntry>,
  ) {
    this.#work = work
    this.package = work.package
    this.#runtime = runtime
    this.#cache = cache
    this.#sink = sink
    this.#extra = extra
    this.allowed = allowed
  }

  member(name: string): Value | undefined {
    switch (name) {
      case 'ref':
        return new Resolve((args, kwargs, site) => this.#ref(args, kwargs, site))
      case 'source':
        return new Resolve((args, kwargs, site) => this.#source(args, kwargs, site))
      case 'metric':
        return (args) => {
          this.#work.draft.metrics = [...this.#work.draft.metrics, args.map(str)]
          return args.map(str).join('.')
        }
      case 'function':
        return (args, _kwargs, site) => {
          this.#ask({ kind: 'function', args: functionArgs(args), place: this.#place(site) })
          return this.#own()
        }
      case 'config':
        return new ParseConfig((options) => this.config(options))
      case 'this':
        return this.#work.draft.resource_type === 'operation' ? null : this.#own()
      case 'model':
        return toValue(jsonOf(this.#work.draft))
      case 'database':
        return this.#work.draft.database
      case 'schema':
        return this.#work.draft.schema
      case 'graph':
        return new Dict()
      case 'pre_hooks':
      case 'post_hooks':
        return []
      case 'sql':
      case 'compiled_code':
      case 'defer_relation':
        return null
      case 'render':
        return (args) => {
          const text = str(args[0] ?? null)
          return render(this.#cache.template(text, 'render'), this.#runtime.scope(this.package), {
            undefined: 'chainable',
          })
        }
      case 'try_or_compiler_error':
        return tryOrCompilerError
      case '__dbt_is_incremental':
        return false
      default:
        return this.#extra.get(name)
    }
  }

  onMacro(entry: MacroName): void {
    this.#work.macros.add(entry.unique_id)
  }
  onVar(): void {}
  onEnv(): void {}
  onUnresolved(): void {}
  onUnknown(name: string): void {
    this.#unknown.add(name)
  }

  onMissing(kind: 'var' | 'env_var' | 'secret', name: string, site: CallSite): void {
    const { unique_id } = this.#work.draft
    const place = this.#place(site)
    if (kind === 'secret')
      this.#sink.add(
        'unresolved-variable',
        'error',
        place,
        `the secret '${name}' may not be used here; secrets are for profiles.yml and packages.yml alone`,
        unique_id,
      )
    else if (kind === 'env_var')
      this.#sink.add(
        'unresolved-variable',
        'warning',
        place,
        `the environment variable '${name}' is not set and has no default; set it, or give one: env_var('${name}', '…')`,
        unique_id,
      )
    else
      this.#sink.add(
        'unresolved-variable',
        'error',
        place,
        `the variable '${name}' is not set and has no default; set it under vars in dbt_project.yml, or give one: var('${name}', '…')`,
        unique_id,
      )
  }

  /** Names that templates looked up in vain. */
  unknownNames(): ReadonlySet<string> {
    return this.#unknown
  }

  #place(site: CallSite): Place {
    const own = this.#runtime.ownSite(site)
    const { template, place, source } = this.#work
    return template !== null && own.name === template.name
      ? { file: source.file, offset: place.offset + own.offset }
      : place
  }

  #own(): Value {
    const { draft } = this.#work
    return this.#runtime.relations.of({ database: draft.database, schema: draft.schema, identifier: draft.alias }, null)
  }

  #ref(args: readonly Value[], kwargs: Kwargs, site: CallSite): Value {
    this.#ask({ kind: 'ref', args: refArgs(args, kwargs), place: this.#place(site) })
    return this.#own()
  }

  #source(args: readonly Value[], kwargs: Kwargs, site: CallSite): Value {
    this.#ask({ kind: 'source', args: sourceArgs(args, kwargs), place: this.#place(site) })
    return this.#own()
  }

  #ask(asked: Asked): void {
    this.#work.asked.push(asked)
  }

  /** `config(…)` was called. */
  config(options: DataObject): void {
    const { template } = this.#work
    const unrendered = template && unrenderedConfig(template)
    if (unrendered) this.#work.unrenderedCall = copy(this.#work.unrenderedCall, unrendered)
    this.#work.call = addConfigCall(this.#work.call, options)
  }
}

/** The arguments of `ref()`. Throws PythonError when they are none. */
export function refArgs(args: readonly Value[], kwargs: Kwargs): RefArgs {
  const [first, second] = args
  const version = fromValue(kwargs.get('version') ?? kwargs.get('v') ?? null)
  const written = typeof version === 'string' || typeof version === 'number' ? version : isJsonNumber(version)
  if (args.length === 1 && typeof first === 'string') return { name: first, package: null, version: written }
  if (args.length === 2 && typeof first === 'string' && typeof second === 'string')
    return { name: second, package: first, version: written }
  throw new PythonError('CompilationError', 'ref() takes the name of a model, or of a package and a model')
}

/** The arguments of `function()`. Throws PythonError when they are none. */
export function functionArgs(args: readonly Value[]): RefArgs {
  const [first, second] = args
  if (args.length === 1 && typeof first === 'string') return { name: first, package: null, version: null }
  if (args.length === 2 && typeof first === 'string' && typeof second === 'string')
    return { name: second, package: first, version: null }
  throw new PythonError('CompilationError', 'function() takes the name of a function, or of a package and a function')
}

function isJsonNumber(data: Data): number | null {
  return typeof data === 'object' && data !== null && 'value' in data && typeof data.value === 'number'
    ? data.value
    : null
}

/** The arguments of `source()`. Throws PythonError when they are none. */
export function sourceArgs(args: readonly Value[], kwargs: Kwargs): readonly [source: string, table: string] {
  const from = args[0] ?? kwargs.get('source_name')
  const table = args[1] ?? kwargs.get('table_name')
  if (args.length <= 2 && typeof from === 'string' && typeof table === 'string') return [from, table]
  throw new PythonError('CompilationError', 'source() takes the name of a source and the name of its table')
}

export const tryOrCompilerError: Callable = (args, kwargs, site) => {
  const [message, callee, ...rest] = args
  try {
    if (typeof callee === 'function') return callee(rest, kwargs, site)
    if (callee instanceof HostObject && callee.call) return callee.call(rest, kwargs, site)
  } catch (error) {
    throw new PythonError('CompilationError', str(message ?? null), { cause: error })
  }
  throw new PythonError('CompilationError', str(message ?? null))
}

/** `ref` or `source`, whose `config` some packages look into. */
export class Resolve extends HostObject {
  readonly typeName = 'RefResolver'
  readonly #call: Callable

  constructor(call: Callable) {
    super()
    this.#call = call
  }

  override call(args: readonly Value[], kwargs: Kwargs, site: CallSite): Value {
    return this.#call(args, kwargs, site)
  }
  override attribute(): Value {
    return new Symbolic('')
  }
}

/** `config` while a project is parsed: what is asked of it is not known yet. */
class ParseConfig extends HostObject {
  readonly typeName = 'ParseConfigObject'
  readonly #onCall: (options: DataObject) => void

  constructor(onCall: (options: DataObject) => void) {
    super()
    this.#onCall = onCall
  }

  override call(args: readonly Value[], kwargs: Kwargs): Value {
    const only = args[0]
    const options: Record<string, Data> = {}
    const entries = args.length === 1 && only instanceof Dict ? [...only] : args.length === 0 ? [...kwargs] : null
    if (!entries) throw new PythonError('CompilationError', 'config() takes keyword arguments, or one dict')
    for (const [key, value] of entries) define(options, configKey(str(key)), fromValue(value))
    this.#onCall(options)
    return ''
  }

  override attribute(name: string): Value | undefined {
    if (name === 'set')
      return (args) => {
        this.#onCall({ [str(args[0] ?? null)]: fromValue(args[1] ?? null) })
        return ''
      }
    if (name === 'persist_relation_docs' || name === 'persist_column_docs') return () => false
    return ['get', 'require', 'meta_get', 'meta_require'].includes(name) ? () => '' : undefined
  }
}

function configKey(key: string): string {
  return key === 'pre_hook' ? 'pre-hook' : key === 'post_hook' ? 'post-hook' : key
}
