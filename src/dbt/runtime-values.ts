import { type CallSite, HostObject, type Kwargs, type Value } from '../jinja/index.ts'
import type { varLookup } from './variables.ts'

/** Names as attributes and items. */
export class Names extends HostObject {
  readonly typeName = 'dict'
  override readonly isMapping = true
  readonly #find: (name: string) => Value | undefined

  constructor(find: (name: string) => Value | undefined) {
    super()
    this.#find = find
  }

  override attribute(name: string): Value | undefined {
    if (name === 'get')
      return (args) => (typeof args[0] === 'string' ? this.#find(args[0]) : undefined) ?? args[1] ?? null
    return this.#find(name)
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.#find(key) : undefined
  }
  override contains(key: Value): boolean {
    return this.item(key) !== undefined
  }
  override truthy(): boolean {
    return true
  }
}

/** dbt's `var`: it is called, and has `has_var`. */
export class Var extends HostObject {
  readonly typeName = 'Var'
  readonly #lookup: ReturnType<typeof varLookup>
  readonly #render: (text: string) => string

  constructor(lookup: ReturnType<typeof varLookup>, render: (text: string) => string) {
    super()
    this.#lookup = lookup
    this.#render = render
  }

  override call(args: readonly Value[], kwargs: Kwargs, site: CallSite): Value {
    const value = this.#lookup.call(args, kwargs, site)
    const name = args[0]
    return typeof value === 'string' && typeof name === 'string' && this.#lookup.has(name) ? this.#render(value) : value
  }
  override attribute(name: string): Value | undefined {
    return name === 'has_var' ? (args) => typeof args[0] === 'string' && this.#lookup.has(args[0]) : undefined
  }
}
