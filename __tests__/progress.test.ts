import { afterEach, expect, test, vi } from 'vitest'
import { progressOn } from '../src/progress.ts'

function stream(isTTY: boolean) {
  const written: string[] = []
  return { written, isTTY, columns: 12, write: (text: string | Uint8Array) => written.push(String(text)) > 0 }
}

afterEach(() => vi.unstubAllEnvs())

test('on a terminal, what is being done is one line that the next one replaces', () => {
  vi.stubEnv('CI', undefined)
  const to = stream(true)
  const progress = progressOn(to)
  progress.now('building customer_metrics')
  progress.now('testing')
  progress.say('ok')
  progress.say('done\n')
  expect(to.written.join('')).toBe('building cu\r\u001b[2Ktesting\r\u001b[2Kok\ndone\n')
})

test.each([
  ['a file or a pipe', false, undefined],
  ['CI, even with a terminal', true, 'true'],
])('in %s there are plain lines alone', (_, isTTY, ci) => {
  vi.stubEnv('CI', ci)
  const to = stream(isTTY)
  const progress = progressOn(to)
  progress.now('building')
  progress.say('ok')
  expect(to.written.join('')).toBe('ok\n')
})
