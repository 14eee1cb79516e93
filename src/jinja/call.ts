import { typeName } from './text.ts'
import { failUndefined } from './undefined.ts'
import {
  type CallSite,
  HostObject,
  type Kwargs,
  NO_KWARGS,
  NOWHERE,
  typeError,
  Undefined,
  type Value,
} from './value.ts'

/**
 * Calls a value as a template would. Throws a PythonError when it cannot be called. Inside a lent function, pass the site that
 * it was given, so that a macro that is called counts into the same bounds.
 */
export function callValue(
  callee: Value,
  args: readonly Value[],
  kwargs: Kwargs = NO_KWARGS,
  site: CallSite = NOWHERE,
): Value {
  if (typeof callee === 'function') return callee(args, kwargs, site)
  if (callee instanceof HostObject && callee.call) return callee.call(args, kwargs, site)
  if (callee instanceof Undefined) return callee.facts.chainable ? callee : failUndefined(callee)
  throw typeError(`'${typeName(callee)}' object is not callable`)
}

/** Python's `callable(value)`. */
export function isCallable(value: Value): boolean {
  return (
    typeof value === 'function' ||
    value instanceof Undefined ||
    (value instanceof HostObject && value.call !== undefined)
  )
}
