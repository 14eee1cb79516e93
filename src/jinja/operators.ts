import { checkSize } from './limits.ts'
import { escapeHtml, MarkedText, markup, textOf } from './marked.ts'
import { arithmetic, isInt, isNumeric, negate, plainInt } from './number.ts'
import { percentFormat } from './percent-format.ts'
import { typeName } from './text.ts'
import { failUndefined } from './undefined.ts'
import { type BinaryOperator, HostObject, PythonError, Tuple, typeError, Undefined, type Value } from './value.ts'

/** Python's `a operator b`. Throws TypeError (or what the operation throws) as Python. */
export function binary(operator: BinaryOperator, a: Value, b: Value): Value {
  if (operator === '+' && typeof a === 'string' && typeof b === 'string') return checkSize(a + b)
  if (isNumeric(a) && isNumeric(b)) return arithmetic(operator, a, b)
  const lent = lentBinary(operator, a, b)
  if (lent !== undefined) return lent
  if (operator === '%') {
    const text = textOf(a)
    if (text !== undefined) return formatted(a, text, b)
  }
  if (a instanceof Undefined) failUndefined(a)
  if (b instanceof Undefined) failUndefined(b)
  const result = operator === '+' ? add(a, b) : operator === '*' ? multiply(a, b) : undefined
  if (result !== undefined) return result
  const name = operator === '**' ? '** or pow()' : operator
  throw typeError(`unsupported operand type(s) for ${name}: '${typeName(a)}' and '${typeName(b)}'`)
}

function lentBinary(operator: BinaryOperator, a: Value, b: Value): Value | undefined {
  if (a instanceof HostObject) {
    const result = a.binary?.(operator, b, false)
    if (result !== undefined) return result
  }
  return b instanceof HostObject ? b.binary?.(operator, a, true) : undefined
}

function isMarkup(value: Value): value is MarkedText {
  return value instanceof MarkedText && value.mark === 'markup'
}

function formatted(a: Value, text: string, b: Value): Value {
  return isMarkup(a) ? markup(percentFormat(text, b, escapeHtml)) : percentFormat(text, b)
}

function add(a: Value, b: Value): Value | undefined {
  const left = textOf(a)
  const right = textOf(b)
  if (left !== undefined && right !== undefined) {
    if (!isMarkup(a) && !isMarkup(b)) return checkSize(left + right)
    return markup((isMarkup(a) ? left : escapeHtml(left)) + (isMarkup(b) ? right : escapeHtml(right)))
  }
  if (Array.isArray(a) && Array.isArray(b)) return checkSize([...a, ...b])
  if (a instanceof Tuple && b instanceof Tuple) return new Tuple(checkSize([...a.items, ...b.items]))
  const name = left !== undefined ? 'str' : Array.isArray(a) ? 'list' : a instanceof Tuple ? 'tuple' : undefined
  if (name === undefined || isMarkup(a)) return undefined
  throw typeError(`can only concatenate ${name} (not "${typeName(b)}") to ${name}`)
}

function multiply(a: Value, b: Value): Value | undefined {
  const repeated = repeat(a, b) ?? repeat(b, a)
  if (repeated !== undefined) return repeated
  const other = isSequence(a) ? b : isSequence(b) ? a : undefined
  if (other === undefined) return undefined
  throw typeError(`can't multiply sequence by non-int of type '${typeName(other)}'`)
}

function isSequence(value: Value): boolean {
  return textOf(value) !== undefined || Array.isArray(value) || value instanceof Tuple
}

function repeat(sequence: Value, times: Value): Value | undefined {
  if (!isInt(times)) return undefined
  const count = Math.max(0, Number(plainInt(times)))
  if (count >= 2 ** 63 && isSequence(sequence)) {
    throw new PythonError('OverflowError', "cannot fit 'int' into an index-sized integer")
  }
  const text = textOf(sequence)
  if (text !== undefined) {
    checkSize(text, count)
    return isMarkup(sequence) ? markup(text.repeat(count)) : text.repeat(count)
  }
  if (Array.isArray(sequence)) return repeatItems(sequence, count)
  return sequence instanceof Tuple ? new Tuple(repeatItems(sequence.items, count)) : undefined
}

function repeatItems(items: readonly Value[], count: number): Value[] {
  if (items.length === 0) return []
  checkSize(items, count)
  const result: Value[] = []
  for (let round = 0; round < count; round++) for (const item of items) result.push(item)
  return result
}

/** Python's `-value` or `+value`. */
export function unary(operator: '-' | '+', value: Value): Value {
  if (isNumeric(value)) return negate(operator, value)
  if (value instanceof Undefined) failUndefined(value)
  throw typeError(`bad operand type for unary ${operator}: '${typeName(value)}'`)
}
