import { PythonError } from './value.ts'

/** The longest text (characters) or list (items) that one operation may make. */
const MAX_TEXT = 16 * 1024 * 1024
const MAX_ITEMS = 1_000_000
/** The characters of all texts that one rendering may make: what is held at once is in them. An item of a list counts as eight. */
const MAX_MADE = 256 * 1024 * 1024
const ITEM = 8
/** How long one rendering may take. Nothing that ends comes near it: steps are what bounds a loop. */
export const MAX_MS = 10_000
/** A rendering that takes longer is a slow one. */
const SLOW_MS = 1_000
/** What all slow renderings of a process may take together, and then what each has: a project of many that do not end is read to its end. */
const HURRY: readonly (readonly [spent: number, ms: number])[] = [
  [60_000, 20],
  [30_000, 250],
]

/** Of the rendering that runs: nothing of a template runs at the same time as another, since nothing in it waits. */
let deadline = Number.POSITIVE_INFINITY
let allowed = MAX_MS
let isHurried = false
let spentOnSlow = 0
let made = 0
let beats = 0

/** Runs a rendering within its bounds of time and of what it makes. One within another has what is left of the other's. */
export function bounded<T>(ms: number, run: () => T): T {
  const outer = deadline
  if (outer !== Number.POSITIVE_INFINITY) return run()
  const hurry = HURRY.find(([spent]) => spentOnSlow >= spent)?.[1] ?? MAX_MS
  const start = performance.now()
  made = 0
  isHurried = hurry < ms
  allowed = Math.min(ms, hurry)
  deadline = start + allowed
  try {
    return run()
  } finally {
    deadline = outer
    const took = performance.now() - start
    if (took > Math.min(SLOW_MS, hurry)) spentOnSlow += took
  }
}

/** Called wherever work is repeated: throws a LimitError when the rendering takes too long. */
export function beat(): void {
  beats += 1
  // Every eighth time alone: to look at the clock costs as much as a step.
  if ((beats & 7) === 0 && performance.now() > deadline)
    throw new PythonError(
      'LimitError',
      `the template does not end: it takes more than ${allowed / 1000} seconds${isHurried ? ', which is all that others that do not end have left' : ''}`,
    )
}

/** Counts a text of this length that was made. Throws a LimitError when the rendering makes too much, or takes too long. */
export function charge(length: number): void {
  made += length
  if (made > MAX_MADE && deadline !== Number.POSITIVE_INFINITY)
    throw new PythonError('LimitError', `the template makes more than ${MAX_MADE} characters of text`)
  beat()
}

/** Counts what an operation of Python's has given. Throws as `charge`. */
export function charged<T>(value: T): T {
  if (typeof value === 'string') charge(value.length)
  else if (Array.isArray(value)) charge(value.length * ITEM)
  else beat()
  return value
}

/** Gives what was made, or is about to be made `times` over, unless it is too large: then throws a LimitError. */
export function checkSize<T extends { readonly length: number }>(made: T, times = 1): T {
  const limit = typeof made === 'string' ? MAX_TEXT : MAX_ITEMS
  if (made.length * times > limit) throw new PythonError('LimitError', 'the template makes a value that is too large')
  beat()
  return made
}

/** Throws a LimitError when a text of this length is too long. */
export function checkLength(length: number): void {
  if (length > MAX_TEXT) throw new PythonError('LimitError', 'the template makes a text that is too long')
  beat()
}
