import { MarkedText, unmarked } from './marked.ts'
import { isNumeric } from './number.ts'
import { parsePythonLiteral } from './python-literal.ts'
import { str } from './text.ts'
import { PythonError, type Value } from './value.ts'

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

function conversionError(text: string, type: string): PythonError {
  return new PythonError('JinjaRenderingError', `Could not convert value '${text}' into type '${type}'`)
}
