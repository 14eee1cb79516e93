import { equal, contains as valueContains } from './compare.ts'
import { iterate, PythonIterator } from './iterate.ts'
import { isInt, plainInt } from './number.ts'
import { repr } from './text.ts'
import {
  type BinaryOperator,
  Dict,
  HostObject,
  PythonError,
  Tuple,
  typeError,
  type Value,
  valueError,
} from './value.ts'

/** A Python set. It keeps the order of insertion, where Python's order is by hash. */
export class PythonSet extends HostObject {
  readonly typeName = 'set'
  readonly items = new Dict()
  constructor(items: Iterable<Value> = []) {
    super()
    for (const item of items) this.items.set(item, item)
  }

  override iterate(): Iterable<Value> {
    return iterate(this.items)
  }
  override length(): number {
    return this.items.size
  }
  override contains(value: Value): boolean {
    return this.items.has(value instanceof PythonSet ? new Tuple([...value.items.keys()]) : value)
  }
  override equals(other: Value): boolean {
    return other instanceof PythonSet && other.items.size === this.items.size && this.isSubset(other)
  }
  /** By inclusion; NaN, which no order holds for, when neither is a subset of the other. */
  override compare(other: Value): number | undefined {
    if (!(other instanceof PythonSet)) return undefined
    if (this.equals(other)) return 0
    if (this.isSubset(other)) return -1
    return other.isSubset(this) ? 1 : Number.NaN
  }
  override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value | undefined {
    if (operator !== '-' || reflected || !(other instanceof PythonSet)) return undefined
    return this.minus(other)
  }
  override repr(): string {
    return this.items.size === 0 ? 'set()' : `{${[...this.items.keys()].map(repr).join(', ')}}`
  }
  override hash(): never {
    throw typeError("unhashable type: 'set'")
  }
  override json(): never {
    throw typeError('Object of type set is not JSON serializable')
  }

  isSubset(other: PythonSet): boolean {
    for (const item of this.items.keys()) if (!other.items.has(item)) return false
    return true
  }
  minus(other: PythonSet): PythonSet {
    return new PythonSet([...this.items.keys()].filter((item) => !other.items.has(item)))
  }
}

/** What a sandboxed template may make at most: Jinja's own bound. */
const MAX_RANGE = 100_000

/** A Python range. Throws OverflowError beyond 100,000 items, as Jinja's sandbox. */
export class PythonRange extends HostObject {
  readonly typeName = 'range'
  override readonly isSequence = true
  readonly start: number
  readonly stop: number
  readonly step: number
  readonly #length: number
  constructor(start: number, stop: number, step: number) {
    super()
    if (step === 0) throw valueError('range() arg 3 must not be zero')
    this.start = start
    this.stop = stop
    this.step = step
    this.#length = Math.max(0, Math.ceil((stop - start) / step))
    if (this.#length > MAX_RANGE) {
      throw new PythonError(
        'OverflowError',
        `Range too big. The sandbox blocks ranges larger than MAX_RANGE (${MAX_RANGE}).`,
      )
    }
  }

  override *iterate(): Iterable<Value> {
    for (let index = 0; index < this.#length; index++) yield this.start + index * this.step
  }
  override length(): number {
    return this.#length
  }
  override attribute(name: string): Value | undefined {
    return name === 'start' || name === 'stop' || name === 'step' ? this[name] : undefined
  }
  override item(key: Value): Value | undefined {
    if (!isInt(key)) return undefined
    const index = Number(plainInt(key))
    const place = index < 0 ? index + this.#length : index
    return place >= 0 && place < this.#length ? this.start + place * this.step : undefined
  }
  override contains(value: Value): boolean {
    for (const item of this.iterate()) if (equal(item, value)) return true
    return false
  }
  override equals(other: Value): boolean {
    if (!(other instanceof PythonRange) || other.length() !== this.#length) return false
    return this.#length === 0 || (this.start === other.start && (this.#length === 1 || this.step === other.step))
  }
  override repr(): string {
    return `range(${this.start}, ${this.stop}${this.step === 1 ? '' : `, ${this.step}`})`
  }
}

/** What `dict.keys()`, `.values()` and `.items()` give: a view that follows the dict. */
export class DictView extends HostObject {
  readonly typeName: string
  readonly #dict: Dict
  readonly #kind: 'keys' | 'values' | 'items'
  constructor(dict: Dict, kind: 'keys' | 'values' | 'items') {
    super()
    this.#dict = dict
    this.#kind = kind
    this.typeName = `dict_${kind}`
  }

  override *iterate(): Iterable<Value> {
    for (const key of iterate(this.#dict)) {
      const value = this.#dict.get(key) ?? null
      yield this.#kind === 'keys' ? key : this.#kind === 'values' ? value : new Tuple([key, value])
    }
  }
  override length(): number {
    return this.#dict.size
  }
  override contains(value: Value): boolean {
    return this.#kind === 'keys' ? this.#dict.has(value) : valueContains([...this.iterate()], value)
  }
  override equals(other: Value): boolean {
    if (this.#kind === 'values' || !(other instanceof DictView || other instanceof PythonSet)) return this === other
    return this.toSet().equals(other instanceof DictView ? other.toSet() : other)
  }
  override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value | undefined {
    if (operator !== '-' || reflected || this.#kind === 'values') return undefined
    return this.toSet().minus(new PythonSet(iterate(other)))
  }
  override repr(): string {
    return `${this.typeName}([${Array.from(this.iterate(), repr).join(', ')}])`
  }
  toSet(): PythonSet {
    return new PythonSet(this.iterate())
  }
}

/** Python's `reversed(value)`; `undefined` when the value cannot be gone through backwards. */
export function reversed(value: Value): PythonIterator | undefined {
  if (Array.isArray(value)) return new PythonIterator([...value].reverse(), 'list_reverseiterator')
  if (value instanceof Tuple) return new PythonIterator([...value.items].reverse(), 'reversed')
  if (value instanceof PythonRange) return new PythonIterator([...value.iterate()].reverse(), 'range_iterator')
  if (value instanceof Dict) return new PythonIterator([...value.keys()].reverse(), 'dict_reversekeyiterator')
  if (value instanceof DictView) {
    return new PythonIterator([...value.iterate()].reverse(), `dict_reverse${value.typeName.slice(5, -1)}iterator`)
  }
  return undefined
}

/** A Python namedtuple: a tuple whose items also have names. */
export class NamedTuple extends Tuple {
  readonly #names: readonly string[]
  constructor(names: readonly string[], items: readonly Value[]) {
    super(items)
    this.#names = names
  }

  named(name: string): Value | undefined {
    return this.items[this.#names.indexOf(name)]
  }
}
