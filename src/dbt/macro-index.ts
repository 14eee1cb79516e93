import type { AdapterType } from './adapter-type.ts'
import type { MacroEntry, MacroName } from './macro.ts'

/** What a name in a template may mean: a macro, or the macros of a package. */
export type Found = MacroEntry | ReadonlyMap<string, MacroEntry>

/** All macros, found as dbt finds them: https://docs.getdbt.com/reference/dbt-jinja-functions/dispatch */
export class MacroIndex {
  /** As they are written, those of one name too. */
  readonly all: readonly MacroEntry[]
  readonly byId = new Map<string, MacroEntry>()
  readonly #byPackage = new Map<string, Map<string, MacroEntry>>()
  readonly #internals = new Map<string, MacroEntry>()
  readonly #byName = new Map<string, MacroEntry>()
  readonly #internalNames: readonly string[]
  readonly #root: string
  readonly #prefixes: readonly string[]
  readonly #known = new Map<string, MacroName>()

  /** `internalNames` are dbt's own packages, the nearest to the adapter first. */
  constructor(
    root: string,
    adapter: AdapterType,
    internalNames: readonly string[],
    entries: readonly MacroEntry[],
    known: Iterable<MacroName>,
  ) {
    this.#root = root
    this.all = entries
    for (const name of known) if (!this.#known.has(name.name)) this.#known.set(name.name, name)
    this.#prefixes = adapter.prefixes
    this.#internalNames = internalNames
    for (const entry of entries) {
      const own = this.#byPackage.get(entry.package) ?? new Map<string, MacroEntry>()
      this.#byPackage.set(entry.package, own)
      own.set(entry.name, entry)
      this.byId.set(entry.unique_id, entry)
    }
    const copy = (name: string, into: Map<string, MacroEntry>): void => {
      for (const [key, entry] of this.#byPackage.get(name) ?? []) into.set(key, entry)
    }
    for (const name of [...internalNames].reverse()) copy(name, this.#internals)
    for (const [name, entry] of this.#internals) this.#byName.set(name, entry)
    for (const name of this.#byPackage.keys()) if (!internalNames.includes(name)) copy(name, this.#byName)
    copy(root, this.#byName)
  }

  isInternal(packageName: string): boolean {
    return this.#internalNames.includes(packageName)
  }

  /** What a name means in a template of a package. */
  lookup(from: string, name: string): Found | undefined {
    const own = this.isInternal(from) ? undefined : this.#byPackage.get(from)?.get(name)
    const found = own ?? this.#byPackage.get(this.#root)?.get(name)
    if (found) return found
    return this.namespace(name) ?? this.#internals.get(name)
  }

  /** The macros that `package.name` finds. */
  namespace(packageName: string): ReadonlyMap<string, MacroEntry> | undefined {
    if (packageName === 'dbt') return this.#internals
    return this.isInternal(packageName) ? undefined : this.#byPackage.get(packageName)
  }

  /** What `adapter.dispatch` finds for a macro, from templates of a package. */
  dispatch(from: string, name: string, search: readonly string[] | null): MacroEntry | undefined {
    for (const packageName of search ?? [null]) {
      for (const prefix of this.#prefixes) {
        const wanted = `${prefix}__${name}`
        const found = packageName === null ? this.lookup(from, wanted) : this.namespace(packageName)?.get(wanted)
        if (found && 'unique_id' in found) return found
      }
    }
    return undefined
  }

  /** A macro of dbt's own by name, whose body may not be known here. */
  known(name: string): MacroName | undefined {
    return this.#internals.get(name) ?? this.#known.get(name)
  }

  /** The macro that dbt takes for a name without running anything: of the package, or of any. */
  resolve(packageName: string, name: string): MacroEntry | undefined {
    const own = this.#byPackage.get(packageName)?.get(name)
    if (own) return own
    if (this.isInternal(packageName) && this.#known.get(name)?.package === packageName) return undefined
    return this.#byName.get(name)
  }

  /** As `dispatch`, without a package to start from. */
  resolveDispatch(name: string, search: readonly string[] | null): MacroEntry | undefined {
    for (const packageName of search ?? [null]) {
      for (const prefix of this.#prefixes) {
        const wanted = `${prefix}__${name}`
        const found = packageName === null ? this.#byName.get(wanted) : this.namespace(packageName)?.get(wanted)
        if (found) return found
      }
    }
    return undefined
  }

  /** The macro that names a resource's schema, alias or database: of the resource's package if it is installed, else of the project, else dbt's. */
  nameMacro(component: 'schema' | 'alias' | 'database', packageName: string): MacroEntry | undefined {
    const name = `generate_${component}_name`
    const own = this.isInternal(packageName) ? undefined : this.#byPackage.get(packageName)?.get(name)
    return own ?? this.#byPackage.get(this.#root)?.get(name) ?? this.#internals.get(name)
  }

  macroNames(): Iterable<string> {
    return this.#byName.keys()
  }

  packageNames(): Iterable<string> {
    return this.#byPackage.keys()
  }
}
