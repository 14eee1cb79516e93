import { bind, intArgument, placeOf } from '../arguments.ts'
import { callValue } from '../call.ts'
import { equal, sorted } from '../compare.ts'
import { toList, truthy } from '../iterate.ts'
import { checkSize } from '../limits.ts'
import { bounds } from '../slice.ts'
import { repr } from '../text.ts'
import { type CallSite, NO_KWARGS, PythonError, Tuple, typeError, type Value, valueError } from '../value.ts'
import type { Method } from './index.ts'

type Bound = readonly (Value | undefined)[]

function method(
  name: string,
  signature: readonly string[],
  run: (self: Value[], args: Bound, site: CallSite) => Value,
): [string, Method] {
  return [
    name,
    (self, args, kwargs, site) => {
      if (!Array.isArray(self)) throw typeError(`descriptor '${name}' requires a 'list' object`)
      return run(self, bind(name, signature, args, kwargs), site)
    },
  ]
}

export const LIST_METHODS: ReadonlyMap<string, Method> = new Map([
  method('append', ['object', '/'], (self, [item = null]) => {
    self.push(item)
    return null
  }),
  method('extend', ['iterable', '/'], (self, [items = null]) => {
    for (const item of toList(items)) self.push(item)
    checkSize(self)
    return null
  }),
  method('insert', ['index', 'object', '/'], (self, [index, item = null]) => {
    self.splice(intArgument(index, 0), 0, item)
    return null
  }),
  method('pop', ['index?', '/'], (self, [index]) => {
    if (self.length === 0) throw new PythonError('IndexError', 'pop from empty list')
    const place = placeOf(intArgument(index, -1), self.length)
    if (place === undefined) throw new PythonError('IndexError', 'pop index out of range')
    return self.splice(place, 1)[0] ?? null
  }),
  method('remove', ['value', '/'], (self, [item = null]) => {
    const place = self.findIndex((each) => equal(each, item))
    if (place < 0) throw valueError('list.remove(x): x not in list')
    self.splice(place, 1)
    return null
  }),
  method('clear', [], (self) => {
    self.length = 0
    return null
  }),
  method('copy', [], (self) => [...self]),
  method('reverse', [], (self) => {
    self.reverse()
    return null
  }),
  method('sort', ['key?', 'reverse?'], (self, [key = null, reverse = false], site) => {
    const keyOf = key === null ? undefined : (item: Value) => callValue(key, [item], NO_KWARGS, site)
    self.splice(0, self.length, ...sorted(self, keyOf, truthy(reverse)))
    return null
  }),
  method('count', ['value', '/'], (self, [item = null]) => countOf(self, item)),
  method('index', ['value', 'start?', 'stop?', '/'], (self, args) => indexOf(self, 'list', args)),
])

export const TUPLE_METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['count', (self, args, kwargs) => countOf(itemsOf(self), bind('count', ['value', '/'], args, kwargs)[0] ?? null)],
  [
    'index',
    (self, args, kwargs) => {
      return indexOf(itemsOf(self), 'tuple', bind('index', ['value', 'start?', 'stop?', '/'], args, kwargs))
    },
  ],
])

function itemsOf(self: Value): readonly Value[] {
  return self instanceof Tuple ? self.items : []
}

function countOf(items: readonly Value[], item: Value): number {
  return items.filter((each) => each === item || equal(each, item)).length
}

function indexOf(items: readonly Value[], type: string, [item = null, start = null, stop = null]: Bound): number {
  const [from, to] = bounds(items.length, start, stop, null)
  for (let index = from; index < to; index++) if (equal(items[index] as Value, item)) return index
  throw valueError(type === 'list' ? `${repr(item)} is not in list` : 'tuple.index(x): x not in tuple')
}
