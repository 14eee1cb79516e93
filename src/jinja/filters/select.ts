import { textArgument } from '../arguments.ts'
import type { Filter, FilterContext } from '../builtin.ts'
import { iterate, PythonIterator, truthy } from '../iterate.ts'
import { repr } from '../text.ts'
import { type Kwargs, PythonError, type Value } from '../value.ts'
import { attributeKey } from './sequence.ts'

function argumentError(message: string): PythonError {
  return new PythonError('FilterArgumentError', message)
}

/** What `map` does to each item: looks up an attribute, or applies a filter. */
function mapper(args: readonly Value[], kwargs: Kwargs, context: FilterContext): (item: Value) => Value {
  const attribute = kwargs.get('attribute')
  if (args.length === 0 && attribute !== undefined) {
    const unexpected = [...kwargs.keys()].find((key) => key !== 'attribute' && key !== 'default')
    if (unexpected !== undefined) throw argumentError(`Unexpected keyword argument ${repr(unexpected)}`)
    return attributeKey(attribute, context, kwargs.get('default') ?? null)
  }
  const [name, ...rest] = args
  if (name === undefined) throw argumentError('map requires a filter argument')
  const filterName = textArgument(name, 'filter name')
  return (item) => context.filter(filterName, item, rest, kwargs)
}

function* map(value: Value, args: readonly Value[], kwargs: Kwargs, context: FilterContext): Iterable<Value> {
  if (!truthy(value)) return
  const change = mapper(args, kwargs, context)
  for (const item of iterate(value)) yield change(item)
}

function* select(
  value: Value,
  args: readonly Value[],
  kwargs: Kwargs,
  context: FilterContext,
  options: { wanted: boolean; byAttribute: boolean },
): Iterable<Value> {
  if (!truthy(value)) return
  const [attribute, ...afterAttribute] = args
  if (options.byAttribute && attribute === undefined) throw argumentError('Missing parameter for attribute name')
  const key = options.byAttribute ? attributeKey(attribute ?? null, context) : (item: Value) => item
  const [name, ...rest] = options.byAttribute ? afterAttribute : args
  const testName = name === undefined ? undefined : textArgument(name, 'test name')
  for (const item of iterate(value)) {
    const tested = key(item)
    const result = testName === undefined ? tested : context.test(testName, tested, rest, kwargs)
    if (truthy(result) === options.wanted) yield item
  }
}

function selector(name: string, wanted: boolean, byAttribute: boolean): [string, Filter] {
  return [
    name,
    (value, args, kwargs, context) => new PythonIterator(select(value, args, kwargs, context, { wanted, byAttribute })),
  ]
}

export const SELECT_FILTERS: readonly [string, Filter][] = [
  ['map', (value, args, kwargs, context) => new PythonIterator(map(value, args, kwargs, context))],
  selector('select', true, false),
  selector('reject', false, false),
  selector('selectattr', true, true),
  selector('rejectattr', false, true),
]
