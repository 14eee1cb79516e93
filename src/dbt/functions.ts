import { type Data, type DataObject, isObject, plain, textOr } from './data.ts'
import type { Asked, FunctionDraft, Work } from './draft.ts'
import type { JsonObject } from './manifest.ts'
import { objectOr, objects, type PropertyEntry, placeOf } from './properties.ts'
import type { Session } from './session.ts'

/** Puts the signature of a function's entry onto it: https://docs.getdbt.com/reference/function-properties */
export function setSignature(session: Session, work: Work, draft: FunctionDraft, entry: PropertyEntry): void {
  draft.arguments = argumentsOf(entry.data.arguments)
  draft.returns = returnsOf(entry.data.returns)
  draft.overloads = objects(entry.data.overloads).flatMap((overload) => absorb(session, work, entry, overload))
}

/** Makes another function's file a further signature of this one, so that it is none of its own any more. */
function absorb(session: Session, work: Work, entry: PropertyEntry, overload: DataObject): JsonObject[] {
  const name = textOr(overload.defined_in, '')
  const tell = (message: string): [] => {
    const place = placeOf(entry, overload, 'defined_in')
    session.sink.add('invalid-properties', 'error', place, `the function '${entry.name}' ${message}`)
    return []
  }
  if (name === '') return []
  if (name === work.draft.name) return tell('names itself as its overload; an overload has a file of its own')
  const index = session.works.findIndex(
    ({ kind, draft }) => kind === 'function' && draft.name === name && draft.package_name === work.draft.package_name,
  )
  const found = session.works[index]
  if (!found || found.call.enabled === false)
    return tell(
      `has the overload '${name}', which is no function of its own; write functions/${name}.sql, for one function alone`,
    )
  session.works.splice(index, 1)
  const known = new Set(work.asked.map(keyOf))
  work.asked.push(...found.asked.filter((asked) => !known.has(keyOf(asked))))
  return [
    {
      defined_in: name,
      arguments: argumentsOf(overload.arguments),
      returns: isObject(overload.returns) ? returnsOf(overload.returns) : null,
      description: textOr(overload.description, null),
      raw_body: found.draft.raw_code,
      compiled_body: null,
    },
  ]
}

function keyOf({ kind, args }: Asked): string {
  return JSON.stringify([kind, args])
}

function argumentsOf(data: Data | undefined): JsonObject[] {
  return objects(data).map((argument) => ({
    name: textOr(argument.name, ''),
    data_type: textOr(argument.data_type, ''),
    description: textOr(argument.description, null),
    default_value: plain(argument.default_value ?? null),
  }))
}

function returnsOf(data: Data | undefined): JsonObject {
  const returns = objectOr(data)
  return { data_type: textOr(returns.data_type, ''), description: textOr(returns.description, null) }
}
