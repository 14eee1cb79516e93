import { expect, test, vi } from 'vitest'
import { beat, bounded, MAX_MS } from '../../src/jinja/limits.ts'

/** How many milliseconds a rendering gets that does not end, and what is said of it. */
function endless(): [number, string] {
  const start = performance.now()
  try {
    bounded(MAX_MS, () => {
      for (;;) {
        vi.advanceTimersByTime(1)
        beat()
      }
    })
  } catch (error) {
    return [performance.now() - start, error instanceof Error ? error.message : '']
  }
  throw new Error('it ended')
}

test('renderings that do not end have ever less time, and others have theirs', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const alone = /^the template does not end: it takes more than 10 seconds$/
  for (let count = 0; count < 3; count++) {
    const [took, message] = endless()
    expect(took).toBeGreaterThan(MAX_MS)
    expect(message).toMatch(alone)
  }
  const hurried = Array.from({ length: 200 }, endless)
  expect(Math.max(...hurried.map(([took]) => took))).toBeLessThan(260)
  expect(hurried[0]?.[1]).toBe(
    'the template does not end: it takes more than 0.25 seconds, which is all that others that do not end have left',
  )
  expect(hurried.at(-1)?.[0]).toBeLessThan(30)
  expect(bounded(MAX_MS, () => 'done')).toBe('done')
})
