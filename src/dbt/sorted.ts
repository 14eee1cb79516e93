import { compare } from './text.ts'

/** Resources by unique_id, in its order. */
export function sorted<T extends { readonly unique_id: string }>(resources: readonly T[]): Map<string, T> {
  return new Map(
    [...resources].sort((a, b) => compare(a.unique_id, b.unique_id)).map((resource) => [resource.unique_id, resource]),
  )
}
