import { expect, test } from 'vitest'
import { bool, decode, encode, i16, i32, i64, struct, structs, text, textMap } from './thrift.ts'

const all = struct({
  1: bool(true),
  2: i16(-2),
  3: i32(1 << 30),
  4: i64(-(2n ** 60n)),
  5: text('Grüße'),
  6: textMap([['key', 'value']]),
  7: structs([struct({ 1: i32(1) }), struct({})]),
  8: { type: 4, double: 0.1 },
  1281: struct({ 2: text('') }),
})

test('what is read is what was written, unknown fields and all', () => {
  const message = { name: 'ExecuteStatement', type: 1, sequence: 7, body: new Map([[1, all]]) }
  expect(decode(encode(message))).toEqual(message)
})

test.each([
  ['not Thrift', Buffer.from('GET / HTTP/1.1'), /not strict binary Thrift/],
  [
    'half a message',
    encode({ name: 'X', type: 1, sequence: 1, body: new Map([[1, all]]) }).subarray(0, 60),
    /cut short/,
  ],
])('%s is refused', (_, bytes, message) => expect(() => decode(bytes)).toThrow(message))
