import { quote } from './quote.ts'
import { repr, typeName } from './text.ts'
import { HostObject, PythonError, type Undefined, type Value } from './value.ts'

/** Throws the error that the use of something undefined is. */
export function failUndefined(value: Undefined): never {
  throw new PythonError(value.facts.raises ?? 'UndefinedError', undefinedMessage(value))
}

/** What Jinja says of something undefined: "'x' is undefined", "'dict object' has no attribute 'y'". */
export function undefinedMessage(value: Undefined): string {
  const { hint, name = null, owner } = value.facts
  if (hint) return hint
  if (owner === undefined) return `${repr(name)} is undefined`
  if (typeof name !== 'string') return `${ownerName(owner)} has no element ${repr(name)}`
  return `${quote(ownerName(owner))} has no attribute ${quote(name)}`
}

function ownerName(owner: Value): string {
  if (owner === null) return 'None'
  const name = owner instanceof HostObject ? owner.qualifiedName : undefined
  return `${name ?? typeName(owner)} object`
}
