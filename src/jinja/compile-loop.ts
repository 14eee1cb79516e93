import type { ForNode, Target } from './ast.ts'
import {
  type Assign,
  BREAK,
  compileBody,
  compileScope,
  compileTarget,
  type Execute,
  NORMAL,
  type StatementSite,
  write,
} from './compile.ts'
import { compileExpression, type Evaluate } from './compile-expression.ts'
import { TemplateSyntaxError } from './errors.ts'
import { iterate, truthy } from './iterate.ts'
import { LoopContext, type Recurse } from './loop.ts'
import { Frame } from './runtime.ts'
import { Layout, Scope, usedNames } from './symbols.ts'
import type { Value } from './value.ts'

interface Loop {
  readonly iterable: Evaluate
  /** Where to complain about what cannot be iterated. */
  readonly offset: number
  readonly assign: Assign
  /** The variables of the body, emptied before each round. */
  readonly slots: readonly number[]
  readonly body: Execute
  /** The items that the `if` of the loop lets through. */
  readonly filter: ((frame: Frame, items: Iterable<Value>) => Iterable<Value>) | null
  readonly otherwise: Execute | null
  /** Where the variable `loop` goes, when the body uses it. */
  readonly loopSlot: number | null
}

/** Compiles a `for`. Throws TemplateSyntaxError when its target is `loop`. */
export function compileFor(node: ForNode, site: StatementSite): Execute {
  rejectLoopTarget(node.target)
  const layout = node.recursive ? new Layout(site.scope.layout) : site.scope.layout
  const scope = new Scope(site.scope, layout)
  const extended = node.recursive || usedNames(node.body, ['loop']).has('loop')
  const loopSlot = extended ? scope.declare('loop').slot : null
  scope.declareTarget(node.target)
  scope.analyze(node.body, site.macroPrefix)
  const inner: StatementSite = { ...site, scope, soft: false, inLoop: true }
  const loop: Loop = {
    iterable: compileExpression(node.iterable, site),
    offset: node.iterable.offset,
    assign: compileTarget(node.target, inner),
    body: compileBody(node.body, inner),
    slots: scope.slots(),
    filter: compileFilter(node, site, layout),
    otherwise: node.otherwise.length > 0 ? compileElse(node, site, layout) : null,
    loopSlot,
  }
  if (node.recursive) return recursive(loop, layout)
  return (frame) => {
    const items = loop.iterable(frame)
    return extended ? runExtended(frame, items, loop, null, 0) : runPlain(frame, items, loop)
  }
}

function rejectLoopTarget(target: Target): void {
  if (target.kind === 'target-tuple') for (const item of target.items) rejectLoopTarget(item)
  else if (target.name === 'loop') {
    throw new TemplateSyntaxError("Can't assign to special loop variable in for-loop target", target.offset)
  }
}

function compileElse(node: ForNode, site: StatementSite, layout: Layout): Execute {
  const around = new Scope(site.scope, layout)
  return compileScope(node.otherwise, { ...site, scope: around }).run
}

/** The loop's `if` has variables of its own: it may run ahead of the body, which asks for the next item. */
function compileFilter(node: ForNode, site: StatementSite, layout: Layout): Loop['filter'] {
  if (!node.filter) return null
  const scope = new Scope(site.scope, layout)
  scope.declareTarget(node.target)
  scope.analyzeExpression(node.filter)
  const inner = { ...site, scope, soft: false }
  const assign = compileTarget(node.target, inner)
  const test = compileExpression(node.filter, inner)
  const { offset } = node.iterable
  return function* filtered(frame, items) {
    for (const item of items) {
      frame.runtime.step()
      assign(frame, item, offset)
      if (truthy(test(frame))) yield item
    }
  }
}

function itemsOf(frame: Frame, items: Value, loop: Loop): Iterable<Value> {
  frame.runtime.offset = loop.offset
  const iterable = iterate(items)
  return loop.filter ? loop.filter(frame, iterable) : iterable
}

/** One round. Gives true when the loop ends there; `completed` says whether the body was gone through. */
function round(
  frame: Frame,
  item: Value,
  loop: Loop,
  state: { completed: boolean },
  context: LoopContext | null,
): boolean {
  frame.runtime.step()
  for (const slot of loop.slots) frame.slots[slot] = undefined
  loop.assign(frame, item, loop.offset)
  if (context && loop.loopSlot !== null) frame.slots[loop.loopSlot] = context
  const ending = loop.body(frame)
  // As Jinja: a round that `continue` ends does not keep the `else` from running.
  if (ending === NORMAL) state.completed = true
  return ending === BREAK
}

function finish(frame: Frame, loop: Loop, state: { readonly completed: boolean }): typeof NORMAL {
  if (!state.completed) loop.otherwise?.(frame)
  return NORMAL
}

function runPlain(frame: Frame, items: Value, loop: Loop): typeof NORMAL {
  const state = { completed: false }
  for (const item of itemsOf(frame, items, loop)) if (round(frame, item, loop, state, null)) break
  return finish(frame, loop, state)
}

function runExtended(frame: Frame, items: Value, loop: Loop, recurse: Recurse | null, depth: number): typeof NORMAL {
  const state = { completed: false }
  const iterable = itemsOf(frame, items, loop)
  const context = new LoopContext(loop.filter ? null : items, iterable, recurse, depth, frame.context.chainable)
  for (let item = context.next(); item !== undefined; item = context.next()) {
    if (round(frame, item, loop, state, context)) break
  }
  return finish(frame, loop, state)
}

function recursive(loop: Loop, layout: Layout): Execute {
  return (frame) => {
    const { runtime } = frame
    const recurse: Recurse = (items, depth) => {
      runtime.enter()
      try {
        const inner = new Frame(layout.size, frame, frame.context, runtime)
        return runtime.capture(() => runExtended(inner, items, loop, recurse, depth))
      } finally {
        runtime.leave()
      }
    }
    write(frame, recurse(loop.iterable(frame), 0))
    return NORMAL
  }
}
