import { equal } from './compare.ts'
import { lengthOf } from './iterate.ts'
import { type Callable, HostObject, Tuple, typeError, Undefined, type Value } from './value.ts'

/** Renders the body of a recursive loop with other items, one level deeper. */
export type Recurse = (items: Value, depth: number) => Value

/** The variable `loop` of a `for`: where the loop is. Lengths and the next item are found only when they are asked for. */
export class LoopContext extends HostObject {
  readonly typeName = 'LoopContext'
  override readonly qualifiedName = 'jinja2.runtime.LoopContext'
  readonly #items: Value | null
  #iterator: Iterator<Value>
  readonly #recurse: Recurse | null
  readonly #depth0: number
  readonly #chainable: boolean
  #index0 = -1
  #length: number | undefined
  #before: Value | undefined
  #current: Value | undefined
  /** The item after this one, once it was looked at. */
  #after: { readonly item: Value | undefined } | undefined
  #lastChanged: Tuple | undefined

  /** `items` is what the length is of; null when that can be known only by going through `iterable`. */
  constructor(
    items: Value | null,
    iterable: Iterable<Value>,
    recurse: Recurse | null,
    depth0: number,
    chainable: boolean,
  ) {
    super()
    this.#items = items
    this.#iterator = iterable[Symbol.iterator]()
    this.#recurse = recurse
    this.#depth0 = depth0
    this.#chainable = chainable
  }

  /** Goes on to the next item; `undefined` (JavaScript's) at the end. */
  next(): Value | undefined {
    const item = this.#peek()
    this.#after = undefined
    if (item === undefined) return undefined
    this.#index0 += 1
    this.#before = this.#current
    this.#current = item
    return item
  }

  #take(): Value | undefined {
    const { done, value } = this.#iterator.next()
    return done ? undefined : value
  }

  #peek(): Value | undefined {
    this.#after ??= { item: this.#take() }
    return this.#after.item
  }

  override length(): number {
    if (this.#length !== undefined) return this.#length
    const known = this.#items === null ? undefined : lengthOf(this.#items)
    if (known === undefined) {
      const rest: Value[] = []
      for (let item = this.#take(); item !== undefined; item = this.#take()) rest.push(item)
      this.#iterator = rest[Symbol.iterator]()
      this.#length = rest.length + this.#index0 + 1 + (this.#after?.item === undefined ? 0 : 1)
    } else {
      this.#length = known
    }
    return this.#length
  }

  override call(args: readonly Value[]): Value {
    if (!this.#recurse) {
      throw typeError("The loop must have the 'recursive' marker to be called recursively.")
    }
    const [items] = args
    if (items === undefined || args.length > 1) throw typeError('a recursive loop takes exactly one argument')
    return this.#recurse(items, this.#depth0 + 1)
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return this.#index0 + 1
      case 'index0':
        return this.#index0
      case 'revindex':
        return this.length() - this.#index0
      case 'revindex0':
        return this.length() - this.#index0 - 1
      case 'first':
        return this.#index0 === 0
      case 'last':
        return this.#peek() === undefined
      case 'length':
        return this.length()
      case 'depth':
        return this.#depth0 + 1
      case 'depth0':
        return this.#depth0
      case 'previtem':
        return this.#index0 === 0 ? this.#hint('there is no previous item') : this.#before
      case 'nextitem':
        return this.#next()
      case 'cycle':
        return this.#cycle
      case 'changed':
        return this.#changed
    }
    return undefined
  }

  #next(): Value {
    const item = this.#peek()
    return item === undefined ? this.#hint('there is no next item') : item
  }

  #hint(hint: string): Undefined {
    return new Undefined({ hint, chainable: this.#chainable })
  }

  readonly #cycle: Callable = (args) => {
    const item = args[this.#index0 % args.length]
    if (item === undefined) throw typeError('no items for cycling given')
    return item
  }

  readonly #changed: Callable = (args) => {
    const value = new Tuple(args)
    if (this.#lastChanged && equal(this.#lastChanged, value)) return false
    this.#lastChanged = value
    return true
  }

  override repr(): string {
    return `<LoopContext ${this.#index0 + 1}/${this.length()}>`
  }
}
