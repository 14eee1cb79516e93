import {
  bindMacro,
  type CallSite,
  Dict,
  HostObject,
  hasJinja,
  type Kwargs,
  type NameScope,
  PythonError,
  render,
  type Value,
} from '../jinja/index.ts'
import { Adapter } from './adapter.ts'
import type { ParseCache } from './cache.ts'
import { baseMembers } from './context.ts'
import { toValue } from './data.ts'
import type { MacroEntry, MacroName } from './macro.ts'
import type { Found, MacroIndex } from './macro-index.ts'
import { dispatchOrder, type Package } from './package.ts'
import type { Packages } from './packages.ts'
import { DateTime } from './python-datetime.ts'
import { pythonModules } from './python-modules.ts'
import { Relations } from './relation.ts'
import { Names, Var } from './runtime-values.ts'
import { Symbolic, SymbolicPackage } from './symbolic.ts'
import { envVar, type Reads, varLayers, varLookup } from './variables.ts'

/** What is being rendered: it gives the names that depend on it, and is told what its templates do. */
export interface Subject {
  readonly package: Package
  /** dbt's `execute`: false while a project is parsed. */
  readonly execute: boolean
  /** When set, templates see these macros alone. */
  readonly allowed?: ReadonlySet<MacroEntry> | undefined
  /** Whether `var()` gives a text as it is written; else its Jinja is rendered. */
  readonly rawVars?: boolean
  /** `ref`, `source`, `config`, `this`, `model`, …; `undefined` when there is no such name. */
  member(name: string): Value | undefined
  /** A macro that stands for another, as unit tests override them. */
  override?(entry: MacroEntry): Value | undefined
  /** A macro is called by the subject's own template. */
  onMacro(entry: MacroName): void
  onVar(name: string): void
  onEnv(name: string): void
  /** A required variable or environment variable is not there. */
  onMissing(kind: 'var' | 'env_var' | 'secret', name: string, site: CallSite): void
  /** Something is not known without a warehouse, or without a package. */
  onUnresolved(what: string): void
  /** A name that is neither a macro nor anything else. */
  onUnknown(name: string): void
  /** The columns of a relation by its name as SQL; null where only a warehouse knows them. */
  columnsOf?(relation: string): readonly { readonly name: string; readonly type: string | null }[] | null
}

/**
 * Renders the templates of one project. Scopes and macros are made once for each package and live as long as the project;
 * what changes from resource to resource is the subject.
 */
export class Runtime {
  readonly macros: MacroIndex
  readonly packages: Packages
  readonly relations: Relations
  readonly #base = baseMembers()
  readonly #scopes = new Map<string, PackageScope>()
  readonly #adapter: Adapter
  readonly #env: ReadonlyMap<string, string>
  readonly #cache: ParseCache
  readonly #modules = pythonModules(() => this.#now())
  #subject: Subject | undefined
  #depth = 0
  /** Where the subject's own template called the macro that is running. */
  #outermost: CallSite | undefined

  constructor(packages: Packages, macros: MacroIndex, env: ReadonlyMap<string, string>, cache: ParseCache) {
    this.#cache = cache
    this.packages = packages
    this.macros = macros
    this.#env = env
    this.relations = new Relations(packages.target.adapter, quotingOf(packages.root))
    this.#adapter = new Adapter(this)
  }

  get subject(): Subject {
    if (!this.#subject) throw new Error('nothing is being rendered')
    return this.#subject
  }

  /** Runs with a subject; the one before comes back afterwards. */
  with<T>(subject: Subject, run: (scope: NameScope) => T): T {
    const before = [this.#subject, this.#depth, this.#outermost] as const
    this.#subject = subject
    this.#depth = 0
    this.#outermost = undefined
    try {
      return run(this.scope(subject.package))
    } finally {
      ;[this.#subject, this.#depth, this.#outermost] = before
    }
  }

  /** The names that templates of a package see. */
  scope(of: Package): PackageScope {
    let scope = this.#scopes.get(of.name)
    if (!scope) {
      scope = new PackageScope(this, of)
      this.#scopes.set(of.name, scope)
    }
    return scope
  }

  /** Where a call stands in the subject's own template: itself, or the macro call that led to it. */
  ownSite(site: CallSite): CallSite {
    return this.#outermost ?? site
  }

  /** Calls a macro on behalf of the subject. */
  enter<T>(entry: MacroName, site: CallSite, run: () => T): T {
    if (this.#depth === 0) {
      this.subject.onMacro(entry)
      this.#outermost = { name: site.name, offset: site.offset }
    }
    this.#depth += 1
    try {
      return run()
    } finally {
      this.#depth -= 1
      if (this.#depth === 0) this.#outermost = undefined
    }
  }

  /** What a name means besides macros and what the subject says. */
  base(name: string, of: Package): Value | undefined {
    switch (name) {
      case 'adapter':
        return this.#adapter
      case 'api':
        return this.#adapter.api
      case 'column':
        return this.#adapter.column
      case 'target':
      case 'env':
        return this.packages.target.value
      case 'database':
        return this.packages.target.database
      case 'schema':
        return this.packages.target.schema
      case 'project_name':
        return this.packages.root.name
      case 'env_var':
      case 'var':
      case 'context':
      case 'builtins':
        return this.scope(of).own(name)
      case 'execute':
        return this.subject.execute
      case 'modules':
        return this.#modules
      case 'run_started_at':
        return new DateTime(this.#now())
      case 'invocation_id':
      case 'sql_now':
        return this.unknown(name)
      case 'load_result':
      case 'load_agate_table':
        return this.subject.execute ? () => this.unknown(name) : () => null
      case 'store_result':
      case 'store_raw_result':
      case 'write':
      case 'submit_python_job':
        return () => ''
      default:
        return this.#base.get(name)
    }
  }

  /** Something that only a run knows. */
  unknown(what: string): Symbolic {
    const { subject } = this
    return new Symbolic(`${what}__`, () => subject.onUnresolved(what))
  }

  /** The order in which `adapter.dispatch` searches packages for a namespace; null is the caller's own view. */
  dispatchSearch(namespace: string | null): readonly string[] | null {
    if (namespace === null) return null
    const order = dispatchOrder(this.packages.root, namespace)
    if (order) return order
    const isKnown = namespace === 'dbt' || this.packages.byName.has(namespace)
    return isKnown ? [this.packages.root.name, namespace] : null
  }

  /** No clock is looked at: a project says the same at any time. */
  #now(): number {
    this.subject.onUnresolved('the time')
    return SOME_TIME
  }

  renderText(text: string, scope: NameScope): string {
    return hasJinja(text) ? render(this.#cache.template(text, 'var'), scope) : text
  }

  reads(): Reads {
    return {
      var: (name) => this.subject.onVar(name),
      env: (name) => this.subject.onEnv(name),
      missing: (kind, name, site) => this.subject.onMissing(kind, name, this.ownSite(site)),
    }
  }

  envVar(): Value {
    return envVar(this.#env, this.reads())
  }
}

/** What `now()` says. A project that loops up to this year finds some years. */
const SOME_TIME = Date.UTC(2026, 0, 1)

/** What Jinja itself knows. */
const JINJA_NAMES = new Set([
  'range',
  'dict',
  'lipsum',
  'cycler',
  'joiner',
  'namespace',
  'caller',
  'varargs',
  'kwargs',
  'loop',
  'self',
])

/** The names that templates of one package see: macros first, as in dbt. */
export class PackageScope implements NameScope {
  readonly #runtime: Runtime
  readonly #package: Package
  readonly #bound = new Map<MacroEntry, BoundMacro>()
  readonly #namespaces = new Map<string, Value>()
  readonly #names = new Map<string, Value | null>()
  readonly #own = new Map<string, Value>()

  constructor(runtime: Runtime, of: Package) {
    this.#runtime = runtime
    this.#package = of
  }

  get(name: string): Value | undefined {
    const found = this.#macro(name)
    if (found !== undefined) return found
    const member = this.#runtime.subject.member(name) ?? this.#runtime.base(name, this.#package)
    if (member === undefined && !JINJA_NAMES.has(name)) this.#runtime.subject.onUnknown(name)
    return member
  }

  /** A name without the macros: what `builtins` holds. */
  builtin(name: string): Value | undefined {
    return this.#runtime.subject.member(name) ?? this.#runtime.base(name, this.#package)
  }

  bind(entry: MacroEntry): BoundMacro {
    let bound = this.#bound.get(entry)
    if (!bound) {
      bound = new BoundMacro(this.#runtime, entry, this)
      this.#bound.set(entry, bound)
    }
    return bound
  }

  /** What is the same for all resources of the package. */
  own(name: 'env_var' | 'var' | 'context' | 'builtins'): Value {
    let value = this.#own.get(name)
    if (value === undefined) {
      value = this.#makeOwn(name)
      this.#own.set(name, value)
    }
    return value
  }

  #makeOwn(name: 'env_var' | 'var' | 'context' | 'builtins'): Value {
    const { root, cliVars } = this.#runtime.packages
    switch (name) {
      case 'env_var':
        return this.#runtime.envVar()
      case 'var':
        return new Var(varLookup(varLayers(cliVars, root, this.#package), this.#runtime.reads()), (text) =>
          this.#runtime.subject.rawVars ? text : this.#runtime.renderText(text, this),
        )
      case 'context':
        return new Names((key) => this.get(key))
      case 'builtins':
        return new Names((key) => this.builtin(key))
    }
  }

  #macro(name: string): Value | undefined {
    const { allowed } = this.#runtime.subject
    if (allowed) return this.#allowedMacro(name, allowed)
    let value = this.#names.get(name)
    if (value === undefined) {
      value = this.#value(name, this.#runtime.macros.lookup(this.#package.name, name)) ?? null
      this.#names.set(name, value)
    }
    return value ?? undefined
  }

  /** A generic test sees the macros that its own macro is known to reach, and no others. */
  #allowedMacro(name: string, allowed: ReadonlySet<MacroEntry>): Value | undefined {
    let isNamespace = false
    for (const entry of allowed) {
      if (entry.name === name) return this.bind(entry)
      isNamespace ||= entry.package === name
    }
    if (!isNamespace) return this.#missing(name)
    return new Names((key) => {
      for (const entry of allowed) if (entry.package === name && entry.name === key) return this.bind(entry)
      return undefined
    })
  }

  #value(name: string, found: Found | undefined): Value | undefined {
    if (found === undefined) return this.#missing(name) ?? this.#known(name)
    if ('unique_id' in found) return this.bind(found)
    let namespace = this.#namespaces.get(name)
    if (!namespace) {
      namespace = new Names((key) => {
        const entry = found.get(key)
        if (entry) return this.bind(entry)
        const known = name === 'dbt' ? this.#known(key) : undefined
        if (!known) this.#runtime.subject.onUnknown(`${name}.${key}`)
        return known
      })
      this.#namespaces.set(name, namespace)
    }
    return namespace
  }

  /** A macro of dbt's own whose body is not known here. */
  #known(name: string): Value | undefined {
    const runtime = this.#runtime
    const known = runtime.macros.known(name)
    if (!known) return undefined
    return (_args, _kwargs, site) =>
      runtime.enter(known, site, () => {
        if (!runtime.subject.execute) return ''
        runtime.subject.onUnresolved(known.unique_id)
        return runtime.unknown(known.unique_id)
      })
  }

  #missing(name: string): Value | undefined {
    if (!this.#runtime.packages.missing.includes(name)) return undefined
    return new SymbolicPackage(name, (macro) => this.#runtime.subject.onUnresolved(`macro.${name}.${macro}`))
  }
}

/** A macro that can be called by the subject's templates. */
export class BoundMacro extends HostObject {
  readonly typeName = 'macro'
  readonly entry: MacroEntry
  readonly #runtime: Runtime
  readonly #inner: HostObject

  constructor(runtime: Runtime, entry: MacroEntry, scope: NameScope) {
    super()
    this.#runtime = runtime
    this.entry = entry
    this.#inner = bindMacro(entry.template, entry.node, scope)
  }

  override call(args: readonly Value[], kwargs: Kwargs, site: CallSite): Value {
    return this.#runtime.enter(this.entry, site, () => {
      const override = this.#runtime.subject.override?.(this.entry)
      if (override !== undefined) return override
      if (!this.#inner.call) throw new PythonError('TypeError', `${this.entry.name} cannot be called`)
      return this.#inner.call(args, kwargs, site)
    })
  }
  override attribute(name: string): Value | undefined {
    return this.#inner.attribute?.(name)
  }
}

function quotingOf(root: Package): import('./manifest.ts').Json {
  const value = toValue(root.rendered.quoting)
  const result: Record<string, boolean> = {}
  if (value instanceof Dict) {
    for (const [key, item] of value) if (typeof key === 'string' && typeof item === 'boolean') result[key] = item
  }
  return result
}
