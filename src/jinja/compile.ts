import type {
  CallBlockNode,
  Expression,
  IfNode,
  MacroNode,
  OutputNode,
  Parameter,
  Statement,
  Target,
  WithNode,
} from './ast.ts'
import {
  compileCall,
  compileExpression,
  compileFilter,
  type Evaluate,
  readVariable,
  type Site,
} from './compile-expression.ts'
import { compileFor } from './compile-loop.ts'
import { constantText } from './constant.ts'
import { TemplateSyntaxError } from './errors.ts'
import { Namespace } from './globals.ts'
import { truthy } from './iterate.ts'
import { type CompiledMacro, Macro } from './macro.ts'
import { textOf } from './marked.ts'
import type { Frame } from './runtime.ts'
import { Layout, Scope, usedNames } from './symbols.ts'
import { str, typeName } from './text.ts'
import { unpack } from './unpack.ts'
import { PythonError, typeError, type Value } from './value.ts'

/** How a statement ended: on to the next one, or out of the loop's round. */
export const NORMAL = 0
export const BREAK = 1
export const CONTINUE = 2
export type Ending = typeof NORMAL | typeof BREAK | typeof CONTINUE

/** A compiled statement. */
export type Execute = (frame: Frame) => Ending

export interface StatementSite extends Site {
  readonly macroPrefix: string
  readonly inLoop: boolean
}

export interface CompiledTemplate {
  readonly run: Execute
  readonly size: () => number
}

/** Compiles a template to closures. Throws TemplateSyntaxError for what only shows then: an unknown filter, a stray `break`. */
export function compileTemplate(source: string, body: readonly Statement[], macroPrefix: string): CompiledTemplate {
  const layout = new Layout(null)
  const scope = new Scope(null, layout)
  scope.analyze(body, macroPrefix)
  const site = { source, scope, soft: false, macroPrefix, inLoop: false }
  return { run: compileBody(body, site), size: () => layout.size }
}

/** Compiles one macro on its own, with nothing of its template around it. */
export function compileLoneMacro(source: string, node: MacroNode, macroPrefix: string): CompiledMacro {
  const scope = new Scope(null, new Layout(null))
  return compileMacro(node, { source, scope, soft: false, macroPrefix, inLoop: false })
}

export function compileBody(body: readonly Statement[], site: StatementSite): Execute {
  const statements = body.map((statement) => compileStatement(statement, site))
  const [only] = statements
  if (only && statements.length === 1) return only
  return (frame) => {
    for (const statement of statements) {
      const ending = statement(frame)
      if (ending !== NORMAL) return ending
    }
    return NORMAL
  }
}

/** A statement that always goes on to the next one. */
function plainly(run: (frame: Frame) => void): Execute {
  return (frame) => {
    run(frame)
    return NORMAL
  }
}

function compileStatement(node: Statement, site: StatementSite): Execute {
  switch (node.kind) {
    case 'output':
      return compileOutput(node, site)
    case 'if':
      return compileIf(node, site)
    case 'for':
      return compileFor(node, site)
    case 'set': {
      const value = compileExpression(node.value, site)
      const assign = compileTarget(node.target, site)
      const { offset } = node.value
      return plainly((frame) => assign(frame, value(frame), offset))
    }
    case 'set-block':
      return compileSetBlock(node, site)
    case 'with':
      return compileWith(node, site)
    case 'macro':
      return compileMacroStatement(node, site)
    case 'call-block':
      return compileCallBlock(node, site)
    case 'filter-block': {
      const { inner, run } = compileScope(node.body, site)
      const filter = compileFilter(node.filter, inner)
      return plainly((frame) => {
        frame.runtime.blockText = frame.runtime.capture(() => run(frame))
        writeRaw(frame, filter(frame))
      })
    }
    case 'do': {
      const expression = compileExpression(node.expression, site)
      return plainly((frame) => expression(frame))
    }
    case 'block':
      return compileScope(node.body, site).run
    case 'break':
    case 'continue': {
      if (!site.inLoop) {
        throw new TemplateSyntaxError(
          node.kind === 'break' ? "'break' outside loop" : "'continue' not properly in loop",
          node.offset,
        )
      }
      const ending = node.kind === 'break' ? BREAK : CONTINUE
      return () => ending
    }
    case 'unsupported':
      return compileUnsupported(node.tag, node.offset)
  }
}

function compileUnsupported(tag: string, offset: number): Execute {
  return (frame) => {
    frame.runtime.offset = offset
    if (tag === 'autoescape') throw new PythonError('TemplateRuntimeError', "the tag 'autoescape' is not supported")
    throw new PythonError(
      'TypeError',
      `no loader for this environment specified: the tag '${tag}' needs other templates, which dbt does not have`,
    )
  }
}

/** Writes a value: as text, or as it is in native rendering. */
export function write(frame: Frame, value: Value): void {
  const { runtime } = frame
  if (runtime.nodes) {
    runtime.writeNode(value)
  } else if (frame.context.native) {
    runtime.out += textOnly(value)
  } else {
    // The text first: what it calls must not find the output half written.
    const text = typeof value === 'string' ? value : str(value)
    runtime.out += text
  }
}

/** Writes what a call or filter block gives, which Jinja wants to be a text already. */
function writeRaw(frame: Frame, value: Value): void {
  write(frame, frame.runtime.nodes ? value : textOnly(value))
}

/** Jinja joins what is captured in native rendering without making texts of it. */
function textOnly(value: Value): string {
  const text = textOf(value)
  if (text === undefined) throw typeError(`sequence item 0: expected str instance, ${typeName(value)} found`)
  return text
}

function compileOutput(node: OutputNode, site: StatementSite): Execute {
  const parts: (string | Evaluate)[] = []
  for (const part of node.parts) {
    const text = part.kind === 'text' ? part.text : constantText(part, site)
    const last = parts.at(-1)
    if (text === undefined) parts.push(compileExpression(part as Expression, site))
    else if (typeof last === 'string') parts[parts.length - 1] = last + text
    else parts.push(text)
  }
  const [only] = parts
  if (parts.length === 1 && only !== undefined) {
    return typeof only === 'string'
      ? plainly((frame) => write(frame, only))
      : plainly((frame) => write(frame, only(frame)))
  }
  return plainly((frame) => {
    for (const part of parts) write(frame, typeof part === 'string' ? part : part(frame))
  })
}

function compileIf(node: IfNode, site: StatementSite): Execute {
  const inner = { ...site, soft: true }
  const branches = node.branches.map(({ test, body }) => ({
    test: compileExpression(test, inner),
    body: compileBody(body, inner),
  }))
  const otherwise = compileBody(node.otherwise, inner)
  return (frame) => {
    for (const { test, body } of branches) if (truthy(test(frame))) return body(frame)
    return otherwise(frame)
  }
}

/** A body in a scope of its own within the same function. */
export function compileScope(body: readonly Statement[], site: StatementSite): { inner: StatementSite; run: Execute } {
  const scope = new Scope(site.scope, site.scope.layout)
  scope.analyze(body, site.macroPrefix)
  const inner = { ...site, scope, soft: false }
  return { inner, run: fresh(scope, compileBody(body, inner)) }
}

/** Empties the scope's variables before it runs. */
function fresh(scope: Scope, run: Execute): Execute {
  const slots = scope.slots()
  if (slots.length === 0) return run
  return (frame) => {
    for (const slot of slots) frame.slots[slot] = undefined
    return run(frame)
  }
}

export type Assign = (frame: Frame, value: Value, offset: number) => void

export function compileTarget(target: Target, site: StatementSite): Assign {
  if (target.kind === 'name') {
    const { slot } = site.scope.resolve(target.name)
    return (frame, value) => {
      frame.slots[slot] = value
    }
  }
  if (target.kind === 'namespace-target') {
    const namespace = readVariable(site.scope.resolve(target.name), site.scope.layout)
    const { attribute, offset } = target
    return (frame, value) => {
      const object = namespace(frame)
      frame.runtime.offset = offset
      if (!(object instanceof Namespace)) {
        throw new PythonError('TemplateRuntimeError', 'cannot assign attribute on non-namespace object')
      }
      object.attributes.set(attribute, value)
    }
  }
  const assigns = target.items.map((item) => compileTarget(item, site))
  return (frame, value, offset) => {
    const items = unpackAt(frame, value, assigns.length, offset)
    for (const [index, assign] of assigns.entries()) assign(frame, items[index] ?? null, offset)
  }
}

function unpackAt(frame: Frame, value: Value, count: number, offset: number): readonly Value[] {
  frame.runtime.offset = offset
  return unpack(value, count)
}

function compileSetBlock(node: Extract<Statement, { kind: 'set-block' }>, site: StatementSite): Execute {
  const { inner, run } = compileScope(node.body, site)
  const filter = node.filter && compileFilter(node.filter, inner)
  const assign = compileTarget(node.target, site)
  return plainly((frame) => {
    const text = frame.runtime.capture(() => run(frame))
    frame.runtime.blockText = text
    assign(frame, filter ? filter(frame) : text, node.offset)
  })
}

function compileWith(node: WithNode, site: StatementSite): Execute {
  const scope = new Scope(site.scope, site.scope.layout)
  for (const { target } of node.targets) scope.declareTarget(target)
  scope.analyze(node.body, site.macroPrefix)
  const inner = { ...site, scope, soft: false }
  const assigns = node.targets.map(({ target, value }) => ({
    assign: compileTarget(target, inner),
    value: compileExpression(value, site),
    offset: value.offset,
  }))
  const body = compileBody(node.body, inner)
  return fresh(scope, (frame) => {
    for (const { assign, value, offset } of assigns) assign(frame, value(frame), offset)
    return body(frame)
  })
}

function compileMacroStatement(node: MacroNode, site: StatementSite): Execute {
  const macro = compileMacro(node, site)
  const { slot } = site.scope.resolve(site.macroPrefix + node.name)
  return plainly((frame) => {
    frame.slots[slot] = new Macro(macro, frame, frame.context, null)
  })
}

function compileCallBlock(node: CallBlockNode, site: StatementSite): Execute {
  const macro = compileFunction(null, node.parameters, node.body, node.offset, site)
  const call = compileCall(node.call, site, (frame) => new Macro(macro, frame, frame.context, null))
  return plainly((frame) => writeRaw(frame, call(frame)))
}

function compileMacro(node: MacroNode, site: StatementSite): CompiledMacro {
  return compileFunction(site.macroPrefix + node.name, node.parameters, node.body, node.offset, site)
}

function compileFunction(
  name: string | null,
  parameters: readonly Parameter[],
  body: readonly Statement[],
  offset: number,
  site: StatementSite,
): CompiledMacro {
  const layout = new Layout(site.scope.layout)
  const scope = new Scope(site.scope, layout)
  const names = parameters.map((parameter) => parameter.name)
  const slots = names.map((parameter) => scope.declare(parameter).slot)
  const used = usedNames(body, ['caller', 'kwargs', 'varargs'])
  const explicitCaller = parameters.find((parameter) => parameter.name === 'caller')
  if (used.has('caller') && explicitCaller?.default === null) {
    throw new TemplateSyntaxError(
      'When defining macros or call blocks the special "caller" argument must be omitted or be given a default.',
      offset,
    )
  }
  const special = (each: string) => (used.has(each) && !names.includes(each) ? scope.declare(each).slot : null)
  const callerSlot = special('caller')
  const kwargsSlot = special('kwargs')
  const varargsSlot = special('varargs')
  scope.analyzeDefaults(parameters)
  scope.analyze(body, site.macroPrefix)
  const inner = { ...site, scope, soft: false, inLoop: false }
  const defaults = parameters.map(({ default: value }) => value && compileExpression(value, inner))
  const run = compileBody(body, inner)
  const size = () => layout.size
  return { name, parameters: names, slots, defaults, callerSlot, kwargsSlot, varargsSlot, size, body: run }
}
