import { bind } from '../arguments.ts'
import { PythonSet } from '../collections.ts'
import { iterate } from '../iterate.ts'
import { repr } from '../text.ts'
import { PythonError, typeError, type Value } from '../value.ts'
import type { Method } from './index.ts'

type Run = (self: PythonSet, others: readonly PythonSet[]) => Value

/** A method that takes one item. */
function onItem(name: string, run: (self: PythonSet, item: Value) => Value): [string, Method] {
  return [name, (self, args, kwargs) => run(asSet(self), bind(name, ['object', '/'], args, kwargs)[0] ?? null)]
}

/** A method that takes other iterables: any number, or exactly one. */
function onSets(name: string, run: Run, exactlyOne = false): [string, Method] {
  return [
    name,
    (self, args, kwargs) => {
      if (exactlyOne) bind(name, ['other', '/'], args, kwargs)
      return run(asSet(self), args.map(asSet))
    },
  ]
}

function asSet(value: Value): PythonSet {
  return value instanceof PythonSet ? value : new PythonSet(iterate(value))
}

function replaceItems(self: PythonSet, items: PythonSet): null {
  self.items.clear()
  for (const item of items.iterate()) self.items.set(item, item)
  return null
}

function union(self: PythonSet, others: readonly PythonSet[]): PythonSet {
  return new PythonSet([self, ...others].flatMap((each) => [...each.iterate()]))
}

function intersection(self: PythonSet, others: readonly PythonSet[]): PythonSet {
  return new PythonSet([...self.iterate()].filter((item) => others.every((other) => other.contains(item))))
}

function difference(self: PythonSet, others: readonly PythonSet[]): PythonSet {
  return new PythonSet([...self.iterate()].filter((item) => !others.some((other) => other.contains(item))))
}

function symmetric(self: PythonSet, others: readonly PythonSet[]): PythonSet {
  return union(difference(self, others), [difference(others[0] ?? self, [self])])
}

export const SET_METHODS: ReadonlyMap<string, Method> = new Map([
  onItem('add', (self, item) => {
    if (!self.items.has(item)) self.items.set(item, item)
    return null
  }),
  onItem('discard', (self, item) => {
    self.items.delete(item)
    return null
  }),
  onItem('remove', (self, item) => {
    if (!self.items.delete(item)) throw new PythonError('KeyError', repr(item))
    return null
  }),
  onSets('clear', (self) => {
    self.items.clear()
    return null
  }),
  onSets('copy', (self) => new PythonSet(self.iterate())),
  onSets('pop', (self) => {
    const [first] = self.items.keys()
    if (first === undefined) throw new PythonError('KeyError', "'pop from an empty set'")
    self.items.delete(first)
    return first
  }),
  onSets('union', union),
  onSets('intersection', intersection),
  onSets('difference', difference),
  onSets('symmetric_difference', symmetric, true),
  onSets('update', (self, others) => replaceItems(self, union(self, others))),
  onSets('intersection_update', (self, others) => replaceItems(self, intersection(self, others))),
  onSets('difference_update', (self, others) => replaceItems(self, difference(self, others))),
  onSets('symmetric_difference_update', (self, others) => replaceItems(self, symmetric(self, others)), true),
  onSets('issubset', (self, [other]) => self.isSubset(needed(other)), true),
  onSets('issuperset', (self, [other]) => needed(other).isSubset(self), true),
  onSets('isdisjoint', (self, others) => intersection(self, others).items.size === 0, true),
])

function needed(set: PythonSet | undefined): PythonSet {
  if (!set) throw typeError('expected 1 argument, got 0')
  return set
}
