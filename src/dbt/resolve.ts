import type { Asked, NodeDraft, SourceDraft } from './draft.ts'
import { packagesToSearch, type RefLookup } from './lookup.ts'
import type { RefArgs } from './manifest.ts'
import { flag } from './package.ts'
import { nearest } from './packages.ts'
import type { Unresolved } from './project.ts'
import type { Session } from './session.ts'

/** Who asks. */
export interface Asker {
  readonly unique_id: string
  readonly package_name: string
  readonly group?: string | null
}

type AskedNode = Extract<Asked, { kind: 'ref' | 'function' }>

/** Finds what refs and sources lead to: https://docs.getdbt.com/reference/dbt-jinja-functions/ref */
export class Resolver {
  readonly unresolved: Unresolved[] = []
  readonly #session: Session
  readonly #refs: RefLookup
  readonly #sources: ReadonlyMap<string, readonly SourceDraft[]>
  readonly #disabledSources: ReadonlyMap<string, readonly SourceDraft[]>
  readonly #ownFirst: boolean

  constructor(
    session: Session,
    refs: RefLookup,
    sources: Iterable<SourceDraft>,
    disabledSources: Iterable<SourceDraft>,
  ) {
    this.#session = session
    this.#refs = refs
    this.#sources = bySearchName(sources)
    this.#disabledSources = bySearchName(disabledSources)
    this.#ownFirst = flag(session.packages.root, 'require_ref_searches_node_package_before_root', false)
  }

  /** The unique_ids of all that is asked for, each once, in the order of asking; what leads nowhere is noted. */
  resolveAll(asker: Asker, asked: readonly Asked[]): string[] {
    if (asked.length === 1 && asked[0]) {
      const only = this.#resolve(asker, asked[0])
      return only === undefined ? [] : [only]
    }
    const found = new Set<string>()
    // dbt resolves sources before refs, and functions last.
    for (const each of asked) if (each.kind === 'source') add(found, this.#resolveSource(asker, each))
    for (const each of asked) if (each.kind === 'ref') add(found, this.#resolveRef(asker, each))
    for (const each of asked) if (each.kind === 'function') add(found, this.#resolveFunction(asker, each))
    return [...found]
  }

  #resolve(asker: Asker, asked: Asked): string | undefined {
    if (asked.kind === 'source') return this.#resolveSource(asker, asked)
    return asked.kind === 'ref' ? this.#resolveRef(asker, asked) : this.#resolveFunction(asker, asked)
  }

  /** The node that a `ref` finds; `undefined` when there is none that is enabled. */
  ref(asker: Asker, args: RefArgs): NodeDraft | undefined {
    for (const packageName of this.#search(asker, args.package)) {
      const found = this.#refs.first(args.name, packageName, args.version)
      if (found) return found
    }
    return undefined
  }

  /** The function that a call of `function` finds. */
  function(asker: Asker, args: RefArgs): NodeDraft | undefined {
    for (const packageName of this.#search(asker, args.package)) {
      const found = this.#refs.functions(args.name, packageName)[0]
      if (found) return found
    }
    return undefined
  }

  source(asker: Asker, [source, table]: readonly [string, string]): SourceDraft | undefined {
    const all = this.#sources.get(`${source}.${table}`) ?? []
    for (const packageName of this.#search(asker, null)) {
      const found = packageName === null ? all[0] : all.find((each) => each.package_name === packageName)
      if (found) return found
    }
    return undefined
  }

  #search(asker: Asker, packageName: string | null): readonly (string | null)[] {
    return packagesToSearch(this.#session.packages.root.name, asker.package_name, packageName, this.#ownFirst)
  }

  #resolveRef(asker: Asker, asked: AskedNode): string | undefined {
    const { args } = asked
    const found = this.ref(asker, args)
    if (found) {
      if (isPrivate(asker, found)) this.#note(asker, asked, args, 'private', found.unique_id, null)
      return found.unique_id
    }
    const { missing } = this.#session.packages
    if (args.package !== null && missing.includes(args.package)) return undefined
    const disabled = this.#search(asker, args.package).flatMap((name) =>
      this.#refs.findDisabled(args.name, name, args.version),
    )[0]
    const otherVersion = args.version === null ? undefined : this.#refs.find(args.name, args.package, null)[0]
    const elsewhere = args.package === null ? undefined : this.#refs.find(args.name, null, args.version)[0]
    if (disabled) this.#note(asker, asked, args, 'disabled', disabled.unique_id, null)
    else if (otherVersion) this.#note(asker, asked, args, 'version', otherVersion.unique_id, null)
    else if (elsewhere) this.#note(asker, asked, args, 'package', elsewhere.unique_id, null)
    else this.#noteMissing(asker, asked, args, 'missing', nearest(args.name, this.#refs.names(), this.#session.sink))
    return undefined
  }

  #resolveFunction(asker: Asker, asked: AskedNode): string | undefined {
    const { args } = asked
    const found = this.function(asker, args)
    if (found) return found.unique_id
    if (args.package !== null && this.#session.packages.missing.includes(args.package)) return undefined
    const disabled = this.#search(asker, args.package).flatMap((name) =>
      this.#refs.disabledFunctions(args.name, name),
    )[0]
    const elsewhere = args.package === null ? undefined : this.#refs.functions(args.name, null)[0]
    if (disabled) this.#note(asker, asked, args, 'disabled', disabled.unique_id, null)
    else if (elsewhere) this.#note(asker, asked, args, 'package', elsewhere.unique_id, null)
    else
      this.#noteMissing(
        asker,
        asked,
        args,
        'missing',
        nearest(args.name, this.#refs.functionNames(), this.#session.sink),
      )
    return undefined
  }

  #resolveSource(asker: Asker, asked: Extract<Asked, { kind: 'source' }>): string | undefined {
    const [source, table] = asked.args
    const found = this.source(asker, asked.args)
    if (found) return found.unique_id
    const args: RefArgs = { name: table, package: source, version: null }
    const disabled = this.#disabledSources.get(`${source}.${table}`)?.[0]
    if (disabled) {
      this.#note(asker, asked, args, 'disabled', disabled.unique_id, null)
      return undefined
    }
    const tables = [...this.#sources.keys()]
      .filter((name) => name.startsWith(`${source}.`))
      .map((name) => name.slice(source.length + 1))
    const isKnown = tables.length > 0
    const near = isKnown ? nearest(table, tables, this.#session.sink) : null
    const suggestion =
      near === null ? nearest(`${source}.${table}`, this.#sources.keys(), this.#session.sink) : `${source}.${near}`
    this.#noteMissing(asker, asked, args, isKnown ? 'table' : 'missing', suggestion)
    return undefined
  }

  /** What a missing package may hold is not said to be missing, unless something near is there. */
  #noteMissing(
    asker: Asker,
    asked: Asked,
    args: RefArgs,
    reason: 'missing' | 'table',
    suggestion: string | null,
  ): void {
    if (this.#session.packages.missing.length > 0 && suggestion === null) return
    this.#note(asker, asked, args, reason, null, suggestion)
  }

  #note(
    asker: Asker,
    asked: Asked,
    args: RefArgs,
    reason: Unresolved['reason'],
    found: string | null,
    suggestion: string | null,
  ): void {
    const position = this.#session.sink.position(asked.place)
    this.unresolved.push({ unique_id: asker.unique_id, kind: asked.kind, args, position, reason, found, suggestion })
  }
}

function add(set: Set<string>, id: string | undefined): void {
  if (id !== undefined) set.add(id)
}

function isPrivate(asker: Asker, target: NodeDraft): boolean {
  return (
    target.resource_type === 'model' && target.access === 'private' && (!asker.group || asker.group !== target.group)
  )
}

function bySearchName(sources: Iterable<SourceDraft>): ReadonlyMap<string, readonly SourceDraft[]> {
  const result = new Map<string, SourceDraft[]>()
  for (const source of sources) {
    const name = `${source.source_name}.${source.name}`
    const known = result.get(name)
    if (known) known.push(source)
    else result.set(name, [source])
  }
  return result
}
