import { type Filter, filter } from './builtin.ts'
import { isCallable } from './call.ts'
import { PythonRange } from './collections.ts'
import { contains, equal, type Order, ordered } from './compare.ts'
import { FILTERS } from './filters/index.ts'
import { isIterable } from './iterate.ts'
import { MarkedText, textOf } from './marked.ts'
import { isInt, isNumeric } from './number.ts'
import { binary } from './operators.ts'
import { str } from './text.ts'
import { isLower, isUpper } from './text-operations.ts'
import { Dict, Float, HostObject, Tuple, Undefined, type Value } from './value.ts'

const simple = (name: string, test: (value: Value) => boolean) => filter(name, [], test)

const against = (name: string, parameter: string, test: (value: Value, other: Value) => boolean) =>
  filter(name, [parameter], (value, [other = null]) => test(value, other))

const order = (operator: Order, ...names: readonly string[]) =>
  names.map((name) => against(name, 'other', (value, other) => ordered(operator, value, other)))

/** Python's `value is other`: numbers and texts are as good as the same object. */
function same(value: Value, other: Value): boolean {
  return value === other || (value instanceof Float && other instanceof Float && value.value === other.value)
}

function isMapping(value: Value): boolean {
  return value instanceof Dict || (value instanceof HostObject && value.isMapping === true)
}

function isSequence(value: Value): boolean {
  if (textOf(value) !== undefined || Array.isArray(value) || value instanceof Tuple || value instanceof Undefined)
    return true
  return isMapping(value) || value instanceof PythonRange || (value instanceof HostObject && value.isSequence === true)
}

/** Jinja's tests (`is …`), by name. */
export const TESTS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  simple('odd', (value) => equal(binary('%', value, 2), 1)),
  simple('even', (value) => equal(binary('%', value, 2), 0)),
  against('divisibleby', 'num', (value, by) => equal(binary('%', value, by), 0)),
  simple('defined', (value) => !(value instanceof Undefined)),
  simple('undefined', (value) => value instanceof Undefined),
  simple('filter', (value) => FILTERS.has(textOf(value) ?? '')),
  simple('test', (value) => TESTS.has(textOf(value) ?? '')),
  simple('none', (value) => value === null),
  simple('boolean', (value) => typeof value === 'boolean'),
  simple('false', (value) => value === false),
  simple('true', (value) => value === true),
  simple('integer', (value) => isInt(value) && typeof value !== 'boolean'),
  simple('float', (value) => value instanceof Float),
  simple('lower', (value) => isLower(str(value))),
  simple('upper', (value) => isUpper(str(value))),
  simple('string', (value) => textOf(value) !== undefined),
  simple('mapping', isMapping),
  simple('number', isNumeric),
  simple('sequence', isSequence),
  simple('iterable', isIterable),
  simple('callable', isCallable),
  against('sameas', 'other', same),
  simple('escaped', (value) => value instanceof MarkedText && value.mark === 'markup'),
  against('in', 'seq', (value, container) => contains(container, value)),
  ...['==', 'eq', 'equalto'].map((name) => against(name, 'other', equal)),
  ...['!=', 'ne'].map((name) => against(name, 'other', (value, other) => !equal(value, other))),
  ...order('>', '>', 'gt', 'greaterthan'),
  ...order('>=', '>=', 'ge'),
  ...order('<', '<', 'lt', 'lessthan'),
  ...order('<=', '<=', 'le'),
])
