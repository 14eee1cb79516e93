import { PythonError } from './value.ts'

/** The longest text (characters) or list (items) that one operation may make. */
const MAX_TEXT = 16 * 1024 * 1024
const MAX_ITEMS = 1_000_000

/** Gives what was made, or is about to be made `times` over, unless it is too large: then throws a LimitError. */
export function checkSize<T extends { readonly length: number }>(made: T, times = 1): T {
  const limit = typeof made === 'string' ? MAX_TEXT : MAX_ITEMS
  if (made.length * times > limit) throw new PythonError('LimitError', 'the template makes a value that is too large')
  return made
}

/** Throws a LimitError when a text of this length is too long. */
export function checkLength(length: number): void {
  if (length > MAX_TEXT) throw new PythonError('LimitError', 'the template makes a text that is too long')
}
