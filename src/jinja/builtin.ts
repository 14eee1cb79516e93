import { bind, type Signature } from './arguments.ts'
import type { CallSite, Kwargs, Value } from './value.ts'

/** What a filter or test has of the template that uses it. */
export interface FilterContext extends CallSite {
  /** Whether what it makes undefined is chainable. */
  readonly chainable: boolean
  /** Whether this is native rendering, where dbt's marks mean something. */
  readonly native: boolean
  /** Applies a filter by its name. Throws a PythonError when there is none. */
  filter(name: string, value: Value, args: readonly Value[], kwargs: Kwargs): Value
  /** Applies a test by its name. Throws a PythonError when there is none. */
  test(name: string, value: Value, args: readonly Value[], kwargs: Kwargs): Value
}

/** A filter or test: the value it stands behind, its arguments, and where it is used. */
export type Filter = (value: Value, args: readonly Value[], kwargs: Kwargs, context: FilterContext) => Value

type Bound = readonly (Value | undefined)[]

/** A filter with a signature: arguments arrive in its order, `undefined` for what was not given. */
export function filter(
  name: string,
  signature: Signature,
  run: (value: Value, args: Bound, context: FilterContext) => Value,
): [string, Filter] {
  return [
    name,
    (value, args, kwargs, context) => {
      const simple = kwargs.size === 0 && args.length === signature.length
      return run(value, simple ? args : bind(name, signature, args, kwargs), context)
    },
  ]
}
