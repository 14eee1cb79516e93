import { iterate } from './iterate.ts'
import { charge } from './limits.ts'
import { MarkedText, unmarked } from './marked.ts'
import { isNumeric } from './number.ts'
import { parsePythonLiteral } from './python-literal.ts'
import { str } from './text.ts'
import { Dict, HostObject, PythonError, Tuple, type Value } from './value.ts'

/**
 * What dbt's native rendering makes of what a template wrote: of one value that value (read as a Python literal when it is marked
 * so), of several their text. Throws when a mark promises a type that the text is not.
 */
export function nativeValue(nodes: readonly Value[]): Value {
  const [only] = nodes
  if (only === undefined) return ''
  if (nodes.length > 1) return nodes.map(str).join('')
  if (!(only instanceof MarkedText) || only.mark === 'text' || only.mark === 'markup') return unmarked(only)
  const value = parsePythonLiteral(only.value) ?? { value: only.value }
  const result = value.value
  if (only.mark === 'bool' && typeof result !== 'boolean') throw conversionError(only.value, 'bool')
  if (only.mark === 'number' && !(isNumeric(result) && typeof result !== 'boolean')) {
    throw conversionError(only.value, 'number')
  }
  return result
}

/** Lists within lists that a value may hold: what YAML may, too. */
const MAX_DEPTH = 100
/** What a part of a value takes, in characters of text. */
const NODE = 64

/**
 * Gives a value that ends: what is done with it outside of the rendering has no bounds of its own. Throws a RecursionError for one that holds
 * itself, a LimitError for one that is too large.
 */
export function checkNested(value: Value, depth = 0): Value {
  if (value === null || typeof value !== 'object') return value
  charge(NODE)
  if (depth > MAX_DEPTH) throw new PythonError('RecursionError', 'the value holds itself, or is too deeply nested')
  if (Array.isArray(value)) for (const item of value) checkNested(item, depth + 1)
  else if (value instanceof Tuple) for (const item of value.items) checkNested(item, depth + 1)
  else if (value instanceof Dict) {
    for (const [key, item] of value) {
      checkNested(key, depth + 1)
      checkNested(item, depth + 1)
    }
  } else if (value instanceof HostObject && value.isSequence && value.iterate) {
    for (const item of iterate(value)) checkNested(item, depth + 1)
  }
  return value
}

function conversionError(text: string, type: string): PythonError {
  return new PythonError('JinjaRenderingError', `Could not convert value '${text}' into type '${type}'`)
}
