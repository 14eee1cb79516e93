import { compare } from './text.ts'

/** Resources by unique_id, in its order. */
export function sorted<T extends { readonly unique_id: string }>(resources: readonly T[]): Map<string, T> {
  const result = new Map<string, T>()
  for (const resource of [...resources].sort((a, b) => compare(a.unique_id, b.unique_id)))
    result.set(resource.unique_id, resource)
  return result
}
