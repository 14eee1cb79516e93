/**
 * Python's values as Jinja sees them.
 *
 * None is `null`, an int a `number` (a `bigint` beyond the safe integers), a float a `Float`, a str a `string`, a list an
 * array, a tuple a `Tuple`, a dict a `Dict`. Whatever the caller lends (`target`, `this`, `adapter`) is a `HostObject`.
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

/** A function as Jinja calls it: positional arguments, then keyword arguments by name. */
export type Callable = (args: readonly Value[], kwargs: ReadonlyMap<string, Value>) => Value
