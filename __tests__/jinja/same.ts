import type { Result } from './ours.ts'

/** Wrong numbers of arguments and missing loaders are said in words of our own. */
const OWN_WORDS = /argument|loader|sequence item/

/** A result as it is compared: without messages that differ on purpose, or with `messages` false without any. */
export function comparable(result: Result, messages = true): Result {
  if ('ok' in result) return result
  const [type, message] = result.error
  return { error: [type, messages && !OWN_WORDS.test(message) ? message : ''] }
}

/** Whether Python's side says nothing of Jinja: it ran out of time or memory, or went to complex numbers. */
export function isBeyond(result: Result): boolean {
  if (!('error' in result)) return false
  const [type, message] = result.error
  return ['TimeoutError', 'MemoryError', 'RecursionError'].includes(type) || message.includes('complex')
}
