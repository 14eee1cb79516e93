import { iterate } from './iterate.ts'
import { beat } from './limits.ts'
import { textOf, unmarked } from './marked.ts'
import { compareNumbers, isNumeric } from './number.ts'
import { isPlain, typeName } from './text.ts'
import { failUndefined } from './undefined.ts'
import { Dict, Float, HostObject, Tuple, typeError, Undefined, type Value } from './value.ts'

/** Python's `a == b`. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return !(a instanceof Float && Number.isNaN(a.value))
  beat()
  const left = unmarked(a)
  const right = unmarked(b)
  if (typeof left === 'string' || typeof right === 'string') return left === right
  if (isNumeric(left)) return isNumeric(right) ? compareNumbers(left, right) === 0 : reflectedEqual(right, left)
  if (left instanceof Undefined) return right instanceof Undefined
  if (left instanceof HostObject) return left.equals?.(right) ?? reflectedEqual(right, left)
  if (Array.isArray(left)) return Array.isArray(right) ? sameItems(left, right) : reflectedEqual(right, left)
  if (left instanceof Tuple)
    return right instanceof Tuple ? sameItems(left.items, right.items) : reflectedEqual(right, left)
  if (left instanceof Dict) return right instanceof Dict ? sameDict(left, right) : reflectedEqual(right, left)
  return left === right || reflectedEqual(right, left)
}

function reflectedEqual(right: Value, left: Value): boolean {
  return right instanceof HostObject ? (right.equals?.(left) ?? false) : false
}

function sameItems(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, index) => identical(item, b[index] as Value))
}

function sameDict(a: Dict, b: Dict): boolean {
  if (a.size !== b.size) return false
  for (const [key, value] of a) {
    const other = b.get(key)
    if (other === undefined || !identical(value, other)) return false
  }
  return true
}

/** As Python compares items in containers: the same object, or equal. */
function identical(a: Value, b: Value): boolean {
  return a === b || equal(a, b)
}

export type Order = '<' | '<=' | '>' | '>='

/** Python's `a < b` and its kin. Throws TypeError for what has no order. */
export function ordered(operator: Order, a: Value, b: Value): boolean {
  beat()
  if (typeof a === 'number' && typeof b === 'number') return decide(operator, a - b)
  return decide(operator, compare(operator, a, b))
}

function decide(operator: Order, order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

function compare(operator: Order, first: Value, second: Value): number {
  const a = unmarked(first)
  const b = unmarked(second)
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(a, b)
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (Array.isArray(a) && Array.isArray(b)) return compareItems(operator, a, b)
  if (a instanceof Tuple && b instanceof Tuple) return compareItems(operator, a.items, b.items)
  if (a instanceof Undefined) failUndefined(a)
  if (b instanceof Undefined) failUndefined(b)
  const order = a instanceof HostObject ? a.compare?.(b) : undefined
  if (order !== undefined) return order
  const reflected = b instanceof HostObject ? b.compare?.(a) : undefined
  if (reflected !== undefined) return -reflected
  throw typeError(`'${operator}' not supported between instances of '${typeName(first)}' and '${typeName(second)}'`)
}

function compareItems(operator: Order, a: readonly Value[], b: readonly Value[]): number {
  const shared = Math.min(a.length, b.length)
  for (let index = 0; index < shared; index++) {
    const left = a[index] as Value
    const right = b[index] as Value
    if (!identical(left, right)) return compare(operator, left, right)
  }
  return a.length - b.length
}

/** By code points, which is not the order of UTF-16 units beyond U+FFFF. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  if (isPlain(a) && isPlain(b)) return a < b ? -1 : 1
  const left = Array.from(a)
  const right = Array.from(b)
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** Python's `item in container`. */
export function contains(container: Value, item: Value): boolean {
  const text = textOf(container)
  if (text !== undefined) {
    const part = textOf(item)
    if (part === undefined) {
      throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`)
    }
    return text.includes(part)
  }
  if (Array.isArray(container)) return container.some((each) => identical(each, item))
  if (container instanceof Dict) return container.has(item)
  if (container instanceof HostObject && container.contains) return container.contains(item)
  if (
    container instanceof Undefined ||
    container instanceof Tuple ||
    (container instanceof HostObject && container.iterate)
  ) {
    for (const each of iterate(container)) if (identical(each, item)) return true
    return false
  }
  throw typeError(`argument of type '${typeName(container)}' is not iterable`)
}

/** Python's `sorted(items, key=…, reverse=…)`: stable, and with only `<`. */
export function sorted(items: Iterable<Value>, key: (item: Value) => Value = (item) => item, reverse = false): Value[] {
  const keyed = Array.from(items, (item) => ({ item, key: key(item) }))
  // Reversed before and after, so that equal items keep their order also then.
  if (reverse) keyed.reverse()
  keyed.sort((a, b) => (ordered('<', a.key, b.key) ? -1 : ordered('<', b.key, a.key) ? 1 : 0))
  if (reverse) keyed.reverse()
  return keyed.map(({ item }) => item)
}
