import { intArgument } from '../arguments.ts'
import { getItem } from '../attribute.ts'
import { type Filter, type FilterContext, filter } from '../builtin.ts'
import { NamedTuple, PythonSet, reversed } from '../collections.ts'
import { equal, ordered, sorted } from '../compare.ts'
import { iterate, length, PythonIterator, toList, truthy } from '../iterate.ts'
import { checkLength, checkSize } from '../limits.ts'
import { textOf } from '../marked.ts'
import { itemsOf } from '../methods/dict.ts'
import { binary } from '../operators.ts'
import { characters, str, typeName } from '../text.ts'
import { Dict, HostObject, PythonError, Tuple, typeError, Undefined, type Value } from '../value.ts'

type Bound = readonly (Value | undefined)[]
type Key = (item: Value) => Value

/** Strings in lower case, as filters compare them by default; other values as they are. */
function ignoreCase(value: Value): Value {
  return textOf(value)?.toLowerCase() ?? value
}

/** A function that looks up `a.b.0` in an item, with the rules of `item[…]`. */
export function attributeKey(attribute: Value, context: FilterContext, fallback: Value = null): Key {
  const parts = attributeParts(attribute)
  return (item) => {
    let value = item
    for (const part of parts) {
      value = getItem(value, part, context.chainable)
      if (fallback !== null && value instanceof Undefined) value = fallback
    }
    return value
  }
}

function attributeParts(attribute: Value): Value[] {
  if (attribute === null) return []
  const text = textOf(attribute)
  if (text === undefined) return [attribute]
  return text.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

function sortKey(attribute: Value, caseSensitive: Value, context: FilterContext): Key {
  const text = textOf(attribute)
  const keys = (text === undefined ? [attribute] : text.split(',')).map((each) => attributeKey(each, context))
  const fold = truthy(caseSensitive) ? (value: Value) => value : ignoreCase
  // Always a list: items that are equal, such as two that are undefined, are then not put in order.
  return (item) => keys.map((key) => fold(key(item)))
}

function keyOf(attribute: Value, caseSensitive: Value, context: FilterContext): Key {
  const key = attributeKey(attribute, context)
  return truthy(caseSensitive) ? key : (item) => ignoreCase(key(item))
}

function extreme(operator: '<' | '>') {
  return (value: Value, [caseSensitive = false, attribute = null]: Bound, context: FilterContext): Value => {
    const key = keyOf(attribute, caseSensitive, context)
    let best: { item: Value; key: Value } | undefined
    for (const item of iterate(value)) {
      const itemKey = key(item)
      if (!best || ordered(operator, itemKey, best.key)) best = { item, key: itemKey }
    }
    return best ? best.item : empty('No aggregated item, sequence was empty.', context)
  }
}

function empty(hint: string, context: FilterContext): Undefined {
  return new Undefined({ hint, chainable: context.chainable })
}

function groupBy(value: Value, args: Bound, context: FilterContext): Value {
  const [attribute = null, fallback = null, caseSensitive = false] = args
  const real = attributeKey(attribute, context, fallback)
  const key: Key = truthy(caseSensitive) ? real : (item) => ignoreCase(real(item))
  const groups: { key: Value; items: Value[] }[] = []
  for (const item of sorted(iterate(value), key)) {
    const itemKey = key(item)
    const last = groups.at(-1)
    if (last && equal(last.key, itemKey)) last.items.push(item)
    else groups.push({ key: itemKey, items: [item] })
  }
  return groups.map(({ items }) => new NamedTuple(['grouper', 'list'], [real(items[0] ?? null), items]))
}

function* unique(value: Value, key: Key): Iterable<Value> {
  const seen = new PythonSet()
  for (const item of iterate(value)) {
    const itemKey = key(item)
    if (seen.contains(itemKey)) continue
    seen.items.set(itemKey, null)
    yield item
  }
}

function* batch(value: Value, size: number, fill: Value): Iterable<Value> {
  let group: Value[] = []
  for (const item of iterate(value)) {
    if (group.length === size) {
      yield group
      group = []
    }
    group.push(item)
  }
  if (group.length === 0) return
  if (fill !== null) {
    checkSize(group, Math.max(1, size))
    while (group.length < size) group.push(fill)
  }
  yield group
}

function* slices(value: Value, count: number, fill: Value): Iterable<Value> {
  const items = toList(value)
  checkSize([null], Math.max(1, count))
  if (count === 0) throw new PythonError('ZeroDivisionError', 'integer division or modulo by zero')
  const size = Math.floor(items.length / count)
  const larger = items.length % count
  let offset = 0
  for (let number = 0; number < count; number++) {
    const start = offset + number * size
    if (number < larger) offset += 1
    const group = items.slice(start, offset + (number + 1) * size)
    if (fill !== null && number >= larger) group.push(fill)
    yield group
  }
}

function join(value: Value, [separator = '', attribute = null]: Bound, context: FilterContext): string {
  const key = attributeKey(attribute, context)
  const parts: string[] = []
  const between = str(separator)
  let size = 0
  for (const item of iterate(value)) {
    const text = str(key(item))
    size += text.length + between.length
    checkLength(size)
    parts.push(text)
  }
  return parts.join(between)
}

function last(value: Value, _: Bound, context: FilterContext): Value {
  const text = textOf(value)
  if (value instanceof Undefined) return empty('No last item, sequence was empty.', context)
  const items = text === undefined ? reversed(value) : new PythonIterator(characters(text).reverse())
  if (!items) throw typeError(`'${typeName(value)}' object is not reversible`)
  const item = items.next()
  return item === undefined ? empty('No last item, sequence was empty.', context) : item
}

function first(value: Value, _: Bound, context: FilterContext): Value {
  for (const item of iterate(value)) return item
  return empty('No first item, sequence was empty.', context)
}

function reverse(value: Value): Value {
  const text = textOf(value)
  if (text !== undefined) return characters(text).reverse().join('')
  if (value instanceof Undefined) return new PythonIterator([], 'reversed')
  const backwards = reversed(value)
  if (backwards) return backwards
  try {
    return toList(value).reverse()
  } catch (error) {
    if (error instanceof PythonError && error.type === 'TypeError') {
      throw new PythonError('FilterArgumentError', 'argument must be iterable')
    }
    throw error
  }
}

function sum(value: Value, [attribute = null, start = 0]: Bound, context: FilterContext): Value {
  if (textOf(start) !== undefined) throw typeError("sum() can't sum strings [use ''.join(seq) instead]")
  const key = attributeKey(attribute, context)
  let total = start
  for (const item of iterate(value)) total = binary('+', total, key(item))
  return total
}

function dictSort(value: Value, [caseSensitive = false, by = 'key', backwards = false]: Bound): Value {
  if (by !== 'key' && by !== 'value') {
    throw new PythonError('FilterArgumentError', 'You can only sort by either "key" or "value"')
  }
  const fold = truthy(caseSensitive) ? (each: Value) => each : ignoreCase
  const pairs = Array.from(itemsOf(value), (pair) => new Tuple(pair))
  const key: Key = (pair) => fold((pair instanceof Tuple ? pair.items[by === 'key' ? 0 : 1] : undefined) ?? null)
  return sorted(pairs, key, truthy(backwards))
}

function items(value: Value): Value {
  if (value instanceof Undefined) return new PythonIterator([])
  if (!(value instanceof Dict) && !(value instanceof HostObject && value.isMapping)) {
    throw typeError('Can only get item pairs from a mapping.')
  }
  return new PythonIterator(Array.from(itemsOf(value), (pair) => new Tuple(pair)))
}

function random(value: Value, _: Bound, context: FilterContext): Value {
  const size = length(value)
  if (size === 0) return empty('No random item, sequence was empty.', context)
  return getItem(value, Math.floor(Math.random() * size), context.chainable)
}

export const SEQUENCE_FILTERS: readonly [string, Filter][] = [
  filter('length', [], length),
  filter('count', [], length),
  filter('list', [], (value) => checkSize(toList(value))),
  filter('first', [], first),
  filter('last', [], last),
  filter('random', [], random),
  filter('reverse', [], reverse),
  filter('join', ['d?', 'attribute?'], join),
  filter('sum', ['attribute?', 'start?'], sum),
  filter('min', ['case_sensitive?', 'attribute?'], extreme('<')),
  filter('max', ['case_sensitive?', 'attribute?'], extreme('>')),
  filter('sort', ['reverse?', 'case_sensitive?', 'attribute?'], (value, args, context) => {
    const [backwards = false, caseSensitive = false, attribute = null] = args
    return sorted(iterate(value), sortKey(attribute, caseSensitive, context), truthy(backwards))
  }),
  filter(
    'unique',
    ['case_sensitive?', 'attribute?'],
    (value, [caseSensitive = false, attribute = null], context) =>
      new PythonIterator(unique(value, keyOf(attribute, caseSensitive, context))),
  ),
  filter('groupby', ['attribute', 'default?', 'case_sensitive?'], groupBy),
  filter(
    'batch',
    ['linecount', 'fill_with?'],
    (value, [size, fill = null]) => new PythonIterator(batch(value, intArgument(size, 1), fill)),
  ),
  filter(
    'slice',
    ['slices', 'fill_with?'],
    (value, [count, fill = null]) => new PythonIterator(slices(value, intArgument(count, 1), fill)),
  ),
  filter('dictsort', ['case_sensitive?', 'by?', 'reverse?'], dictSort),
  filter('items', [], items),
]
