import { bind } from '../arguments.ts'
import { isInt, isNumeric, normalize, plainInt, toDouble } from '../number.ts'
import { Float, Tuple, type Value, valueError } from '../value.ts'
import type { Method } from './index.ts'

function method(name: string, run: (value: number | bigint) => Value): [string, Method] {
  return [
    name,
    (self, args, kwargs) => {
      bind(name, [], args, kwargs)
      return run(isInt(self) ? plainInt(self) : isNumeric(self) ? toDouble(self) : 0)
    },
  ]
}

export const INT_METHODS: ReadonlyMap<string, Method> = new Map([
  method('bit_length', (value) => (value < 0 ? -value : value).toString(2).length - (value === 0 ? 1 : 0)),
  method('bit_count', (value) => [...(value < 0 ? -value : value).toString(2)].filter((bit) => bit === '1').length),
  method('conjugate', (value) => value),
  method('as_integer_ratio', (value) => Tuple.of(value, 1)),
])

export const FLOAT_METHODS: ReadonlyMap<string, Method> = new Map([
  method('is_integer', (value) => Number.isInteger(value)),
  method('conjugate', (value) => new Float(Number(value))),
  method('as_integer_ratio', (value) => ratio(Number(value))),
])

function ratio(value: number): Tuple {
  if (!Number.isFinite(value)) throw valueError('cannot convert infinity or NaN to integer ratio')
  let numerator = value
  let denominator = 1n
  while (!Number.isInteger(numerator)) {
    numerator *= 2
    denominator *= 2n
  }
  return Tuple.of(normalize(BigInt(numerator)), normalize(denominator))
}
