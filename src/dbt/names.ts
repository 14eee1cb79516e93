import { TemplateError, TemplateSyntaxError } from '../jinja/errors.ts'
import { call, HostObject, type Value, walk } from '../jinja/index.ts'
import { toValue } from './data.ts'
import type { NodeDraft } from './draft.ts'
import { jsonOf } from './json.ts'
import type { MacroEntry } from './macro.ts'
import type { Package } from './package.ts'
import { YamlSubject } from './properties.ts'
import type { Session } from './session.ts'
import { strip } from './text.ts'

type Component = 'schema' | 'alias' | 'database'

/** Names relations by the project's macros, or dbt's: https://docs.getdbt.com/docs/build/custom-schemas */
export class Names {
  readonly #session: Session
  readonly #known = new Map<MacroEntry, Map<string | null, string | null>>()
  readonly #macros = new Map<Component, Map<Package, MacroEntry | undefined>>()
  readonly #simple = new Map<MacroEntry, boolean>()
  readonly #dispatched = new Map<Component, boolean>()

  constructor(session: Session) {
    this.#session = session
  }

  /** The name of one part of a node's relation, given what its config asks for. */
  of(component: Component, node: NodeDraft, of: Package, custom: string | null): string | null {
    const { macros } = this.#session.runtime
    const entry = this.#macro(component, of)
    if (!entry || (macros.isInternal(entry.package) && !this.#isDispatched(component)))
      return this.#native(component, node, custom)
    if (!this.#isSimple(entry)) return this.#call(component, entry, node, custom)
    let known = this.#known.get(entry)
    if (!known) {
      known = new Map()
      this.#known.set(entry, known)
    }
    let name = known.get(custom)
    if (name === undefined) {
      name = this.#call(component, entry, node, custom)
      known.set(custom, name)
    }
    return name
  }

  #macro(component: Component, of: Package): MacroEntry | undefined {
    let known = this.#macros.get(component)
    if (!known) {
      known = new Map()
      this.#macros.set(component, known)
    }
    if (!known.has(of)) known.set(of, this.#session.runtime.macros.nameMacro(component, of.name))
    return known.get(of)
  }

  /** Whether somebody has a macro that dbt's own would dispatch to. */
  #isDispatched(component: Component): boolean {
    const { macros, packages } = this.#session.runtime
    let isDispatched = this.#dispatched.get(component)
    if (isDispatched === undefined) {
      const found = macros.resolveDispatch(`generate_${component}_name`, [packages.root.name, 'dbt'])
      isDispatched = found !== undefined && !macros.isInternal(found.package)
      this.#dispatched.set(component, isDispatched)
    }
    return isDispatched
  }

  #native(component: Component, node: NodeDraft, custom: string | null): string | null {
    const { target } = this.#session.packages
    if (component === 'database') return custom === null ? target.database : strip(custom)
    if (component === 'schema') return custom === null ? target.schema : strip(`${target.schema}_${strip(custom)}`)
    if (custom) return strip(custom)
    const version = node.resource_type === 'model' ? node.version : null
    return version === null ? node.name : `${node.name}_v${String(version).replaceAll('.', '_')}`
  }

  #call(component: Component, entry: MacroEntry, node: NodeDraft, custom: string | null): string | null {
    const { runtime, packages, sink } = this.#session
    const subject = new YamlSubject(
      packages.root,
      { file: entry.source.file, offset: entry.source.shift + entry.node.nameOffset },
      this.#session,
      false,
    )
    try {
      const value = runtime.with(subject, () =>
        call(runtime.scope(packages.root).bind(entry), [custom, new NodeValue(node)]),
      )
      return typeof value === 'string' ? strip(value) : value === null ? null : String(value)
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof TemplateSyntaxError)) throw error
      const place = { file: entry.source.file, offset: entry.source.shift + error.offset }
      sink.add('jinja-error', 'warning', place, `${entry.name} cannot be run: ${error.message}`)
      return this.#native(component, node, custom)
    }
  }

  /** Whether a macro looks at nothing but the custom name, the target and variables: then it is run once for each name. */
  #isSimple(entry: MacroEntry): boolean {
    let isSimple = this.#simple.get(entry)
    if (isSimple === undefined) {
      const [custom] = entry.node.parameters
      const allowed = new Set(['target', 'env_var', 'var', 'return', 'none', 'project_name', custom?.name ?? ''])
      isSimple = true
      const own = new Set<string>()
      walk(entry.node.body, (node) => {
        if (node.kind === 'set' && node.target.kind === 'name') own.add(node.target.name)
        if (node.kind === 'name' && !allowed.has(node.name) && !own.has(node.name)) isSimple = false
        return undefined
      })
      this.#simple.set(entry, isSimple)
    }
    return isSimple
  }
}

/** A node as the macros that name it see it. */
class NodeValue extends HostObject {
  readonly typeName = 'Node'
  readonly #node: NodeDraft

  constructor(node: NodeDraft) {
    super()
    this.#node = node
  }

  override attribute(name: string): Value | undefined {
    if (name === 'get') return (args) => this.item(args[0] ?? null) ?? args[1] ?? null
    if (!Object.hasOwn(this.#node, name)) return undefined
    return toValue(jsonOf(Object.getOwnPropertyDescriptor(this.#node, name)?.value))
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attribute(key) : undefined
  }
  override truthy(): boolean {
    return true
  }
}
