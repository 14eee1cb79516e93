import { bind } from '../arguments.ts'
import { DictView } from '../collections.ts'
import { iterate, toList } from '../iterate.ts'
import { repr, typeName } from '../text.ts'
import { failUndefined } from '../undefined.ts'
import {
  Dict,
  HostObject,
  type Kwargs,
  NO_KWARGS,
  PythonError,
  Tuple,
  typeError,
  Undefined,
  type Value,
  valueError,
} from '../value.ts'
import type { Method } from './index.ts'

function method(
  name: string,
  signature: readonly string[],
  run: (self: Dict, args: readonly (Value | undefined)[]) => Value,
): [string, Method] {
  return [
    name,
    (self, args, kwargs) => {
      if (!(self instanceof Dict)) throw typeError(`descriptor '${name}' requires a 'dict' object`)
      return run(
        self,
        kwargs.size === 0 && signature.length === 0 && args.length === 0 ? [] : bind(name, signature, args, kwargs),
      )
    },
  ]
}

export const DICT_METHODS: ReadonlyMap<string, Method> = new Map([
  method('get', ['key', 'default?', '/'], (self, [key = null, fallback = null]) => {
    const value = self.get(key)
    return value === undefined ? fallback : value
  }),
  method('keys', [], (self) => new DictView(self, 'keys')),
  method('values', [], (self) => new DictView(self, 'values')),
  method('items', [], (self) => new DictView(self, 'items')),
  method('copy', [], (self) => self.copy()),
  method('clear', [], (self) => {
    self.clear()
    return null
  }),
  method('pop', ['key', 'default?', '/'], (self, [key = null, fallback]) => {
    const own = self.get(key)
    const value = own === undefined ? fallback : own
    if (value === undefined) throw new PythonError('KeyError', repr(key))
    self.delete(key)
    return value
  }),
  method('popitem', [], (self) => {
    const last = [...self].at(-1)
    if (!last) throw new PythonError('KeyError', "'popitem(): dictionary is empty'")
    self.delete(last[0])
    return new Tuple(last)
  }),
  method('setdefault', ['key', 'default?', '/'], (self, [key = null, fallback = null]) => {
    if (!self.has(key)) self.set(key, fallback)
    return self.get(key) ?? null
  }),
  method('fromkeys', ['iterable', 'value?', '/'], (_, [keys = null, value = null]) =>
    Dict.from(Array.from(iterate(keys), (key): [Value, Value] => [key, value])),
  ),
  [
    'update',
    (self, args, kwargs) => {
      if (!(self instanceof Dict)) throw typeError("descriptor 'update' requires a 'dict' object")
      updateDict(self, 'update', args, kwargs)
      return null
    },
  ],
])

/** What `dict(…)` and `dict.update(…)` do with a mapping or pairs, and keywords. */
export function updateDict(dict: Dict, name: string, args: readonly Value[], kwargs: Kwargs = NO_KWARGS): void {
  if (args.length > 1) throw typeError(`${name} expected at most 1 argument, got ${args.length}`)
  const [source] = args
  if (source !== undefined) for (const [key, value] of pairsOf(source)) dict.set(key, value)
  for (const [key, value] of kwargs) dict.set(key, value)
}

/** The pairs of a mapping, or of an iterable of pairs. Throws as Python's `dict()`. */
export function pairsOf(source: Value): Iterable<readonly [Value, Value]> {
  if (source instanceof Dict) return [...source]
  if (source instanceof HostObject && source.isMapping) {
    return Array.from(iterate(source), (key): [Value, Value] => [key, source.item?.(key) ?? null])
  }
  return toList(source).map((pair, index): [Value, Value] => {
    let items: Value[]
    try {
      items = toList(pair)
    } catch {
      throw typeError(`cannot convert dictionary update sequence element #${index} to a sequence`)
    }
    const [key, value] = items
    if (items.length !== 2 || key === undefined || value === undefined) {
      throw valueError(`dictionary update sequence element #${index} has length ${items.length}; 2 is required`)
    }
    return [key, value]
  })
}

/** The pairs of what must be a mapping. Throws AttributeError as Python's `value.items()`. */
export function itemsOf(value: Value): Iterable<readonly [Value, Value]> {
  if (value instanceof Dict || (value instanceof HostObject && value.isMapping)) return pairsOf(value)
  if (value instanceof Undefined) failUndefined(value)
  throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'items'`)
}
