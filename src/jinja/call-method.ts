import { findMethod } from './methods/index.ts'
import { typeName } from './text.ts'
import { type CallSite, type Kwargs, NO_KWARGS, NOWHERE, PythonError, type Value } from './value.ts'

/** Calls a method of one of Python's types. Throws AttributeError when the type has none of that name. */
export function callMethod(
  self: Value,
  name: string,
  args: readonly Value[] = [],
  kwargs: Kwargs = NO_KWARGS,
  site: CallSite = NOWHERE,
): Value {
  const method = findMethod(self, name)
  if (!method) throw new PythonError('AttributeError', `'${typeName(self)}' object has no attribute '${name}'`)
  return method(self, args, kwargs, site)
}
