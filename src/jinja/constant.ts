import type { Arguments, Expression } from './ast.ts'
import { compileExpression, type Site } from './compile-expression.ts'
import { MarkedText } from './marked.ts'
import { DEFAULT_LIMITS, Frame, Runtime } from './runtime.ts'
import { str } from './text.ts'
import { Dict, Float, PythonError, Tuple, type Value } from './value.ts'

/** Filters that Jinja never applies ahead of time, or whose result it cannot write into its code. */
const AT_RUN_TIME: ReadonlySet<string> = new Set(
  'random map select reject selectattr rejectattr as_text as_native as_bool as_number'.split(' '),
)
const MAX_ITEMS = 1000
const MAX_TEXT = 10_000

/**
 * The text that an expression without names always gives, or undefined. Jinja writes such an expression as text, which native
 * rendering shows: `{{ 1 }}` is the text `1` there, `{{ one }}` a number.
 */
export function constantText(node: Expression, site: Site): string | undefined {
  if (node.kind === 'const') return str(node.value)
  if (!isConstant(node)) return undefined
  try {
    const frame = new Frame(0, null, NO_CONTEXT, new Runtime('', DEFAULT_LIMITS))
    const value = compileExpression(node, site)(frame)
    if (!isWritable(value, 0)) return undefined
    const text = str(value)
    return text.length <= MAX_TEXT ? text : undefined
  } catch (error) {
    // It fails again when it is reached, which says where.
    if (error instanceof PythonError || error instanceof RangeError) return undefined
    throw error
  }
}

const NO_CONTEXT = { template: '', scope: new Map<string, Value>(), chainable: false, native: false }

function isConstant(node: Expression): boolean {
  switch (node.kind) {
    case 'const':
      return true
    case 'name':
    case 'call':
      return false
    case 'tuple':
    case 'list':
      return node.items.every(isConstant)
    case 'dict':
      return node.pairs.every(({ key, value }) => isConstant(key) && isConstant(value))
    case 'attribute':
      return isConstant(node.object)
    case 'item':
      return isConstant(node.object) && isConstantKey(node.key)
    case 'filter':
      return node.input !== null && !AT_RUN_TIME.has(node.name) && isConstant(node.input) && areConstant(node)
    case 'test':
      return isConstant(node.input) && areConstant(node)
    case 'not':
    case 'negate':
      return isConstant(node.operand)
    case 'binary':
    case 'logic':
      return isConstant(node.left) && isConstant(node.right)
    case 'compare':
      return isConstant(node.first) && node.rest.every(({ right }) => isConstant(right))
    case 'concat':
      return node.parts.every(isConstant)
    case 'conditional':
      return [node.test, node.consequent, node.otherwise].every((part) => part !== null && isConstant(part))
  }
}

function isConstantKey(key: Extract<Expression, { kind: 'item' }>['key']): boolean {
  if (key.kind !== 'slice') return isConstant(key)
  return [key.start, key.stop, key.step].every((part) => part === null || isConstant(part))
}

function areConstant(given: Arguments): boolean {
  const spread = [given.spread, given.kwSpread].every((part) => part === null || isConstant(part))
  return spread && given.args.every(isConstant) && given.kwargs.every(({ value }) => isConstant(value))
}

/** Whether Jinja could write the value into its compiled code. */
function isWritable(value: Value, depth: number): boolean {
  if (depth > 10) return false
  if (value === null || value instanceof Float) return true
  if (Array.isArray(value)) return value.length <= MAX_ITEMS && value.every((item) => isWritable(item, depth + 1))
  if (value instanceof Tuple) return value.items.every((item) => isWritable(item, depth + 1))
  if (value instanceof Dict) {
    return [...value].every(([key, item]) => isWritable(key, depth + 1) && isWritable(item, depth + 1))
  }
  if (value instanceof MarkedText) return value.mark === 'markup'
  return typeof value !== 'function' && typeof value !== 'object'
}
