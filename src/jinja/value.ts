import { Dict } from './dict.ts'

/**
 * Python's values as Jinja sees them.
 *
 * None is `null`, an int a `number` (a `bigint` beyond the safe integers), a float a `Float`, a str a `string`, a list an
 * array, a tuple a `Tuple`, a dict a `Dict`. Whatever else there is (a set, a range, a macro, what the caller lends:
 * `target`, `this`, `adapter`) is a `HostObject`.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | Float
  | string
  | Value[]
  | Tuple
  | Dict
  | Undefined
  | Callable
  | HostObject

/**
 * A function as Jinja calls it: positional arguments, keyword arguments by name, and where it is called from. It may throw
 * a `PythonError`, which ends the rendering as a `TemplateError` with the call's offset.
 */
export type Callable = (args: readonly Value[], kwargs: Kwargs, site: CallSite) => Value

/** Keyword arguments by name, in the order in which they were written. */
export type Kwargs = ReadonlyMap<string, Value>

/** The empty keyword arguments: one object for all calls that have none. */
export const NO_KWARGS: Kwargs = new Map()

/** Where a call stands. It is live: read it before calling anything else. */
export interface CallSite {
  /** The name of the template whose code is running. */
  readonly name: string
  /** Offset of the call in that template's source, in UTF-16 units. */
  readonly offset: number
}

/** The call site of a call that comes from no template. */
export const NOWHERE: CallSite = { name: '', offset: 0 }

/** A Python float. Ints are plain numbers, so a float needs a class of its own: `10 / 2` is `Float(5)` and prints `5.0`. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** A Python tuple. */
export class Tuple {
  readonly items: readonly Value[]
  constructor(items: readonly Value[]) {
    this.items = items
  }
  static of(...items: Value[]): Tuple {
    return new Tuple(items)
  }
}

export { Dict }

/** What is known of something undefined, for the message of the error that its use gives. */
export interface UndefinedFacts {
  readonly name?: Value
  /** A whole message, instead of "'name' is undefined". */
  readonly hint?: string
  /** What the name was looked for in. */
  readonly owner?: Value
  /** Python's name of the exception that its use raises. */
  readonly raises?: string
  /** Whether attributes, items and calls of it are undefined too, instead of an error (as dbt's is while parsing). */
  readonly chainable?: boolean
}

/** Something that is not defined: prints as nothing, is false and empty; any other use of it is an UndefinedError. */
export class Undefined {
  readonly facts: UndefinedFacts
  constructor(facts: UndefinedFacts) {
    this.facts = facts
  }
}

/**
 * An object with behaviour of its own: what the host lends, and the less usual of Python's types. Every method is optional;
 * what is missing is a Python TypeError (or an undefined attribute) when a template uses it.
 */
export abstract class HostObject {
  /** Python's name of the type, for messages. */
  abstract readonly typeName: string
  /** The same with its module, for Jinja's message of an attribute that is not there. */
  readonly qualifiedName?: string

  /** The attribute `object.name`; `undefined` (JavaScript's) when there is none. Names with a leading `_` never get here. */
  attribute?(name: string): Value | undefined
  /** The item `object[key]`; `undefined` (JavaScript's) when there is none. */
  item?(key: Value): Value | undefined
  /** What `object(…)` gives. */
  call?(args: readonly Value[], kwargs: Kwargs, site: CallSite): Value
  /** Python's `str(object)`. */
  text?(): string
  /** Python's `repr(object)`; `text` when there is none. */
  repr?(): string
  iterate?(): Iterable<Value>
  length?(): number
  /** False makes the object falsy; without it, an object with a length is falsy when empty. */
  truthy?(): boolean
  equals?(other: Value): boolean
  contains?(value: Value): boolean
  /** Negative, zero or positive; `undefined` (JavaScript's) when the two have no order. */
  compare?(other: Value): number | undefined
  /** `object + other`, or `other + object` when `reflected`; `undefined` (JavaScript's) when that has no meaning. */
  binary?(operator: BinaryOperator, other: Value, reflected: boolean): Value | undefined
  /** Whether the tests `mapping`, `sequence` and the filters for dicts take it for a dict: iterates keys, has `item`. */
  readonly isMapping?: boolean
  /** Whether the test `sequence` takes it for a list. */
  readonly isSequence?: boolean
  /** What `toJson` and the filter `tojson` make of it. */
  json?(): unknown
  /** What stands for the object as a dict's key, the same for equal objects; without it, the object itself. May throw. */
  hash?(): unknown
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'

/** An error as Python would raise it: `type` is Python's name of the exception. Thrown by values and by lent functions. */
export class PythonError extends Error {
  override readonly name: string = 'PythonError'
  readonly type: string
  constructor(type: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.type = type
  }
}

/** A PythonError of type TypeError. */
export function typeError(message: string): PythonError {
  return new PythonError('TypeError', message)
}

/** A PythonError of type ValueError. */
export function valueError(message: string): PythonError {
  return new PythonError('ValueError', message)
}
