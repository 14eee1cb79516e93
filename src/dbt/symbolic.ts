import { HostObject, type Value } from '../jinja/index.ts'

/**
 * A value that is only known when a project runs: what a missing package's macro gives, a query's result, the time.
 * Whatever is asked of it is as unknown; it iterates as empty.
 */
export class Symbolic extends HostObject {
  readonly typeName = 'symbolic'
  override readonly isSequence = true
  readonly #text: string
  readonly #onUse: () => void

  constructor(text: string, onUse: () => void = () => {}) {
    super()
    this.#text = text
    this.#onUse = onUse
  }

  override attribute(): Value {
    this.#onUse()
    return this
  }
  override item(): Value {
    this.#onUse()
    return this
  }
  override call(): Value {
    this.#onUse()
    return this
  }
  override text(): string {
    this.#onUse()
    return this.#text
  }
  override iterate(): Iterable<Value> {
    this.#onUse()
    return []
  }
  override length(): number {
    return 0
  }
  override truthy(): boolean {
    this.#onUse()
    return true
  }
  override contains(): boolean {
    return false
  }
  override compare(): number {
    return 0
  }
  override binary(): Value {
    this.#onUse()
    return this
  }
  override json(): unknown {
    return this.#text
  }
}

/** A package that is not installed: every macro of it gives something symbolic. */
export class SymbolicPackage extends HostObject {
  readonly typeName = 'MacroNamespace'
  readonly #name: string
  readonly #onCall: (macro: string) => void

  constructor(name: string, onCall: (macro: string) => void) {
    super()
    this.#name = name
    this.#onCall = onCall
  }

  override attribute(macro: string): Value {
    return () => {
      this.#onCall(macro)
      return new Symbolic(`${this.#name}__${macro}()`)
    }
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attribute(key) : undefined
  }
}
