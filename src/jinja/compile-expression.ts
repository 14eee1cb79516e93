import type { Arguments, CallNode, CompareNode, Comparison, Expression, FilterNode, ItemNode, TestNode } from './ast.ts'
import { getAttribute, getItem, getSlice } from './attribute.ts'
import type { Filter } from './builtin.ts'
import { callValue } from './call.ts'
import { contains, equal, ordered } from './compare.ts'
import { position, TemplateSyntaxError } from './errors.ts'
import { FILTERS } from './filters/index.ts'
import { iterate, truthy } from './iterate.ts'
import { charged, checkLength } from './limits.ts'
import { pairsOf } from './methods/dict.ts'
import { findMethod } from './methods/index.ts'
import { binary, unary } from './operators.ts'
import { type Frame, keywordText } from './runtime.ts'
import type { Layout, Scope, Variable } from './symbols.ts'
import { TESTS } from './tests.ts'
import { str, typeName } from './text.ts'
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
} from './value.ts'

/** A compiled expression. */
export type Evaluate = (frame: Frame) => Value

/** Where something is compiled: its scope, and whether an unknown filter is an error only when it is reached. */
export interface Site {
  readonly source: string
  readonly scope: Scope
  readonly soft: boolean
}

/** Compiles an expression to a closure. Throws TemplateSyntaxError for a filter or test that does not exist. */
export function compileExpression(node: Expression, site: Site): Evaluate {
  switch (node.kind) {
    case 'const': {
      const { value } = node
      return () => value
    }
    case 'name':
      return readVariable(site.scope.resolve(node.name), site.scope.layout)
    case 'attribute':
      return compileAttribute(node, site)
    case 'item':
      return compileItem(node, site)
    case 'call':
      return compileCall(node, site, null)
    case 'filter':
      return compileFilter(node, site)
    case 'test':
      return compileTest(node, site)
    case 'list': {
      const items = node.items.map((item) => compileExpression(item, site))
      return (frame) => items.map((item) => item(frame))
    }
    case 'tuple': {
      const items = node.items.map((item) => compileExpression(item, site))
      return (frame) => new Tuple(items.map((item) => item(frame)))
    }
    case 'dict':
      return compileDict(node.pairs, site)
    default:
      return compileOperation(node, site)
  }
}

type Operation = Extract<
  Expression,
  { kind: 'not' | 'negate' | 'binary' | 'logic' | 'compare' | 'concat' | 'conditional' }
>

function compileOperation(node: Operation, site: Site): Evaluate {
  const { offset } = node
  switch (node.kind) {
    case 'not': {
      const operand = compileExpression(node.operand, site)
      return (frame) => !truthy(operand(frame))
    }
    case 'negate': {
      const operand = compileExpression(node.operand, site)
      const { operator } = node
      return (frame) => {
        const value = operand(frame)
        frame.runtime.offset = offset
        return unary(operator, value)
      }
    }
    case 'binary': {
      const left = compileExpression(node.left, site)
      const right = compileExpression(node.right, site)
      const { operator } = node
      return (frame) => {
        const a = left(frame)
        const b = right(frame)
        frame.runtime.offset = offset
        return charged(binary(operator, a, b))
      }
    }
    case 'logic': {
      const left = compileExpression(node.left, site)
      const right = compileExpression(node.right, site)
      const stopsAt = node.operator === 'or'
      return (frame) => {
        const value = left(frame)
        return truthy(value) === stopsAt ? value : right(frame)
      }
    }
    case 'compare':
      return compileCompare(node, site)
    case 'concat': {
      const parts = node.parts.map((part) => compileExpression(part, site))
      return (frame) => {
        let text = ''
        for (const part of parts) text += str(part(frame))
        checkLength(text.length)
        return text
      }
    }
    case 'conditional': {
      const inner = { ...site, soft: true }
      const test = compileExpression(node.test, inner)
      const consequent = compileExpression(node.consequent, inner)
      if (node.otherwise) {
        const otherwise = compileExpression(node.otherwise, inner)
        return (frame) => (truthy(test(frame)) ? consequent(frame) : otherwise(frame))
      }
      // Never chainable: Jinja uses its own undefined here, whatever the environment's is.
      return (frame) => (truthy(test(frame)) ? consequent(frame) : new Undefined({ hint: noElse(site.source, offset) }))
    }
  }
}

function noElse(source: string, offset: number): string {
  const { line } = position(source, offset)
  return `the inline if-expression on line ${line} evaluated to false and no else section was defined.`
}

/** Reads a variable from a function at `from`; an empty slot is looked up where the variable says. */
export function readVariable(variable: Variable, from: Layout): Evaluate {
  const { name, slot, outer } = variable
  const elsewhere: Evaluate =
    variable.load === 'outer' && outer
      ? readVariable(outer, from)
      : variable.load === 'resolve'
        ? (frame) => frame.lookUp(name)
        : (frame) => frame.undefined(name)
  if (slot < 0) return elsewhere
  const up = from.depth - variable.layout.depth
  // Not `??`: null is Python's None, which is a value.
  return (frame) => {
    const value = up === 0 ? frame.slots[slot] : frameAbove(frame, up).slots[slot]
    return value === undefined ? elsewhere(frame) : value
  }
}

function frameAbove(frame: Frame, up: number): Frame {
  let above = frame
  for (let level = 0; level < up; level++) above = above.parent ?? above
  return above
}

function compileAttribute(node: Extract<Expression, { kind: 'attribute' }>, site: Site): Evaluate {
  const object = compileExpression(node.object, site)
  const { name, offset } = node
  return (frame) => {
    const value = object(frame)
    frame.runtime.offset = offset
    return getAttribute(value, name, frame.context.chainable)
  }
}

function compileItem(node: ItemNode, site: Site): Evaluate {
  const object = compileExpression(node.object, site)
  const { key, offset } = node
  if (key.kind === 'slice') {
    const none: Evaluate = () => null
    const [start = none, stop = none, step = none] = [key.start, key.stop, key.step].map((part) =>
      part ? compileExpression(part, site) : none,
    )
    return (frame) => {
      const value = object(frame)
      const from = start(frame)
      const to = stop(frame)
      const by = step(frame)
      frame.runtime.offset = offset
      return charged(getSlice(value, from, to, by))
    }
  }
  const index = compileExpression(key, site)
  return (frame) => {
    const value = object(frame)
    const at = index(frame)
    frame.runtime.offset = offset
    return getItem(value, at, frame.context.chainable)
  }
}

function compileDict(pairs: readonly { key: Expression; value: Expression }[], site: Site): Evaluate {
  const compiled = pairs.map(({ key, value }) => ({
    key: compileExpression(key, site),
    value: compileExpression(value, site),
  }))
  return (frame) => {
    // All of them first, as Python: a key that cannot be one fails only then.
    return Dict.from(compiled.map(({ key, value }): [Value, Value] => [key(frame), value(frame)]))
  }
}

const COMPARE: { readonly [operator in Comparison]: (a: Value, b: Value) => boolean } = {
  '==': equal,
  '!=': (a, b) => !equal(a, b),
  '<': (a, b) => ordered('<', a, b),
  '<=': (a, b) => ordered('<=', a, b),
  '>': (a, b) => ordered('>', a, b),
  '>=': (a, b) => ordered('>=', a, b),
  in: (a, b) => contains(b, a),
  'not in': (a, b) => !contains(b, a),
}

function compileCompare(node: CompareNode, site: Site): Evaluate {
  const first = compileExpression(node.first, site)
  const rest = node.rest.map(({ operator, right }) => ({
    holds: COMPARE[operator],
    right: compileExpression(right, site),
  }))
  const { offset } = node
  return (frame) => {
    let left = first(frame)
    for (const { holds, right } of rest) {
      const value = right(frame)
      frame.runtime.offset = offset
      if (!holds(left, value)) return false
      left = value
    }
    return true
  }
}

interface CompiledArguments {
  readonly args: (frame: Frame) => Value[]
  /** Null when there are none, and none can be. */
  readonly kwargs: ((frame: Frame) => Map<string, Value>) | null
}

function compileArguments(node: Arguments, site: Site): CompiledArguments {
  const args = node.args.map((arg) => compileExpression(arg, site))
  const spread = node.spread && compileExpression(node.spread, site)
  const kwargs = node.kwargs.map(({ name, value }) => ({ name, value: compileExpression(value, site) }))
  const kwSpread = node.kwSpread && compileExpression(node.kwSpread, site)
  const names = new Set<string>()
  for (const { name, offset } of node.kwargs) {
    if (names.has(name)) throw new TemplateSyntaxError(`keyword argument repeated: ${name}`, offset)
    names.add(name)
  }
  return {
    args: (frame) => {
      const values: Value[] = []
      for (const arg of args) values.push(arg(frame))
      if (spread) for (const value of spreadItems(spread(frame))) values.push(value)
      return values
    },
    kwargs:
      kwargs.length === 0 && !kwSpread
        ? null
        : (frame) => {
            const values = new Map<string, Value>()
            for (const { name, value } of kwargs) values.set(name, value(frame))
            if (kwSpread) spreadKeywords(values, kwSpread(frame))
            return values
          },
  }
}

function spreadItems(value: Value): Iterable<Value> {
  try {
    return iterate(value)
  } catch (error) {
    if (!(error instanceof PythonError)) throw error
    throw typeError(`Value after * must be an iterable, not ${typeName(value)}`)
  }
}

function spreadKeywords(into: Map<string, Value>, value: Value): void {
  if (!(value instanceof Dict || (value instanceof HostObject && value.isMapping))) {
    throw typeError(`argument after ** must be a mapping, not ${typeName(value)}`)
  }
  for (const [key, item] of pairsOf(value)) {
    const name = keywordText(key)
    if (into.has(name)) throw typeError(`got multiple values for keyword argument '${name}'`)
    into.set(name, item)
  }
}

/** Compiles a call; `caller` is what a call block gives along. */
export function compileCall(node: CallNode, site: Site, caller: Evaluate | null): Evaluate {
  const { callee, offset } = node
  const given = compileArguments(node, site)
  const keywords = (frame: Frame): Kwargs => {
    if (!caller) return given.kwargs ? given.kwargs(frame) : NO_KWARGS
    const all = given.kwargs?.(frame) ?? new Map<string, Value>()
    if (all.has('caller')) throw typeError("got multiple values for keyword argument 'caller'")
    return all.set('caller', caller(frame))
  }
  if (callee.kind === 'attribute' && !callee.name.startsWith('_'))
    return compileMethodCall(node, callee, site, given.args, keywords)
  const target = compileExpression(callee, site)
  return (frame) => {
    const value = target(frame)
    const args = given.args(frame)
    const kwargs = keywords(frame)
    frame.runtime.offset = offset
    frame.runtime.step()
    return callValue(value, args, kwargs, frame.runtime)
  }
}

/** `object.name(…)`, without making a bound method when it is one of Python's own types. */
function compileMethodCall(
  node: CallNode,
  callee: Extract<Expression, { kind: 'attribute' }>,
  site: Site,
  argumentsOf: (frame: Frame) => Value[],
  keywords: (frame: Frame) => Kwargs,
): Evaluate {
  const object = compileExpression(callee.object, site)
  const { name } = callee
  const { offset } = node
  return (frame) => {
    const self = object(frame)
    const method = findMethod(self, name)
    frame.runtime.offset = offset
    const value = method ? null : getAttribute(self, name, frame.context.chainable)
    const args = argumentsOf(frame)
    const kwargs = keywords(frame)
    frame.runtime.offset = offset
    frame.runtime.step()
    if (!method) return callValue(value, args, kwargs, frame.runtime)
    return charged(method(self, args, kwargs, frame.runtime))
  }
}

/** Compiles a filter; without an input, it is applied to the text of the block around it. */
export function compileFilter(node: FilterNode, site: Site): Evaluate {
  const input = node.input ? compileExpression(node.input, site) : blockText
  return compileApplied(node, input, find('filter', FILTERS, node, site), site)
}

const blockText: Evaluate = (frame) => frame.runtime.blockText

function compileTest(node: TestNode, site: Site): Evaluate {
  const input = compileExpression(node.input, site)
  return compileApplied(node, input, find('test', TESTS, node, site), site)
}

function find(what: string, all: ReadonlyMap<string, Filter>, node: FilterNode | TestNode, site: Site): Filter {
  const found = all.get(node.name)
  if (found) return found
  if (!site.soft) throw new TemplateSyntaxError(`No ${what} named '${node.name}'.`, node.offset)
  return () => {
    throw new PythonError('TemplateRuntimeError', `No ${what} named '${node.name}' found.`)
  }
}

function compileApplied(node: FilterNode | TestNode, input: Evaluate, apply: Filter, site: Site): Evaluate {
  const given = compileArguments(node, site)
  const { offset } = node
  return (frame) => {
    const value = input(frame)
    const args = given.args(frame)
    const kwargs = given.kwargs ? given.kwargs(frame) : NO_KWARGS
    frame.runtime.offset = offset
    return charged(apply(value, args, kwargs, frame))
  }
}
